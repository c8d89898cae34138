import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { commandErrors } from '../../src/uplink/mqtt/command-answer.ts'
import { commandNames } from '../../src/uplink/mqtt/command-table.ts'
import { DeliveryError } from '../../src/uplink/outbox-port.ts'
import { type Answer, commandDesk, READING } from '../support/command-desk.ts'
import { chance } from '../support/journal-records.ts'
import { settled } from '../support/mqtt-fixtures.ts'

const EVERYTHING = { allow: [...commandNames], privileges: [2] }

function codeOf({ status, error }: Answer): string {
  assert.is(status, 'error')
  assert.ok((error?.message.length ?? 0) > 10, 'a sentence')
  return error?.code ?? ''
}

test('it subscribes to the commands of its vehicles and its own, and to nothing when switched off', () => {
  const { commands } = commandDesk()
  assert.equal(commands.filters(), ['odograph/gw1/command/#', 'odograph/van/command/#'])
  const off = commandDesk({ enabled: false })
  assert.equal(off.commands.filters(), [])
  off.incoming('odograph/van/command/status/get', {})
  assert.equal(off.published, [])
})

test('the reading commands answer with what the gateway knows', async () => {
  const { ask, handlers, clock } = commandDesk()
  assert.equal(await ask('status/get', { id: 'a' }), {
    command: 'status/get',
    id: 'a',
    status: 'ok',
    result: { odometer: 1 },
  })
  assert.is(codeOf(await ask('dtc/read')), 'no-data')
  const history = await ask('history/get', { limit: 2 })
  assert.is(history.result.records.length, 2)
  assert.is(history.result.records[0].type, 'zone.dimo.device.status.update')
  assert.match(history.result.next, /^\d+\.2$/)
  const next = {
    limit: 500,
    order: 'desc',
    after: history.result.next,
    from: '2026-01-01T00:00:00Z',
  }
  assert.is((await ask('history/get', next)).result.records.length, 500)
  const boost = await ask('poll/boost', { signals: ['speed'], seconds: 30 })
  const until = clock.now() + 30_000
  assert.equal(boost.result, { signals: ['speed'], until: new Date(until).toISOString() })
  assert.ok(handlers.calls.includes(`watch van speed ${until}`))
})

test('the gateway has commands of its own, and each says where the other is', async () => {
  const { incoming, published, ask, clock } = commandDesk()
  incoming('odograph/gw1/command/health/get', {})
  await clock.advance(0)
  assert.is(published[0]?.topic, 'odograph/gw1/command/health/get/response')
  assert.equal(JSON.parse(String(published[0]?.payload)).result, { status: 'ok' })
  const wrong = await ask('health/get')
  assert.is(codeOf(wrong), 'unknown-command')
  assert.match(wrong.error?.message ?? '', 'the gateway')
})

test('an answer goes where the requester wants it, with his correlation data', async () => {
  const { ask, published } = commandDesk()
  const correlationData = Buffer.from([0, 255, 7])
  await ask('status/get', {}, { responseTopic: 'app/7/answers', correlationData })
  const [answer] = published
  assert.is(answer?.topic, 'app/7/answers')
  assert.equal(answer?.correlationData, correlationData)
  assert.is(answer?.contentType, 'application/json')
  assert.is(answer?.qos, 1)
  assert.is(answer?.retain, false)
})

test('an answer never goes to a topic of the gateway itself, nor to a command, nor to a filter', async () => {
  const usual = 'odograph/van/command/status/get/response'
  const cases: [wanted: string, given: string][] = [
    ['odograph/van/status', usual],
    ['odograph/gw1/availability', usual],
    ['odograph/van/command/dtc/clear', usual],
    ['$SYS/broker', usual],
    ['a/#', usual],
    ['a/+/b', usual],
    ['', usual],
    ['odograph/van/command/mine/response', 'odograph/van/command/mine/response'],
    ['odograph/other/x', 'odograph/other/x'],
  ]
  for (const [responseTopic, given] of cases) {
    const { ask, published } = commandDesk()
    await ask('status/get', {}, { responseTopic })
    assert.is(published[0]?.topic, given, responseTopic)
  }
})

