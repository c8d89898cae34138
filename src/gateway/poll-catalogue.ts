/**
 * What is worth asking of a vehicle: the PIDs that feed a signal, identification and trouble codes,
 * the polled messages of its profile, and the J1939 groups that are sent only on request. Rows for
 * the poller, which finds out what of it the vehicle has.
 */
import type { Protocol } from '../decoder/bus-decoder.ts'
import { pgnTable } from '../decoder/j1939/pgn-table.ts'
import { pidRows } from '../decoder/obd/pid-table.ts'
import type { PollItem } from '../device/poller/catalogue.ts'
import { codeIntervals, defaultIntervals, onceIntervals } from '../device/poller/intervals.ts'
import type { Profile } from '../model/profile.ts'
import type { SignalName } from '../model/signals.ts'

const CURRENT_DATA = 1
const PID_STATUS = 0x01
const PRIORITY_USUAL = 5
const PRIORITY_ONCE = 8
/** Read before anything is known of the vehicle: what tells whether it is used. */
const first: Partial<Record<SignalName, number>> = {
  engineSpeed: 0,
  speed: 1,
  odometer: 2,
  batteryVoltage: 2,
  fuelPercentRemaining: 3,
  soc: 3,
  charging: 1,
}

/** Groups that trucks answer to and seldom send by themselves. Once: which vehicle it is. */
const requestedGroups: readonly (readonly [pgn: number, name: string, once: boolean])[] = [
  [65260, 'vehicle identification', true],
  [65259, 'component identification', true],
  [65253, 'engine hours', false],
  [65217, 'high resolution distance', false],
  [65248, 'distance', false],
  [65257, 'fuel used', false],
  [65276, 'fuel level', false],
]

export function pollCatalogue(
  protocols: readonly Protocol[],
  profile: Profile | undefined,
): PollItem[] {
  return [
    ...(protocols.includes('obd') ? [...pidItems(), ...infoItems(), ...codeItems()] : []),
    ...(profile === undefined ? [] : profileItems(profile)),
    // A car has no use for requests of J1939; where both are decoded it may be one.
    ...(protocols.includes('obd') ? [] : groupItems()),
  ]
}

function pidItems(): PollItem[] {
  return pidRows.flatMap((row): PollItem[] => {
    const signals = row.items.flatMap(({ signal }) => (signal === undefined ? [] : [signal]))
    const known: SignalName[] = row.pid === PID_STATUS ? ['malfunctionLamp', 'dtcCount'] : signals
    if (known.length === 0) return []
    return [
      {
        key: `pid ${hex(row.pid)}`,
        kind: 'pid',
        request: { to: 'functional', data: Uint8Array.of(CURRENT_DATA, row.pid) },
        signals: [...new Set(known)],
        // A PID whose length differs from vehicle to vehicle cannot be told from its neighbour.
        ...(row.shortest === undefined ? { length: row.bytes } : {}),
        every: defaultIntervals(known),
        priority: priorityOf(known),
      },
    ]
  })
}

function infoItems(): PollItem[] {
  const info = (type: number, signals: readonly SignalName[]): PollItem => ({
    key: `info ${hex(type)}`,
    kind: 'info',
    request: { to: 'functional', data: Uint8Array.of(9, type) },
    signals,
    every: onceIntervals,
    priority: PRIORITY_ONCE,
  })
  return [info(0x02, ['vin']), info(0x04, []), info(0x06, []), info(0x0a, [])]
}

function codeItems(): PollItem[] {
  return [0x03, 0x07, 0x0a].map((service) => ({
    key: `codes ${hex(service)}`,
    kind: 'codes',
    request: { to: 'functional', data: Uint8Array.of(service) },
    signals: [],
    every: codeIntervals,
    priority: PRIORITY_ONCE + 1,
  }))
}

function profileItems(profile: Profile): PollItem[] {
  return profile.polled.map(({ name, request, response, length, every, signals }): PollItem => {
    const mapped = signals.flatMap(({ maps }) => (maps === undefined ? [] : [maps]))
    const usual = defaultIntervals(mapped)
    return {
      key: `profile ${profile.id} ${name}`,
      kind: 'did',
      request: {
        to: { id: request.id, extended: request.extended },
        data: Uint8Array.from(Buffer.from(request.data, 'hex')),
      },
      response: { id: response.id, extended: response.extended },
      signals: mapped,
      ...(length === undefined ? {} : { length }),
      every:
        every === undefined
          ? usual
          : { ...usual, driving: every, idling: every, charging: Math.max(every, 10) },
      priority: priorityOf(mapped),
    }
  })
}

function groupItems(): PollItem[] {
  return requestedGroups.map(([pgn, name, isOnce]): PollItem => {
    const row = pgnTable.find((group) => group.pgn === pgn)
    const signals = (row?.spns ?? []).flatMap((spn) =>
      'signal' in spn && spn.signal !== undefined ? [spn.signal] : [],
    )
    return {
      key: `pgn ${pgn} ${name}`,
      kind: 'pgn',
      request: {
        to: { id: 255, extended: true },
        data: Uint8Array.of(pgn & 0xff, (pgn >> 8) & 0xff, pgn >> 16),
      },
      signals: pgn === 65260 ? ['vin'] : signals,
      every: isOnce ? onceIntervals : { driving: 60, idling: 120 },
      priority: PRIORITY_ONCE,
    }
  })
}

function priorityOf(signals: readonly SignalName[]): number {
  return Math.min(PRIORITY_USUAL, ...signals.map((signal) => first[signal] ?? PRIORITY_USUAL))
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}
