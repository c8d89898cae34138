/**
 * What the control units of a simulated truck measure at a moment: either of the truck that drives
 * the same half hour again and again and never stops its engine, or of any physics.
 */
import type { Micros } from '../../model/time.ts'
import type { Drive, Motion } from './drive.ts'
import type { Physics } from './physics.ts'
import { AFTER_RUN_S } from './physics-supply.ts'
import { ambientAt, noise } from './physics-surroundings.ts'

export interface TruckState {
  time: Micros
  /** Control units are awake. */
  isAwake: boolean
  isRunning: boolean
  /** km. */
  odometer: number
  trip: number
  /** km/h. */
  speed: number
  /** rpm. */
  engineSpeed: number
  /** %. */
  engineLoad: number
  /** Of the tank, 0 to 1. */
  fuelLevel: number
  /** L/h, and L since it was built. */
  fuelRate: number
  fuelUsed: number
  /** V. */
  voltage: number
  keyVoltage: number
  /** kPa, °C. */
  barometricPressure: number
  ambientTemp: number
  coolantTemp: number
  /** Degrees. */
  latitude: number
  longitude: number
  /** Seconds the engine has run. */
  engineSeconds: number
}

export interface TruckStates {
  at(time: Micros): TruckState
}

const L_PER_KM = 0.11
const L_PER_HOUR = 1.2

/** The one that never stops. */
export function drivingStates(drive: Drive, seed: number): TruckStates {
  return { at: (time) => stateOf(drive.at(time), time, seed) }
}

export function physicalStates(physics: Physics): TruckStates {
  const first = physics.at(physics.start).odometer
  return {
    at: (time) => {
      const state = physics.at(time)
      return {
        ...state,
        isAwake: state.ignition || state.offSeconds < AFTER_RUN_S,
        isRunning: state.engine === 'running',
        trip: Math.max(state.odometer - first, 0),
        engineLoad: state.engineLoad * 100,
        keyVoltage: state.ignition ? state.voltage - 0.1 : 0,
      }
    },
  }
}

function stateOf(motion: Motion, time: Micros, seed: number): TruckState {
  const { odometer, trip, speed, latitude, longitude, engineSeconds } = motion
  const ripple = 0.1 * noise(seed, time, 3)
  return {
    ...{ time, odometer, trip, speed, latitude, longitude, engineSeconds },
    isAwake: true,
    isRunning: true,
    engineSpeed: engineSpeed(motion) + 6 * noise(seed, time, 1),
    engineLoad: engineLoad(motion) + 2 * noise(seed, time, 2),
    // From 92 % down to 12 %, then refuelled.
    fuelLevel: (92 - 80 * motion.tankUsed) / 100,
    fuelRate: speed * L_PER_KM + L_PER_HOUR,
    fuelUsed: odometer * L_PER_KM + (engineSeconds / 3600) * L_PER_HOUR,
    voltage: 13.8 + ripple,
    keyVoltage: 13.7 + ripple,
    barometricPressure: 100.5,
    ambientTemp: ambientAt(time),
    coolantTemp: coolant(motion),
  }
}

/** Six gears that change at speeds of a light truck. */
function engineSpeed({ speed }: Motion): number {
  if (speed < 1) return 650
  const gears = [12, 20, 29, 39, 50, 90]
  const gear = gears.findIndex((top) => speed <= top)
  const bottom = gears[gear - 1] ?? 0
  const top = gears[gear] ?? 90
  return 1050 + 750 * ((speed - bottom) / (top - bottom))
}

function engineLoad({ speed, acceleration }: Motion): number {
  if (speed < 1) return 14
  return Math.min(Math.max(22 + speed * 0.35 + acceleration * 28, 3), 98)
}

/** 88 to 92 °C, warmer after a stretch at speed. */
function coolant({ engineSeconds, speed }: Motion): number {
  return 90 + Math.sin(engineSeconds / 240) + (speed > 40 ? 1 : -1)
}
