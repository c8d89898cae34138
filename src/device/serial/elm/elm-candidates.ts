/**
 * Bit rates and identifier lengths that a listening adapter tries one after the other, without a word
 * of its own on the bus. An ELM327 hears the identifiers of its protocol alone (ISO 15765-4, `AT SP6`
 * to `AT SP9`); the raw protocols of an STN hear both (OBDLink Family Reference, `STP`).
 */
import type { FrameFilter } from '../../../model/transmit.ts'
import { coverOf } from '../../frame-filters.ts'
import type { MonitorIds } from './elm-monitor-lines.ts'

export interface ElmCandidate {
  bitrate: number
  /** Identifiers that it is made for. */
  extended: boolean
}

/** What vehicles have, the most usual first: cars, trucks, cars with 29 bits, and the rest. */
const usual: readonly ElmCandidate[] = [
  { bitrate: 500_000, extended: false },
  { bitrate: 250_000, extended: true },
  { bitrate: 500_000, extended: true },
  { bitrate: 250_000, extended: false },
]

/** ISO 15765-4, as `AT SP` numbers it. */
const protocols: Readonly<Record<string, string>> = {
  '500000 false': '6',
  '500000 true': '7',
  '250000 false': '8',
  '250000 true': '9',
}

/** An ELM327 has one filter; an STN has more of them than anybody asks for. */
const ELM_SLOTS = 1
const STN_SLOTS = 12

export function candidatesOf(bitrates: readonly number[]): ElmCandidate[] {
  return usual.filter(({ bitrate }) => bitrates.includes(bitrate))
}

/** Commands that set it, all of which have to be taken. */
export function candidateCommands(candidate: ElmCandidate, isRaw: boolean): readonly string[] {
  const { bitrate, extended } = candidate
  if (isRaw) return [`STP${extended ? '32' : '31'}`, `STPBR${bitrate}`]
  return [`ATSP${protocols[`${bitrate} ${extended}`]}`]
}

export function candidateIds({ extended }: ElmCandidate, isRaw: boolean): MonitorIds {
  if (isRaw) return 'both'
  return extended ? 'extended' : 'standard'
}

/** Commands that let only those frames through; none where the adapter has too few filters. */
export function filterCommands(
  wanted: readonly FrameFilter[],
  ids: MonitorIds,
  isStn: boolean,
): readonly string[] {
  const heard = wanted.filter(({ extended }) => ids === 'both' || extended === (ids === 'extended'))
  const filters = heard.length === 0 ? [] : (coverOf(heard, isStn ? STN_SLOTS : ELM_SLOTS) ?? [])
  if (filters.length === 0) return []
  const pairs = filters.map(({ extended, id, mask }) => ({
    id: digits(id, extended),
    mask: digits(mask, extended),
  }))
  if (isStn) return ['STFAC', ...pairs.map(({ id, mask }) => `STFAP${id},${mask}`)]
  return pairs.flatMap(({ id, mask }) => [`ATCF${id}`, `ATCM${mask}`])
}

function digits(value: number, extended: boolean): string {
  return value
    .toString(16)
    .toUpperCase()
    .padStart(extended ? 8 : 3, '0')
}