test('answers that come back are no commands', async () => {
  const { incoming, published, clock } = commandDesk()
  incoming('odograph/van/command/status/get/response', {})
  incoming('odograph/bus/command/status/get', {})
  await clock.advance(0)
  assert.equal(published, [])
  incoming('odograph/van/command', {})
  await clock.advance(0)
  assert.is(published[0]?.topic, 'odograph/van/command/response')
})

test('what cannot be read is refused with what is wrong with it', async () => {
  const cases: [command: string, body: unknown, code: string][] = [
    ['status/get', '', 'malformed'],
    ['status/get', 'null', 'malformed'],
    ['status/get', '[]', 'malformed'],
    ['status/get', '{"a":', 'malformed'],
    ['status/get', Buffer.from([0x7b, 0xff, 0x7d]), 'malformed'],
    ['status/get', { id: 7 }, 'malformed'],
    ['status/get', { id: '' }, 'malformed'],
    ['status/get', { id: 'x'.repeat(129) }, 'malformed'],
    ['status/get', { verbose: true }, 'malformed'],
    ['status/get', { expires: 'tomorrow' }, 'malformed'],
    ['status/get', { expires: -1 }, 'malformed'],
    ['status/get', { expires: null }, 'malformed'],
    ['status/get', { expires: '2026-02-01T00:00:00' }, 'malformed'],
    ['status/get', 'x'.repeat(64 * 1024 + 1), 'too-large'],
    ['history/get', { limit: 501 }, 'malformed'],
    ['history/get', { limit: 0 }, 'malformed'],
    ['history/get', { order: 'up' }, 'malformed'],
    ['history/get', { after: '1' }, 'malformed'],
    ['history/get', { from: 'x' }, 'malformed'],
    ['history/get', { from: '2026-02-02T00:00:00Z', to: '2026-02-01T00:00:00Z' }, 'malformed'],
    ['dtc/read', { all: 1 }, 'malformed'],
    ['poll/boost', {}, 'malformed'],
    ['poll/boost', { signals: ['constructor'] }, 'malformed'],
    ['poll/boost', { signals: ['speed'], seconds: 601 }, 'malformed'],
    ['fly', {}, 'unknown-command'],
    ['constructor', {}, 'unknown-command'],
    ['', {}, 'unknown-command'],
    ['dtc/clear', {}, 'not-enabled'],
    ['request', { kind: 'pid', pid: 12 }, 'not-enabled'],
  ]
  for (const [command, body, code] of cases) {
    const { ask, handlers } = commandDesk()
    assert.is(codeOf(await ask(command, body)), code, `${command} ${String(body).slice(0, 40)}`)
    assert.equal(handlers.calls, [])
    assert.ok(code in commandErrors)
  }
})

test('a question to the vehicle is the same as over REST', async () => {
  const unit = (id: number, extended: boolean) => ({ id, extended })
  const cases: [body: object, question: object | undefined][] = [
    [
      { kind: 'pid', pid: 12 },
      { kind: 'pid', pid: 12 },
    ],
    [
      { kind: 'pid', pid: 2, service: 9, controlUnit: '7E0' },
      { kind: 'pid', pid: 2, service: 9, unit: unit(0x7e0, false) },
    ],
    [
      { kind: 'did', did: 0xf190, controlUnit: '18DA10F1' },
      { kind: 'did', did: 0xf190, unit: unit(0x18da10f1, true) },
    ],
    [
      { kind: 'pgn', pgn: 65262, address: 0 },
      { kind: 'pgn', pgn: 65262, address: 0 },
    ],
    [{ kind: 'pid', pid: 256 }, undefined],
    [{ kind: 'pid', pid: 12, service: 4 }, undefined],
    [{ kind: 'pid', pid: 12, pgn: 1 }, undefined],
    [{ kind: 'did', did: 1 }, undefined],
    [{ kind: 'did', did: 1, controlUnit: '7e' }, undefined],
    [{ kind: 'pgn', pgn: 0x40000 }, undefined],
    [{ kind: 'constructor' }, undefined],
    [{}, undefined],
  ]
  for (const [body, question] of cases) {
    const { ask, handlers } = commandDesk(EVERYTHING)
    const answer = await ask('request', body)
    if (question === undefined) {
      assert.is(codeOf(answer), 'malformed')
      assert.equal(handlers.calls, [])
      continue
    }
    assert.equal(answer.result.answers, [
      { controlUnit: '7E8', data: '44', time: '1970-01-01T00:00:01.000Z' },
    ])
    assert.equal(JSON.parse(handlers.calls[0]?.slice('ask van '.length) ?? ''), question)
  }
})

