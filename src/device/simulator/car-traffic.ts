/**
 * What the control units of a simulated car tell each other, unasked: frames of the maker's own with
 * 11-bit identifiers below those of diagnostics, about 200 a second, less while only the body
 * electronics are awake. A function of time.
 */
import type { CanFrame, FrameSink } from '../../model/frame.ts'
import type { Millis } from '../../model/time.ts'
import { bigEndian } from './car-reply.ts'
import type { VehicleState } from './physics.ts'

interface Message {
  id: number
  periodMs: Millis
  phaseMs: Millis
  /** Of the body electronics: also when ignition is off and someone is there. */
  isBody?: true
  encode: (state: VehicleState) => readonly number[]
}

const word = (value: number): number[] => bigEndian(value, 2)
const LENGTH = 8
const COUNTER_AT = 6

const messages: readonly Message[] = [
  {
    id: 0x0a8,
    periodMs: 20,
    phaseMs: 0,
    encode: (s) => [...word(s.engineSpeed), s.engineLoad * 200],
  },
  {
    id: 0x0b4,
    periodMs: 20,
    phaseMs: 10,
    encode: (s) => [...word(s.speed * 100), ...word(s.speed)],
  },
  { id: 0x0f1, periodMs: 50, phaseMs: 0, encode: (s) => [s.acceleration < -1 ? 1 : 0] },
  { id: 0x130, periodMs: 50, phaseMs: 20, encode: (s) => word(s.heading * 10) },
  { id: 0x1a6, periodMs: 100, phaseMs: 30, encode: (s) => [s.gear] },
  { id: 0x21c, periodMs: 100, phaseMs: 40, isBody: true, encode: () => [0] },
  { id: 0x2c1, periodMs: 100, phaseMs: 60, isBody: true, encode: (s) => [s.ignition ? 7 : 1] },
  { id: 0x2f0, periodMs: 100, phaseMs: 80, isBody: true, encode: () => [0x40] },
  {
    id: 0x350,
    periodMs: 200,
    phaseMs: 50,
    encode: (s) => [s.fuelLevel * 250, ...word(s.odometer)],
  },
  {
    id: 0x3b1,
    periodMs: 200,
    phaseMs: 70,
    encode: (s) => [s.coolantTemp + 40, s.ambientTemp + 40],
  },
  { id: 0x40c, periodMs: 200, phaseMs: 90, isBody: true, encode: (s) => word(s.voltage * 100) },
  {
    id: 0x5a0,
    periodMs: 1000,
    phaseMs: 110,
    isBody: true,
    encode: (s) => word((s.time / 6e7) % 65_536),
  },
  { id: 0x5f4, periodMs: 1000, phaseMs: 210, isBody: true, encode: () => [0x10, 0x42] },
]

/** `all` while ignition is on or the car charges, `body` for some time after, and around a key. */
export type Talk = 'all' | 'body' | 'none'

/** The frames of one moment of the grid, one after another in `frame`. */
export function trafficAt(state: VehicleState, talk: Talk, frame: CanFrame, sink: FrameSink): void {
  if (talk === 'none') return
  const timeMs = state.time / 1000
  for (const { id, periodMs, phaseMs, isBody, encode } of messages) {
    if (talk === 'body' && isBody !== true) continue
    if ((timeMs - phaseMs) % periodMs !== 0) continue
    frame.id = id
    frame.length = LENGTH
    frame.time = state.time
    frame.data.fill(0, 0, LENGTH)
    frame.data.set(encode(state))
    frame.data[COUNTER_AT] = Math.floor(timeMs / periodMs) & 0x0f
    sink(frame)
  }
}
