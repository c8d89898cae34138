/**
 * Any bytes on any port, through every native codec and the usual names: nothing throws, and no
 * reading comes out that cannot be true. Half of the payloads are changed good ones.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { MappedFields } from '../../../src/decoder/lora/field-map.ts'
import { compileFieldMap, mapFields } from '../../../src/decoder/lora/field-map.ts'
import { nativeCodecs } from '../../../src/decoder/lora/native-codecs.ts'
import type { DecodedPayload } from '../../../src/model/lora.ts'
import { signals } from '../../../src/model/signals.ts'
import { chance } from '../../support/journal-records.ts'
import { RECEIVED } from '../../support/lora-payloads.ts'

const test = suite('lora codecs, any bytes')

const PAYLOADS = 100_000
const MAX_LENGTH = 40
/** A greater share of the ports that mean something. */
const ports = [0, 1, 1, 2, 2, 3, 4, 5, 7, 10, 85, 136, 223]
const good = [
  'DDC3751621435BB72D37C8E83500001405A2C4',
  '53AB781C81CCB403812CD0',
  '01063840420FF080841E00',
  '02D89BF2005EE3154FA0300258FFCE',
  '01756403671B010488FFFFFFFFFFFFFFFF3305000020CE38E4B06518E35E00F29BD802',
  '0188FF3454FF37B0060B5F027403F10378000484007305640042D87F06022F4F',
  '157C97353A55A90BEAB007',
  '16DCC4751628435BB77200B5EAB007001236681E00F9803A07393000A1F4FF',
].map((hex) => Uint8Array.from(Buffer.from(hex, 'hex')))

const everything = compileFieldMap({})
const channels = compileFieldMap({ 1: 'speed', 2: { signal: 'odometer', scale: 0.1 }, batV: 'soc' })

test(`${PAYLOADS} payloads, each by every codec, give readings that can be true or none`, () => {
  const random = chance(2024)
  const below = (limit: number) => Math.floor(random() * limit)
  const counts = new Map<string, number>()
  for (let number = 0; number < PAYLOADS; number += 1) {
    const bytes = number % 2 === 0 ? anyBytes(below) : changed(below)
    const fPort = ports[below(ports.length)] ?? 1
    for (const [name, codec] of nativeCodecs) {
      const result = codec.decode({ bytes, fPort, time: RECEIVED })
      if ('error' in result) {
        if (!result.error.startsWith(`${name}: `)) assert.unreachable(result.error)
        continue
      }
      counts.set(name, (counts.get(name) ?? 0) + 1)
      // Of both kinds; all of them would take long.
      if (number % 5 === 0) checkMapped(result.decoded, Buffer.from(bytes).toString('hex'))
    }
  }
  for (const name of nativeCodecs.keys()) {
    assert.ok((counts.get(name) ?? 0) > 500, `${name} has read ${counts.get(name)}`)
  }
})

function anyBytes(below: (limit: number) => number): Uint8Array {
  return Uint8Array.from({ length: below(MAX_LENGTH) }, () => below(256))
}

function changed(below: (limit: number) => number): Uint8Array {
  const bytes = Uint8Array.from(good[below(good.length)] ?? [])
  for (let count = below(4); count > 0; count -= 1) bytes[below(bytes.length)] = below(256)
  return below(4) === 0 ? bytes.slice(0, below(bytes.length)) : bytes
}

function checkMapped(decoded: DecodedPayload, hex: string): void {
  for (const map of [everything, channels]) {
    checkReadings(mapFields(decoded, map, { receivedAt: RECEIVED }), hex)
  }
}

const FIRST = RECEIVED - 30 * 86_400_000
const LAST = RECEIVED + 5 * 60_000

function checkReadings({ readings, trackerBattery }: MappedFields, hex: string): void {
  const places = new Map<number, string[]>()
  for (const { signal, value, time } of readings) {
    const { min = -Infinity, max = Infinity, type } = signals[signal]
    const isRight =
      typeof value === type && (typeof value !== 'number' || (value >= min && value <= max))
    if (!isRight || time < FIRST || time > LAST) {
      assert.unreachable(`${hex}: ${signal} ${value} at ${time}`)
    }
    if (signal === 'latitude' || signal === 'longitude') {
      places.set(time, [...(places.get(time) ?? []), signal])
    }
  }
  for (const parts of places.values()) assert.equal(parts.sort(), ['latitude', 'longitude'], hex)
  const { fraction = 0, volts = 1 } = trackerBattery ?? {}
  assert.ok(fraction >= 0 && fraction <= 1 && volts > 0 && volts < 20, hex)
}

test.run()
