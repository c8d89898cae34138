/** The last step of reading a DBC file: what needs the whole message to be known. */
import { MAX_EXACT_BITS } from './bits.ts'
import { type DbcRange, type DbcSignal, lastBit } from './dbc.ts'
import type { Draft, DraftMessage, DraftSignal } from './draft.ts'

/** VFrameFormat where the file does not list its texts, as Vector's tools number them. */
const FRAME_FORMATS = ['StandardCAN', 'ExtendedCAN', 'reserved', 'J1939PG']
/** Multiplexers within multiplexers; more can only be a circle. */
const MAX_DEPTH = 16

export function link(draft: Draft): void {
  for (const owner of draft.messages.values()) {
    const entries = [...owner.signals.values()]
    for (const entry of entries) {
      setAttributes(entry)
      setFloat(draft, entry)
      warnOfLength(draft, owner, entry)
    }
    const leave = multiplex(draft, owner, entries)
    const signals = entries.map(({ signal }) => signal)
    owner.message.signals = signals.filter((signal) => !leave.has(signal))
    setMessageAttributes(draft, owner)
    draft.dbc.messages.push(owner.message)
  }
}

/** Sets every signal's branch; returns the signals of which nobody can tell when they are there. */
function multiplex(draft: Draft, owner: DraftMessage, entries: DraftSignal[]): Set<DbcSignal> {
  const leave = new Set<DbcSignal>()
  const multiplexers = entries.filter(({ signal }) => signal.multiplexer)
  for (const entry of entries) {
    const { signal, selector, branch } = entry
    if (branch === undefined && selector === undefined) continue
    const others = multiplexers.length > 2 ? [] : multiplexers.filter((other) => other !== entry)
    const only = others.length === 1 ? others[0]?.signal : undefined
    const found = branch ? owner.signals.get(branch.multiplexer)?.signal : only
    const fault = found ? unfit(found) : 'its multiplexer is not known'
    if (!found || fault) {
      leave.add(signal)
      draft.problem(branch?.at ?? entry.at, `${signal.symbol} is left out: ${fault}`)
      continue
    }
    found.multiplexer = true
    const id = selector ?? 0
    const ranges = branch ? merged(branch.ranges) : [{ from: id, to: id }]
    signal.branch = { multiplexer: found.symbol, ranges }
  }
  for (const { signal, at } of entries) {
    if (leave.has(signal) || isRooted(owner, signal, leave)) continue
    leave.add(signal)
    draft.problem(at, `${signal.symbol} is left out: so is its multiplexer, or it is circular`)
  }
  return leave
}

function unfit(multiplexer: DbcSignal): string | undefined {
  if (multiplexer.type.startsWith('float')) return 'its multiplexer is a floating-point number'
  if (multiplexer.length > MAX_EXACT_BITS) {
    return `its multiplexer has more than ${MAX_EXACT_BITS} bits`
  }
  return undefined
}

function isRooted(owner: DraftMessage, signal: DbcSignal, leave: Set<DbcSignal>): boolean {
  let above: DbcSignal | undefined = signal
  for (let depth = 0; depth < MAX_DEPTH && above && !leave.has(above); depth++) {
    if (!above.branch) return true
    above = owner.signals.get(above.branch.multiplexer)?.signal
  }
  return false
}

function merged(ranges: DbcRange[]): DbcRange[] {
  const result: DbcRange[] = []
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1)
    if (last && from <= last.to + 1) last.to = Math.max(last.to, to)
    else result.push({ from, to })
  }
  return result
}

function setFloat(draft: Draft, { signal, float }: DraftSignal): void {
  if (!float) return
  if (signal.length === float.bits) signal.type = float.bits === 32 ? 'float32' : 'float64'
  else draft.problem(float.at, `${signal.symbol} does not have the ${float.bits} bits of its type`)
}

function setAttributes({ signal, attributes }: DraftSignal): void {
  const name = attributes.get('SystemSignalLongSymbol')
  if (typeof name === 'string' && name !== '') signal.name = name
  const spn = attributes.get('SPN')
  if (typeof spn === 'number' && spn > 0) signal.spn = spn
}

function setMessageAttributes(draft: Draft, { message, attributes }: DraftMessage): void {
  const name = attributes.get('SystemMessageLongSymbol')
  if (typeof name === 'string' && name !== '') message.name = name
  const cycleTime = draft.attribute('GenMsgCycleTime', attributes)
  if (typeof cycleTime === 'number' && cycleTime > 0) message.cycleTimeMs = cycleTime
  const format = draft.attribute('VFrameFormat', attributes)
  const text = typeof format === 'number' ? FRAME_FORMATS[format] : format
  message.j1939 = message.extended && text === 'J1939PG'
}

/** The signal stays: it is decoded from frames that are long enough. */
function warnOfLength(draft: Draft, { message }: DraftMessage, { signal, at }: DraftSignal): void {
  if (lastBit(signal.start, signal.length, signal.bigEndian) < message.length * 8) return
  draft.problem(at, `${signal.symbol} ends beyond the ${message.length} bytes of ${message.symbol}`)
}
