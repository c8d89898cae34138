/**
 * What a profile says that its schema cannot see: bits beyond the message, units that do not
 * convert, names that are taken or missing. A profile is right when nothing is found.
 */
import type {
  Evidence,
  Layout,
  PassiveMessage,
  PolledMessage,
  Profile,
  ProfileSignal,
} from '../../model/profile.ts'
import { bytesNeeded } from '../dbc/bits.ts'
import { bitsOf, fault } from './compile.ts'

export interface ProfileProblem {
  /** Where in the profile. */
  path: PropertyKey[]
  text: string
}

type Report = (path: PropertyKey[], text: string) => void
type Message = Pick<PassiveMessage, 'name' | 'signals' | 'length'>

export function problemsOf(profile: Profile): ProfileProblem[] {
  const problems: ProfileProblem[] = []
  const report: Report = (path, text) => problems.push({ path, text })
  const all: [path: PropertyKey[], message: Message][] = [
    ...profile.passive.map((m, i): [PropertyKey[], Message] => [['passive', i], m]),
    ...profile.polled.map((m, i): [PropertyKey[], Message] => [['polled', i], m]),
  ]
  if (all.length === 0) report([], 'has no messages')
  unique(
    all,
    ([, { name }]) => name,
    ([path], name) => report(path, `${name} is taken`),
  )
  for (const [path, message] of all) checkMessage(path, message, report)
  checkIdentifiers(profile, report)
  profile.evidence.forEach((evidence, i) => {
    checkEvidence(['evidence', i], evidence, profile, report)
  })
  return problems
}

function checkMessage(path: PropertyKey[], message: Message, report: Report): void {
  const { signals, length } = message
  const at = (index: number) => [...path, 'signals', index]
  const entries = [...signals.entries()]
  unique(
    entries,
    ([, { name }]) => name,
    ([index], name) => report(at(index), `${name} is taken`),
  )
  for (const [index, signal] of entries) {
    const wrong = fault(signal) ?? muxFault(signal, signals)
    if (wrong !== undefined) report(at(index), wrong)
    const bytes = bytesNeeded(bitsOf(signal.layout))
    const room = length ?? (path[0] === 'passive' ? 64 : 4092)
    if (bytes > room) report(at(index), `needs ${bytes} bytes of ${room}`)
  }
}

function muxFault(signal: ProfileSignal, signals: readonly ProfileSignal[]): string | undefined {
  let selector: ProfileSignal | undefined = signal
  for (let depth = 0; selector?.mux !== undefined; depth += 1) {
    if (depth > signals.length) return 'its mux is circular'
    const name: string = selector.mux.signal
    selector = signals.find((other) => other.name === name)
    if (selector === undefined) return `mux names ${name}, which is no signal of this message`
    if (selector.float) return `mux names ${name}, which is a float`
  }
  return undefined
}

/** Signals on top of one another: right in a few messages, but mostly a slip of the pen. */
export function overlapsOf(profile: Profile): ProfileProblem[] {
  const messagesOf = (part: 'passive' | 'polled') =>
    profile[part].flatMap(({ signals }, message) =>
      signals.flatMap((signal, index) => {
        const other = signals.slice(0, index).find((earlier) => overlaps(signal, earlier))
        const path = [part, message, 'signals', index]
        return other ? [{ path, text: `${signal.name} lies on top of ${other.name}` }] : []
      }),
    )
  return [...messagesOf('passive'), ...messagesOf('polled')]
}

function overlaps(a: ProfileSignal, b: ProfileSignal): boolean {
  if (a.mux !== undefined || b.mux !== undefined) return false
  const taken = new Set(positionsOf(a.layout))
  return positionsOf(b.layout).some((position) => taken.has(position))
}

/** Every bit of a field, as byte × 8 + bit. */
function positionsOf({ start, length, bigEndian }: Layout): number[] {
  const positions: number[] = []
  let position = start
  for (let i = 0; i < length; i += 1) {
    positions.push(position)
    if (!bigEndian) position += 1
    else position = position % 8 === 0 ? position + 15 : position - 1
  }
  return positions
}

function checkIdentifiers({ passive, polled }: Profile, report: Report): void {
  const idOf = ({ id, extended }: PassiveMessage) => `${extended ? 'extended ' : ''}${hex(id)}`
  unique(
    [...passive.entries()],
    ([, m]) => idOf(m),
    ([i], id) => {
      report(['passive', i], `${id} is taken`)
    },
  )
  const askOf = ({ response, request }: PolledMessage) =>
    `${request.data} of ${response.extended ? 'extended ' : ''}${hex(response.id)}`
  unique(
    [...polled.entries()],
    ([, m]) => askOf(m),
    ([i], ask) => {
      report(['polled', i], `${ask} is taken`)
    },
  )
}

function checkEvidence(
  path: PropertyKey[],
  { expect }: Evidence,
  profile: Profile,
  report: Report,
): void {
  for (const name of Object.keys(expect)) {
    const found = signalsNamed(profile, name).length
    if (found === 0) report([...path, 'expect', name], 'is no signal of this profile')
    if (found > 1) report([...path, 'expect', name], 'is in several messages: use MESSAGE.SIGNAL')
  }
}

/** `message.name` of every signal that is meant by a name, with or without its message. */
export function signalsNamed(profile: Profile, name: string): string[] {
  return [...profile.passive, ...profile.polled].flatMap((message) =>
    message.signals
      .map((signal) => `${message.name}.${signal.name}`)
      .filter((full) => full === name || full === `${message.name}.${name}`),
  )
}

function unique<T>(items: T[], keyOf: (item: T) => string, taken: (item: T, key: string) => void) {
  const known = new Set<string>()
  for (const item of items) {
    const key = keyOf(item)
    if (known.has(key)) taken(item, key)
    known.add(key)
  }
}

function hex(id: number): string {
  return id.toString(16).toUpperCase().padStart(3, '0')
}
