/** What receivers say: a place only of a sentence that, by itself, an expression knows as that place. */
import * as assert from 'node:assert/strict'
import type { GnssDependencies } from '../../../src/device/gnss/gnss-source.ts'
import { createGpsdSource } from '../../../src/device/gnss/gpsd-source.ts'
import { createNmeaSource } from '../../../src/device/gnss/nmea-source.ts'
import { nmeaSentences } from '../../../src/device/simulator/gnss.ts'
import { GpsdConversation, gpsdReports } from '../../../src/device/simulator/gpsd-lines.ts'
import type { Source } from '../../../src/model/ports.ts'
import { type SignalName, signals } from '../../../src/model/signals.ts'
import { bytesOf, type Target } from '../target.ts'

const TIME = Date.UTC(2026, 6, 23, 12) * 1000
const physics = { at: () => ({ latitude: -33.87, longitude: 151.21, heading: 90, speed: 50 }) }
const PLACE = /^\$G?[A-Z]{2,4},(.*)\*([0-9A-F]{2})$/i
const ANGLES = /(\d{2})(\d{2}(?:\.\d+)?),([NS]),(\d{3})(\d{2}(?:\.\d+)?),([EW])/g

/** What came out of a source for these bytes, in two chunks. */
async function heard(
  make: (deps: GnssDependencies) => Source,
  input: Uint8Array,
): Promise<[SignalName, number][]> {
  const measured: [SignalName, number][] = []
  let hear: ((chunk: Uint8Array) => void) | undefined
  const opened = new Promise<void>((resolve) => {
    const source = make({
      clock: { now: () => TIME / 1000, monotonic: () => 0 },
      after: () => () => undefined,
      open: async ({ path, data }) => {
        hear = data
        resolve()
        return { path, device: path, write: async () => undefined, close: async () => undefined }
      },
    })
    source.start({
      frame: () => undefined,
      issue: () => undefined,
      health: () => undefined,
      end: () => undefined,
      measured: (signal, value) => measured.push([signal, Number(value)]),
      time: ({ utc }) => assert.ok(Number.isInteger(utc)),
    })
  })
  await opened
  const middle = input.length >> 1
  hear?.(input.subarray(0, middle))
  hear?.(input.subarray(middle))
  for (const [signal, value] of measured) {
    const { min = -Infinity, max = Infinity } = signals[signal]
    assert.ok(value >= min && value <= max, `${signal} ${value}`)
  }
  return measured
}

/** Latitudes and longitudes of all places in lines with a right checksum. */
function places(input: Uint8Array): [number, number][] {
  // What stands before a `$` is no part of its sentence; frames of another protocol may stand anywhere.
  const lines = Buffer.from(input)
    .toString('latin1')
    .split(/[\r\n]|(?=\$)|\xb5/)
  return lines.flatMap((line) => {
    const match = PLACE.exec(line)
    if (match === null) return []
    let sum = 0
    for (const char of line.slice(1, -3)) sum ^= char.charCodeAt(0)
    if (sum !== Number.parseInt(match[2] ?? '', 16)) return []
    return [...line.matchAll(ANGLES)].map((angles): [number, number] => {
      const north = (Number(angles[1]) + Number(angles[2]) / 60) * (angles[3] === 'S' ? -1 : 1)
      const east = (Number(angles[4]) + Number(angles[5]) / 60) * (angles[6] === 'W' ? -1 : 1)
      return [north, east]
    })
  })
}

export const nmea: Target = {
  name: 'nmea',
  seeds: () => [
    bytesOf(nmeaSentences(physics, TIME).join('')),
    bytesOf(nmeaSentences(physics, TIME, { faults: new Set(['garbage']) }).join('')),
    bytesOf(nmeaSentences(physics, TIME, { faults: new Set(['stale']) }).join('')),
    bytesOf(
      '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n$GNGLL,4807.0,N,01131.0,E,123519,A,A*5C\r\n',
    ),
  ],
  async check(input) {
    const make = (deps: GnssDependencies) => createNmeaSource({ id: 'x', port: '/dev/x' }, deps)
    const measured = await heard(make, input)
    const encoded = places(input)
    for (const [at, [signal, value]] of measured.entries()) {
      if (signal !== 'latitude') continue
      const [next, longitude] = measured[at + 1] ?? []
      assert.equal(next, 'longitude')
      const isEncoded = encoded.some(
        ([north, east]) =>
          Math.abs(north - value) < 1e-9 && Math.abs(east - (longitude ?? 0)) < 1e-9,
      )
      assert.ok(isEncoded, `${value}, ${longitude} stands in no sentence`)
      assert.ok(value !== 0 || longitude !== 0)
    }
  },
}

export const gpsd: Target = {
  name: 'gpsd',
  seeds: () => {
    const conversation = new GpsdConversation(new Set(['two-receivers']))
    const watched = conversation.receive(bytesOf('?WATCH={"enable":true};\n'))
    const reports = gpsdReports(physics, TIME, new Set(['two-receivers']))
    return [bytesOf(conversation.greeting() + watched + conversation.told(reports))]
  },
  async check(input) {
    const make = (deps: GnssDependencies) => createGpsdSource({ id: 'x', address: 'x:1' }, deps)
    const measured = await heard(make, input)
    const text = Buffer.from(input).toString('latin1')
    for (const [signal, value] of measured) {
      if (signal !== 'latitude') continue
      const told = [...text.matchAll(/"lat"\s*:\s*(-?[\d.eE+-]+)/g)].map((match) =>
        Number(match[1]),
      )
      assert.ok(told.includes(value), `${value} stands in no line`)
    }
  },
}
