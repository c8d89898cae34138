/**
 * A DBC file as the passive part of a profile. Nothing is mapped to our signals: that a field is
 * the vehicle's speed is a decision that somebody has to take and prove.
 */
import type { PassiveMessage, ProfileSignal } from '../../model/profile.ts'
import type { Dbc, DbcMessage, DbcSignal } from '../dbc/dbc.ts'
import {
  type ImportProblem,
  type ImportResult,
  nameFrom,
  type ProfileAbout,
  withoutFaults,
} from './import.ts'

/** What a CAN FD frame can have beyond 8 bytes. */
const LONG_FRAMES = [12, 16, 20, 24, 32, 48, 64]

export function importDbc(dbc: Dbc, about: ProfileAbout): ImportResult {
  const problems: ImportProblem[] = []
  const passive = dbc.messages.flatMap((message) => {
    const text = unfit(message)
    if (text === undefined) return [passiveOf(message)]
    problems.push({ at: message.name, text })
    return []
  })
  return withoutFaults({ profile: { ...about, passive, polled: [], evidence: [] }, problems })
}

function unfit({ j1939, length, signals }: DbcMessage): string | undefined {
  if (j1939) return 'is a J1939 parameter group, which is known by its PGN and not by an identifier'
  if (length > 8 && !LONG_FRAMES.includes(length)) return `has ${length} bytes, as no frame has`
  return signals.length === 0 ? 'has no signals' : undefined
}

function passiveOf({ id, extended, name, signals }: DbcMessage): PassiveMessage {
  return { id, extended, name: nameFrom(name), signals: signals.map(signalOf) }
}

function signalOf(signal: DbcSignal): ProfileSignal {
  const { symbol, name, start, length, bigEndian, type, factor, offset, unit, branch } = signal
  const { minimum: min, maximum: max } = signal
  // DBC files leave both at 0 where they say nothing.
  const hasRange = min !== max
  return {
    name: nameFrom(symbol),
    ...(name === symbol ? {} : { label: name }),
    layout: {
      start,
      length,
      bigEndian,
      signed: type === 'signed',
      factor,
      divisor: 1,
      offset,
      min: hasRange ? min : undefined,
      max: hasRange ? max : undefined,
      unit,
    },
    ...(type.startsWith('float') ? { float: true } : {}),
    ...statesOf(signal),
    ...(branch && { mux: { signal: nameFrom(branch.multiplexer), values: branch.ranges } }),
  }
}

function statesOf({ choices }: DbcSignal): Pick<ProfileSignal, 'states'> {
  const entries = [...(choices ?? [])].filter(([raw, text]) => typeof raw === 'number' && text)
  return entries.length === 0 ? {} : { states: Object.fromEntries(entries) }
}