test('clearing needs to be allowed and needs the privilege, and says what the governor says', async () => {
  for (const half of [{ allow: ['dtc/clear'] as const }, { privileges: [2] }]) {
    const { ask, handlers } = commandDesk(half)
    assert.is(codeOf(await ask('dtc/clear')), 'not-enabled')
    assert.equal(handlers.calls, [])
  }
  const { ask, handlers, logger } = commandDesk(EVERYTHING)
  assert.is((await ask('dtc/clear')).status, 'ok')
  assert.equal(handlers.calls, ['clear van {"kind":"mqtt","name":"command","privileges":[2]}'])
  assert.ok(logger.lines.some((line) => line.includes('"command":"dtc/clear"')))
  handlers.outcome = { kind: 'refused', reason: 'moving', detail: 'the vehicle moves', again: 1500 }
  assert.equal((await ask('dtc/clear')).error, {
    code: 'refused',
    message: 'the vehicle moves',
    retryAfterSeconds: 2,
  })
  handlers.outcome = { kind: 'silent' }
  assert.is(codeOf(await ask('dtc/clear')), 'no-answer')
  handlers.outcome = { kind: 'failed', detail: 'bus off' }
  assert.is(codeOf(await ask('dtc/clear')), 'failed')
  const from = { id: 0x7e8, extended: false }
  const data = Uint8Array.of(0x7f, 4, 0x22)
  handlers.outcome = { kind: 'answered', answers: [{ from, data, time: 0 }] }
  const refused = await ask('dtc/clear')
  assert.is(codeOf(refused), 'refused')
  assert.match(refused.error?.message ?? '', '7E8 (NRC 22)')
})

test('a retained command does not run', async () => {
  const { ask, handlers } = commandDesk(EVERYTHING)
  assert.is(codeOf(await ask('dtc/clear', { id: 'x' }, { retain: true })), 'retained')
  assert.is(codeOf(await ask('status/get', {}, { retain: true })), 'retained')
  assert.equal(handlers.calls, [])
})

test('a command that came too late does not run', async () => {
  const { ask, clock, handlers } = commandDesk()
  const late = [
    { expires: new Date(clock.now()).toISOString() },
    { expires: new Date(clock.now() - 1).toISOString() },
    { expires: clock.now() / 1000 - 1 },
    { expires: 0 },
  ]
  for (const body of late) assert.is(codeOf(await ask('status/get', body)), 'expired')
  assert.is(codeOf(await ask('status/get', {}, { messageExpiryInterval: 0 })), 'expired')
  assert.equal(handlers.calls, [])
  const early = [
    { expires: new Date(clock.now() + 1).toISOString() },
    { expires: clock.now() / 1000 + 1 },
    { expires: 30 },
  ]
  for (const body of early) assert.is((await ask('status/get', body)).status, 'ok')
  assert.is((await ask('status/get', {}, { messageExpiryInterval: 1 })).status, 'ok')
})

test('while the clock is not known a time cannot be compared with it; seconds can', async () => {
  const { ask, clock } = commandDesk({ isClockTrusted: () => false })
  const expires = new Date(clock.now() + 1000).toISOString()
  assert.is(codeOf(await ask('status/get', { expires })), 'clock-unknown')
  assert.is((await ask('status/get', { expires: 5 })).status, 'ok')
})

