/**
 * What the gateway costs while it asks a simulated car through an ELM327 over a pseudo-terminal, and
 * while it waits for an adapter that is not there: share of one core, from the kernel's own count.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const TICKS = 100
const WARM_MS = 15_000
const MEASURE_MS = 30_000

const folder = mkdtempSync(join(tmpdir(), 'odograph-bench-'))
const children: ChildProcess[] = []

function start(...args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  children.push(child)
  return new Promise((resolve) => child.stdout?.once('data', () => resolve(child)))
}

/** Ticks of user and system time of a process. */
function ticksOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}

async function share(child: ChildProcess): Promise<number> {
  const before = ticksOf(child)
  await setTimeout(MEASURE_MS)
  return ((ticksOf(child) - before) / TICKS / (MEASURE_MS / 1000)) * 100
}

async function measure(name: string, source: string): Promise<void> {
  const config = join(folder, 'odograph.yaml')
  const data = join(folder, name.replaceAll(' ', '-'))
  writeFileSync(
    config,
    `sources: [${source}]\nmqtt: { enabled: false }\napi: { listen: 127.0.0.1:0 }\n`,
  )
  const gateway = await start('run', '--config', config, '--data', data)
  await setTimeout(WARM_MS)
  const before = Date.now()
  const used = await share(gateway)
  const stopped = new Promise((resolve) => gateway.once('exit', resolve))
  gateway.kill('SIGINT')
  await stopped
  const log = spawn(process.execPath, [
    MAIN,
    'governor',
    'log',
    '--data',
    data,
    '--json',
    '--limit',
    '100000',
  ])
  let text = ''
  log.stdout.on('data', (chunk) => {
    text += chunk
  })
  await new Promise((resolve) => log.once('close', resolve))
  const times = text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
  const asked = times.filter(({ kind, time }) => kind === 'request' && Date.parse(time) >= before)
  const rate = asked.length / (MEASURE_MS / 1000)
  const each = rate === 0 ? '' : `, ${((used / rate) * 20).toFixed(1)} % at 20 requests/s`
  console.log(`${name}: ${used.toFixed(2)} % of a core at ${rate.toFixed(1)} requests/s${each}`)
}

try {
  const link = join(folder, 'tty')
  await start('simulate', 'elm327', '--single-pid', '--link', link)
  await measure('asking a car', `{ id: obd, type: elm327, port: ${link}, listenOnly: false }`)
  await measure('no adapter', '{ id: obd, type: elm327, port: /dev/none, listenOnly: false }')
} finally {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
}
