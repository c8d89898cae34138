/**
 * How long a start takes until frames are decoded and until the API answers, what memory an idle gateway
 * takes, and what share of a core 4,000 frames/s are: `npm run bench:start`. The command as it is shipped.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { FrameAdapter } from '../support/frame-adapter.ts'
import { until } from '../support/gateway-process.ts'

const LAUNCHER = fileURLToPath(new URL('../../dist/launcher.js', import.meta.url))
const RATE = 4000
const STARTS = 9
const IDLE_MS = 30_000
const BUSY_MS = 20_000

const folder = mkdtempSync(join(tmpdir(), 'odograph-start-'))
const median = (values: number[]) => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0

interface Started {
  child: ChildProcess
  framesMs: number
  readyMs: number
  /** Of all its threads, until frames came. */
  cpuMs: number
}

/** The state of a source is `running` when it has heard frames. */
async function start(port: number, data: string): Promise<Started> {
  const file = join(folder, 'odograph.yaml')
  const source = `{ type: slcan, id: can0, vehicle: truck, port: 'tcp://127.0.0.1:${port}', bitrate: 250000 }`
  writeFileSync(
    file,
    `sources: [${source}]\napi: { listen: '127.0.0.1:0' }\nmqtt: { listen: '127.0.0.1:0' }\n`,
  )
  const began = performance.now()
  const child = spawn(LAUNCHER, ['run', '--config', file, '--data', join(folder, data)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [framesMs, readyMs, cpuMs] = [0, 0, 0]
  child.stderr?.on('data', (text) => {
    if (framesMs > 0 || !String(text).includes('state=running')) return
    framesMs = performance.now() - began
    cpuMs = cpuOf(child)
  })
  child.stdout?.on('data', () => {
    readyMs ||= performance.now() - began
  })
  await until('frames and an API', () => framesMs > 0 && readyMs > 0)
  return { child, framesMs, readyMs, cpuMs }
}

function cpuOf({ pid }: ChildProcess): number {
  const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const fields = rest.split(' ').map(Number)
  return ((fields[11] ?? 0) + (fields[12] ?? 0)) * 10
}

function memoryOf({ pid }: ChildProcess): string {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const megabytes = (name: string) =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1000)
  return `${megabytes('VmRSS')} MB, of which ${megabytes('RssAnon')} MB are its own`
}

async function end(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.on('close', resolve))
  child.kill('SIGTERM')
  await ended
}

const adapter = new FrameAdapter(RATE)
await adapter.plug()
const starts: Started[] = []
for (let i = 0; i < STARTS; i += 1) {
  const started = await start(adapter.port, `data-${i}`)
  starts.push(started)
  await end(started.child)
}
const of = (key: 'framesMs' | 'readyMs' | 'cpuMs') =>
  `${Math.round(median(starts.map((s) => s[key])))} ms`
console.log(`start to frames          ${of('framesMs')}, ${of('cpuMs')} of them on a core`)
console.log(`start to the API         ${of('readyMs')}`)

const busy = await start(adapter.port, 'busy')
await pause(3000)
const [before, since] = [cpuOf(busy.child), performance.now()]
await pause(BUSY_MS)
const share = (cpuOf(busy.child) - before) / (performance.now() - since)
console.log(
  `${RATE} frames/s            ${(share * 100).toFixed(1)} % of a core, ${memoryOf(busy.child)}`,
)
await adapter.unplug()
await pause(IDLE_MS)
console.log(`idle                     ${memoryOf(busy.child)}`)
await end(busy.child)
rmSync(folder, { recursive: true, force: true })
process.exit()
