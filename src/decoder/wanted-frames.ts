/**
 * Which frames the decoders understand, as identifiers with masks: what an adapter that filters, or a
 * serial line that is too slow for its bus, has to let through. A frame that matches none of them
 * makes no reading and no trouble code here.
 */
import type { Profile } from '../model/profile.ts'
import type { FrameFilter } from '../model/transmit.ts'
import type { Protocol } from './bus-decoder.ts'
import { dmPgns } from './j1939/dm.ts'
import { pgnTable } from './j1939/pgn-table.ts'
import { PF_TP_CM, PF_TP_DT } from './j1939/transport.ts'

/** Data page, format and, for a group without a destination, its extension. */
const MASK_PDU1 = 0x3ff0000
const MASK_PDU2 = 0x3ffff00
const FIRST_PDU2 = 240

/** All there are, or those that the options name; no filter twice. */
export function wantedFrames(
  protocols: readonly Protocol[],
  profile?: Profile | undefined,
): FrameFilter[] {
  const filters = new Map<string, FrameFilter>()
  const add = (filter: FrameFilter) => {
    filters.set(`${filter.extended} ${filter.id} ${filter.mask}`, filter)
  }
  if (protocols.includes('j1939')) for (const pgn of wantedGroups()) add(groupFilter(pgn))
  if (protocols.includes('obd')) {
    // Answers (ISO 15765-4), and with them what asks: another tester has to be heard.
    add({ extended: false, id: 0x700, mask: 0x700 })
    add({ extended: true, id: 0x18da0000, mask: 0x3fe0000 })
  }
  for (const { id, extended } of [
    ...(profile?.passive ?? []),
    ...(profile?.polled ?? []).map(({ response }) => response),
  ]) {
    add({ extended, id, mask: extended ? 0x1fffffff : 0x7ff })
  }
  return [...filters.values()]
}

/** Groups that feed a signal or carry trouble codes, and the transport that brings the long ones. */
function wantedGroups(): number[] {
  const feeding = pgnTable.filter(({ spns }) =>
    spns.some((spn) => 'text' in spn || spn.signal !== undefined || spn.signalAt !== undefined),
  )
  return [...feeding.map(({ pgn }) => pgn), ...dmPgns, PF_TP_CM * 0x100, PF_TP_DT * 0x100]
}

function groupFilter(pgn: number): FrameFilter {
  const format = (pgn >> 8) & 0xff
  return { extended: true, id: pgn * 0x100, mask: format < FIRST_PDU2 ? MASK_PDU1 : MASK_PDU2 }
}
