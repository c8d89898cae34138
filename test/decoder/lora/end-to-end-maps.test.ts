/**
 * The frames of the end-to-end vectors, decrypted here by their keys, become the signals that the
 * field maps of their devices say. (The receiving of them has tests of its own.)
 */
import { createCipheriv } from 'node:crypto'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { FieldTarget } from '../../../src/decoder/lora/field-map.ts'
import { compileFieldMap, mapFields } from '../../../src/decoder/lora/field-map.ts'
import { nativeCodecs } from '../../../src/decoder/lora/native-codecs.ts'
import { isoTime } from '../../../src/model/time.ts'
import { errorOf, loraVectors, readOf } from '../../support/lora-payloads.ts'

const test = suite('lora field maps, end to end')

interface Device {
  devEui: string
  devAddr: string
  appSKey: string
  codec: string
  map: Record<string, FieldTarget>
}

interface Published {
  devEui: string
  fCnt: number
  fPort: number
  time: string
  signals: Record<string, unknown>
  decodeError?: string
}

interface Vector {
  devices: Device[]
  steps: { at: string; datagram: string; expect: Published[] }[]
}

/** FHDR of an uplink without options: MHDR, DevAddr, FCtrl, FCnt; then FPort, payload, MIC. */
const HEAD = 9
const MIC = 4

/** LoRaWAN 1.0.4, 4.3.3: XOR with AES of A_i. */
function decrypt(frame: Buffer, device: Device, fCnt: number): Uint8Array {
  const encrypted = frame.subarray(HEAD, -MIC)
  const cipher = createCipheriv('aes-128-ecb', Buffer.from(device.appSKey, 'hex'), null)
  const blocks = Array.from({ length: Math.ceil(encrypted.length / 16) }, (_, index) => {
    const block = Buffer.alloc(16)
    block[0] = 1
    frame.copy(block, 6, 1, 5)
    block.writeUInt32LE(fCnt, 10)
    block[15] = index + 1
    return block
  })
  const stream = cipher.update(Buffer.concat(blocks))
  return Uint8Array.from(encrypted, (byte, index) => byte ^ (stream[index] ?? 0))
}

/** The frames of a datagram of a packet forwarder. */
function framesOf(datagram: string): Buffer[] {
  const json = JSON.parse(Buffer.from(datagram, 'hex').subarray(12).toString()) as {
    rxpk: { data: string }[]
  }
  return json.rxpk.map(({ data }) => Buffer.from(data, 'base64'))
}

function check(frame: Buffer, device: Device, { at, wanted }: { at: number; wanted: Published }) {
  const codec = nativeCodecs.get(device.codec)
  if (codec === undefined) throw new Error(`no codec ${device.codec}`)
  const bytes = decrypt(frame, device, wanted.fCnt)
  const result = codec.decode({ bytes, fPort: wanted.fPort, time: at })
  if (wanted.decodeError !== undefined) {
    assert.match(errorOf(result), new RegExp(wanted.decodeError))
    return
  }
  const mapped = mapFields(readOf(result), compileFieldMap(device.map), { receivedAt: at })
  const signals = Object.fromEntries(mapped.readings.map(({ signal, value }) => [signal, value]))
  assert.equal(signals, wanted.signals, `${device.devEui} ${wanted.fCnt}`)
  if (readOf(result).time !== undefined) assert.is(isoTime(mapped.time), wanted.time)
  assert.equal(mapped.dropped, [])
}

test('an encrypted report of a van becomes the signals of its map', () => {
  const device: Device = {
    devEui: '70B3D57ED0000001',
    devAddr: '26011BDA',
    appSKey: '000102030405060708090A0B0C0D0E0F',
    codec: 'cayenne-lpp',
    map: {
      2: 'batteryVoltage',
      3: { signal: 'fuelPercentRemaining', scale: 0.01 },
      5: { signal: 'odometer', scale: 0.1 },
      '1.latitude': 'latitude',
      '1.longitude': 'longitude',
    },
  }
  const plain = '0188 05BFF1 ED677A 0009C4 0274 04F7 0378 34 0564 0007B0EA'.replaceAll(' ', '')
  const head = '40DA1B0126001200 02'.replaceAll(' ', '')
  const wanted: Published = {
    devEui: device.devEui,
    fCnt: 0x1_0012,
    fPort: 2,
    time: '2024-01-24T20:54:44.000Z',
    signals: {
      latitude: 37.6817,
      longitude: -121.8694,
      batteryVoltage: 12.71,
      fuelPercentRemaining: 0.52,
      odometer: 50_404.2,
    },
  }
  // XOR both ways.
  const sent = decrypt(Buffer.from(`${head}${plain}00000000`, 'hex'), device, wanted.fCnt)
  const frame = Buffer.concat([Buffer.from(head, 'hex'), sent, Buffer.alloc(MIC)])
  assert.is.not(Buffer.from(sent).toString('hex').toUpperCase(), plain)
  check(frame, device, { at: Date.parse(wanted.time), wanted })
})

const vectors = loraVectors<Vector>('end-to-end.json')

if (vectors !== undefined)
  test('frames become the signals of the maps', () => {
    let count = 0
    for (const { devices, steps } of vectors ?? []) {
      for (const { at, datagram, expect } of steps) {
        for (const wanted of expect) {
          const device = devices.find(({ devEui }) => devEui === wanted.devEui)
          const frame = framesOf(datagram).find(
            (bytes) => bytes.readUInt16LE(6) === wanted.fCnt % 65_536,
          )
          if (device === undefined || frame === undefined)
            throw new Error(`no frame ${wanted.fCnt}`)
          check(frame, device, { at: Date.parse(at), wanted })
          count += 1
        }
      }
    }
    assert.ok(count >= 4, `${count} uplinks`)
  })

test.run()
