/** PHYPayloads taken apart, and every way in which one can be wrong. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { parsePhyPayload, refusalOf } from '../../../src/decoder/lorawan/frame.ts'
import { fromHex, toHex } from '../../../src/decoder/lorawan/hex.ts'
import { hexBytes } from '../../support/lorawan-frames.ts'

const test = suite('lorawan frame')

/** DevAddr 01020304, FCnt 0x0605. */
const head = (control: string) => `04030201${control}0506`
const mic = 'A0A1A2A3'

test('a data frame has its fields, and its numbers the right way round', () => {
  const frame = parsePhyPayload(hexBytes(`80${head('B2')}AABB07C1C2C3${mic}`))
  assert.is(frame.kind, 'data')
  if (frame.kind !== 'data') return
  const { fOpts, payload, message, mic: code, ...fields } = frame
  assert.equal(fields, {
    kind: 'data',
    direction: 'up',
    confirmed: true,
    devAddr: '01020304',
    adr: true,
    adrAckReq: false,
    ack: true,
    classBOrPending: true,
    fCnt16: 0x0605,
    fPort: 7,
  })
  assert.equal([fOpts, payload, code].map(toHex), ['AABB', 'C1C2C3', mic])
  assert.is(toHex(message), `80${head('B2')}AABB07C1C2C3`)
})

test('neither a frame nor what is made of it changes the bytes, also where they are a Buffer', () => {
  const bytes = Buffer.from(`40${head('00')}07C1${mic}`, 'hex')
  const before = bytes.toString('hex')
  parsePhyPayload(bytes)
  assert.is(bytes.toString('hex'), before)
})

const kinds: [what: string, hex: string, kind: string, direction?: string][] = [
  ['unconfirmed up', `40${head('00')}${mic}`, 'data', 'up'],
  ['confirmed up', `80${head('00')}01${mic}`, 'data', 'up'],
  ['unconfirmed down', `60${head('00')}01AA${mic}`, 'data', 'down'],
  ['confirmed down', `A0${head('0F')}${'11'.repeat(15)}${mic}`, 'data', 'down'],
  ['the longest', `40${head('00')}01${'22'.repeat(242)}${mic}`, 'data', 'up'],
  ['join request', `00${'11'.repeat(18)}${mic}`, 'join-request'],
  ['join accept', `20${'11'.repeat(12)}${mic}`, 'join-accept'],
  ['join accept with channels', `20${'11'.repeat(28)}${mic}`, 'join-accept'],
  ['rejoin request, type 0', `C000${'11'.repeat(13)}${mic}`, 'rejoin-request'],
  ['rejoin request, type 1', `C001${'11'.repeat(18)}${mic}`, 'rejoin-request'],
  ['proprietary', 'E0AB', 'proprietary'],
]

for (const [what, hex, kind, direction] of kinds) {
  test(`a frame is recognised: ${what}`, () => {
    const frame = parsePhyPayload(hexBytes(hex))
    assert.is(frame.kind, kind)
    assert.is(frame.kind === 'data' ? frame.direction : undefined, direction)
  })
}

const wrong: [detail: string, hex: string][] = [
  ['it is empty', ''],
  ['it has 11 bytes, and a data frame at least 12', `40${head('00')}A0A1A2`],
  ['it has 1 bytes, and a data frame at least 12', '40'],
  ['it has 256 bytes, and a frame has at most 255', `40${head('00')}01${'22'.repeat(243)}${mic}`],
  ['its major version is 1, and only 0 is known', `41${head('00')}01${mic}`],
  ['its major version is 3, and only 0 is known', `03${'11'.repeat(18)}${mic}`],
  ['it says that it has 1 bytes of FOpts, and only 0 are there', `40${head('01')}${mic}`],
  [
    'it says that it has 15 bytes of FOpts, and only 14 are there',
    `40${head('0F')}${'11'.repeat(14)}${mic}`,
  ],
  ['it has MAC commands in FOpts and FPort 0 as well', `40${head('01')}AA00${mic}`],
  ['it has 22 bytes, and a join request has 23', `00${'11'.repeat(17)}${mic}`],
  ['it has 24 bytes, and a join request has 23', `00${'11'.repeat(19)}${mic}`],
  ['it has 18 bytes, and a join accept has 17 or 33', `20${'11'.repeat(13)}${mic}`],
  ['it has 20 bytes, and a rejoin request has 19 or 24', `C0${'11'.repeat(15)}${mic}`],
]

for (const [detail, hex] of wrong) {
  test(`a frame is malformed: ${detail}`, () => {
    assert.equal(parsePhyPayload(hexBytes(hex)), { kind: 'refused', reason: 'malformed', detail })
  })
}

test('reserved bits of the header do not matter', () => {
  assert.is(parsePhyPayload(hexBytes(`5C${head('00')}${mic}`)).kind, 'data')
})

test('every kind of frame that has no uplink has words for it', () => {
  const words = new Set(
    kinds.map(([, hex]) => {
      const frame = parsePhyPayload(hexBytes(hex))
      return frame.kind === 'refused' ? '' : refusalOf(frame).detail
    }),
  )
  assert.is(words.size, 5)
  assert.not.ok(words.has(''))
})

test('hex is read in any case, and nothing else is', () => {
  assert.equal(fromHex('0aFF'), Uint8Array.of(0x0a, 0xff))
  assert.equal(fromHex(''), new Uint8Array(0))
  for (const text of ['0', '0x00', 'zz', '00 ', 'é0']) assert.is(fromHex(text), undefined)
})

test.run()
