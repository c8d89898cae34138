/** Joins over the air, as they are seen; key derivation against `lora-packet`. */
import { createRequire } from 'node:module'
import type LoraPacket from 'lora-packet'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Cmac } from '../../../src/decoder/lorawan/cmac.ts'
import { parsePhyPayload } from '../../../src/decoder/lorawan/frame.ts'
import { toHex } from '../../../src/decoder/lorawan/hex.ts'
import {
  isAuthenticJoin,
  openJoinAccept,
  sessionKeys10,
  sessionKeys11,
} from '../../../src/decoder/lorawan/join.ts'
import { Random } from '../../../src/device/simulator/random.ts'
import { encodeJoinAccept, encodeJoinRequest, hexBytes } from '../../support/lorawan-frames.ts'
import { randomBytes, randomHex } from './random-uplinks.ts'

const loraPacket = createRequire(import.meta.url)('lora-packet') as typeof LoraPacket.default

const test = suite('lorawan joins')

test('a join request says who asks whom, and its key tells whether it is true', () => {
  const random = new Random(6)
  for (let count = 0; count < 300; count++) {
    const key = randomBytes(random, 16)
    const fields = {
      joinEui: randomHex(random, 8),
      devEui: randomHex(random, 8),
      devNonce: random.below(0x10000),
    }
    const bytes = encodeJoinRequest(fields, key)
    const request = parsePhyPayload(bytes)
    assert.is(request.kind, 'join-request')
    if (request.kind !== 'join-request') continue
    const { joinEui, devEui, devNonce } = request
    assert.equal({ joinEui, devEui, devNonce }, fields)
    assert.ok(isAuthenticJoin(request, new Cmac(key)))
    assert.not.ok(isAuthenticJoin(request, new Cmac(randomBytes(random, 16))))
    const packet = loraPacket.fromWire(Buffer.from(bytes))
    assert.ok(loraPacket.verifyMIC(packet, undefined, Buffer.from(key)))
  }
})

test('a join accept opens with its key, with and without channels', () => {
  const random = new Random(7)
  const key = randomBytes(random, 16)
  const channels = '184F84E85684B85E84886684586E8400'
  for (const list of ['', channels]) {
    const bytes = encodeJoinAccept(hexBytes(`C70B57011122801903020305${list}`), key)
    const opened = openJoinAccept(bytes, key)
    assert.ok(opened)
    if (opened === undefined) return
    const { cfList, ...accept } = opened
    assert.equal(accept, {
      joinNonce: 0x570bc7,
      netId: '221101',
      devAddr: '02031980',
      dlSettings: 3,
      rxDelay: 5,
      isAuthentic: true,
    })
    assert.is(cfList && toHex(cfList), list === '' ? undefined : list)
    assert.is(openJoinAccept(bytes, randomBytes(random, 16))?.isAuthentic, false)
    assert.is(openJoinAccept(bytes.subarray(1), key), undefined)
  }
})

test('session keys of 1.0 and 1.1 are those that lora-packet derives', () => {
  const random = new Random(8)
  for (let count = 0; count < 200; count++) {
    const [appKey, nwkKey] = [randomBytes(random, 16), randomBytes(random, 16)]
    const joinEui = randomHex(random, 8)
    const [nonce, net, dev] = [random.below(1 << 24), random.below(1 << 24), random.below(1 << 16)]
    const bytes = (value: number, length: number) =>
      Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex')
    const theirs10 = loraPacket.generateSessionKeys10(
      Buffer.from(appKey),
      bytes(net, 3),
      bytes(nonce, 3),
      bytes(dev, 2),
    )
    const ours10 = sessionKeys10(appKey, { joinNonce: nonce, devNonce: dev, netId: net })
    assert.equal(
      [toHex(ours10.nwkSKey), toHex(ours10.appSKey)],
      [toHex(theirs10.NwkSKey), toHex(theirs10.AppSKey)],
    )
    const theirs11 = loraPacket.generateSessionKeys11(
      Buffer.from(appKey),
      Buffer.from(nwkKey),
      Buffer.from(joinEui, 'hex'),
      bytes(nonce, 3),
      bytes(dev, 2),
    )
    const ours11 = sessionKeys11({ appKey, nwkKey }, { joinNonce: nonce, devNonce: dev, joinEui })
    assert.equal(
      [ours11.appSKey, ours11.fNwkSIntKey, ours11.sNwkSIntKey, ours11.nwkSEncKey].map(toHex),
      [theirs11.AppSKey, theirs11.FNwkSIntKey, theirs11.SNwkSIntKey, theirs11.NwkSEncKey].map(
        toHex,
      ),
    )
  }
})

test.run()
