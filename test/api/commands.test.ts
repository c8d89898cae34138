import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { createApi } from '../../src/api/server.ts'
import {
  type RefusalReason,
  type RequestOutcome,
  refusalTexts,
} from '../../src/model/bus-request.ts'
import {
  bearer,
  keys,
  NOW,
  OWNER,
  privilegeToken,
  type TestApi,
  testApi,
  userToken,
} from '../support/api-fakes.ts'

const test = suite('commands over REST')

const CLEAR = '/v1/vehicle/17/commands/dtc/clear'
const REQUEST = '/v1/vehicle/17/commands/request'

async function post(t: TestApi, url: string, body?: object, token?: string) {
  const headers = bearer(token ?? (await privilegeToken([2])))
  const request = { method: 'POST', url, headers, ...(body && { payload: body }) } as const
  const response = await t.api.inject(request)
  return { status: response.statusCode, body: response.json(), headers: response.headers }
}

function answered(...answers: string[]): RequestOutcome {
  return {
    kind: 'answered',
    answers: answers.map((hex, index) => ({
      from: { id: 0x7e8 + index, extended: false },
      data: Buffer.from(hex, 'hex'),
      time: NOW * 1000,
    })),
  }
}

test('codes are cleared for who may, and the answers are shown', async () => {
  const t = await testApi()
  t.commands.outcome = answered('44', '7f0422')
  const time = '2024-01-25T18:00:00.250Z'
  const { status, body } = await post(t, CLEAR)
  assert.is(status, 200)
  assert.equal(body, {
    answers: [
      { controlUnit: '7E8', data: '44', time },
      { controlUnit: '7E9', data: '7F0422', time, negative: '22' },
    ],
  })
  assert.equal(t.commands.vehicles, ['truck'])
  assert.equal(t.commands.asked, ['clear'])
  assert.equal(t.commands.requesters, [{ kind: 'api', name: 'privilege token', privileges: [2] }])
})

test('without privilege 2 nothing reaches the vehicle', async () => {
  const t = await testApi()
  t.commands.outcome = answered('44')
  const pid = { kind: 'pid', pid: 12 }
  for (const url of [CLEAR, REQUEST]) {
    for (const privileges of [[], [1], [1, 3, 4, 5, 6, 7, 8]]) {
      const token = await privilegeToken(privileges)
      assert.is((await post(t, url, pid, token)).status, 401, `${url} ${privileges}`)
    }
    assert.is((await post(t, url, pid, await privilegeToken([2], '18'))).status, 401)
    assert.is((await post(t, url, pid, await userToken('somebody'))).status, 404)
    assert.is((await post(t, url, pid, 'x.y.z')).status, 401)
    assert.is((await t.api.inject({ method: 'GET', url })).statusCode, 405)
  }
  assert.equal(t.commands.asked, [])
})

test("the owner's requests carry the owner's name and all privileges", async () => {
  const t = await testApi()
  t.commands.outcome = answered('44')
  assert.is((await post(t, CLEAR, undefined, await userToken())).status, 200)
  assert.equal(t.commands.requesters, [
    { kind: 'api', name: OWNER, privileges: [1, 2, 3, 4, 5, 6, 7, 8] },
  ])
})

test('clearing that every control unit refused is no success', async () => {
  const t = await testApi()
  t.commands.outcome = answered('7f0422', '7f0431')
  const { status, body } = await post(t, CLEAR)
  assert.is(status, 409)
  assert.is(
    body.message,
    'The control units refused to clear their codes: 7E8 (NRC 22), 7E9 (NRC 31).',
  )
})

test('a refusal of the governor is told in its words, each reason', async () => {
  const t = await testApi()
  for (const [reason, detail] of Object.entries(refusalTexts) as [RefusalReason, string][]) {
    t.commands.outcome = { kind: 'refused', reason, detail }
    for (const [url, body] of [[CLEAR], [REQUEST, { kind: 'pid', pid: 12 }]] as const) {
      const answer = await post(t, url, body)
      assert.is(answer.status, reason === 'privilege' ? 401 : 409, reason)
      assert.is(answer.body.message, `Refused: ${detail}.`)
      assert.is(answer.headers['retry-after'], undefined)
    }
  }
})

test('a refusal that time heals says when', async () => {
  const t = await testApi()
  t.commands.outcome = { kind: 'refused', reason: 'budget', detail: 'later', again: 1200 }
  assert.is((await post(t, CLEAR)).headers['retry-after'], '2')
  t.commands.outcome = { kind: 'refused', reason: 'busy', detail: 'later', again: 5 }
  assert.is((await post(t, CLEAR)).headers['retry-after'], '1')
})

