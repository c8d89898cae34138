/**
 * Timelines of vehicles that drive, stand, charge and park, as plain data: what the gateway is told
 * and when, what the vehicle would answer if it were asked, and what it is really doing.
 */

import type { ActivitySettings } from '../../src/device/activity/options.ts'
import { Random } from '../../src/device/simulator/random.ts'
import type { Activity } from '../../src/model/activity.ts'
import type { SignalName } from '../../src/model/signals.ts'

/** What one would get who asks; `answers: false`: nothing. */
export interface VehicleFace {
  answers: boolean
  values: Partial<Record<SignalName, number | boolean>>
}

export type ScenarioEvent = { at: number } & (
  | { kind: 'reading'; signal: SignalName; value: number | boolean }
  | { kind: 'frames'; source: string; count: number }
  | { kind: 'ignition'; isOn: boolean | undefined }
  | { kind: 'motion'; speed: number }
  | { kind: 'lost' | 'found'; source: string }
  | ({ kind: 'vehicle' } & VehicleFace)
)

/** What is really so; `any` where nobody could know. */
export interface Span {
  from: number
  to: number
  truth: Activity | 'any'
  /** So many single requests are allowed in it while it is parked. */
  probes: number
}

export interface Scenario {
  name: string
  settings: Partial<ActivitySettings>
  /** In order of time, seconds from the start. */
  events: readonly ScenarioEvent[]
  spans: readonly Span[]
  /** States that have to be there at these moments. */
  expect: readonly { at: number; is: readonly (Activity | 'unknown')[] }[]
  seconds: number
}

/** One stretch of a timeline in which nothing but the voltage changes, from one value to another. */
export interface Phase {
  seconds: number
  truth: Activity | 'any'
  probes?: number
  volts?: number | readonly [from: number, to: number]
  /** Frames a second that control units send by themselves. */
  traffic?: number
  answers?: boolean
  /** What is on the bus, or would be answered. */
  values?: VehicleFace['values']
  /** The values are on the bus without being asked for. */
  isPassive?: boolean
  ignition?: boolean
  /** km/h a satellite receiver sees; undefined in a tunnel. */
  motion?: number
  isLost?: boolean
  /** Has to be the state at the end of it. */
  ends?: readonly (Activity | 'unknown')[]
}

const CALL_S = 0.25
const PASSIVE_S = 0.5

/** `voltEvery`: how often the adapter tells its supply voltage; 0: never. */
export function timeline(
  name: string,
  phases: readonly Phase[],
  { voltEvery = 1, ...settings }: Partial<ActivitySettings> & { voltEvery?: number } = {},
): Scenario {
  const events: ScenarioEvent[] = []
  const spans: Span[] = []
  const expect: { at: number; is: readonly (Activity | 'unknown')[] }[] = []
  let from = 0
  let before: Phase | undefined
  for (const phase of phases) {
    const to = from + phase.seconds
    events.push(...beginning(phase, before, from), ...steps(phase, from, to, voltEvery))
    spans.push({ from, to, truth: phase.truth, probes: phase.probes ?? 0 })
    if (phase.ends !== undefined) expect.push({ at: to - CALL_S, is: phase.ends })
    from = to
    before = phase
  }
  return { name, settings, events, spans, expect, seconds: from }
}

function beginning(phase: Phase, before: Phase | undefined, at: number): ScenarioEvent[] {
  const events: ScenarioEvent[] = [
    { at, kind: 'vehicle', answers: phase.answers ?? false, values: phase.values ?? {} },
  ]
  const wasLost = before?.isLost ?? false
  if ((phase.isLost ?? false) !== wasLost) {
    events.push({ at, kind: wasLost ? 'found' : 'lost', source: 'can0' })
  }
  if (phase.ignition !== before?.ignition) {
    events.push({ at, kind: 'ignition', isOn: phase.ignition })
  }
  return events
}

function steps(phase: Phase, from: number, to: number, voltEvery: number): ScenarioEvent[] {
  const events: ScenarioEvent[] = []
  const count = Math.round((to - from) / CALL_S)
  for (let step = 0; step < count; step++) {
    const at = from + step * CALL_S
    const isDue = (every: number): boolean => every > 0 && step % Math.round(every / CALL_S) === 0
    if (phase.volts !== undefined && isDue(voltEvery)) {
      events.push({
        at,
        kind: 'reading',
        signal: 'batteryVoltage',
        value: voltsAt(phase, step / count),
      })
    }
    if (phase.isPassive && isDue(PASSIVE_S)) events.push(...passive(phase, at))
    if (phase.motion !== undefined && isDue(1))
      events.push({ at, kind: 'motion', speed: phase.motion })
    events.push({ at, kind: 'frames', source: 'can0', count: framesAt(phase, step) })
  }
  return events
}

