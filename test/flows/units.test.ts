/** The parts of the palette that need no Node-RED: migrations, settings, frames as text, events. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { EventParser } from '../../flows/lib/event-parser.ts'
import { bytesOf, framesOf } from '../../flows/lib/frame-text.ts'
import { migrate } from '../../flows/lib/migrate.ts'
import { PaletteError } from '../../flows/lib/palette-error.ts'
import { Settings } from '../../flows/lib/settings.ts'
import { durationMs, spanOf } from '../../flows/lib/time-span.ts'

const test = suite('palette units')

const config = (settings: object) => ({ id: 'n', type: 't', ...settings })

test('settings of an older version go through every step since, a newer one through none', () => {
  const steps = [
    (from: object) => ({ ...config(from), interval: 5 }),
    ({ interval, ...from }: Record<string, unknown>) => ({ ...config(from), seconds: interval }),
  ]
  assert.equal(migrate(config({}), steps), config({ seconds: 5 }))
  assert.equal(
    migrate(config({ version: 2, interval: 7 }), steps),
    config({ version: 2, seconds: 7 }),
  )
  assert.equal(
    migrate(config({ version: 3, seconds: 9 }), steps),
    config({ version: 3, seconds: 9 }),
  )
  assert.equal(
    migrate(config({ version: 99, seconds: 9 }), steps),
    config({ version: 99, seconds: 9 }),
  )
})

const settings = new Settings(
  config({
    a: ' x ',
    b: '5',
    c: '',
    d: 'true',
    e: 'p, q ,',
    f: ['p', 'q,r'],
    g: {},
    h: -1,
    i: null,
  }),
)

test('settings are read forgivingly, and what makes no sense is named', () => {
  assert.is(settings.text('a'), 'x')
  assert.is(settings.text('c', 'default'), 'default')
  assert.is(settings.text('i', 'default'), 'default')
  assert.is(settings.number('b', 1), 5)
  assert.is(settings.number('c', 7), 7)
  assert.is(settings.flag('d', false), true)
  assert.is(settings.flag('missing', true), true)
  assert.equal(settings.list('e'), ['p', 'q'])
  assert.equal(settings.list('f'), ['p', 'q', 'r'])
  assert.is(settings.oneOf('missing', ['one', 'two']), 'one')
  for (const read of [
    () => settings.text('g'),
    () => settings.number('a', 0),
    () => settings.number('h', 0),
    () => settings.flag('a', false),
    () => settings.oneOf('a', ['one', 'two']),
  ]) {
    assert.throws(
      read,
      (error: unknown) => error instanceof PaletteError && error.code === 'bad-setting',
    )
  }
})

for (const [text, ms] of [
  ['90s', 90_000],
  ['45m', 2_700_000],
  ['1.5h', 5_400_000],
  ['7 d', 604_800_000],
] as const) {
  test(`${text} is ${ms} ms`, () => assert.is(durationMs(text, 'back'), ms))
}

test('a window ends now and begins so long before, unless the message says otherwise', () => {
  const now = Date.parse('2026-03-02T12:00:00Z')
  assert.equal(spanOf({}, 3_600_000, now), {
    from: '2026-03-02T11:00:00.000Z',
    to: '2026-03-02T12:00:00.000Z',
  })
  assert.equal(spanOf({ from: '2026-03-01', to: '2026-03-01' }, 1, now), {
    from: '2026-03-01',
    to: '2026-03-01',
  })
  assert.equal(spanOf({ from: 0, to: new Date(1000) }, 1, now), {
    from: '1970-01-01T00:00:00.000Z',
    to: '1970-01-01T00:00:01.000Z',
  })
})

const obd = { id: 0x7e8, extended: false, remote: false, fd: false, data: '03410d32' }
for (const [payload, frame] of [
  ['7E8#03410D32', obd],
  ['(1612543138.500000) can0 7E8#03410D32', { ...obd, time: 1_612_543_138_500, bus: 'can0' }],
  ['  can0  7E8   [4]  03 41 0D 32', { ...obd, bus: 'can0' }],
  ['18FEF100#FFFF', { ...obd, id: 0x18fef100, extended: true, data: 'ffff' }],
  ['123##1AABB', { ...obd, id: 0x123, fd: true, data: 'aabb' }],
  ['123#R', { ...obd, id: 0x123, remote: true, data: '' }],
  [{ canid: 0x7e8, ext: false, data: Buffer.from('03410d32', 'hex') }, obd],
  [
    { canid: 0x18fef100, data: [255, 255] },
    { ...obd, id: 0x18fef100, extended: true, data: 'ffff' },
  ],
  [
    { id: '000007E8', data: '03410D32' },
    { ...obd, extended: true },
  ],
] as [unknown, object][]) {
  test(`${JSON.stringify(payload)} is a frame`, () => {
    const [found] = framesOf(payload)
    assert.equal({ ...found, data: Buffer.from(found?.data ?? []).toString('hex') }, frame)
  })
}

for (const payload of [
  'hello',
  '7E8#0341G',
  42,
  null,
  {},
  { canid: -1 },
  { canid: 1, data: [256] },
  '99#00',
]) {
  test(`${JSON.stringify(payload)} is none, and says what would be`, () => {
    assert.throws(
      () => framesOf(payload),
      (error: unknown) =>
        error instanceof PaletteError && String(error.values.accepted).includes('#'),
    )
  })
}

test('hexadecimal is read with spaces, colons and 0x', () => {
  for (const text of ['0x01AB', '01 ab', '01:AB']) assert.equal([...bytesOf(text)], [1, 0xab])
})

test('events come out the same however the stream is cut', () => {
  const text =
    ': hello\nevent: a\r\nid: 1\r\ndata: é\r\ndata: 2\r\n\r\nid: 2\ndata:x\n\nevent: none\n\n'
  const whole = [
    { type: 'a', id: '1', data: 'é\n2' },
    { type: 'message', id: '2', data: 'x' },
  ]
  const bytes = Buffer.from(text)
  for (let size = 1; size <= bytes.length; size += 1) {
    const parser = new EventParser()
    const found = []
    for (let at = 0; at < bytes.length; at += size)
      found.push(...parser.push(bytes.subarray(at, at + size)))
    assert.equal(found, whole, `pieces of ${size}`)
  }
})

test.run()
