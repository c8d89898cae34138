/** EUIs, GPS time, rates and the book of gateways. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readEui, readEuis, toId6 } from '../../../src/device/lora/eui.ts'
import { GatewayBook } from '../../../src/device/lora/gateway-book.ts'
import { fromGpsMillis, fromUtcText, toGpsMillis } from '../../../src/device/lora/gps-time.ts'
import { OnceAMinute } from '../../../src/device/lora/once-a-minute.ts'
import { RateLimit } from '../../../src/device/lora/rate-limit.ts'

const test = suite('parts of the gateway feeds')

const euis: [text: unknown, eui: string | undefined][] = [
  ['b827ebfffe3ef725', 'B827EBFFFE3EF725'],
  ['B8-27-EB-FF-FE-3E-F7-25', 'B827EBFFFE3EF725'],
  ['b8:27:eb:ff:fe:3e:f7:25', 'B827EBFFFE3EF725'],
  ['b827:ebff:fe3e:f725', 'B827EBFFFE3EF725'],
  ['eui-b827ebfffe3ef725', 'B827EBFFFE3EF725'],
  ['::', '0000000000000000'],
  ['::1', '0000000000000001'],
  ['1::', '0001000000000000'],
  ['f00::1', '0F00000000000001'],
  ['1:2:3:4', '0001000200030004'],
  ['1:2:3', undefined],
  ['1:2:3:4:5', undefined],
  ['1::2::3', undefined],
  [':1:2:3', undefined],
  ['b827ebfffe3ef7', undefined],
  ['', undefined],
  ['xyz', undefined],
  [258, '0000000000000102'],
  [-1, undefined],
  [1.5, undefined],
  [null, undefined],
]

for (const [text, eui] of euis) {
  test(`${JSON.stringify(text)} is ${eui ?? 'no EUI'}`, () => {
    assert.is(readEui(text), eui)
    if (eui !== undefined) assert.is(readEui(toId6(eui)), eui)
  })
}

test('a list of gateways with something else in it is refused in words', () => {
  assert.throws(
    () => readEuis(['b827ebfffe3ef725', 'kitchen']),
    /kitchen: write an EUI as 16 digits/,
  )
})

test('GPS time comes back from where it went', () => {
  const utc = Date.UTC(2026, 1, 3, 4, 5, 6, 789)
  assert.is(fromGpsMillis(toGpsMillis(utc)), utc)
  assert.is(toGpsMillis(Date.UTC(2017, 0, 1)), 1_167_264_018_000)
  assert.is(fromUtcText('2026-02-03 04:05:06 GMT'), Date.UTC(2026, 1, 3, 4, 5, 6))
})

test('what is too much in a second is dropped, counted and told once a second', () => {
  const rate = new RateLimit(10)
  const results = Array.from({ length: 30 }, () => rate.take('a', 0))
  assert.is(results.filter((r) => r === true).length, 10)
  assert.equal(
    results.filter((r) => typeof r === 'number' && r > 0),
    [1],
  )
  assert.is(rate.take('b', 0), true)
  assert.is(rate.take('a', 100), true, 'a tenth of a second later there is room for one')
  assert.is(rate.take('a', 100), 0)
  for (let i = 0; i < 10; i++) rate.take('a', 1100)
  assert.is(rate.take('a', 1100), 21)
})

test('who is heard and who not is known of a bounded number of keys', () => {
  const rate = new RateLimit(1, 2)
  assert.is(rate.take('a', 0), true)
  assert.is(rate.take('b', 0), true)
  assert.not(rate.take('a', 0) === true)
  assert.is(rate.take('c', 0), true, 'b, silent for longest, makes room')
  assert.not(rate.take('a', 0) === true)
  assert.is(rate.take('b', 0), true)
})

test('the same is told once a minute, and a flood of others does not make it more', () => {
  const told = new OnceAMinute()
  assert.is(told.mayTell('a', 0), true)
  assert.is(told.mayTell('a', 59_999), false)
  assert.is(told.mayTell('a', 60_000), true)
  const flood = Array.from({ length: 1000 }, (_, i) => told.mayTell(`x${i}`, 60_001))
  assert.is(flood.filter(Boolean).length, 63)
  assert.is(told.mayTell('late', 120_001), true)
})

test('the book forgets who was silent for longest, and names the last', () => {
  const book = new GatewayBook()
  assert.is(book.sentence(), 'no gateway has called yet')
  for (let i = 0; i < 1000; i++) book.seen(i.toString(16).padStart(16, '0'), i)
  assert.is(book.reports().length, 64)
  assert.is(book.reports()[0]?.id, '00000000000003E7'.toLowerCase())
  const report = book.seen('B827EBFFFE3EF725', Date.UTC(2026, 1, 3, 4, 5, 6))
  report.frames = 12
  report.crc = 3
  report.malformed = 1
  report.stat = { received: 15, ok: 12, forwarded: 12, acknowledgedPercent: 100, temperature: 40 }
  const sentence = book.sentence()
  assert.match(
    sentence,
    /^gateway B827EBFFFE3EF725 last called at 2026-02-03T04:05:06Z, 12 frames, 3 with a/,
  )
  assert.match(sentence, /1 malformed, it received 15, 12 of them with a right checksum/)
  assert.match(sentence, /and 60 more$/)
})

test.run()
