/**
 * From what a codec reads to signals: fields (`gps.latitude`, `5`, `vExt`) become readings in the
 * units of the signal table, by the device's field map first, and by the usual names for the rest.
 *
 * Nothing passes that cannot be true: numbers outside the range of their signal, half a position,
 * 0/0, an old fix. Whatever has a meaning but no usable value is in `dropped`, with the reason.
 * A measurement has the time of its own entry, else that of the payload, if it lies in the 30 days
 * before the reception or at most 5 minutes after it; else the time of the reception.
 */
import { OdographError } from '../../model/errors.ts'
import type { DecodedPayload } from '../../model/lora.ts'
import type { SignalName } from '../../model/signals.ts'
import { isSignalName, isToldSignal, signalNames, signals } from '../../model/signals.ts'
import type { Millis } from '../../model/time.ts'
import { isoTime } from '../../model/time.ts'
import { defaultRuleOf } from './field-defaults.ts'
import type { FieldLeaf } from './field-leaves.ts'
import { fieldKey, leavesOf, timeFieldOf } from './field-leaves.ts'
import type { Candidate, DroppedField, FieldReading } from './field-readings.ts'
import { droppedOf } from './field-readings.ts'
import { fieldTime, isBelievable } from './field-time.ts'
import { convert, numberOf } from './field-values.ts'
import { keepWholePositions } from './position-fields.ts'
import type { TrackerBattery } from './tracker-battery.ts'
import { isTrackersCell, trackerBatteryOf } from './tracker-battery.ts'

/** A signal by its name, with `value × scale + offset`, or nothing: the field is left alone. */
export type FieldTarget =
  | string
  | null
  | { signal: SignalName; scale?: number | undefined; offset?: number | undefined }

interface FieldRule {
  signal: SignalName
  scale?: number
  offset?: number
  /** Which of several fields of the same signal counts: the lowest. */
  rank: number
  isMapped: boolean
  isUnclear?: true
}

/** A field map, checked. */
export interface FieldMap {
  /** By path; `undefined` for a field that is left alone. */
  rules: ReadonlyMap<string, FieldRule | undefined>
  /** Signals that no usual name feeds, because the map does. */
  mapped: ReadonlySet<SignalName>
  /** Paths of objects within which it names fields. */
  objects: ReadonlySet<string>
}

export interface MappedFields {
  readings: FieldReading[]
  dropped: DroppedField[]
  /** Sentences; each names its field. */
  warnings: string[]
  /** When the payload as a whole was measured. */
  time: Millis
  /** The tracker's own cell. */
  trackerBattery?: TrackerBattery
}

const MAX_WARNINGS = 20

const positionSignals: readonly SignalName[] = ['latitude', 'longitude', 'altitude']

/** Throws `config-invalid`, which names the path. */
export function compileFieldMap(map: Readonly<Record<string, FieldTarget>>): FieldMap {
  const rules = new Map<string, FieldRule | undefined>()
  const mapped = new Set<SignalName>()
  const objects = new Set<string>()
  for (const [path, target] of Object.entries(map)) {
    const rule = ruleOf(path, target, rules.size)
    rules.set(path, rule)
    if (rule) mapped.add(rule.signal)
    const keys = path.split('.')
    for (let depth = 1; depth < keys.length; depth += 1) {
      objects.add(keys.slice(0, depth).join('.'))
    }
  }
  // Parts of two positions are no position.
  if (positionSignals.some((signal) => mapped.has(signal))) {
    for (const signal of positionSignals) mapped.add(signal)
  }
  return { rules, mapped, objects }
}

function ruleOf(path: string, target: FieldTarget, rank: number): FieldRule | undefined {
  const subject = `map.${path}`
  if (path.trim() === '') throw new OdographError('config-invalid', 'map', 'a field has no name')
  if (target === null || target === '') return undefined
  const { signal, scale, offset } =
    typeof target === 'string' ? { signal: target } : { scale: 1, offset: 0, ...target }
  if (!isSignalName(signal) || !isToldSignal(signal)) {
    const detail = `no signal that a tracker can send is called ${JSON.stringify(signal)}`
    throw new OdographError('config-invalid', subject, `${detail}${similarText(signal)}`)
  }
  if (scale !== undefined && (!Number.isFinite(scale) || scale === 0)) {
    throw new OdographError('config-invalid', subject, 'scale is a number other than 0')
  }
  if (offset !== undefined && !Number.isFinite(offset)) {
    throw new OdographError('config-invalid', subject, 'offset is a number')
  }
  const scaling = { ...(scale !== undefined && { scale }), ...(offset !== undefined && { offset }) }
  return { signal, ...scaling, rank, isMapped: true }
}

const SIMILAR_START = 3

function similarText(name: unknown): string {
  const start = String(name).slice(0, SIMILAR_START).toLowerCase()
  const found = signalNames
    .filter(isToldSignal)
    .filter((known) => start.length > 0 && known.toLowerCase().startsWith(start))
  return found.length === 0 ? '' : `; near it: ${found.join(', ')}`
}

