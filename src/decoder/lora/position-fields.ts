/**
 * Positions among mapped fields: latitude and longitude of the same fix, both or none, and only
 * of a fix that is not an old one.
 */
import type { DecodedPayload } from '../../model/lora.ts'
import type { SignalName } from '../../model/signals.ts'
import { isAboutVehicle } from './field-defaults.ts'
import { fieldKey, leavesOf } from './field-leaves.ts'
import type { Candidate, DroppedField } from './field-readings.ts'

/** What is the position's, and falls with it. */
const ofPosition: ReadonlySet<SignalName> = new Set([
  'latitude',
  'longitude',
  'altitude',
  'heading',
  'hdop',
])

/** Where trackers say so themselves: the key of the field, and what it says of an old fix. */
const staleFlags: ReadonlyMap<string, boolean> = new Map([
  ['fixfailed', true],
  ['nofix', true],
  ['nognssfix', true],
  ['positionstale', true],
  ['gpscurrent', false],
  ['gpsvalid', false],
  ['gnssvalid', false],
  ['fixvalid', false],
])

/** The candidates without those of positions that are none. */
export function keepWholePositions(
  candidates: readonly Candidate[],
  decoded: DecodedPayload,
  dropped: DroppedField[],
): Candidate[] {
  const stale = staleSignals(candidates, decoded)
  const current = candidates.filter((candidate) => {
    if (!stale.signals.has(candidate.signal)) return true
    drop(dropped, candidate, stale.why)
    return false
  })
  const whole = wholeFixes(current)
  const best = bestFixes(whole.filter((fix) => !isZero(fix)))
  return current.filter((candidate) => {
    const { signal } = candidate
    if (signal !== 'latitude' && signal !== 'longitude') return true
    if (best.some((fix) => fix[signal] === candidate)) return true
    const fix = whole.find((known) => known[signal] === candidate)
    if (fix === undefined) drop(dropped, candidate, 'the other half of its position is missing')
    else if (isZero(fix)) drop(dropped, candidate, '0/0 is no position')
    return false
  })
}

function drop(dropped: DroppedField[], { path, value }: Candidate, why: string): void {
  dropped.push({ path, value, why })
}

function staleSignals(
  candidates: readonly Candidate[],
  decoded: DecodedPayload,
): { signals: ReadonlySet<SignalName>; why: string } {
  if (decoded.isPositionStale || hasStaleFlag(decoded)) {
    // Trackers that say so take the speed from the fix, too.
    return { signals: new Set([...ofPosition, 'speed']), why: 'it is of an old fix' }
  }
  const hasNone = candidates.some(({ signal, value }) => signal === 'nsat' && value === 0)
  return hasNone
    ? { signals: ofPosition, why: 'no satellite was in view' }
    : { signals: new Set(), why: '' }
}

function hasStaleFlag({ fields }: DecodedPayload): boolean {
  return leavesOf(fields, () => false).some(({ name, value, parents }) => {
    const flag = staleFlags.get(fieldKey(name))
    return flag !== undefined && isAboutVehicle(parents) && isTruth(value, flag)
  })
}

function isTruth(value: unknown, flag: boolean): boolean {
  return value === flag || value === Number(flag) || value === String(flag)
}

interface Fix {
  latitude: Candidate
  longitude: Candidate
}

/** Latitude and longitude of one object; of a field map, of whatever objects it names. */
function wholeFixes(candidates: readonly Candidate[]): Fix[] {
  const parts = new Map<string, Partial<Fix>>()
  for (const candidate of candidates) {
    const { signal, time, within, isMapped, rank } = candidate
    if (signal !== 'latitude' && signal !== 'longitude') continue
    const key = `${time} ${isMapped ? '' : within}`
    const fix = parts.get(key) ?? {}
    const known = fix[signal]
    if (known === undefined || rank < known.rank) fix[signal] = candidate
    parts.set(key, fix)
  }
  return [...parts.values()].filter(isWhole)
}

/** Of each moment one, by the clearest names. */
function bestFixes(fixes: readonly Fix[]): Fix[] {
  const byTime = new Map<number, Fix>()
  for (const fix of fixes) {
    const known = byTime.get(fix.latitude.time)
    if (known === undefined || rankOf(fix) < rankOf(known)) byTime.set(fix.latitude.time, fix)
  }
  return [...byTime.values()]
}

function rankOf({ latitude, longitude }: Fix): number {
  return latitude.rank + longitude.rank
}

function isWhole(fix: Partial<Fix>): fix is Fix {
  return fix.latitude !== undefined && fix.longitude !== undefined
}

function isZero({ latitude, longitude }: Fix): boolean {
  return latitude.value === 0 && longitude.value === 0
}