test('silence and a failing bus are told apart', async () => {
  const t = await testApi()
  assert.is((await post(t, CLEAR)).status, 504)
  t.commands.outcome = { kind: 'failed', detail: 'no acknowledgement' }
  const { status, body } = await post(t, CLEAR)
  assert.is(status, 502)
  assert.is(body.message, 'The adapter or the bus failed: no acknowledgement.')
})

test('questions arrive as they were asked', async () => {
  const t = await testApi()
  t.commands.outcome = answered('410c1af8')
  const unit = { id: 0x7e0, extended: false }
  const cases: [body: object, question: object][] = [
    [
      { kind: 'pid', pid: 12 },
      { kind: 'pid', pid: 12 },
    ],
    [
      { kind: 'pid', pid: 2, service: 9, controlUnit: '7E0' },
      { kind: 'pid', pid: 2, service: 9, unit },
    ],
    [
      { kind: 'did', did: 0xf190, controlUnit: '18DA10F1' },
      { kind: 'did', did: 0xf190, unit: { id: 0x18da10f1, extended: true } },
    ],
    [
      { kind: 'pgn', pgn: 65260 },
      { kind: 'pgn', pgn: 65260 },
    ],
    [
      { kind: 'pgn', pgn: 65260, address: 0 },
      { kind: 'pgn', pgn: 65260, address: 0 },
    ],
  ]
  for (const [body, question] of cases) {
    const answer = await post(t, REQUEST, body)
    assert.is(answer.status, 200)
    assert.is(answer.body.answers[0].data, '410C1AF8')
    assert.equal(t.commands.asked.at(-1), question)
  }
})

test('a question that is none is told what would be one', async () => {
  const t = await testApi()
  const cases: [body: object, says: RegExp][] = [
    [{}, /must be \{kind: "pid", pid\}/],
    [{ kind: 'raw', data: '0400' }, /must be \{kind: "pid", pid\}/],
    [{ kind: 'pid' }, /^pid must be a whole number from 0 to 255/],
    [{ kind: 'pid', pid: 256 }, /^pid must be/],
    [{ kind: 'pid', pid: '12' }, /^pid must be/],
    [{ kind: 'pid', pid: 1, service: 4 }, /^service must be 1, 6 or 9/],
    [{ kind: 'did', did: 1 }, /^controlUnit must be the identifier/],
    [{ kind: 'did', did: 1, controlUnit: '800' }, /^controlUnit must be/],
    [{ kind: 'did', did: 1, controlUnit: '7E' }, /^controlUnit must be/],
    [{ kind: 'pgn', pgn: 262_144 }, /^pgn must be/],
    [{ kind: 'pgn', pgn: 1, address: 256 }, /^address must be/],
  ]
  for (const [body, says] of cases) {
    const answer = await post(t, REQUEST, body)
    assert.is(answer.status, 400, JSON.stringify(body))
    assert.match(answer.body.message, says)
  }
  assert.equal(t.commands.asked, [])
})

test('a gateway that sends nothing says so, to those who might ask', async () => {
  const t = await testApi()
  const { records, status, gateway, clock, logger } = t
  const api = await createApi({ records, status, gateway, clock, logger, keys, version: '0' })
  for (const url of [CLEAR, REQUEST]) {
    const { status, body } = await post({ ...t, api }, url, { kind: 'pid', pid: 12 })
    assert.is(status, 409)
    assert.match(body.message, /not set up to send anything/)
    assert.is((await post({ ...t, api }, url, {}, await privilegeToken([1]))).status, 401)
  }
  const headers = bearer(await privilegeToken([1]))
  const codes = await api.inject({ url: '/v1/vehicle/17/dtcs', headers })
  assert.is(codes.statusCode, 404)
  const events = await api.inject({ url: '/v1/vehicle/17/events', headers })
  assert.equal(events.json(), { events: [] })
})

test('who says what he looks at is served faster, for ten seconds', async () => {
  const t = await testApi()
  const headers = bearer(await privilegeToken([1]))
  const read = (query: string) => t.api.inject({ url: `/v1/vehicle/17/signals${query}`, headers })
  assert.is((await read('')).statusCode, 200)
  assert.equal(t.commands.watched, [])
  assert.is((await read('?watch=speed,rpm')).statusCode, 400)
  assert.is((await read('?watch=speed,engineSpeed')).statusCode, 200)
  assert.equal(
    t.commands.watched.map(({ signals, until }) => ({ signals, until })),
    [{ signals: ['speed', 'engineSpeed'], until: NOW + 10_000 }],
  )
  await t.api.stop()
})

test.run()
