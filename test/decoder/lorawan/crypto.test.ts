/** CMAC against RFC 4493; MIC and cipher against `lora-packet` and the encoder of the tests. */
import { createRequire } from 'node:module'
import type LoraPacket from 'lora-packet'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Cmac, isSameCode } from '../../../src/decoder/lorawan/cmac.ts'
import { type DataFrame, parsePhyPayload } from '../../../src/decoder/lorawan/frame.ts'
import { toHex } from '../../../src/decoder/lorawan/hex.ts'
import { isMic10 } from '../../../src/decoder/lorawan/mic.ts'
import { Session } from '../../../src/decoder/lorawan/session.ts'
import { Random } from '../../../src/device/simulator/random.ts'
import { cmac, encodeUplink, hexBytes, type UplinkKeys11 } from '../../support/lorawan-frames.ts'
import { randomBytes, randomKeys10, randomKeys11, randomUplink } from './random-uplinks.ts'

// CommonJS: its one export is the object, which its types call the default one.
const loraPacket = createRequire(import.meta.url)('lora-packet') as typeof LoraPacket.default

const test = suite('lorawan cryptography')

// RFC 4493, section 4.
const rfcKey = hexBytes('2b7e151628aed2a6abf7158809cf4f3c')
const rfcMessage = hexBytes(
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710',
)
const rfcCases: [length: number, code: string][] = [
  [0, 'BB1D6929E95937287FA37D129B756746'],
  [16, '070A16B46B4D4144F79BDD9DD04A287C'],
  [40, 'DFA66747DE9AE63030CA32611497C827'],
  [64, '51F0BEBF7E3B9D92FC49741779363CFE'],
]

test('the four messages of RFC 4493 have their codes, in any order and again', () => {
  const key = new Cmac(rfcKey)
  for (const [length, code] of [...rfcCases, ...rfcCases.toReversed(), ...rfcCases]) {
    const message = rfcMessage.subarray(0, length)
    assert.is(toHex(key.code(message)), code)
    assert.is(toHex(cmac(rfcKey, message)), code)
    const head = rfcMessage.subarray(0, Math.min(16, length))
    assert.is(toHex(key.code(rfcMessage.subarray(head.length, length), head)), code)
  }
})

test('messages of all lengths up to 600 bytes have the code that is computed block by block', () => {
  const random = new Random(4493)
  const secret = randomBytes(random, 16)
  const key = new Cmac(secret)
  for (let length = 0; length <= 600; length++) {
    const message = randomBytes(random, length)
    assert.is(toHex(key.code(message)), toHex(cmac(secret, message)), `${length} bytes`)
  }
})

test('codes are the same only where all their bytes and their lengths are', () => {
  assert.ok(isSameCode(Uint8Array.of(1, 2, 3, 4), Uint8Array.of(1, 2, 3, 4)))
  assert.not.ok(isSameCode(Uint8Array.of(1, 2, 3, 4), Uint8Array.of(1, 2, 3, 5)))
  assert.not.ok(isSameCode(Uint8Array.of(1, 2, 3, 4), Uint8Array.of(1, 2, 3)))
})

test('1.0: 4,000 random uplinks have the MIC and the text that lora-packet finds', () => {
  const random = new Random(1)
  for (let count = 0; count < 4000; count++) {
    const keys = randomKeys10(random)
    const fields = randomUplink(random)
    const bytes = encodeUplink(fields, keys)
    const frame = dataOf(bytes)
    const upper = Buffer.from([(fields.fCnt >>> 16) & 0xff, fields.fCnt >>> 24])
    const packet = loraPacket.fromWire(Buffer.from(bytes))
    const key = Buffer.from(keys.nwkSKey)
    assert.ok(loraPacket.verifyMIC(packet, key, undefined, upper))
    assert.ok(isMic10(frame, fields.fCnt, new Cmac(keys.nwkSKey)))
    const session = new Session({ ...keys, ...device(fields.devAddr), version: '1.0' })
    assert.ok(session.isAuthentic(frame, fields.fCnt, {}))
    assert.not.ok(session.isAuthentic(frame, (fields.fCnt ^ 0x10000) >>> 0, {}))
    assert.equal(
      [frame.fCnt16, frame.fPort ?? null, frame.devAddr, frame.ack, frame.adr, frame.confirmed],
      [
        packet.getFCnt(),
        packet.getFPort(),
        toHex(packet.DevAddr as Buffer),
        packet.getFCtrlACK(),
        packet.getFCtrlADR(),
        packet.isConfirmed(),
      ],
    )
    const text = session.payloadOf(frame, fields.fCnt)
    assert.is(toHex(text), toHex(fields.payload ?? new Uint8Array(0)))
    if (frame.payload.length === 0) continue
    const theirs = loraPacket.decrypt(packet, Buffer.from(keys.appSKey), key, upper)
    assert.is(toHex(text), toHex(theirs))
  }
})

