/**
 * Days of driving through the real gateway, as it is shipped, in a process of its own:
 * `npm run soak:gateway [-- HOURS [FRAMES_PER_S]]`. An adapter of its own process sends frames as fast as it
 * is told; HOURS (72) are those of a bus of 500 frames/s, so that many frames have to come. Meanwhile the
 * adapter is unplugged, the broker goes away, and the clock jumps. Says every minute what the gateway takes;
 * ends with 1 where memory, handles or open files have grown between the second quarter and the last.
 * `npm run soak:gateway -- 0.6` takes about two minutes and only prints.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Random } from '../../src/device/simulator/random.ts'
import type { GatewayHealth } from '../../src/model/ports.ts'
import { createBroker } from '../../src/uplink/mqtt/broker.ts'
import { FrameAdapter } from '../support/frame-adapter.ts'
import { silent } from '../support/journal-records.ts'

const hours = Number(process.argv[2] ?? 72)
const rate = Number(process.argv[3] ?? 12_000)
const BUS_FRAMES_PER_S = 500
const LIMITS = { heapMegabytes: 15, rssMegabytes: 30, handles: 10, files: 10 }
/** With less there is no last quarter worth the name. */
const JUDGED_FROM_HOURS = 6

const TARGET = fileURLToPath(new URL('../support/soak-target.mjs', import.meta.url))
const wanted = hours * 3600 * BUS_FRAMES_PER_S
const random = new Random(1)
const folder = mkdtempSync(join(tmpdir(), 'odograph-soak-'))

interface Sample {
  report: NonNullable<GatewayHealth['process']>
  frames: number
  records: number
  bytes: number
}

class Target {
  readonly #child: ChildProcess
  #waiting: ((health: GatewayHealth) => void) | undefined

  constructor(settings: object) {
    this.#child = spawn(
      process.execPath,
      ['--expose-gc', '--max-semi-space-size=2', TARGET, JSON.stringify(settings)],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    )
    this.#child.on('message', (health) => this.#waiting?.(health as GatewayHealth))
    this.#child.on('exit', (code) => {
      if (this.#waiting !== undefined) console.log(`the gateway has ended with ${code}`)
      this.#waiting = undefined
      if (code !== 0) process.exitCode = 1
    })
  }

  health(): Promise<GatewayHealth> {
    return new Promise((resolve) => {
      this.#waiting = resolve
      this.#child.send({ ask: 'health' })
    })
  }

  jump(ms: number): void {
    this.#child.send({ jump: ms })
  }

  async stop(): Promise<void> {
    this.#waiting = undefined
    const ended = new Promise((resolve) => this.#child.on('exit', resolve))
    this.#child.send({ stop: true })
    await ended
  }
}

const adapter = new FrameAdapter(rate)
await adapter.plug()
const brokerOptions = { host: '127.0.0.1', port: 0, logger: silent }
let broker = createBroker(brokerOptions)
const mqttPort = await broker.start()
const target = new Target({ folder, adapter: adapter.port, mqtt: mqttPort })
const faults: Record<string, () => Promise<void>> = {
  'adapter unplugged': async () => {
    await adapter.unplug()
    await pause(500 + random.below(3000))
    await adapter.plug()
  },
  'broker gone': async () => {
    await broker.stop()
    await pause(500 + random.below(8000))
    broker = createBroker({ ...brokerOptions, port: mqttPort })
    await broker.start()
  },
  'clock jumps': async () =>
    target.jump((random.below(2) === 0 ? -1 : 1) * random.below(7_200_000)),
}

async function sample(): Promise<Sample> {
  const { process: report, store, sources } = await target.health()
  if (report === undefined) throw new Error('the gateway tells nothing of itself')
  const bytes = ['journal.db', 'journal.db-wal']
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0)
    .reduce((sum, size) => sum + size, 0)
  return { report, bytes, records: store.records, frames: sources[0]?.frames ?? 0 }
}

function line({ report, frames, records, bytes }: Sample): string {
  const mega = (value: number) => (value / 1e6).toFixed(1).padStart(6)
  return `${(frames / BUS_FRAMES_PER_S / 3600).toFixed(2).padStart(6)} h  RSS ${mega(report.rssBytes)} MB  heap ${mega(report.heapBytes)} MB  ${report.handles} handles  ${report.openFiles} files  ${records} records  journal ${mega(bytes)} MB  loop p99 ${report.loop.p99Ms} ms`
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

await pause(3000)
const samples: Sample[] = []
const counts: Record<string, number> = {}
const began = performance.now()
let told = 0
for (;;) {
  const now = await sample()
  samples.push(now)
  if (performance.now() - told > Math.min(60_000, hours * 15_000)) {
    told = performance.now()
    console.log(line(now))
  }
  if (now.frames >= wanted) break
  await pause(3000)
  const names = Object.keys(faults)
  const name = names[random.below(names.length)] as string
  counts[name] = (counts[name] ?? 0) + 1
  await faults[name]?.()
}
await pause(1000)
const last = await sample()
const took = (performance.now() - began) / 1000
console.log(line(last))
console.log(
  `${hours} h in ${took.toFixed(0)} s: ${last.frames} of ${adapter.sent} frames arrived (what was under way when it was unplugged is gone); ${JSON.stringify(counts)}`,
)
await target.stop()
await adapter.unplug()
await broker.stop()
rmSync(folder, { recursive: true, force: true })

const part = (from: number, to: number) =>
  samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to))
const grown = (value: (sample: Sample) => number) =>
  median(part(0.75, 1).map(value)) - median(part(0.25, 0.5).map(value))
const growth = {
  heapMegabytes: grown(({ report }) => report.heapBytes / 1e6),
  rssMegabytes: grown(({ report }) => report.rssBytes / 1e6),
  handles: grown(({ report }) => report.handles),
  files: grown(({ report }) => report.openFiles),
}
console.log(
  `grown from the second quarter to the last: heap ${growth.heapMegabytes.toFixed(1)} MB, RSS ${growth.rssMegabytes.toFixed(1)} MB, ${growth.handles} handles, ${growth.files} files`,
)
const isFlat = Object.entries(LIMITS).every(
  ([name, limit]) => growth[name as keyof typeof growth] <= limit,
)
if (hours >= JUDGED_FROM_HOURS && !isFlat) process.exitCode = 1
process.exit()
