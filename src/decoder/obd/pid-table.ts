/**
 * The PID table of OBD-II service 01 (SAE J1979 as public knowledge), from 00 to C8, and what of it
 * is a single number. OBD-II knows no general "not available" pattern: a control unit that cannot
 * answer stays silent or answers negatively, and neither becomes a number; where a PID says of its
 * items which are there, or the standard gives a value that means "not available", the row says so.
 *
 * The scales of 24–2B, 34–3B, 44, 0B and 10 are the usual ones. A vehicle may announce others in
 * 4F and 50; no public recording of one is known, and the decoder keeps no state between answers.
 */
import type { SignalName } from '../../model/signals.ts'
import type { Scale } from '../quantity.ts'
import type { PidRow } from './rows.ts'
import { basicPids } from './table/basic.ts'
import { extendedPids } from './table/extended.ts'

export const pidRows: readonly PidRow[] = [...basicPids, ...extendedPids].sort(
  (a, b) => a.pid - b.pid,
)

/** A PID that is one number: its item and its row in one. */
export interface SinglePid extends Scale {
  readonly pid: number
  readonly label: string
  readonly bytes: number
  readonly signal?: SignalName
  readonly rank?: number
  readonly samples: readonly (readonly [hex: string, expected: number])[]
}

export const pidTable: readonly SinglePid[] = pidRows.flatMap((row) => {
  const [item, ...others] = row.items
  if (item === undefined || others.length > 0 || item.states || item.read) return []
  const { pid, label, bytes } = row
  const { num, den, offset, unit, signal, rank } = item
  const samples = row.samples.flatMap(([hex, expected]): [string, number][] => {
    const value = typeof expected === 'object' ? expected?.[item.name] : expected
    return typeof value === 'number' ? [[hex, value]] : []
  })
  return [
    {
      ...{ pid, label, bytes, num, den, offset, unit, samples },
      ...(signal === undefined ? {} : { signal }),
      ...(rank === undefined ? {} : { rank }),
    },
  ]
})
