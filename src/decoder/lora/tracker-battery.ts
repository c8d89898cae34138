/**
 * A tracker's own cell, which is not the vehicle's battery. Most trackers call it just "battery": a
 * field is the vehicle's supply only where its name says so (`vExt`), where a field map says so, or
 * where it is called `batteryVoltage` and no single cell has so much.
 */
import { isAboutVehicle } from './field-defaults.ts'
import type { FieldLeaf } from './field-leaves.ts'
import { fieldKey } from './field-leaves.ts'
import { numberOf } from './field-values.ts'

export interface TrackerBattery {
  volts?: number
  /** 0 to 1. */
  fraction?: number
}

/** V. Cells of trackers stay below it (three AA lithium cells: 5.5 V), batteries of vehicles above. */
const LEAST_OF_VEHICLES = 7
const LEAST_OF_CELLS = 0.5
/** The most that cells in series in a tracker have, where the name leaves no doubt. */
const MOST_OF_CELLS = 16

const vehicleKey = 'batteryvoltage'
/** TTN's normalised payload, in which `battery` is in V. */
const normalizedKey = 'normalizedpayload'

const voltKeys: ReadonlySet<string> = new Set([
  'batv',
  'batteryv',
  'batteryvolt',
  'batteryvolts',
  'batvolt',
  'batvoltage',
  'voltbattery',
  'vbat',
  'vbatt',
  'battv',
  'trackerbattery',
  'trackerbatteryvoltage',
  'internalbatteryvoltage',
  'backupbatteryvoltage',
])
const millivoltKeys: ReadonlySet<string> = new Set([
  'batmv',
  'batterymv',
  'vbatmv',
  'batteryvoltagemv',
])
const percentKeys: ReadonlySet<string> = new Set([
  'batterypercent',
  'batterypercentage',
  'batterypct',
  'batterylevel',
  'batp',
  'batpercent',
  'batterylevelpercent',
])
/** Names without a unit. */
const bareKeys: ReadonlySet<string> = new Set(['battery', 'bat', 'batt'])

/** What a field that no map names says of the tracker's cell. */
export function trackerBatteryOf({ name, value, parents }: FieldLeaf): TrackerBattery | undefined {
  const isInner = fieldKey(parents.at(-1) ?? '') === 'battery'
  const key = isInner ? innerKey(name) : fieldKey(name)
  const number = numberOf(value)
  if (number === undefined || !isAboutVehicle(isInner ? parents.slice(0, -1) : parents)) {
    return undefined
  }
  if (key === vehicleKey) return number < LEAST_OF_VEHICLES ? cell(number) : undefined
  if (voltKeys.has(key)) return cell(number)
  if (millivoltKeys.has(key)) return cell(number / 1000)
  if (percentKeys.has(key)) return share(number / 100)
  if (!bareKeys.has(key)) return undefined
  return parents.some((parent) => fieldKey(parent) === normalizedKey) ? cell(number) : bare(number)
}

/** % or V or a share: 1 and 3 could be any of them, and say nothing. */
function bare(number: number): TrackerBattery | undefined {
  if (Number.isInteger(number)) return number > LEAST_OF_VEHICLES ? share(number / 100) : undefined
  return number < 1 ? share(number) : cell(number)
}

/** `battery.voltage`, `battery.level`. */
function innerKey(name: string): string {
  return fieldKey(name).startsWith('volt') ? 'batv' : `battery${fieldKey(name)}`
}

function cell(volts: number): TrackerBattery | undefined {
  return volts >= LEAST_OF_CELLS && volts <= MOST_OF_CELLS ? { volts } : undefined
}

function share(fraction: number): TrackerBattery | undefined {
  return fraction >= 0 && fraction <= 1 ? { fraction } : undefined
}

/** Whether a field that is called `batteryVoltage` is the tracker's cell. */
export function isTrackersCell({ name, value }: FieldLeaf): boolean {
  const volts = numberOf(value)
  return fieldKey(name) === vehicleKey && volts !== undefined && volts < LEAST_OF_VEHICLES
}