test('an id that comes again is answered again from memory for ten minutes', async () => {
  const { ask, handlers, clock } = commandDesk(EVERYTHING)
  const first = await ask('dtc/clear', { id: 'once' })
  handlers.outcome = { kind: 'silent' }
  await clock.advance(9 * 60_000)
  assert.equal(await ask('dtc/clear', { id: 'once' }), first)
  assert.is(handlers.calls.length, 1)
  // another command and another vehicle may have the same id
  assert.is((await ask('status/get', { id: 'once' })).status, 'ok')
  await clock.advance(61_000)
  assert.is(codeOf(await ask('dtc/clear', { id: 'once' })), 'no-answer')
  assert.is(handlers.calls.filter((call) => call.startsWith('clear')).length, 2)
})

test('an id that is used for something else is refused', async () => {
  const { ask } = commandDesk()
  await ask('history/get', { id: 'h', limit: 1 })
  assert.is(codeOf(await ask('history/get', { id: 'h', limit: 2 })), 'id-reused')
})

test('one that comes again while it runs waits for the same end', async () => {
  const { incoming, handlers, published, clock } = commandDesk(EVERYTHING)
  let release: (() => void) | undefined
  handlers.hold = new Promise((resolve) => {
    release = resolve
  })
  for (let i = 0; i < 3; i++) incoming('odograph/van/command/dtc/clear', { id: 'x' })
  await clock.advance(0)
  assert.is(published.length, 0)
  release?.()
  await clock.advance(0)
  assert.is(published.length, 3)
  assert.is(handlers.calls.length, 1)
  assert.is(new Set(published.map(({ payload }) => String(payload))).size, 1)
})

test('commands come as fast as they may; those beyond are told to wait', async () => {
  const { ask, clock } = commandDesk()
  const codes = async (count: number) => {
    const said: string[] = []
    for (let i = 0; i < count; i++) said.push((await ask('status/get')).error?.code ?? 'ok')
    return said
  }
  assert.equal(await codes(20), Array(20).fill('ok'))
  const beyond = await ask('status/get', { id: 'late' })
  assert.is(codeOf(beyond), 'rate-limited')
  assert.is(beyond.id, 'late')
  await clock.advance(200)
  assert.equal(await codes(3), ['ok', 'ok', 'rate-limited'])
})

test('one that does not end is answered all the same, and too many at once are refused', async () => {
  const { incoming, ask, handlers, published, clock } = commandDesk(EVERYTHING)
  handlers.hold = new Promise(() => undefined)
  for (let i = 0; i < 8; i++) incoming('odograph/van/command/dtc/clear', {})
  await clock.advance(0)
  assert.is(published.length, 0)
  assert.is(codeOf(await ask('status/get')), 'busy')
  await clock.advance(30_000)
  assert.is(published.length, 9)
  assert.is(codeOf(JSON.parse(String(published.at(-1)?.payload))), 'failed')
  assert.is((await ask('status/get')).status, 'ok')
})

test('a handler that fails costs its own command only', async () => {
  const { ask, handlers } = commandDesk()
  handlers.status = () => {
    throw new Error('database is locked')
  }
  const answer = await ask('status/get')
  assert.is(codeOf(answer), 'failed')
  assert.match(answer.error?.message ?? '', 'database is locked')
  assert.is((await ask('poll/boost', { signals: ['speed'] })).status, 'ok')
})

test('an answer that the broker does not take is told in short', async () => {
  const published: { topic: string; payload: string }[] = []
  const { incoming, clock, logger } = commandDesk({
    publish({ topic, payload }) {
      if (payload.length > 1000) return Promise.reject(new DeliveryError('refused', 'too large'))
      if (topic === 'secret') return Promise.reject(new DeliveryError('refused', 'not authorised'))
      published.push({ topic, payload: String(payload) })
      return Promise.resolve()
    },
  })
  const more = { responseTopic: 'app' }
  incoming('odograph/van/command/history/get', { id: 'h', limit: 100 }, more)
  await clock.advance(0)
  assert.is(published[0]?.topic, 'app')
  const short = JSON.parse(published[0]?.payload ?? '')
  assert.is(codeOf(short), 'failed')
  assert.is(short.id, 'h')
  incoming('odograph/van/command/status/get', {}, { responseTopic: 'secret' })
  await clock.advance(0)
  assert.is(published[1]?.topic, 'odograph/van/command/status/get/response')
  assert.not(logger.lines.some((line) => line.includes('could not be answered')))
})

