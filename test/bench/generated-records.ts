/**
 * Records of a drive as a car with OBD-II and a GNSS receiver makes them, one a second, from a seed.
 * Physical: a speed that follows a target with bounded acceleration and stops at lights, an engine
 * speed that follows from it and the gear, a load from both, a tank that empties, a position that the
 * speed moves. Quantised as the bus does it: km/h, quarters of rpm, 255ths, tenths of a volt, 1e-7
 * of a degree. Also for tests: nothing here is measured or read.
 */
import type { RecordData, StoredRecord } from '../../src/model/record.ts'
import { idPrefix, recordId } from '../../src/model/record-id.ts'
import { chance } from '../support/journal-records.ts'

export interface GeneratedOptions {
  count: number
  seed?: number
  vehicle?: string
  boot?: string
  start?: number
}

const START = Date.UTC(2026, 2, 1, 6)
/** rpm a km/h, by gear, and up to which speed. */
const gears: readonly (readonly [rpm: number, to: number])[] = [
  [125, 18],
  [68, 35],
  [46, 52],
  [34, 75],
  [27, 95],
  [22, 250],
]
const METRES_PER_DEGREE = 111_320

export function generatedRecords(options: GeneratedOptions): StoredRecord[] {
  const { count, seed = 1, vehicle = 'van', boot = 'boot-1', start = START } = options
  const random = chance(seed)
  const prefix = idPrefix(vehicle, boot)
  const drive = new Drive(random)
  const records: StoredRecord[] = []
  for (let number = 0; number < count; number++) {
    const time = start + number * 1000 + Math.floor(random() * 12)
    const receivedAt = time + 1 + Math.floor(random() * 3)
    const monotonic = receivedAt - start + 41_000
    const place = { vehicle, source: 'can0', boot, number, monotonic, time, receivedAt }
    records.push({
      seq: number + 1,
      id: recordId(place, prefix),
      ...place,
      clockTrust: 'network',
      data: drive.second(),
    })
  }
  return records
}

/** A vehicle under way, second by second. */
class Drive {
  readonly #random: () => number
  #kmh = 0
  #target = 50
  #hold = 0
  #pedal = 0.2
  #heading = 1
  #turn = 0
  #km = 84_211.3
  #hours = 2911.4
  #fuel = 0.82
  #coolant = 21
  #voltage = 14.2
  #ambient = 11.4
  #pressure = 98.3
  #latitude = 52.520_008_1
  #longitude = 13.404_954_2

  constructor(random: () => number) {
    this.#random = random
  }

  second(): RecordData {
    this.#accelerate()
    this.#steer()
    this.#wear()
    const gear = gears.find(([, to]) => this.#kmh < to) ?? ([22, 250] as const)
    const rpm = Math.max(780 + this.#noise(12), this.#kmh * gear[0] + this.#noise(18))
    const load = 0.18 + 0.6 * this.#pedal + this.#noise(0.02)
    return {
      speed: Math.round(this.#kmh),
      engineSpeed: Math.round(rpm * 4) / 4,
      engineLoad: Math.round(Math.min(Math.max(load, 0), 1) * 255) / 255,
      fuelPercentRemaining: Math.round(this.#fuel * 255) / 255,
      batteryVoltage: Math.round(this.#voltage * 10) / 10,
      coolantTemp: Math.round(this.#coolant),
      ambientTemp: Math.round(this.#ambient),
      barometricPressure: Math.round(this.#pressure),
      engineHours: Math.floor(this.#hours * 20) / 20,
      odometer: Math.floor(this.#km * 10) / 10,
      latitude: Math.round(this.#latitude * 1e7) / 1e7,
      longitude: Math.round(this.#longitude * 1e7) / 1e7,
    }
  }

  #accelerate(): void {
    if (this.#hold > 0) this.#hold -= 1
    else if (this.#random() < 0.03) {
      const limits = [0, 30, 50, 50, 70, 100, 120]
      this.#target = limits[Math.floor(this.#random() * limits.length)] as number
      this.#hold = 10 + Math.floor(this.#random() * 60)
    }
    const wanted = Math.min(Math.max((this.#target - this.#kmh) / 4, -9), 6)
    const change = this.#kmh < 1 && this.#target === 0 ? 0 : wanted + this.#noise(0.5)
    this.#kmh = this.#target === 0 && this.#kmh < 2 ? 0 : Math.max(0, this.#kmh + change)
    this.#pedal += (Math.min(Math.max(change / 6 + this.#kmh / 250, 0), 1) - this.#pedal) / 2
  }

  #steer(): void {
    this.#turn = this.#turn * 0.9 + this.#noise(0.01)
    this.#heading += this.#kmh > 5 ? this.#turn : 0
    const metres = this.#kmh / 3.6 + (this.#kmh > 0 ? this.#noise(0.1) : 0)
    const north = (metres * Math.cos(this.#heading)) / METRES_PER_DEGREE
    const east = (metres * Math.sin(this.#heading)) / METRES_PER_DEGREE
    this.#latitude += north
    this.#longitude += east / Math.cos((this.#latitude * Math.PI) / 180)
    this.#km += this.#kmh / 3600
  }

  #wear(): void {
    this.#hours += 1 / 3600
    this.#fuel = Math.max(0.05, this.#fuel - (0.6 + this.#kmh / 40) / 500_000)
    this.#coolant += (89 - this.#coolant) / 300 + this.#noise(0.1)
    this.#voltage += (14.2 - this.#voltage) / 20 + this.#noise(0.03)
    this.#ambient += this.#noise(0.02)
    this.#pressure += this.#noise(0.01)
  }

  /** About normal, with this spread. */
  #noise(spread: number): number {
    return (this.#random() + this.#random() + this.#random() - 1.5) * 2 * spread
  }
}