function passive(phase: Phase, at: number): ScenarioEvent[] {
  return Object.entries(phase.values ?? {}).map(([signal, value]) => ({
    at,
    kind: 'reading' as const,
    signal: signal as SignalName,
    value,
  }))
}

function voltsAt({ volts = 0 }: Phase, share: number): number {
  if (typeof volts === 'number') return volts
  return volts[0] + share * (volts[1] - volts[0])
}

function framesAt({ traffic = 0, isLost }: Phase, step: number): number {
  if (isLost) return 0
  const each = traffic * CALL_S
  return Math.floor((step + 1) * each) - Math.floor(step * each)
}

const LIVE = 400
const drive = (
  speed: number,
  rpm = 2000,
  volts: Phase['volts'] = 14.2,
): Omit<Phase, 'seconds'> => ({
  truth: 'driving',
  volts: volts ?? 14.2,
  traffic: LIVE,
  answers: true,
  values: { engineSpeed: rpm, speed },
})
const idle = (rpm = 800, volts: Phase['volts'] = 14): Omit<Phase, 'seconds'> => ({
  ...drive(0, rpm, volts),
  truth: 'idling',
})
/** Body electronics that go on for a while after the engine's control unit is off. */
const afterRun: Omit<Phase, 'seconds'> = { truth: 'parked', volts: [13, 12.7], traffic: 150 }
const parked: Omit<Phase, 'seconds'> = { truth: 'parked', volts: 12.5 }
const ignitionOn: Omit<Phase, 'seconds'> = { ...idle(0, [12.3, 12.1]), truth: 'any' }
const crank: readonly Phase[] = [
  { ...idle(0, 12.2), seconds: 3, truth: 'any' },
  { ...idle(220, 9.8), seconds: 1.5, truth: 'any' },
  { ...idle(1100, 14.3), seconds: 10, truth: 'any', ends: ['idling', 'driving'] },
]
const commute: readonly Phase[] = [
  { ...drive(50), seconds: 120, ends: ['driving'] },
  { ...idle(), seconds: 10 },
]
const home: readonly Phase[] = [
  { ...idle(), seconds: 10 },
  { ...afterRun, seconds: 30, ends: ['parked'] },
  { ...parked, seconds: 600, ends: ['parked'] },
]
/** The same vehicle behind a gateway of its own: it says nothing unasked. */
const mute = (phases: readonly Phase[]): Phase[] =>
  phases.map((phase) => ({ ...phase, traffic: 0 }))
const heard = (phases: readonly Phase[]): Phase[] =>
  phases.map((phase) => ({ ...phase, isPassive: phase.answers === true, answers: false }))

const electric = (speed: number): Omit<Phase, 'seconds'> => ({
  truth: 'driving',
  volts: 14,
  traffic: LIVE,
  answers: true,
  values: { speed, soc: 0.6, tractionCurrent: speed === 0 ? -2 : -60 },
})
const plugged = (soc: number): Omit<Phase, 'seconds'> => ({
  truth: 'charging',
  volts: 13.6,
  traffic: 120,
  answers: true,
  values: { speed: 0, soc, tractionCurrent: 20, charging: true },
})

const red = (volts: Phase['volts']): Phase => ({
  ...idle(0, volts),
  seconds: 150,
  truth: 'driving',
})

/** Traffic of a key or a door; nothing of engine or wheels in it. */
const chatter = (seconds: number, traffic = 250): Phase => ({
  ...parked,
  seconds,
  traffic,
  volts: 12.3,
})

