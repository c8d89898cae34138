/**
 * Frames a second that a simulated SLCAN adapter brings over a pseudo-terminal through the serial
 * port package into the source, at 16,000 a second and flat out, and how many get lost:
 *
 *   node --import tsx test/bench/slcan-pty.ts [SECONDS]
 *
 * The adapter runs in this process too: the share of a core is that of both sides together.
 */
import { createSteadyTraffic, steadyFrame } from '../../src/device/simulator/steady-traffic.ts'
import { newFrame } from '../../src/model/frame.ts'
import { SlcanLine, SourceProbe, until } from '../support/slcan-line.ts'

const seconds = Number(process.argv[2] ?? 5)
const RATE = 16_000
const FLAT_OUT = 1_000_000
const BATCH = 500
const PENDING = 256 * 1024

type Send = (line: SlcanLine, count: number) => Promise<void>

const atRate: Send = (line, count) =>
  new Promise((resolve) => {
    createSteadyTraffic({ id: 'bench', rate: RATE, limit: count }).start({
      frame: (frame) => line.adapter.frame(frame),
      issue: () => undefined,
      health: () => undefined,
      end: resolve,
    })
  })

const flatOut: Send = async (line, count) => {
  const frame = newFrame()
  for (let number = 0; number < count; number++) {
    line.adapter.frame(steadyFrame(frame, number))
    if (number % BATCH === 0 && (line.line?.pending ?? 0) > PENDING) await line.line?.drained()
  }
}

async function measure(what: string, count: number, send: Send): Promise<void> {
  const line = new SlcanLine()
  const probe = new SourceProbe(line.path)
  try {
    await line.plugIn()
    probe.start()
    await until('running', () => probe.state === 'running')
    const start = performance.now()
    const cpu = process.cpuUsage()
    await send(line, count)
    let seen = -1
    await until('the last frame', () => {
      const isDone = probe.frames >= count || probe.frames === seen
      seen = (line.line?.pending ?? 0) > 0 ? -1 : probe.frames
      return isDone
    })
    const elapsed = (performance.now() - start) / 1000
    const { user, system } = process.cpuUsage(cpu)
    const rate = Math.round(probe.frames / elapsed)
    const core = Math.round((user + system) / 1e4 / elapsed)
    console.log(
      `${what}: ${rate} frames/s, ${count - probe.frames} of ${count} lost, ${core} % of a core`,
    )
    console.log(`  issues: ${probe.issues.length}`)
  } finally {
    await probe.source.stop()
    await line.end()
  }
}

await measure(`${RATE} frames/s`, RATE * seconds, atRate)
await measure('flat out', FLAT_OUT, flatOut)
