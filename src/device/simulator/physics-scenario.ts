/**
 * What a simulated vehicle does: phases one after another. Speeds are zero at both ends of a drive,
 * whatever its profile says, so that phases can follow each other in any order.
 */
import { cityProfile, type SpeedPoint } from './drive.ts'

export type Phase = { seconds: number } /** Ignition off, locked. */ & (
  | { kind: 'parked' }
  /** The key is at hand: body electronics talk, nobody drives. */
  | { kind: 'keyless' }
  /** Ignition on, engine off. */
  | { kind: 'ignition-on' }
  | { kind: 'cranking' }
  | { kind: 'idle' }
  | { kind: 'drive'; speeds?: readonly SpeedPoint[] }
  /** The engine was stopped at a light; ignition stays on. */
  | { kind: 'stop-start' }
  /** Ignition off, plugged in; charges up to a state of charge, full unless said. */
  | { kind: 'charging'; kilowatts: number; upTo?: number }
  /** Ignition off, something else feeds the 12 V battery: a jump starter, a charger. */
  | { kind: 'jump'; volts: number }
)

export type PhaseKind = Phase['kind']

/** Something that breaks; times in seconds from the start of the scenario. */
export interface Fault {
  /** As it is written: `P0420`. */
  code: string
  /** Name of the control unit that sees it. */
  unit: string
  at: number
  /** Pending until then; stored at once unless said. */
  confirmedAfter?: number
  /** Not seen again from then on. */
  healsAt?: number
  /** Seen again so long after it was cleared; never unless said. */
  returnsAfter?: number
  /** Lights no lamp, and is never permanent. */
  isMinor?: true
}

export interface Scenario {
  phases: readonly Phase[]
  /** From the last phase to the first one again, for ever. */
  isRepeated?: boolean
  /** How the generator is controlled: at one voltage, or saving fuel. */
  alternator?: 'plain' | 'smart'
  faults?: readonly Fault[]
  /** State of charge when it starts, 0 to 1: of the 12 V battery, of the traction battery. */
  charge?: number
  soc?: number
}

export const motorwayProfile: readonly SpeedPoint[] = [
  [25, 60],
  [20, 90],
  [25, 118],
  [240, 122],
  [30, 96],
  [60, 92],
  [30, 120],
  [300, 118],
]

const crank: readonly Phase[] = [
  { kind: 'ignition-on', seconds: 3 },
  { kind: 'cranking', seconds: 1.4 },
]

/** Down to a red light, engine off, and on again. */
const light: readonly Phase[] = [
  { kind: 'stop-start', seconds: 25 },
  { kind: 'cranking', seconds: 0.7 },
]

const city = (seconds: number): Phase => ({ kind: 'drive', seconds, speeds: cityProfile })
const minutes = (count: number): number => count * 60

export const scenarios = {
  /** What a demo shows: driving most of the time, some red lights, a short stop. */
  demo: {
    isRepeated: true,
    alternator: 'smart',
    faults: [
      { code: 'P0420', unit: 'engine', at: 0 },
      { code: 'P0442', unit: 'engine', at: 0, confirmedAfter: Number.POSITIVE_INFINITY },
    ],
    phases: [
      ...crank,
      { kind: 'idle', seconds: 8 },
      city(460),
      ...light,
      city(380),
      ...light,
      city(560),
      { kind: 'idle', seconds: 12 },
      { kind: 'parked', seconds: 90 },
    ],
  },
  /** The same for an electric vehicle, which charges what it used before it drives again. */
  electricDemo: {
    isRepeated: true,
    soc: 0.8,
    phases: [
      { kind: 'ignition-on', seconds: 5 },
      city(700),
      { kind: 'idle', seconds: 15 },
      city(600),
      { kind: 'parked', seconds: 60 },
      { kind: 'charging', seconds: minutes(6), kilowatts: 40, upTo: 0.8 },
    ],
  },
  /** A night, and a way to work. */
  morning: {
    phases: [
      { kind: 'parked', seconds: minutes(600) },
      { kind: 'keyless', seconds: 20 },
      ...crank,
      { kind: 'idle', seconds: 40 },
      city(1500),
      { kind: 'idle', seconds: 10 },
      { kind: 'parked', seconds: minutes(60) },
    ],
  },
  smartAlternator: {
    alternator: 'smart',
    phases: [
      ...crank,
      { kind: 'idle', seconds: 10 },
      city(300),
      { kind: 'drive', seconds: 730, speeds: motorwayProfile },
      city(300),
      { kind: 'parked', seconds: minutes(10) },
    ],
  },
  stopStart: {
    alternator: 'smart',
    phases: [
      ...crank,
      { kind: 'idle', seconds: 20 },
      ...Array.from({ length: 8 }, (_, i) => [city(60 + 15 * i), ...light]).flat(),
      city(90),
      { kind: 'parked', seconds: minutes(10) },
    ],
  },
  /** Ignition on for an hour: the battery sinks. */
  workshop: {
    phases: [
      { kind: 'parked', seconds: minutes(5) },
      { kind: 'ignition-on', seconds: minutes(60) },
      { kind: 'parked', seconds: minutes(10) },
    ],
  },
  /** Keys and doors all evening. */
  keyless: {
    phases: [5, 12, 60, 30, 45, 8].flatMap((seconds): Phase[] => [
      { kind: 'parked', seconds: minutes(15) },
      { kind: 'keyless', seconds },
    ]),
  },
  /** A battery that is too weak, a jump start, a drive. */
  jumpStart: {
    charge: 0.12,
    phases: [
      { kind: 'parked', seconds: minutes(10) },
      { kind: 'jump', seconds: minutes(15), volts: 13.3 },
      ...crank,
      { kind: 'idle', seconds: minutes(3) },
      city(600),
      { kind: 'parked', seconds: minutes(30) },
    ],
  },
  /** For an electric vehicle: a drive, then charging while it is locked. */
  electricCharging: {
    soc: 0.56,
    phases: [
      { kind: 'ignition-on', seconds: 5 },
      city(600),
      { kind: 'parked', seconds: 30 },
      { kind: 'charging', seconds: minutes(90), kilowatts: 11 },
      { kind: 'parked', seconds: minutes(30) },
    ],
  },
} as const satisfies Record<string, Scenario>

export type ScenarioName = keyof typeof scenarios