export const scenarios: readonly Scenario[] = [
  timeline('a commute and home', [...commute, ...home]),
  timeline('a commute in a car that says nothing unasked', mute([...commute, ...home])),
  timeline('a commute without any voltage', mute([...commute, ...home]), { voltEvery: 0 }),
  timeline('a commute that is only listened to', heard([...commute, ...home]), {
    listenOnly: true,
  }),
  timeline(
    'frames alone, nothing to decode',
    [
      { truth: 'any', traffic: LIVE, seconds: 20, ends: ['idling'] },
      { truth: 'idling', traffic: LIVE, seconds: 1800, ends: ['idling'] },
      { truth: 'parked', seconds: 600, ends: ['parked'] },
      { truth: 'parked', traffic: 300, seconds: 60, ends: ['parked'] },
      { truth: 'parked', seconds: 300, ends: ['parked'] },
      { truth: 'any', traffic: LIVE, seconds: 120, ends: ['idling'] },
    ],
    { listenOnly: true, voltEvery: 0 },
  ),
  timeline('stop-start at lights', [
    ...commute,
    red([12.8, 12.2]),
    { ...drive(40), seconds: 60, ends: ['driving'] },
    red([12.7, 12.3]),
    { ...drive(40), seconds: 60, ends: ['driving'] },
    ...home,
  ]),
  timeline('stop-start in a car that says nothing unasked', [
    ...mute([...commute, red([12.8, 12.2]), { ...drive(40), seconds: 60, ends: ['driving'] }]),
    ...mute(home),
  ]),
  timeline('an hour of idling in traffic', [
    ...commute,
    { ...idle(), seconds: 3600, ends: ['idling'] },
    { ...drive(8, 1200), seconds: 20, ends: ['driving'] },
    { ...idle(), seconds: 900, ends: ['idling'] },
    ...home,
  ]),
  timeline('a smart alternator', [
    { ...drive(100, 2200, 14.8), seconds: 60 },
    { ...drive(100, 2200, [12.9, 12.3]), seconds: 400, ends: ['driving'] },
    { ...drive(70, 1500, 14.8), seconds: 60, ends: ['driving'] },
    { ...idle(800, [12.9, 12.3]), seconds: 300, ends: ['idling'] },
    { ...drive(100, 2200, 12.6), seconds: 60, ends: ['driving'] },
    ...home,
  ]),
  timeline('an ignition input', [
    { ...parked, ignition: false, seconds: 60, ends: ['parked'] },
    { ...ignitionOn, ignition: true, seconds: 20, ends: ['idling'] },
    ...crank.map((phase) => ({ ...phase, ignition: true })),
    ...commute.map((phase) => ({ ...phase, ignition: true })),
    // Control units that answer for ever: only the input tells.
    { ...idle(0, [13, 12.6]), truth: 'parked', ignition: false, seconds: 600, ends: ['parked'] },
  ]),
  timeline('control units that answer as long as they are asked', [
    ...commute,
    { ...idle(0, [13, 12.4]), truth: 'any', seconds: 610, ends: ['parked'] },
    { ...idle(0, 12.4), truth: 'parked', seconds: 3600, ends: ['parked'] },
    ...crank,
    { ...drive(50), seconds: 60, ends: ['driving'] },
  ]),
  timeline('a workshop with the ignition on', [
    { ...ignitionOn, seconds: 300, ends: ['idling'] },
    { ...ignitionOn, volts: 12.1, seconds: 310, ends: ['parked'] },
    { ...ignitionOn, volts: 12, truth: 'parked', seconds: 7200, ends: ['parked'] },
  ]),
  timeline('a charger in a workshop', [
    ...commute,
    ...home,
    { ...parked, volts: 13.8, seconds: 7200, probes: 8, ends: ['parked'] },
    { ...parked, seconds: 600, ends: ['parked'] },
  ]),
  timeline('keys and doors all night', [
    ...commute,
    ...home,
    ...[5, 12, 60, 30, 45, 8].flatMap((seconds): Phase[] => [
      { ...chatter(seconds), ends: ['parked'] },
      { ...parked, seconds: 900, ends: ['parked'] },
    ]),
    ...crank,
    { ...drive(50), seconds: 60, ends: ['driving'] },
  ]),
  timeline('an alarm that howls', [
    ...commute,
    ...home,
    ...Array.from(
      { length: 10 },
      (_, i): Phase => ({ ...parked, volts: i % 2 ? 12.4 : 11.9, traffic: 80, seconds: 3 }),
    ),
    { ...parked, seconds: 600, ends: ['parked'] },
  ]),
  timeline(
    'a start that only traffic tells of',
    [
      ...mute(commute),
      { truth: 'parked', seconds: 600, ends: ['parked'] },
      { ...idle(), volts: 0, truth: 'any', seconds: 35, ends: ['idling'] },
      { ...drive(50), seconds: 60, ends: ['driving'] },
    ],
    { voltEvery: 0 },
  ),
  timeline('a short stop at a petrol station', [
    ...commute,
    { ...afterRun, seconds: 20, ends: ['parked'] },
    { ...parked, volts: 12.8, seconds: 240, ends: ['parked'] },
    ...crank,
    { ...drive(80), seconds: 120, ends: ['driving'] },
    ...home,
  ]),
  timeline('an adapter pulled out on the way', [
    ...commute,
    { ...drive(80), seconds: 30 },
    { ...drive(80), isLost: true, answers: false, seconds: 30, ends: ['driving'] },
    { ...drive(80), seconds: 60, ends: ['driving'] },
    { ...drive(80), isLost: true, answers: false, truth: 'any', seconds: 300, ends: ['unknown'] },
    { ...drive(80), truth: 'any', seconds: 5, ends: ['driving'] },
    { ...drive(80), seconds: 60, ends: ['driving'] },
  ]),
  timeline('a bus that hiccups on the way', [
    ...commute,
    { ...drive(80), seconds: 60 },
    { ...drive(80), traffic: 0, answers: false, seconds: 3, ends: ['driving'] },
    { ...drive(80), seconds: 60, ends: ['driving'] },
    // Pulled off the vehicle, while the adapter itself lives on.
    { ...drive(80), traffic: 0, answers: false, truth: 'any', seconds: 60, ends: ['unknown'] },
    { ...drive(80), truth: 'any', seconds: 5 },
    { ...drive(80), seconds: 20, ends: ['driving'] },
  ]),
  timeline('a tunnel', [
    { ...drive(80), motion: 80, seconds: 60, ends: ['driving'] },
    { ...drive(80), seconds: 420, ends: ['driving'] },
    { ...drive(80), motion: 80, seconds: 60, ends: ['driving'] },
  ]),
  timeline(
    'a tunnel, with no other speed than that of the satellites',
    [
      { truth: 'any', traffic: LIVE, motion: 80, seconds: 20 },
      { truth: 'driving', traffic: LIVE, motion: 80, seconds: 60, ends: ['driving'] },
      { truth: 'driving', traffic: LIVE, seconds: 420, ends: ['driving'] },
      { truth: 'driving', traffic: LIVE, motion: 80, seconds: 60, ends: ['driving'] },
    ],
    { listenOnly: true, voltEvery: 0 },
  ),
  timeline('towed away on a trailer', [
    ...commute,
    ...home,
    { ...parked, motion: 1, seconds: 60 },
    { ...parked, motion: 60, seconds: 1200, ends: ['parked'] },
    { ...parked, motion: 0, seconds: 300, ends: ['parked'] },
  ]),
  timeline('an electric car charging while it is locked', [
    { ...electric(60), seconds: 120, ends: ['driving'] },
    { ...electric(0), truth: 'idling', seconds: 10 },
    { ...plugged(0.6), truth: 'any', seconds: 30, ends: ['charging'] },
    { ...plugged(0.65), seconds: 3600, ends: ['charging'] },
    {
      ...plugged(0.8),
      truth: 'any',
      values: { speed: 0, soc: 0.8, tractionCurrent: 0, charging: false },
      seconds: 180,
      ends: ['parked'],
    },
    { ...parked, volts: 12.9, seconds: 900, ends: ['parked'] },
  ]),
  timeline('charging that only current and state of charge tell of', [
    { ...electric(0), truth: 'any', seconds: 20, ends: ['idling'] },
    {
      ...plugged(0.5),
      truth: 'any',
      values: { speed: 0, tractionCurrent: 20 },
      seconds: 20,
      ends: ['charging'],
    },
    {
      ...plugged(0.5),
      values: { speed: 0, tractionCurrent: 20 },
      seconds: 1200,
      ends: ['charging'],
    },
    { truth: 'parked', volts: 12.9, seconds: 600, ends: ['parked'] },
  ]),
  timeline('an electric car plugged in while it is parked', [
    { ...electric(60), seconds: 60 },
    { ...electric(0), truth: 'idling', seconds: 10 },
    { ...parked, volts: 12.8, seconds: 900, ends: ['parked'] },
    { ...plugged(0.4), truth: 'any', seconds: 20, ends: ['charging', 'idling'] },
    { ...plugged(0.4), seconds: 600, ends: ['charging'] },
  ]),
  timeline('a hybrid whose DC-DC converter wakes up', [
    { ...parked, answers: false, seconds: 300, ends: ['parked'] },
    {
      ...electric(0),
      values: { engineSpeed: 0, speed: 0, motorSpeed: 0 },
      truth: 'any',
      seconds: 20,
      ends: ['idling'],
    },
    {
      ...electric(30),
      values: { engineSpeed: 0, speed: 30, motorSpeed: 2000 },
      seconds: 300,
      ends: ['driving'],
    },
    ...home,
  ]),
  timeline('an electric car in a jam', [
    { ...electric(40), seconds: 60, ends: ['driving'] },
    { ...electric(0), truth: 'idling', seconds: 2400, ends: ['idling'] },
    { ...electric(40), seconds: 60, ends: ['driving'] },
    { ...electric(0), truth: 'idling', seconds: 10 },
    // The converter goes on for a while: that looks like a vehicle that is ready to drive.
    { ...parked, volts: [13.6, 12.9], seconds: 300, probes: 3, ends: ['parked'] },
  ]),
  timeline('an alternator that fails', [
    ...commute,
    { ...drive(80, 2000, [12.6, 11.5]), seconds: 600, ends: ['driving'] },
    { ...drive(80, 2000, 11.4), seconds: 600, ends: ['driving'] },
    { ...idle(800, 11.4), seconds: 60 },
  ]),
  timeline('a jump start', [
    { ...parked, volts: 11.9, seconds: 600, ends: ['parked'] },
    { ...parked, volts: [12.3, 12.6], seconds: 120, ends: ['parked'] },
    ...crank,
    { ...idle(), seconds: 300, ends: ['idling'] },
  ]),
  timeline('a heater that runs in a parked car', [
    ...commute,
    ...home,
    { ...parked, volts: [12.2, 12], traffic: 40, seconds: 1800, ends: ['parked'] },
    ...crank,
    { ...drive(50), seconds: 60, ends: ['driving'] },
  ]),
  timeline(
    'a truck with 24 V',
    [
      { ...drive(80, 1300, 28.2), isPassive: true, seconds: 120, ends: ['driving'] },
      { ...idle(600, 28), isPassive: true, seconds: 30 },
      { ...afterRun, volts: [25.6, 25.2], seconds: 30, ends: ['parked'] },
      { ...parked, volts: 25, seconds: 900, ends: ['parked'] },
    ],
    { listenOnly: true },
  ),
]

