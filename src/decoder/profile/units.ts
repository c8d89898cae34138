/**
 * Units as profiles, DBC files and other collections spell them, and how a value gets from one into
 * the unit of a signal of our table. Factors are those of the international definitions (NIST SP
 * 811, appendix B).
 */

/** value in `to` = value in `from` × num ÷ den + offset. */
export interface Conversion {
  num: number
  den: number
  offset: number
}

const IDENTITY: Conversion = { num: 1, den: 1, offset: 0 }

/** Our spelling, and the others of the same unit (compared without case). */
const spellings: Record<string, string[]> = {
  '°C': ['degC', 'deg C', 'C', 'celsius'],
  '°F': ['degF', 'F', 'fahrenheit'],
  '°': ['deg', 'degree', 'degrees'],
  '%': ['percent', 'pct'],
  ratio: ['normal'],
  'km/h': ['kph', 'kmh', 'kilometersPerHour', 'KmpH'],
  mph: ['mi/h', 'milesPerHour'],
  'm/s': ['metersPerSecond'],
  km: ['kilometer', 'kilometers', 'kilometres'],
  mi: ['mile', 'miles'],
  m: ['meters', 'metres'],
  rpm: ['1/min', 'r/min', 'rev/min', 'min-1'],
  kPa: ['kilopascal'],
  psi: ['lbf/in2'],
  bar: ['bars'],
  hPa: ['mbar'],
  MPa: [],
  V: ['volt', 'volts'],
  mV: ['millivolts'],
  A: ['amp', 'amps', 'ampere'],
  mA: ['milliamps'],
  kW: ['kilowatts'],
  W: ['watt', 'watts'],
  kWh: ['kilowattHours'],
  Wh: [],
  l: ['liter', 'liters', 'litre', 'litres', 'ltr'],
  'l/h': ['litersPerHour', 'ltr/h'],
  gal: ['gallons', 'gallon'],
  'gal/h': ['gallonsPerHour'],
  'km/l': ['kmpl'],
  'g/s': ['gramsPerSecond'],
  kg: [],
  s: ['sec', 'second', 'seconds'],
  min: ['minutes', 'minute'],
  h: ['hr', 'hrs', 'hour', 'hours'],
  ms: ['milliseconds'],
}

const ours = new Map(
  Object.entries(spellings).flatMap(([unit, others]) =>
    [unit, ...others].map((text) => [text.toLowerCase(), unit] as const),
  ),
)
// What differs by case only.
for (const unit of ['MPa', 'mV', 'mA', 'kW', 'W']) ours.set(unit.toLowerCase(), unit)

const conversions: Record<string, Conversion> = {
  '%→ratio': { num: 1, den: 100, offset: 0 },
  '°F→°C': { num: 5, den: 9, offset: -160 / 9 },
  'mph→km/h': { num: 1_609_344, den: 1_000_000, offset: 0 },
  'm/s→km/h': { num: 18, den: 5, offset: 0 },
  'mi→km': { num: 1_609_344, den: 1_000_000, offset: 0 },
  'm→km': { num: 1, den: 1000, offset: 0 },
  'psi→kPa': { num: 6_894_757_293_168, den: 1_000_000_000_000, offset: 0 },
  'bar→kPa': { num: 100, den: 1, offset: 0 },
  'hPa→kPa': { num: 1, den: 10, offset: 0 },
  'MPa→kPa': { num: 1000, den: 1, offset: 0 },
  'mV→V': { num: 1, den: 1000, offset: 0 },
  'mA→A': { num: 1, den: 1000, offset: 0 },
  'W→kW': { num: 1, den: 1000, offset: 0 },
  'Wh→kWh': { num: 1, den: 1000, offset: 0 },
  'gal→l': { num: 3_785_411_784, den: 1_000_000_000, offset: 0 },
  'gal/h→l/h': { num: 3_785_411_784, den: 1_000_000_000, offset: 0 },
  'min→h': { num: 1, den: 60, offset: 0 },
  's→h': { num: 1, den: 3600, offset: 0 },
  'min→s': { num: 60, den: 1, offset: 0 },
  'h→s': { num: 3600, den: 1, offset: 0 },
  'ms→s': { num: 1, den: 1000, offset: 0 },
}

/** Our spelling of a unit; the text itself where it is not known here. */
export function unitOf(text: string): string {
  const trimmed = text.trim()
  return Object.hasOwn(spellings, trimmed) ? trimmed : (ours.get(trimmed.toLowerCase()) ?? trimmed)
}

/** Undefined where one cannot become the other. */
export function conversionBetween(from: string, to: string): Conversion | undefined {
  const [own, wanted] = [unitOf(from), unitOf(to)]
  if (own === wanted) return IDENTITY
  return conversions[`${own}→${wanted}`]
}
