/**
 * The REST API under load: requests for a status a second against a bare Fastify route with the
 * same answer, both in a process of their own that ingests 4,000 frames/s, in turns; and how soon a
 * history of 14 days at one record a second begins to arrive.
 *
 *   node --import tsx test/bench/api.ts [DAYS] [SECONDS]
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { recordId } from '../../src/model/record-id.ts'
import { blockToSeal } from '../../src/uplink/store/blocks/block-to-seal.ts'
import { Journal } from '../../src/uplink/store/journal.ts'
import { inSnapshot, openReading } from '../../src/uplink/store/reading.ts'
import { checkpointOf, silent } from '../support/journal-records.ts'
import type { Started } from './api-server.ts'
import { generatedRecords } from './generated-records.ts'

const DAYS = Number(process.argv[2] ?? 14)
const SECONDS = Number(process.argv[3] ?? 5)
const ROUNDS = 3
const CONNECTIONS = [1, 16]
const DAY_MS = 86_400_000
const GROUP = 2000

const folder = mkdtempSync('/var/tmp/odograph-bench-')
const children: ChildProcess[] = []

interface Server extends Started {
  child: ChildProcess
}

async function start(...args: string[]): Promise<Server> {
  const child = fork(fileURLToPath(new URL('./api-server.ts', import.meta.url)), args, {
    execArgv: ['--import', 'tsx'],
  })
  children.push(child)
  const [started] = (await once(child, 'message')) as [Started]
  return { ...started, child }
}

/** Microseconds of processor time so far. */
async function processorTime({ child }: Server): Promise<number> {
  child.send('time')
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage]
  return user + system
}

/** The days before now, one record a second, sealed as in a gateway that was on all the time. */
function fill(): void {
  const path = join(folder, 'journal.db')
  const journal = new Journal({ path, commitEvery: 1e9, logger: silent, now: () => Date.now() })
  const reading = openReading(path)
  const start = Date.now() - DAYS * DAY_MS
  for (let day = 0; day < DAYS; day += 1) {
    const options = { count: 86_400, seed: day + 1, vehicle: 'truck', boot: `boot-${day}` }
    const records = generatedRecords({ ...options, start: start + day * DAY_MS })
    for (let at = 0; at < records.length; at += GROUP) {
      for (const { seq, ...record } of records.slice(at, at + GROUP)) {
        journal.append({ ...record, id: recordId(record) }, checkpointOf())
      }
      journal.commit()
    }
    for (;;) {
      const until = { before: Number.MAX_SAFE_INTEGER, boot: '' }
      const block = inSnapshot(reading, () => blockToSeal(reading, until))
      if (block === undefined) break
      journal.seal(block)
    }
  }
  reading.database.close()
  journal.stop()
}

interface Load {
  perSecond: number
  /** Processor time of the server a request, its ingesting included. */
  micros: number
  p50: number
  p99: number
}

/** Keep-alive connections that ask again as soon as they have an answer. */
async function load(server: Server, connections: number): Promise<Load> {
  const { port, token, vehicle } = server
  const path = `/v1/vehicle/${vehicle}/status`
  const asked = `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`
  const took: number[] = []
  const before = await processorTime(server)
  const end = performance.now() + SECONDS * 1000
  await Promise.all(Array.from({ length: connections }, () => client(port, asked, end, took)))
  const micros = ((await processorTime(server)) - before) / took.length
  took.sort((left, right) => left - right)
  const at = (part: number) => took[Math.floor(took.length * part)] ?? Number.NaN
  return { perSecond: took.length / SECONDS, micros, p50: at(0.5), p99: at(0.99) }
}

function client(port: number, asked: string, end: number, took: number[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let began = 0
    let text = ''
    const ask = () => {
      began = performance.now()
      socket.write(asked)
    }
    socket.setNoDelay(true)
    socket.setEncoding('latin1')
    socket.once('connect', ask)
    socket.once('error', reject)
    socket.on('data', (data) => {
      text += data
      const head = text.indexOf('\r\n\r\n')
      if (head < 0) return
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1])
      if (text.length < head + 4 + length) return
      if (!text.startsWith('HTTP/1.1 200')) reject(new Error(text))
      text = ''
      took.push(performance.now() - began)
      if (performance.now() < end) ask()
      else socket.end(resolve)
    })
  })
}

async function firstByte(
  { port, token, vehicle }: Started,
  accept: string,
  query = '',
): Promise<number> {
  const headers = { accept, authorization: `Bearer ${token}` }
  const began = performance.now()
  const asked = request({ port, path: `/v1/vehicle/${vehicle}/history${query}`, headers }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`)
  await once(answer, 'data')
  const took = performance.now() - began
  answer.destroy()
  return took
}

function told({ perSecond, micros, p50, p99 }: Load): string {
  return `${Math.round(perSecond)}/s, ${Math.round(micros)} µs of processor, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`
}

function median(values: number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN
}

async function statusOf({ port, token, vehicle }: Started): Promise<string> {
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`http://127.0.0.1:${port}/v1/vehicle/${vehicle}/status`, { headers })
  if (!response.ok) throw new Error(await response.text())
  return response.text()
}

try {
  if (DAYS > 0) fill()
  const gateway = await start('gateway', folder)
  await new Promise((resolve) => setTimeout(resolve, 2500))
  const payload = await statusOf(gateway)
  console.log(`status: ${payload}`)
  const bare = await start('bare', folder, payload)
  for (const connections of CONNECTIONS) {
    const ratios: number[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const ours = await load(gateway, connections)
      const theirs = await load(bare, connections)
      ratios.push(ours.perSecond / theirs.perSecond)
      console.log(`${connections} connections: ${told(ours)}; bare Fastify ${told(theirs)}`)
    }
    console.log(
      `${connections} connections: ${(100 * median(ratios)).toFixed(0)} % of bare Fastify`,
    )
  }
  if (DAYS > 0) {
    const asked: [accept: string, query: string][] = [
      ['application/json', ''],
      ['application/json', '?limit=1000'],
      ['application/x-ndjson', ''],
      ['text/csv', ''],
    ]
    for (const [accept, query] of asked) {
      const first = await firstByte(gateway, accept, query)
      const rest: number[] = []
      for (let round = 0; round < 5; round += 1) rest.push(await firstByte(gateway, accept, query))
      const times = `first ${first.toFixed(0)} ms, then ${median(rest).toFixed(0)} ms`
      console.log(`first byte of ${DAYS} days as ${accept}${query}: ${times}`)
    }
  }
} finally {
  for (const child of children) child.kill()
  rmSync(folder, { recursive: true, force: true })
}
