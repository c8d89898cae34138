/**
 * Current data (service 01) of a simulated car: a PID's bytes out of the physics. Layouts of SAE
 * J1979 as public knowledge, big-endian.
 */
import { bigEndian } from './car-reply.ts'
import type { VehicleState } from './physics.ts'
import type { CodeState } from './physics-codes.ts'
import type { VehicleParameters } from './physics-vehicles.ts'

export interface PidContext {
  state: VehicleState
  codes: CodeState
  vehicle: VehicleParameters
}

type Encode = (context: PidContext) => number[]

const byte = (value: number): number[] => bigEndian(value, 1)
const word = (value: number): number[] => bigEndian(value, 2)
const percent = (share: number): number[] => byte(share * 255)
const celsius = (value: number): number[] => byte(value + 40)
const torque = (share: number): number[] => byte(share * 100 + 125)
const trim = (share: number): number[] => byte(128 + share * 128)

/** OBD as in Europe. */
const STANDARD = 6
const fuelTypes = { petrol: 1, diesel: 4, electric: 8 } as const
/** Which tests there are: all continuous ones; the others as spark and compression have them. */
const sparkTests = 0xe5
const compressionTests = 0xe9
/** After clearing, some tests are not complete for so many km. */
const TESTED_KM = 20
const UNTESTED = 0x05
const NARROW_ABSENT = 0xff

export const pidEncoders: Readonly<Record<number, Encode>> = {
  1: ({ codes, vehicle }) => {
    const isDiesel = vehicle.powertrain === 'diesel'
    const tests = isDiesel ? compressionTests : sparkTests
    const open = codes.distanceSinceClear < TESTED_KM ? UNTESTED & tests : 0
    const lamp = codes.isLampOn ? 0x80 : 0
    return [lamp | Math.min(codes.stored.length, 0x7f), isDiesel ? 0x0f : 0x07, tests, open]
  },
  3: ({ state }) => [fuelSystem(state), 0],
  4: ({ state }) => percent(state.engineLoad),
  5: ({ state }) => celsius(state.coolantTemp),
  6: ({ state }) => trim(0.03 * Math.sin(state.runSeconds / 3)),
  7: () => trim(0.016),
  11: ({ state }) => byte(state.intakePressure),
  12: ({ state }) => word(state.engineSpeed * 4),
  13: ({ state }) => byte(state.speed),
  14: ({ state }) => byte((64 + (state.engine === 'running' ? 10 + state.throttle * 25 : 0)) * 2),
  15: ({ state }) => celsius(state.intakeTemp),
  16: ({ state }) => word(state.massAirFlow * 100),
  17: ({ state }) => percent(state.throttle),
  // Two sensors in the first bank.
  19: () => [0x03],
  21: ({ state }) => [...byte((0.6 + 0.1 * Math.sin(state.runSeconds)) * 200), NARROW_ABSENT],
  28: () => [STANDARD],
  31: ({ state }) => word(Math.floor(state.runSeconds)),
  33: ({ codes }) => word(Math.floor(codes.distanceWithLamp)),
  35: ({ state }) => word((4000 + 9000 * state.engineLoad) / 10),
  44: ({ state }) => percent(0.1 * state.engineLoad),
  46: ({ state }) => percent(state.coolantTemp > 70 ? 0.25 * state.throttle : 0),
  47: ({ state }) => percent(state.fuelLevel),
  48: ({ codes }) => byte(codes.warmUpsSinceClear),
  49: ({ codes }) => word(Math.floor(codes.distanceSinceClear)),
  51: ({ state }) => byte(state.barometricPressure),
  60: ({ state }) => word((state.coolantTemp * 5 + 80 + 40) * 10),
  65: () => [0, 0x07, sparkTests, 0],
  66: ({ state }) => word(state.voltage * 1000),
  67: ({ state }) => word(state.engineLoad * 0.85 * 255),
  68: () => word(0x8000),
  69: ({ state }) => percent(Math.max(state.throttle - 0.1, 0)),
  70: ({ state }) => celsius(state.ambientTemp),
  73: ({ state }) => percent(0.15 + 0.7 * state.accelerator),
  74: ({ state }) => percent(0.075 + 0.35 * state.accelerator),
  76: ({ state }) => percent(state.throttle),
  77: ({ codes }) => word(Math.floor(codes.secondsWithLamp / 60)),
  78: ({ codes }) => word(Math.floor(codes.secondsSinceClear / 60)),
  81: ({ vehicle }) => [fuelTypes[vehicle.powertrain]],
  91: ({ state }) => percent(state.soc ?? 0),
  92: ({ state }) => celsius(state.oilTemp),
  94: ({ state }) => word(state.fuelRate * 20),
  97: ({ state }) => torque(state.accelerator),
  98: ({ state }) => torque(state.engineTorque),
  99: ({ vehicle }) => word(vehicle.torque),
  154: ({ state }) => [
    ...[0x06, 0],
    ...word((state.tractionVoltage ?? 0) * 64),
    ...word(twos((state.tractionCurrent ?? 0) * 10)),
  ],
  164: ({ state }) => [0x01, (state.gear & 0x0f) << 4, 0, 0],
  166: ({ state }) => bigEndian(Math.floor(state.odometer * 10), 4),
  178: () => percent(0.94),
  199: ({ state }) => word(Math.floor(state.odometer) % 65_536),
}

