/**
 * Which emission monitors a control unit has, and which have completed (J1939-73 as public
 * knowledge): DM5 since the codes were cleared, DM26 in this trip, 8 bytes each.
 *
 *   bytes 1–3   DM5: active codes, previously active codes, the OBD rules that are met
 *               DM26: seconds since engine start (2 bytes), warm-ups since the codes were cleared
 *   byte 4      continuously monitored systems: bits 1–3 support, bits 5–7 not complete
 *   bytes 5–6   the other systems: support
 *   bytes 7–8   the other systems, same order: not complete
 *
 * All ones in a field is not available.
 */
import { obdStandards } from '../obd-standards.ts'
import { word16 } from './bytes.ts'
import { count8, count16 } from './measured.ts'

export interface Monitor {
  system: string
  /** DM26: whether it is enabled in this trip. */
  supported: boolean | undefined
  /** Undefined, too, for a system that is not supported. */
  complete: boolean | undefined
}

export interface Monitors {
  continuous: Monitor[]
  nonContinuous: Monitor[]
}

export interface Dm5 extends Monitors {
  kind: 'DM5'
  /** Trouble codes. */
  active: number | undefined
  previouslyActive: number | undefined
  obdCompliance: number | undefined
  obdComplianceText: string | undefined
}

export interface Dm26 extends Monitors {
  kind: 'DM26'
  /** Seconds since the engine was started. */
  secondsRunning: number | undefined
  /** Since the codes were cleared. */
  warmUps: number | undefined
}

/** From bit 1 of byte 4. */
const continuousSystems = ['misfire', 'fuel system', 'comprehensive components']

/** From bit 1 of byte 5 to bit 5 of byte 6. */
const nonContinuousSystems = [
  'catalyst',
  'heated catalyst',
  'evaporative system',
  'secondary air system',
  'air conditioning refrigerant',
  'exhaust gas sensor',
  'exhaust gas sensor heater',
  'EGR or VVT system',
  'cold start aid',
  'boost pressure control',
  'diesel particulate filter',
  'NOx catalyst or adsorber',
  'NMHC converting catalyst',
]

export function decodeDm5(data: Uint8Array): Dm5 {
  const obdCompliance = count8(data, 2)
  return {
    kind: 'DM5',
    active: count8(data, 0),
    previouslyActive: count8(data, 1),
    obdCompliance,
    obdComplianceText: obdCompliance === undefined ? undefined : obdStandards[obdCompliance],
    ...monitorsOf(data),
  }
}

export function decodeDm26(data: Uint8Array): Dm26 {
  return {
    kind: 'DM26',
    secondsRunning: count16(data, 0),
    warmUps: count8(data, 2),
    ...monitorsOf(data),
  }
}

function monitorsOf(data: Uint8Array): Monitors {
  const continuous = data[3] as number
  const isKnown = continuous !== 0xff
  return {
    continuous: monitorList(
      continuousSystems,
      isKnown ? continuous & 7 : undefined,
      isKnown ? (continuous >> 4) & 7 : undefined,
    ),
    nonContinuous: monitorList(nonContinuousSystems, knownWord(data, 4), knownWord(data, 6)),
  }
}

function knownWord(data: Uint8Array, at: number): number | undefined {
  const word = word16(data, at)
  return word === 0xffff ? undefined : word
}

function monitorList(
  systems: readonly string[],
  supports: number | undefined,
  pending: number | undefined,
): Monitor[] {
  return systems.map((system, bit) => {
    const supported = flagOf(supports, bit)
    const incomplete = supported === true ? flagOf(pending, bit) : undefined
    return { system, supported, complete: incomplete === undefined ? undefined : !incomplete }
  })
}

function flagOf(flags: number | undefined, bit: number): boolean | undefined {
  return flags === undefined ? undefined : ((flags >> bit) & 1) === 1
}