test('1.1: 2,000 random uplinks have the MIC, the FOpts and the text that lora-packet finds', () => {
  const random = new Random(11)
  for (let count = 0; count < 2000; count++) {
    const keys = randomKeys11(random)
    const fields = randomUplink(random)
    const bytes = encodeUplink(fields, keys)
    const frame = dataOf(bytes)
    const upper = Buffer.from([(fields.fCnt >>> 16) & 0xff, fields.fCnt >>> 24])
    const packet = loraPacket.fromWire(Buffer.from(bytes))
    // It takes ConfFCnt on FPort 0 without ACK as well, which the standard does not, and turns the
    // bytes round where they stand.
    const confFCnt = frame.ack ? (keys.confFCnt ?? 0) : 0
    const sent = Buffer.from([confFCnt >> 8, confFCnt & 0xff, keys.txDr ?? 0, keys.txCh ?? 0])
    const serving = Buffer.from(keys.sNwkSIntKey)
    const forwarding = Buffer.from(keys.fNwkSIntKey)
    assert.ok(loraPacket.verifyMIC(packet, forwarding, serving, upper, sent))
    const session = sessionOf(keys, fields.devAddr)
    assert.ok(session.isAuthentic(frame, fields.fCnt, {}))
    assert.is(toHex(session.fOptsOf(frame, fields.fCnt)), toHex(fields.fOpts ?? new Uint8Array(0)))
    if (frame.fOpts.length > 0) {
      const theirs = packet.decryptFOpts(Buffer.from(keys.nwkSEncKey), undefined, upper)
      assert.is(toHex(session.fOptsOf(frame, fields.fCnt)), toHex(theirs))
    }
    assert.is(
      toHex(session.payloadOf(frame, fields.fCnt)),
      toHex(fields.payload ?? new Uint8Array(0)),
    )
  }
})

test('1.1: without the channel the half of the MIC counts that a forwarding server checks', () => {
  const keys = randomKeys11(new Random(3))
  const fields = { devAddr: '01020304', fCnt: 7, fPort: 1, payload: Uint8Array.of(1) }
  const bytes = encodeUplink(fields, keys)
  const { sNwkSIntKey: _, ...withoutServing } = keys
  const base = device(fields.devAddr)
  const blind = new Session({ ...withoutServing, ...base, version: '1.1' })
  const whole = sessionOf(keys, fields.devAddr)
  const unplanned = new Session({ ...keys, ...base, version: '1.1', channelOf: () => undefined })
  const flipped = (index: number) =>
    dataOf(bytes.map((byte, at) => (at === bytes.length - index ? byte ^ 1 : byte)))
  for (const session of [blind, whole, unplanned]) {
    assert.ok(session.isAuthentic(dataOf(bytes), 7, {}))
    assert.not.ok(session.isAuthentic(flipped(1), 7, {}))
    assert.not.ok(session.isAuthentic(flipped(2), 7, {}))
    assert.is(session.isAuthentic(flipped(3), 7, {}), session !== whole)
    assert.is(session.isAuthentic(flipped(4), 7, {}), session !== whole)
  }
})

test('a key of another length is refused by its name, without its value', () => {
  const keys = randomKeys10(new Random(5))
  const short = { ...keys, appSKey: hexBytes('0011223344'), ...device('01020304') }
  assert.throws(
    () => new Session({ ...short, version: '1.0' }),
    (error: unknown) =>
      error instanceof RangeError &&
      error.message === 'appSKey of 00000000000000AA has 5 bytes instead of 16',
  )
})

function dataOf(bytes: Uint8Array): DataFrame {
  const frame = parsePhyPayload(bytes)
  if (frame.kind !== 'data') throw new Error(`${toHex(bytes)} is no data frame`)
  return frame
}

function device(devAddr: string) {
  return { devEui: '00000000000000AA', devAddr, policy: { reset: 'reject' as const } }
}

function sessionOf(keys: UplinkKeys11, devAddr: string): Session {
  const channelOf = () => ({ txDr: keys.txDr ?? 0, txCh: keys.txCh ?? 0 })
  return new Session({ ...keys, ...device(devAddr), version: '1.1', channelOf })
}

test.run()