const everywhere = [1, 0x1c]
const combustion = [
  ...[0x03, 0x04, 0x05, 0x06, 0x07, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x13, 0x15, 0x1f],
  ...[0x21, 0x23, 0x2c, 0x2e, 0x2f, 0x30, 0x31, 0x33, 0x3c, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46],
  ...[0x49, 0x4a, 0x4c, 0x4d, 0x4e, 0x51, 0x5c, 0x5e, 0x61, 0x62, 0x63, 0xa6, 0xc7],
]
const spark = new Set([0x03, 0x06, 0x07, 0x0e, 0x13, 0x15, 0x2e, 0x3c, 0x41, 0x44])
const electric = [
  ...[0x0d, 0x1f, 0x21, 0x30, 0x31, 0x33, 0x42, 0x46, 0x49, 0x4d, 0x4e, 0x51, 0x5b],
  ...[0x61, 0x62, 0x63, 0x9a, 0xa6, 0xb2],
]

/** PIDs of the control unit that drives the vehicle. */
export function drivePids({ powertrain }: VehicleParameters): readonly number[] {
  if (powertrain === 'electric') return [...everywhere, ...electric]
  const isSpark = powertrain === 'petrol'
  return [...everywhere, ...combustion.filter((pid) => isSpark || !spark.has(pid))]
}

export const transmissionPids: readonly number[] = [...everywhere, 0x0d, 0x42, 0xa4]

/** What a freeze frame holds. */
export const frozenPids: readonly number[] = [0x04, 0x05, 0x0b, 0x0c, 0x0d, 0x0f, 0x11, 0x2f]

/** The four bytes that say which of `base + 1` … `base + 32` there are, and whether any follow. */
export function supportBits(numbers: readonly number[], base: number): number[] {
  const bits = [0, 0, 0, 0]
  const follows = numbers.some((number) => number > base + 0x20)
  for (const number of follows ? [...numbers, base + 0x20] : numbers) {
    const bit = number - base - 1
    if (bit >= 0 && bit < 32) bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (0x80 >> (bit & 7))
  }
  return bits
}

/** Whether a bitmap of this base is among what the numbers need; the first one always is. */
export function isSupportBase(numbers: readonly number[], base: number): boolean {
  return (base & 0x1f) === 0 && (base === 0 || numbers.some((number) => number > base))
}

/** Open loop while cold, closed when warm, cut off on the overrun, 0 while it stands. */
function fuelSystem(state: VehicleState): number {
  if (state.engine !== 'running') return 0
  if (state.fuelRate === 0) return 4
  return state.coolantTemp < 60 ? 1 : 2
}

function twos(value: number): number {
  const whole = Math.round(value)
  return whole < 0 ? whole + 65_536 : whole
}