export function mapFields(
  decoded: DecodedPayload,
  map: FieldMap,
  { receivedAt }: { receivedAt: Millis },
): MappedFields {
  const { time, warnings } = payloadTime(decoded, receivedAt)
  const result: MappedFields = { readings: [], dropped: [], warnings, time }
  const candidates: Candidate[] = []
  function isField(leaf: FieldLeaf): boolean {
    return !map.objects.has(leaf.path) && effectiveRule(leaf, map) !== undefined
  }
  for (const leaf of leavesOf(decoded.fields, isField)) {
    const rule = effectiveRule(leaf, map)
    if (rule === undefined) {
      noteBattery(result, leaf, map)
      continue
    }
    const found = candidateOf(leaf, rule, { time, receivedAt, warnings })
    if ('why' in found) result.dropped.push(droppedOf(leaf, found.why))
    else candidates.push(found)
  }
  const whole = keepWholePositions(candidates, decoded, result.dropped)
  result.readings = best(whole).map(({ signal, value, time }) => ({ signal, value, time }))
  return result
}

interface Times {
  time: Millis
  receivedAt: Millis
  warnings: string[]
}

function candidateOf(leaf: FieldLeaf, rule: FieldRule, times: Times): Candidate | { why: string } {
  if (isUnclear(rule, leaf)) {
    return { why: 'it may be a share or a percentage, which a field map can say' }
  }
  const converted = convert(leaf.value, rule.signal, scalingOf(rule, leaf))
  if ('why' in converted) return converted
  const time = leafTime(leaf, times)
  if (time === undefined) return { why: 'nobody knows when it was stored' }
  const { signal, rank, isMapped } = rule
  const { path, within } = leaf
  return { signal, value: converted.value, time, path, within, rank, isMapped }
}

/** What a field means; undefined: nothing, or it is left alone. */
function effectiveRule(leaf: FieldLeaf, { rules, mapped }: FieldMap): FieldRule | undefined {
  for (const path of leaf.isListed ? [leaf.path, leaf.name] : [leaf.path]) {
    if (rules.has(path)) return rules.get(path)
  }
  const rule = defaultRuleOf(leaf)
  if (rule === undefined || mapped.has(rule.signal) || isTrackersCell(leaf)) return undefined
  return { ...rule, isMapped: false }
}

function isUnclear(rule: FieldRule, leaf: FieldLeaf): boolean {
  if (!rule.isUnclear || leaf.isListed) return false
  const number = numberOf(leaf.value)
  return number !== undefined && number !== 0 && Math.abs(number) <= 1
}

/** Shares in lists of named values are percentages (HashDog v2). */
function scalingOf({ signal, scale, offset, isMapped }: FieldRule, leaf: FieldLeaf) {
  const isPercent = leaf.isListed && !isMapped && scale === undefined
  const factor = isPercent && signals[signal].unit === 'ratio' ? 0.01 : scale
  return { ...(factor !== undefined && { scale: factor }), ...(offset !== undefined && { offset }) }
}

function noteBattery(result: MappedFields, leaf: FieldLeaf, { rules }: FieldMap): void {
  if (rules.has(leaf.path)) return
  const found = trackerBatteryOf(leaf)
  if (found) result.trackerBattery = { ...found, ...result.trackerBattery }
}

function payloadTime(
  decoded: DecodedPayload,
  receivedAt: Millis,
): { time: Millis; warnings: string[] } {
  const field = decoded.time === undefined ? timeFieldOf(decoded.fields) : undefined
  const time = decoded.time ?? (field && fieldTime(field.value))
  if (time !== undefined && isBelievable(time, receivedAt)) return { time, warnings: [] }
  if (time === undefined && field === undefined) return { time: receivedAt, warnings: [] }
  const what = time === undefined ? 'it is no time' : `${textOfTime(time)} cannot be true`
  const warning = `${field?.name ?? 'timestamp'}: ${what}; the time of the reception is taken`
  return { time: receivedAt, warnings: [warning] }
}

/** The device's own claim, however wild it is. */
function textOfTime(time: Millis): string {
  return Math.abs(time) <= 8.64e15 ? isoTime(time) : String(time)
}

/** Undefined for what was stored at a time that is not known: it is not of now. */
function leafTime(leaf: FieldLeaf, { time, receivedAt, warnings }: Times): Millis | undefined {
  const otherwise = leaf.parents.some((parent) => fieldKey(parent) === 'history') ? undefined : time
  if (leaf.time === undefined) return otherwise
  if (isBelievable(leaf.time, receivedAt)) return leaf.time
  if (warnings.length < MAX_WARNINGS)
    warnings.push(`timestamp of ${leaf.path}: ${textOfTime(leaf.time)} cannot be true`)
  return otherwise
}

/** Of each signal and time the reading of the clearest field; in the order in which they came. */
function best(candidates: readonly Candidate[]): Candidate[] {
  const kept = new Map<string, Candidate>()
  for (const candidate of candidates) {
    const key = `${candidate.signal} ${candidate.time}`
    const known = kept.get(key)
    if (known === undefined || candidate.rank < known.rank) kept.set(key, candidate)
  }
  return candidates.filter(({ signal, time }, index) => {
    return kept.get(`${signal} ${time}`) === candidates[index]
  })
}
