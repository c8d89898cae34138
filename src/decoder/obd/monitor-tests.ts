/**
 * Service 06 on CAN: results of the on-board monitors. Each has nine bytes: monitor, test,
 * unit-and-scaling number, then value, least and greatest allowed value in 16 bits. Monitors 00,
 * 20, … are bitmaps of the supported ones.
 */
import { type Scale, scaler } from '../quantity.ts'
import { hex } from './hex.ts'
import type { MonitorTest, ResponseSinks } from './sinks.ts'
import { bitsText, supportedAfter } from './supported.ts'
import { FIRST_SIGNED, unitScaling } from './unit-scaling.ts'

const SERVICE = 0x06
const RESULT = 9
const BITMAP = 5

const scalers = new Map(
  [...unitScaling].map(([id, scale]) => [id, { scale, value: scaler(scale) }]),
)

const sensorPlaces = [1, 2, 3, 4].flatMap((bank) =>
  [1, 2, 3, 4].map((sensor) => `bank ${bank}, sensor ${sensor}`),
)

/** Runs of monitors that differ by their place. */
const families: readonly (readonly [first: number, label: string, places: readonly string[]])[] = [
  [0x01, 'Oxygen sensor', sensorPlaces],
  [0x21, 'Catalyst', ['bank 1', 'bank 2', 'bank 3', 'bank 4']],
  [0x31, 'EGR', ['bank 1', 'bank 2', 'bank 3', 'bank 4']],
  [0x35, 'Valve timing', ['bank 1', 'bank 2', 'bank 3', 'bank 4']],
  [0x39, 'Evaporative system', ['cap off or 0.150 in', '0.090 in', '0.040 in', '0.020 in']],
  [0x3d, 'Purge flow', ['']],
  [0x41, 'Oxygen sensor heater', sensorPlaces],
  [0x61, 'Heated catalyst', ['bank 1', 'bank 2', 'bank 3', 'bank 4']],
  [0x71, 'Secondary air', ['1', '2', '3', '4']],
  [0x81, 'Fuel system', ['bank 1', 'bank 2', 'bank 3', 'bank 4']],
  [0x85, 'Boost pressure', ['bank 1', 'bank 2']],
  [0x90, 'NOx adsorber', ['bank 1', 'bank 2']],
  [0x98, 'NOx catalyst', ['bank 1', 'bank 2']],
  [0xa1, 'Misfire, all cylinders', ['']],
  [0xa2, 'Misfire, cylinder', Array.from({ length: 12 }, (_, i) => `${i + 1}`)],
  [0xb0, 'Particulate filter', ['bank 1', 'bank 2']],
]

const labels: ReadonlyMap<number, string> = new Map(
  families.flatMap(([first, label, places]) =>
    places.map((place, i): [number, string] => [
      first + i,
      place === '' ? label : `${label}${/^\d$|^\d\d$/.test(place) ? ' ' : ', '}${place}`,
    ]),
  ),
)

export function decodeMonitorTests(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  if (length < 2) {
    sinks.issue('message-short', 'monitor tests without a monitor')
    return
  }
  if (((data[1] as number) & 0x1f) === 0) bitmap(data, length, sinks)
  else results(data, length, sinks)
}

function bitmap(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  for (let at = 1; at < length; at += BITMAP) {
    const pid = data[at] as number
    if (at + BITMAP > length) {
      sinks.issue('message-short', `monitors after ${hex(pid)}: ${length - at - 1} of 4 bytes`)
      return
    }
    const value = bitsText(data.subarray(at + 1, at + BITMAP))
    const text = supportedAfter(pid, data, at + 1)
      .map((number) => hex(number))
      .join(' ')
    const label = 'Supported monitors'
    const unit = 'bits'
    const items = [{ name: 'supported', label, value, unit, text }]
    sinks.pid?.({ service: SERVICE, pid, label, value, unit, items })
  }
}

function results(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  for (let at = 1; at < length; at += RESULT) {
    if (at + RESULT > length) {
      const monitor = hex(data[at] as number)
      sinks.issue('message-short', `monitor ${monitor} with ${length - at} of ${RESULT} bytes`)
      return
    }
    const test = testAt(data, at)
    sinks.test?.(test)
    const { monitor: pid, label, value, unit } = test
    sinks.pid?.({ service: SERVICE, pid, label, value, unit, items: itemsOf(test) })
  }
}

function testAt(data: Uint8Array, at: number): MonitorTest {
  const monitor = data[at] as number
  const test = data[at + 1] as number
  const scaling = data[at + 2] as number
  const known = scalers.get(scaling)
  const number = (offset: number) => known?.value(rawOf(data, at + offset, scaling >= FIRST_SIGNED))
  const [value, min, max] = [number(3), number(5), number(7)]
  const passed =
    value === undefined || min === undefined || max === undefined
      ? undefined
      : value >= min && value <= max
  const label = labels.get(monitor) ?? `Monitor ${hex(monitor)}`
  return { monitor, label, test, value, min, max, unit: unitOf(known?.scale), passed }
}

function unitOf(scale: Scale | undefined): string {
  return scale?.unit ?? ''
}

function rawOf(data: Uint8Array, at: number, signed: boolean): number {
  const raw = ((data[at] as number) << 8) | (data[at + 1] as number)
  return signed && raw >= 0x8000 ? raw - 0x10000 : raw
}

function itemsOf({ test, value, min, max, unit, passed }: MonitorTest) {
  const result = passed === undefined ? {} : { text: passed ? 'passed' : 'failed' }
  return [
    { name: 'value', label: `Test ${hex(test)}`, value, unit, ...result },
    { name: 'min', label: 'Least', value: min, unit },
    { name: 'max', label: 'Greatest', value: max, unit },
  ]
}
