/**
 * The HTTP server, asked over raw sockets what nobody should ask. Whatever comes: an answer or an
 * end, never a failure of the server's own, errors in the one shape, and nothing is left behind.
 */
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { fullStatus, NOW, privilegeToken, testApi, truck, userToken } from '../support/api-fakes.ts'
import { answersIn, checkAnswer } from './http-answers.ts'
import { type Attack, attack, type HttpSubject } from './http-requests.ts'
import { randomOf } from './mutate.ts'

export interface HttpFuzzOptions {
  count: number
  seed: number
}

export interface HttpFuzzResult {
  answers: number
  /** How many answers of each status. */
  statuses: Record<number, number>
  /** Open connections when everybody has gone. */
  connections: number
  /** MB, after a tenth of the run and at its end. */
  heap: [before: number, after: number]
}

/** For an answer to end; an attack that holds the server up for longer is a find. */
const HANG_MS = 20_000
const AT_ONCE = 8

export async function fuzzHttp({ count, seed }: HttpFuzzOptions): Promise<HttpFuzzResult> {
  const t = await testApi()
  t.status.statuses.set('truck', fullStatus())
  t.commands.outcome = { kind: 'refused', reason: 'parked', detail: 'it is parked' }
  for (let index = 0; index < 300; index += 1) {
    t.records.add(NOW - 600_000 + index * 1000, { odometer: 50_000 + index, speed: index })
  }
  const { port } = await t.api.listen('127.0.0.1', 0)
  const subject = await subjectOf(t.api.routes)
  const random = randomOf(seed)
  const statuses: Record<number, number> = {}
  let sent = 0
  let before = 0
  async function attacker(): Promise<void> {
    while (sent < count) {
      sent += 1
      const number = sent
      if (number === Math.ceil(count / 10)) before = heapInUse()
      const made = attack(random, subject)
      for (const status of await one(port, made, `seed ${seed}, attack ${number}`)) {
        statuses[status] = (statuses[status] ?? 0) + 1
      }
    }
  }
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, attacker))
    const connections = await settled(() => t.api.connections)
    const failures = t.logger.lines.filter((line) => line.startsWith('error'))
    if (failures.length > 0) throw new Error(`a failure inside: ${failures[0]}`)
    t.logger.lines.length = 0
    const answers = Object.values(statuses).reduce((sum, value) => sum + value, 0)
    return { answers, statuses, connections, heap: [before, heapInUse()] }
  } finally {
    await t.api.stop()
  }
}

/** Every route, streams included, with the ids of the vehicle of the token. */
async function subjectOf(routes: readonly string[]): Promise<HttpSubject> {
  const paths = routes.map((route) => {
    const [method = '', url = ''] = route.split(' ')
    const path = url
      .replace(':tokenId', truck.tokenId)
      .replace(':userDeviceId', truck.userDeviceId)
      .replace(/:\w+|\*/g, 'x')
    return { method, path }
  })
  return {
    paths,
    tokens: [
      await userToken(),
      await privilegeToken([1]),
      await privilegeToken([3, 4, 5, 6, 7, 8]),
    ],
  }
}

async function one(port: number, made: Attack, name: string): Promise<number[]> {
  const { parts, isAbandoned } = made
  let bytes: Buffer
  try {
    bytes = await exchange(port, parts, isAbandoned)
    // Of what was cut off in the middle there is nothing to be said.
    const answers = isAbandoned ? [] : answersIn(bytes)
    const mayBeEmpty = Buffer.concat(parts).includes('HEAD')
    for (const answer of answers) checkAnswer(answer, mayBeEmpty)
    return answers.map(({ status }) => status)
  } catch (error) {
    const request = Buffer.concat(parts).toString('latin1').slice(0, 2000)
    throw new Error(`${name}: ${error}\n${JSON.stringify(request)}`, { cause: error })
  }
}

async function exchange(port: number, parts: Buffer[], isAbandoned: boolean): Promise<Buffer> {
  const socket = connect({ port, host: '127.0.0.1' })
  const chunks: Buffer[] = []
  socket.on('data', (data) => chunks.push(data))
  // The server may close while there is something left to be written.
  socket.on('error', () => undefined)
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  for (const part of parts) {
    socket.write(part)
    if (parts.length > 1) await new Promise(setImmediate)
  }
  if (isAbandoned) socket.destroy()
  else socket.end()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      socket.destroy()
      reject(new Error(`no end within ${HANG_MS} ms; got ${Buffer.concat(chunks).length} bytes`))
    }, HANG_MS)
  })
  await Promise.race([closed, late]).finally(() => clearTimeout(timer))
  return Buffer.concat(chunks)
}

/** Waits until the count is 0 or does not change any more. */
async function settled(count: () => number): Promise<number> {
  for (let round = 0; round < 100 && count() > 0; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return count()
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function heapInUse(): number {
  collect()
  return Math.round(process.memoryUsage().heapUsed / 1e5) / 10
}
