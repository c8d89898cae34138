/**
 * Parameter groups of eight bytes that a simulated truck sends (J1939-71 as public knowledge): whose
 * they are, how often they come by themselves, and their bytes. Those that are not used are 0xFF,
 * "not available".
 */
import type { Millis } from '../../model/time.ts'
import type { TruckState } from './truck-state.ts'

export interface Group {
  pgn: number
  sender: number
  priority: number
  /** Undefined: only on request. */
  periodMs: Millis | undefined
  /** Spreads the groups. */
  phaseMs: Millis
  /** Writes the bytes; those it leaves alone are 0xFF. */
  encode: (data: Uint8Array, state: TruckState) => void
}

/** Source addresses. */
export const truckUnits = {
  engine: 0x00,
  transmission: 0x03,
  brakes: 0x0b,
  cluster: 0x17,
  body: 0x21,
  navigation: 0x4a,
} as const

export type TruckUnit = keyof typeof truckUnits

const { engine, cluster, body, navigation } = truckUnits

function often(pgn: number, priority: number, phaseMs: Millis, encode: Group['encode']): Group {
  return { pgn, sender: engine, priority, periodMs: 100, phaseMs, encode }
}

function slow(pgn: number, sender: number, phaseMs: Millis, encode: Group['encode']): Group {
  return { pgn, sender, priority: 6, periodMs: 1000, phaseMs, encode }
}

function onRequest(pgn: number, sender: number, encode: Group['encode']): Group {
  return { pgn, sender, priority: 6, periodMs: undefined, phaseMs: 0, encode }
}

export const truckGroups: readonly Group[] = [
  // EEC1: engine speed, 1/8 rpm
  often(61444, 3, 0, (data, { engineSpeed }) => put(data, 4, 2, engineSpeed * 8)),
  // EEC2: load at the current speed, 1 %
  often(61443, 3, 20, (data, { engineLoad }) => put(data, 3, 1, engineLoad)),
  // CCVS1: wheel-based speed, 1/256 km/h
  often(65265, 6, 40, (data, { speed }) => put(data, 2, 2, speed * 256)),
  // VDHR: total and trip distance, 5 m
  slow(65217, cluster, 110, (data, { odometer, trip }) => {
    put(data, 1, 4, Math.floor(odometer * 200))
    put(data, 5, 4, Math.floor(trip * 200))
  }),
  // VD: trip and total distance, 1/8 km
  slow(65248, cluster, 210, (data, { odometer, trip }) => {
    put(data, 1, 4, Math.floor(trip * 8))
    put(data, 5, 4, Math.floor(odometer * 8))
  }),
  // DD: fuel level, 0.4 %
  slow(65276, cluster, 310, (data, { fuelLevel }) => put(data, 2, 1, fuelLevel * 250)),
  // VEP1: battery and key switch potential, 0.05 V
  slow(65271, body, 410, (data, { voltage, keyVoltage }) => {
    put(data, 5, 2, voltage * 20)
    put(data, 7, 2, keyVoltage * 20)
  }),
  // AMB: barometric pressure, 0.5 kPa; ambient temperature, 1/32 °C from −273 °C
  slow(65269, engine, 510, (data, { barometricPressure, ambientTemp }) => {
    put(data, 1, 1, barometricPressure * 2)
    put(data, 4, 2, (ambientTemp + 273) * 32)
  }),
  // ET1: coolant temperature, 1 °C from −40 °C
  slow(65262, engine, 610, (data, { coolantTemp }) => put(data, 1, 1, coolantTemp + 40)),
  // HOURS: engine hours, 0.05 h
  slow(65253, engine, 710, (data, { engineSeconds }) => {
    put(data, 1, 4, Math.floor((engineSeconds / 3600) * 20))
  }),
  // VP: latitude and longitude, 10⁻⁷° from −210°
  slow(65267, navigation, 810, (data, { latitude, longitude }) => {
    put(data, 1, 4, (latitude + 210) * 1e7)
    put(data, 5, 4, (longitude + 210) * 1e7)
  }),
  // LFE: fuel rate, 0.05 L/h; economy at the moment, 1/512 km/L
  onRequest(65266, engine, (data, { fuelRate, speed }) => {
    put(data, 1, 2, fuelRate * 20)
    if (fuelRate > 0) put(data, 3, 2, Math.min((speed / fuelRate) * 512, MOST_ECONOMY))
  }),
  // LFC: fuel used in all, 0.5 L
  onRequest(65257, engine, (data, { fuelUsed }) => put(data, 5, 4, Math.floor(fuelUsed * 2))),
]

/** The highest raw value of two bytes that is a value. */
const MOST_ECONOMY = 0xfaff

/** `at` counts from 1, as the standard does; low byte first. */
export function put(data: Uint8Array, at: number, bytes: number, value: number): void {
  let rest = Math.max(Math.round(value), 0)
  for (let i = 0; i < bytes; i++) {
    data[at - 1 + i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}
