/**
 * What the gateway costs while it asks a simulated car through an ELM327 over a pseudo-terminal, and
 * while it waits for an adapter that is not there: share of one core, from the kernel's own count.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const WARM_MS = 45_000
const WATCH_MS = 5000
const MEASURE_MS = 30_000

const folder = mkdtempSync(join(tmpdir(), 'odograph-bench-'))
const children: ChildProcess[] = []

/** With the first line that it says. */
async function start(...args: string[]): Promise<{ child: ChildProcess; said: string }> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  const said = await new Promise((resolve) => child.stdout.once('data', resolve))
  return { child, said: String(said).trim() }
}

/** All that a command says. */
async function outputOf(...args: string[]): Promise<string> {
  const command = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  command.stdout.on('data', (chunk) => {
    text += chunk
  })
  await new Promise((resolve) => command.once('close', resolve))
  return text.trim()
}

/** Milliseconds that all threads of a process have run; ticks would be too coarse for so little. */
function usedBy({ pid }: ChildProcess): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const used = threads.map((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'),
  )
  return used.reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1e6, 0)
}

async function share(child: ChildProcess): Promise<number> {
  const before = usedBy(child)
  await setTimeout(MEASURE_MS)
  return ((usedBy(child) - before) / MEASURE_MS) * 100
}

/** Somebody looks at everything, so that as much is asked as may be. */
async function watcher(url: string, data: string): Promise<() => void> {
  const authorization = `Bearer ${await outputOf('token', 'create', '--user', '--data', data)}`
  const read = async (path: string) => {
    const response = await fetch(`${url}${path}`, { headers: { authorization } })
    return (await response.json()) as { name: string; tokenId: string; value?: unknown }[]
  }
  const [vehicle] = await read('/v1/gateway/vehicles')
  const signals = `/v1/vehicle/${vehicle?.tokenId}/signals`
  const known = (await read(signals)).filter(({ value }) => value !== undefined)
  const watched = known.map(({ name }) => name).join(',')
  return () => void read(`${signals}?watch=${watched}`)
}

/** Ten PIDs that are wanted twice a second, from a unit that answers one a request. */
const FAST_PIDS = ['04', '05', '0B', '0C', '0D', '0E', '0F', '10', '11', '2F']

function fastProfile(): string {
  const file = join(folder, 'fast.yaml')
  const polled = FAST_PIDS.map(
    (pid) =>
      `  - { name: P${pid}, request: { id: 0x7E0, data: '01${pid}' }, response: { id: 0x7E8 }, length: 3, every: 0.5,` +
      ` signals: [{ name: p${pid}, label: P, layout: '7|8@0+ (1,0) [0|255]' }] }`,
  )
  writeFileSync(
    file,
    `id: fast\nlabel: Fast\napplies: { make: Odograph, models: [Bench] }\nsources: [none]\npolled:\n${polled.join('\n')}\n`,
  )
  return file
}

async function measure(name: string, source: string, isWatched = false, more = ''): Promise<void> {
  const config = join(folder, 'odograph.yaml')
  const data = join(folder, name.replaceAll(' ', '-'))
  writeFileSync(
    config,
    `sources: [${source}]\nmqtt: { enabled: false }\napi: { listen: 127.0.0.1:0 }\n${more}`,
  )
  const { child: gateway, said } = await start('run', '--config', config, '--data', data)
  await setTimeout(WARM_MS)
  const watch = isWatched ? await watcher(said.replace('ready ', ''), data) : () => undefined
  watch()
  const watching = setInterval(watch, WATCH_MS)
  await setTimeout(WATCH_MS)
  const before = Date.now()
  const used = await share(gateway)
  clearInterval(watching)
  const stopped = new Promise((resolve) => gateway.once('exit', resolve))
  gateway.kill('SIGINT')
  await stopped
  const log = await outputOf(...['governor', 'log', '--data', data, '--json', '--limit', '100000'])
  const times = log.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  const asked = times.filter(({ kind, time }) => kind === 'request' && Date.parse(time) >= before)
  const rate = asked.length / (MEASURE_MS / 1000)
  console.log(`${name}: ${used.toFixed(2)} % of a core at ${rate.toFixed(1)} requests/s`)
}

try {
  for (const adapter of ['elm327', 'stn']) {
    const port = join(folder, adapter)
    await start('simulate', adapter, '--single-pid', '--link', port)
    const car = `{ id: obd, type: elm327, port: ${port}, listenOnly: false }`
    await measure(`asking a car (${adapter})`, car)
    await measure(`asking a car that somebody watches (${adapter})`, car, true)
  }
  const fast = `{ id: obd, type: elm327, vehicle: car, port: ${join(folder, 'stn')}, listenOnly: false }`
  const budget = 'governor: { requestsPerSecond: 20, requestsPerSecondAndUnit: 20 }'
  const vehicles = `vehicles: [{ id: car, profile: ${fastProfile()} }]`
  await measure('asking for as much as it may (stn)', fast, false, `${budget}\n${vehicles}\n`)
  await measure('no adapter', '{ id: obd, type: elm327, port: /dev/none, listenOnly: false }')
} finally {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
