/**
 * The range a vehicle has left, from its tank and economy: 1.60934 × (mpg × (gallons × fuel)), in
 * this order of evaluation and with both factors in single precision, as the hosted API computes
 * it: so its published values come out to the last digit.
 */
import type { Vehicle } from '../../model/vehicle.ts'

const LITRES_PER_GALLON = 3.785411784
const KM_PER_MILE = 1.609344

/** Below this a fuel gauge says "empty", not a distance. */
const LEAST_FUEL = 0.01

/** km; undefined where the vehicle's tank and economy, or the fuel level, are not known. */
export function estimatedRange(vehicle: Vehicle, fuel: unknown): number | undefined {
  const { tankLitres = 0, kmPerLitre = 0 } = vehicle
  if (!(tankLitres > 0 && kmPerLitre > 0)) return undefined
  if (typeof fuel !== 'number' || !(fuel > LEAST_FUEL)) return undefined
  const milesPerGallon = Math.fround((kmPerLitre * LITRES_PER_GALLON) / KM_PER_MILE)
  const gallons = Math.fround(tankLitres / LITRES_PER_GALLON)
  return 1.60934 * (milesPerGallon * (gallons * fuel))
}
