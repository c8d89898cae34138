/** A short run of the HTTP fuzzer (`npm run fuzz -- http` is a long one), and what it has taught. */
import { EventEmitter, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { ConnectionLimits } from '../../src/api/limits.ts'
import type { ApiServer } from '../../src/api/server.ts'
import { NOW, type TestApi, testApi, userToken } from '../support/api-fakes.ts'
import { fuzzHttp } from './http.ts'
import { answersIn, checkAnswer } from './http-answers.ts'
import { attack } from './http-requests.ts'
import { randomOf } from './mutate.ts'

const test = suite('HTTP fuzz')

const ATTACKS = 700

const started: TestApi[] = []
const sockets: Socket[] = []
test.after.each(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  await Promise.all(started.splice(0).map(({ api }) => api.stop()))
})

async function server(limits: Partial<ConnectionLimits>): Promise<TestApi & { port: number }> {
  const t = await testApi({ limits })
  const { port } = await t.api.listen('127.0.0.1', 0)
  started.push(t)
  return { ...t, port }
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  sockets.push(socket)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  return socket
}

function whole(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    socket.on('data', (data) => {
      text += data
    })
    socket.once('close', () => resolve(text))
  })
}

/** The server hears of an end a moment after the client does. */
async function allGone(api: ApiServer): Promise<void> {
  for (let round = 0; round < 500 && api.connections > 0; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  assert.is(api.connections, 0)
}

/** Writes a byte at a time for as long as it may. */
async function trickle(socket: Socket, text: string): Promise<void> {
  for (const byte of text) {
    if (!socket.writable) return
    socket.write(byte)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test(`nothing fails in ${ATTACKS} attacks, and nothing is left of them`, async () => {
  const { answers, statuses, connections, heap } = await fuzzHttp({ count: ATTACKS, seed: 4 })
  assert.ok(answers > ATTACKS / 2, `${answers} answers`)
  assert.is(connections, 0)
  for (const status of [200, 400, 401, 404, 405, 431]) assert.ok(statuses[status], `no ${status}`)
  assert.ok(heap[1] - heap[0] < 20, `from ${heap[0]} to ${heap[1]} MB`)
})

test('the same seed makes the same attacks', () => {
  const subject = { paths: [{ method: 'GET', path: '/health' }], tokens: ['a'] }
  const made = (seed: number) => {
    const random = randomOf(seed)
    return Array.from({ length: 50 }, () => attack(random, subject))
  }
  assert.equal(made(3), made(3))
  assert.not.equal(made(3), made(4))
})

test('the checker of answers sees what must not be', () => {
  const json = 'Content-Type: application/json\r\nContent-Length: '
  const wrong: [answer: string, problem: RegExp][] = [
    ['HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n', /status 500/],
    ['HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n', /JSON/],
    [`HTTP/1.1 404 X\r\n${json}2\r\n\r\n{}`, /with the body/],
    [`HTTP/1.1 404 X\r\n${json}26\r\n\r\n{"code":400,"message":"a"}`, /with the body/],
    [`HTTP/1.1 404 X\r\n${json}36\r\n\r\n{"code":404,"message":"a"}`, /part of a body/],
    ['HTTP/1.1 404 X\r\nContent-Length: 26\r\n\r\n{"code":404,"message":"a"}', /as undefined/],
    ['HTTP/1.1 200 X\r\n', /half a head/],
    ['nonsense\r\n\r\n', /no status line/],
  ]
  for (const [answer, problem] of wrong) {
    assert.throws(() => {
      for (const found of answersIn(Buffer.from(answer))) checkAnswer(found, false)
    }, problem)
  }
  const good = `HTTP/1.1 404 X\r\n${json}26\r\n\r\n{"code":404,"message":"a"}`
  const answers = answersIn(Buffer.from(good + good))
  assert.is(answers.length, 2)
  for (const answer of answers) checkAnswer(answer, false)
})

test('a head or a body that comes a byte at a time is not waited for', async () => {
  const { port, api } = await server({ headersMs: 200, requestMs: 300, checkMs: 50 })
  const token = await userToken()
  const slow = [
    'GET /health HTTP/1.1\r\nHost: x\r\nX: ',
    `POST /v1/tokens/exchange HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n`,
  ]
  for (const head of slow) {
    const socket = await dial(port)
    const answer = whole(socket)
    socket.write(head)
    await trickle(socket, 'x'.repeat(500))
    assert.match(await answer, /^HTTP\/1\.1 408 [\s\S]*\{"code":408,"message":"The request did not/)
  }
  await allGone(api)
})

test('a connection on which nothing is ever said is closed', async () => {
  const { port, api } = await server({ headersMs: 200, checkMs: 50 })
  assert.match(await whole(await dial(port)), /^HTTP\/1\.1 408 /)
  await allGone(api)
})

test('a client that takes nothing of a long answer is cut off', async () => {
  const { port, api, records } = await server({ silenceMs: 300 })
  for (let index = 0; index < 60_000; index += 1) {
    records.add(NOW - 100_000 + index, { odometer: index, speed: index, batteryVoltage: 12 })
  }
  const socket = await dial(port)
  socket.write(
    'GET /v1/vehicle/17/history HTTP/1.1\r\nHost: x\r\nAccept: application/x-ndjson\r\n' +
      `Authorization: Bearer ${await userToken()}\r\n\r\n`,
  )
  await once(socket, 'readable')
  await allGone(api)
})

test('with too many connections the idle ones make room, and where all are busy it is 503', async () => {
  const { port, api, records } = await server({ connections: 3 })
  const idle = await dial(port)
  const gone = once(idle, 'close')
  idle.resume()
  const authorization = `Authorization: Bearer ${await userToken()}`
  const held = new EventEmitter()
  const finished = once(held, 'finish')
  let reached = 0
  records.totalDistance = async () => {
    reached += 1
    await finished
    return 7
  }
  const busy = await Promise.all([1, 2, 3].map(() => dial(port)))
  await gone
  const path = '/v1/vehicle/17/distance-driven'
  for (const socket of busy)
    socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n${authorization}\r\n\r\n`)
  while (reached < 3) await new Promise(setImmediate)
  const refused = await dial(port)
  const answer = whole(refused)
  refused.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.match(await answer, /^HTTP\/1\.1 503 [\s\S]*retry-after: 1[\s\S]*\{"code":503,"message"/)
  const answers = busy.map(whole)
  held.emit('finish')
  for (const socket of busy) socket.end()
  for (const text of await Promise.all(answers)) assert.match(text, '"distanceDriven":7')
  await allGone(api)
  const after = await dial(port)
  const health = whole(after)
  after.end('GET /health HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.match(await health, /^HTTP\/1\.1 200 /)
})

test('nonsense after a request waits for its answer, and then ends the connection', async () => {
  const { port, api, records } = await server({})
  records.totalDistance = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return 7
  }
  const request = `GET /v1/vehicle/17/distance-driven HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${await userToken()}\r\n\r\n`
  const socket = await dial(port)
  const answer = whole(socket)
  socket.write(`${request}NONSENSE\r\n\r\n`)
  const answers = answersIn(Buffer.from(await answer))
  assert.equal(
    answers.map(({ status }) => status),
    [200, 400],
  )
  await allGone(api)
})

test.run()