/** A day of a vehicle with everything that happens to it, as the seed has it; about an hour long. */
export function randomDay(seed: number, isMute: boolean): Scenario {
  const random = new Random(seed)
  const between = (low: number, high: number): number =>
    Math.round(low + random.next() * (high - low))
  const onTheWay: readonly (() => Phase)[] = [
    () => ({ ...drive(between(5, 130), between(1000, 4000), 14.2), seconds: between(5, 200) }),
    () => ({ ...drive(between(5, 130), 1800, [12.9, 12.3]), seconds: between(60, 300) }),
    () => ({ ...red([12.8, 12.2]), seconds: between(5, 180) }),
    () => ({ ...idle(), seconds: between(5, 400) }),
    () => ({ ...idle(700, [12.9, 12.4]), seconds: between(5, 200) }),
  ]
  const atHome: readonly (() => Phase)[] = [
    () => ({ ...parked, seconds: between(60, 900), volts: 12.2 + random.next() * 0.5 }),
    () => chatter(between(5, 60), between(50, 300)),
  ]
  const phases: Phase[] = []
  for (let trip = 0; trip < 3; trip++) {
    const start = [...(trip === 0 ? [] : crank), { ...idle(), seconds: 60 }]
    const way = Array.from({ length: between(3, 8) }, () => pick(onTheWay, random)())
    const rest = Array.from({ length: between(1, 5) }, () => [
      pick(atHome, random)(),
      { ...parked, seconds: 30 },
    ]).flat()
    phases.push(
      ...start,
      ...way,
      { ...idle(), seconds: 15 },
      { ...afterRun, seconds: between(2, 60) },
    )
    phases.push({ ...parked, seconds: 90, ends: ['parked'] }, ...rest)
  }
  return timeline(`day ${seed}`, isMute ? mute(phases) : phases, { startProbes: 3 })
}

function pick<T>(choices: readonly T[], random: Random): T {
  const chosen = choices[random.below(choices.length)]
  if (chosen === undefined) throw new Error('nothing to choose from')
  return chosen
}
