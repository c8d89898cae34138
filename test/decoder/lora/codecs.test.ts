/** Codecs of trackers: bytes to fields, by tables of cases and by the shared vectors. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { g62Time } from '../../../src/decoder/lora/codecs/dm-g62.ts'
import { nativeCodecs } from '../../../src/decoder/lora/native-codecs.ts'
import type { DecodeResult } from '../../../src/model/lora.ts'
import { isoTime } from '../../../src/model/time.ts'
import { errorOf, loraVectors, payloadOf, RECEIVED, readOf } from '../../support/lora-payloads.ts'

const test = suite('lora codecs')

function decode(codec: string, hex: string, fPort: number, time = RECEIVED): DecodeResult {
  const native = nativeCodecs.get(codec)
  if (native === undefined) throw new Error(`no codec ${codec}`)
  return native.decode(payloadOf(hex, fPort, time))
}

test('the codecs have the names that a configuration calls them', () => {
  assert.equal(
    [...nativeCodecs].map(([name, codec]) => [name, codec.name]),
    [
      'cayenne-lpp',
      'dm-g62',
      'dm-oyster',
      'browan-tracker',
      'dragino-trackerd',
      'milesight-at101',
      'odograph-status',
    ].map((name) => [name, name]),
  )
})

interface Case {
  name: string
  codec: string
  fPort: number
  hex: string
  fields: Record<string, unknown>
  time?: string
  isStale?: true
}

const cases: Case[] = [
  {
    name: 'a G62 sends all of its data, its clock and a supply of 13.8 V',
    codec: 'dm-g62',
    fPort: 1,
    hex: 'DD C3 75 16  21 43 5B B7  2D 37 C8  E8 35  00 00  14  05  A2 C4',
    fields: {
      tripType: 'Ignition',
      vExtGood: true,
      gpsCurrent: true,
      latitude: 37.6816592,
      ignition: true,
      digIn1: false,
      digIn2: false,
      digOut: false,
      longitude: -121.8755808,
      heading: 90,
      speed: 55,
      batV: 4,
      vExt: 13.8,
      vAin: 0,
      tempC: 20,
      gpsAccM: 5,
    },
    time: '2024-01-25T13:15:28.000Z',
  },
  {
    name: 'the first part of a G62 without a current fix carries the last known position',
    codec: 'dm-g62',
    fPort: 2,
    hex: '10 66 D0 EB  30 3A 2E DD  00 00 C8',
    fields: {
      tripType: 'None',
      vExtGood: false,
      gpsCurrent: false,
      latitude: -33.866392,
      ignition: false,
      digIn1: false,
      digIn2: false,
      digOut: false,
      longitude: -58.4173008,
      heading: 0,
      speed: 0,
      batV: 4,
    },
    isStale: true,
  },
  {
    name: 'a G62 counts its distance in steps of 10 m',
    codec: 'dm-g62',
    fPort: 4,
    hex: '10 0E 00 00  A4 E9 4C 00',
    fields: { runtimeS: 3600, distanceKm: 50_405.48 },
  },
  {
    name: 'a G62 acknowledges a downlink',
    codec: 'dm-g62',
    fPort: 5,
    hex: '83 01 04',
    fields: { sequence: 3, accepted: true, firmwareMajor: 1, firmwareMinor: 4 },
  },
  {
    name: 'an Oyster in a trip',
    codec: 'dm-oyster',
    fPort: 1,
    hex: '53 AB 78 1C  81 CC B4 03  81  2C  D0',
    fields: {
      latitude: 47.7670227,
      longitude: 6.2180481,
      inTrip: true,
      fixFailed: false,
      heading: 180,
      speed: 44,
      batV: 5.2,
    },
  },
  {
    name: 'an Oyster whose fix failed, in the short form',
    codec: 'dm-oyster',
    fPort: 4,
    hex: '23 B6 23  3A 2E DD  4B  B0  06',
    fields: {
      latitude: 59.9139072,
      longitude: -58.4173056,
      heading: 135,
      speed: 45,
      batV: 4.4,
      inTrip: false,
      fixFailed: true,
      manDown: true,
    },
    isStale: true,
  },
  {
    name: 'the statistics of an Oyster, as published with its decoder',
    codec: 'dm-oyster',
    fPort: 3,
    hex: '8BF3DC7B9438984278B85E',
    fields: {
      initialBatV: 5.1,
      txCount: 59_136,
      tripCount: 194_336,
      gpsSuccesses: 10_464,
      gpsFails: 7232,
      aveGpsFixS: 96,
      aveGpsFailS: 133,
      aveGpsFreshenS: 120,
      wakeupsPerTrip: 56,
      uptimeWeeks: 189,
    },
  },
  {
    name: 'a Browan tracker in the south west, to the lowest bit of both angles',
    codec: 'browan-tracker',
    fPort: 136,
    hex: '01 0F 38  FF FF FF 0F  FE FF FF 3F',
    fields: {
      moving: true,
      noFix: false,
      gnssError: false,
      batV: 4,
      tempC: 24,
      latitude: -0.000001,
      longitude: -0.000002,
      accuracyM: 8,
    },
  },
  {
    name: 'a Browan tracker ignores what stands above the 28 bits of a latitude',
    codec: 'browan-tracker',
    fPort: 136,
    hex: '10 F6 37  40 42 0F F0  80 84 1E 00',
    fields: {
      moving: false,
      noFix: false,
      gnssError: true,
      batV: 3.1,
      tempC: 23,
      latitude: 1,
      longitude: 2,
      accuracyM: 4,
    },
    isStale: true,
  },
  {
    name: 'a TrackerD with an alarm, in frost',
    codec: 'dragino-trackerd',
    fPort: 2,
    hex: '02 D8 9B F2  00 5E E3 15  4F A0  30  02 58  FF CE',
    fields: {
      latitude: 47.75013,
      longitude: 6.218517,
      alarm: true,
      batV: 4,
      ledOn: true,
      moving: true,
      humidity: 60,
      tempC: -5,
    },
  },
  {
    name: 'a stored position of a TrackerD has its own time',
    codec: 'dragino-trackerd',
    fPort: 4,
    hex: '02 D8 9B F2  00 5E E3 15  07 E8 01 19 0C 1E 0F',
    fields: { latitude: 47.75013, longitude: 6.218517 },
    time: '2024-01-25T12:30:15.000Z',
  },
  {
    name: 'an AT101 without a fix sends nothing but ones, which is no position',
    codec: 'milesight-at101',
    fPort: 85,
    hex: '017564 03671B01 0488FFFFFFFFFFFFFFFF33',
    fields: { batteryPercent: 100, tempC: 28.3, motion: 'stop', geofence: 'unknown' },
  },
  {
    name: 'an AT101 with Wi-Fi stations, a tamper alarm and a stored position, on another port',
    codec: 'milesight-at101',
    fPort: 10,
    hex: '070001 06D900 82489A11C0FF C3 02 8367EC0001 20CE 38E4B065 18E35E00 F29BD802',
    fields: {
      takenOff: true,
      wifi: [{ mac: '82:48:9A:11:C0:FF', rssi: -61 }],
      motion: 'moving',
      tempC: 23.6,
      temperatureAlarm: true,
      history: [{ time: '2024-01-24T10:19:36.000Z', longitude: 6.21852, latitude: 47.75013 }],
    },
  },
]

for (const { name, codec, fPort, hex, fields, time, isStale } of cases) {
  test(name, () => {
    const decoded = readOf(decode(codec, hex, fPort))
    assert.equal(decoded.fields, fields)
    assert.is(decoded.time === undefined ? undefined : isoTime(decoded.time), time)
    assert.is(decoded.isPositionStale, isStale)
    assert.equal(decoded.warnings, [])
  })
}

const refused: [codec: string, fPort: number, hex: string, words: RegExp][] = [
  ['dm-g62', 1, '00'.repeat(18), /length 18 on port 1: full data has 17 or 19 or more bytes/],
  ['dm-g62', 1, '', /length 0 on port 1/],
  ['dm-g62', 2, '00'.repeat(12), /length 12 on port 2/],
  ['dm-g62', 3, '00'.repeat(7), /length 7 on port 3/],
  ['dm-g62', 77, '00', /port 77 .* known are 1, 2, 3, 4, 5/],
  ['dm-oyster', 1, '00'.repeat(10), /length 10 on port 1: a position has 11 bytes/],
  ['dm-oyster', 5, '00'.repeat(11), /port 5/],
  ['browan-tracker', 136, '00'.repeat(10), /length 10 on port 136/],
  ['browan-tracker', 1, '00'.repeat(11), /port 1 /],
  ['dragino-trackerd', 2, '00'.repeat(14), /length 14 on port 2/],
  ['dragino-trackerd', 8, '00'.repeat(15), /port 8/],
  ['milesight-at101', 85, '04', /truncated: a single byte is left at 0/],
  ['milesight-at101', 85, '0488FFFF', /truncated: location at byte 0/],
  ['milesight-at101', 85, 'FF0B01', /unknown item FF 0B at byte 0/],
]

for (const [codec, fPort, hex, words] of refused) {
  test(`${codec} says why it does not read ${hex || 'nothing'} on port ${fPort}`, () => {
    const error = errorOf(decode(codec, hex, fPort))
    assert.match(error, words)
    assert.ok(error.startsWith(`${codec}: `), error)
  })
}

test('what came before an unknown or cut-off item of an AT101 is kept, with a warning', () => {
  for (const rest of ['0488FF', 'FF0B01', '05']) {
    const { fields, warnings } = readOf(decode('milesight-at101', `01754C${rest}`, 85))
    assert.equal(fields, { batteryPercent: 76 })
    assert.is(warnings.length, 1)
    assert.match(warnings[0] ?? '', /at (byte )?3; what came before it is kept/)
  }
})

test('bytes after the data of a newer firmware are told and not read', () => {
  const { fields, warnings } = readOf(
    decode('dm-g62', 'DDC3751621435BB72D37C8E83500001405 A2C4 0102', 1),
  )
  assert.is(fields.speed, 55)
  assert.equal(warnings, ['2 bytes after the full data are not read'])
})

test('a TrackerD without a fix has no position, and says so', () => {
  const { fields, warnings } = readOf(
    decode('dragino-trackerd', 'FFFFFFFF FFFFFFFF 0E2F 20 0305 00A5', 2),
  )
  assert.is(fields.latitude, undefined)
  assert.is(fields.longitude, undefined)
  assert.is(fields.batV, 3.631)
  assert.equal(warnings, ['it has no position'])
})

test('a stored position without a date is an old one', () => {
  const decoded = readOf(decode('dragino-trackerd', '02D89BF2 005EE315 07E8 02 1F 0C 1E 0F', 4))
  assert.is(decoded.time, undefined)
  assert.is(decoded.isPositionStale, true)
  assert.is(decoded.warnings.length, 1)
})

test('a time modulo 65,535 s is found in the 18 hours before its reception', () => {
  for (const received of [1_706_188_965_000, 1_760_000_000_400, 2_000_000_000_999]) {
    for (const age of [0, 1, 59, 3600, 63_000, -1799]) {
      const measured = Math.round(received / 1000) - age
      assert.is(g62Time(measured % 65_535, received), measured * 1000, `${received} ${age}`)
    }
  }
})

interface Vector {
  id: string
  format: string
  name: string
  fPort: number
  hex: string
  recvTime?: string
  stalePosition?: boolean
  expect: Record<string, unknown>
}

const vectors = loraVectors<Vector>('tracker-payloads.json')

if (vectors !== undefined)
  test('payloads of trackers decode as others decode them', () => {
    let count = 0
    for (const { id, format, fPort, hex, recvTime, stalePosition, expect } of vectors ?? []) {
      if (!nativeCodecs.has(format)) continue
      count += 1
      const { error, time, ...fields } = expect
      const result = decode(format, hex, fPort, recvTime ? Date.parse(recvTime) : RECEIVED)
      const hasFields = Object.keys(fields).length > 0
      if (!hasFields) assert.match(errorOf(result), new RegExp(String(error)), id)
      else {
        const decoded = readOf(result)
        for (const [name, value] of Object.entries(fields)) {
          assert.equal(decoded.fields[name], value, `${id} ${name}`)
        }
        if (error !== undefined) assert.match(decoded.warnings[0] ?? '', new RegExp(String(error)))
        assert.is(decoded.isPositionStale ?? false, stalePosition ?? false, id)
        assert.is(decoded.time === undefined ? null : isoTime(decoded.time), time ?? null, id)
      }
    }
    assert.ok(count >= 20, `${count} vectors`)
  })

test.run()