test('answers that nobody takes are bounded, counted and said', async () => {
  const sent = { count: 0 }
  const { incoming, clock, logger } = commandDesk({
    publish: () => {
      sent.count += 1
      return new Promise(() => undefined)
    },
    limits: { answers: 5 },
  })
  for (let i = 0; i < 50; i++) incoming('odograph/van/command/status/get', {})
  await clock.advance(0)
  assert.is(sent.count, 5)
  const said = logger.lines.filter((line) => line.includes('faster than answers'))
  assert.is(said.length, 6, 'at 1, 2, 4, 8, 16 and 32')
})

test('while the gateway stops nothing new is run, and it does not wait for ever', async () => {
  const { commands, incoming, handlers, clock, ask } = commandDesk(EVERYTHING)
  handlers.hold = new Promise(() => undefined)
  incoming('odograph/van/command/dtc/clear', {})
  await clock.advance(0)
  const stopped = commands.stop().then(() => 'stopped')
  assert.is(codeOf(await ask('status/get')), 'refused')
  await clock.advance(500)
  assert.is(await stopped, 'stopped')
  assert.equal(handlers.calls.length, 1)
})

test('whatever bytes come on whatever name, each gets one answer and nothing breaks', async () => {
  const random = chance(5)
  const whole = (below: number) => Math.floor(random() * below)
  const fragments = [
    ...['{', '}', '[', ']', ':', ',', '"id"', '"expires"', '"kind"', '"pid"', '"signals"'],
    ...['"limit"', '1e309', '-0', 'null', 'true', '"\\ud800"', '"__proto__"', '"speed"', '\0'],
  ]
  const bytes = () => Buffer.from(Array.from({ length: whole(60) }, () => whole(256)))
  const pieces = () =>
    Buffer.from(
      Array.from({ length: whole(12) }, () => fragments[whole(fragments.length)]).join(''),
    )
  const fields = () => {
    const values: unknown[] = [null, true, -1, 0, 1, 1e12, 'x', [], {}, ['speed'], 'pid', '7E0']
    const keys = ['id', 'expires', 'limit', 'signals', 'seconds', 'kind', 'pid', 'from', 'after']
    const picked = keys.filter(() => random() < 0.1).map((key) => [key, values[whole(12)]])
    return Buffer.from(JSON.stringify(Object.fromEntries(picked)))
  }
  const deep = () => Buffer.from('['.repeat(30_000))
  const shapes = [bytes, pieces, fields, fields, deep]
  const { incoming, published, clock } = commandDesk({
    ...EVERYTHING,
    limits: { perSecond: 1e9, burst: 1e9 },
  })
  const okay = { count: 0 }
  for (let i = 0; i < 4000; i++) {
    const known = commandNames[whole(commandNames.length)] as string
    const name = random() < 0.8 ? known : bytes().toString('latin1')
    const payload = shapes[whole(shapes.length)]?.() ?? Buffer.alloc(0)
    const more = {
      retain: random() < 0.05,
      ...(random() < 0.2 ? { messageExpiryInterval: whole(2) } : {}),
      ...(random() < 0.2 ? { responseTopic: bytes().toString('latin1') } : {}),
      ...(random() < 0.2 ? { correlationData: bytes() } : {}),
    }
    const before = published.length
    incoming(`odograph/van/command/${name}`, payload, more)
    await settled()
    assert.is(published.length, before + 1, `${name} ${payload.toString('hex')}`)
    const answer: Answer = JSON.parse(String(published.at(-1)?.payload))
    assert.is(answer.command, name)
    if (answer.status === 'ok') okay.count += 1
    else assert.ok((answer.error?.code ?? '') in commandErrors)
  }
  await clock.advance(0)
  assert.ok(okay.count > 100, `${okay.count} were carried out`)
  assert.is(READING.length + 2, commandNames.length)
})

test.run()
