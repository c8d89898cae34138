/**
 * From the catalogue and what discovery found to the questions that are asked: of whom, and expecting
 * whose answer. A question of the catalogue that nobody supports is left out; one that an address
 * stands beside is tried, and judged by its answer.
 */
import type { CanAddress } from '../../model/profile.ts'
import { answerAddress, byRank, isSameAddress, unitName } from './addresses.ts'
import type { PollItem } from './catalogue.ts'
import type { SizedPid } from './pid-batch.ts'
import type { UnitSupport, VehicleSupport } from './support.ts'

/** A question that is asked of one control unit. */
export interface PlannedItem {
  /** Unique, and the same at the next start. */
  readonly id: string
  readonly item: PollItem
  /** Name of the control unit. */
  readonly unit: string
  readonly to: CanAddress
  /** Who answers; absent for parameter groups. */
  readonly from?: CanAddress
  /** Where it may be asked for together with others, if the control unit takes that. */
  readonly sized?: SizedPid
}

const CURRENT_DATA = 0x01
const VIN = 0x02
/** J1939: everybody. */
const GLOBAL: CanAddress = { id: 255, extended: true }

export function plan(
  catalogue: readonly PollItem[],
  support: VehicleSupport | undefined,
): PlannedItem[] {
  const units = (support?.units ?? []).toSorted((one, other) => byRank(one.answers, other.answers))
  return catalogue.flatMap((item) => planItem(item, units))
}

function planItem(item: PollItem, units: readonly UnitSupport[]): PlannedItem[] {
  const { to } = item.request
  if (item.kind === 'pgn') return [planGroup(item, to === 'functional' ? GLOBAL : to)]
  if (to !== 'functional') return planAddressed(item, to, units)
  return unitsFor(item, units).map((unit) => planned(item, unit.asked, unit.answers))
}

function planGroup(item: PollItem, to: CanAddress): PlannedItem {
  return { id: item.key, item, unit: `address ${to.id}`, to }
}

function planAddressed(
  item: PollItem,
  to: CanAddress,
  units: readonly UnitSupport[],
): PlannedItem[] {
  const from = item.response ?? answerAddress(to)
  const known = units.find(({ answers }) => isSameAddress(answers, from))
  const isKnownNotToHave = known !== undefined && !has(known, item)
  return isKnownNotToHave ? [] : [planned(item, to, from)]
}

/** A value is asked of the first who has it; codes, and what names a part, of each. */
function unitsFor(item: PollItem, units: readonly UnitSupport[]): readonly UnitSupport[] {
  const able = units.filter((unit) => has(unit, item))
  const isOfEach = item.kind === 'codes' || (item.kind === 'info' && item.request.data[1] !== VIN)
  return isOfEach ? able : able.slice(0, 1)
}

function has({ pids, infos }: UnitSupport, { kind, request }: PollItem): boolean {
  const [, number = 0] = request.data
  if (kind === 'pid') return pids.includes(number)
  // One that does not say what it has may have it nevertheless.
  if (kind === 'info') return infos?.includes(number) ?? true
  return true
}

function planned(item: PollItem, to: CanAddress, from: CanAddress): PlannedItem {
  const unit = unitName(from)
  const sized = sizedOf(item)
  return { id: `${item.key} of ${unit}`, item, unit, to, from, ...(sized && { sized }) }
}

/** A row that is one PID of service 01 with a known length. */
export function sizedOf({ kind, request, length }: PollItem): SizedPid | undefined {
  const [service, pid] = request.data
  const isOnePid = kind === 'pid' && service === CURRENT_DATA && request.data.length === 2
  return isOnePid && pid !== undefined && length !== undefined ? { pid, length } : undefined
}
