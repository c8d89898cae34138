/**
 * ISO 15765-2 (ISO-TP), heard passively. With normal addressing the identifier alone tells the
 * sessions apart; with extended or mixed addressing the first data byte is part of the address and
 * everything else stands one byte later. First byte (PCI), high nibble:
 *   0  single frame: low nibble length 1–7; with CAN FD and 0, the length is in the next byte
 *   1  first frame: 12-bit length, more than a single frame takes; 0 means 32 bits in four bytes
 *   2  consecutive frame: low nibble counts 1 … 15, 0, 1, …
 *   3  flow control: travels the other way; low nibble 2 (overflow) ends what it answers
 * Anything else, a wrong count, a frame shorter than the first before the last one, or a second of
 * silence ends the session without a message.
 *
 * A listener cannot see everything: of sixteen frames lost in a row (or 32, …) the count tells
 * nothing. But a message that lacks them never fills up; the next first frame or the silence ends it,
 * and the issue says how many bytes there were.
 */
import type { IssueCode } from '../model/issue.ts'
import type { Micros } from '../model/time.ts'

const SILENCE: Micros = 1_000_000
const EXTENDED_KEY = 2 ** 29
const ADDRESS_KEY = 2 ** 30
const OVERFLOW = 0x32
/** 11-bit answers are 8 higher than their requests. */
const ANSWER_BIT = 8
/** No diagnostic answer is longer; a longer announcement is refused. */
const MAX_MESSAGE = 65_535
const MAX_SESSIONS = 256
/** Room reserved at once; more only as data really comes. */
const FIRST_ROOM = 4096

export type IsotpKind = 'SF' | 'MF'

export interface IsotpSinks {
  /** `data[0 .. length-1]` is lent until the call returns; `address` is the byte before the PCI. */
  message(
    id: number,
    kind: IsotpKind,
    data: Uint8Array,
    length: number,
    time: Micros,
    extended: boolean,
    address: number | undefined,
  ): void
  issue(code: IssueCode, detail: string, time: Micros): void
}

export interface IsotpOptions {
  /** Whether the frames of an identifier begin with an address byte. None unless said. */
  addressed?: (id: number, extended: boolean) => boolean
}

/** The identifier that travels the other way: 7E0 and 7E8, 18DA10F1 and 18DAF110. */
export function peerOf(id: number, extended: boolean): number {
  if (!extended) return id ^ ANSWER_BIT
  return (id & 0x1fff0000) | ((id & 0xff) << 8) | ((id >> 8) & 0xff)
}

/** Where a frame belongs. One object, filled anew for every frame. */
interface Channel {
  id: number
  extended: boolean
  address: number | undefined
  key: number
  /** Where the PCI stands. */
  start: number
}

interface Session {
  id: number
  data: Uint8Array
  size: number
  filled: number
  next: number
  heard: Micros
  /** Length of the first frame; all but the last are as long. */
  width: number
}

export class Isotp {
  #sessions = new Map<number, Session>()
  readonly #single = new Uint8Array(64)
  readonly #sinks: IsotpSinks
  readonly #addressed: IsotpOptions['addressed']
  readonly #channel: Channel = { id: 0, extended: false, address: undefined, key: 0, start: 0 }

  constructor(sinks: IsotpSinks, options: IsotpOptions = {}) {
    this.#sinks = sinks
    this.#addressed = options.addressed
  }

  /** `extended` tells 29-bit identifiers from 11-bit ones with the same number. */
  frame(id: number, data: Uint8Array, length: number, time: Micros, extended = false): void {
    const start = this.#addressed?.(id, extended) ? 1 : 0
    if (length <= start) return
    const channel = this.#channel
    channel.id = id
    channel.extended = extended
    channel.start = start
    channel.address = start === 0 ? undefined : data[0]
    channel.key = keyOf(id, extended, channel.address)
    const pci = data[start] as number
    switch (pci >> 4) {
      case 0:
        this.#singleFrame(channel, data, length, time)
        return
      case 1:
        this.#firstFrame(channel, data, length, time)
        return
      case 2:
        this.#consecutiveFrame(channel, data, length, time)
        return
      case 3:
        if (pci === OVERFLOW) this.#overflow(channel, time)
        return
      default:
        this.#malformed(id, `PCI ${hex(pci)}`, time)
    }
  }

  #singleFrame(channel: Channel, data: Uint8Array, length: number, time: Micros): void {
    const pci = data[channel.start] as number
    const escaped = length > 8 && pci === 0
    const start = channel.start + (escaped ? 2 : 1)
    const size = escaped ? (data[start - 1] as number) : pci
    if (size === 0 || size > length - start || (!escaped && size > 7)) {
      this.#malformed(channel.id, `single frame of ${size} in ${length} bytes`, time)
      return
    }
    this.#replace(channel, time)
    for (let i = 0; i < size; i += 1) this.#single[i] = data[start + i] as number
    const { id, extended, address } = channel
    this.#sinks.message(id, 'SF', this.#single, size, time, extended, address)
  }

  #firstFrame(channel: Channel, data: Uint8Array, length: number, time: Micros): void {
    const { id, key } = channel
    let start = channel.start + 2
    let size = (((data[start - 2] as number) & 0x0f) << 8) | (data[start - 1] as number)
    if (size === 0 && length >= start + 4) {
      size = uint32(data, start)
      start += 4
    }
    // Even one that is refused: what follows it no longer belongs to the message before.
    this.#replace(channel, time)
    const least = 8 - channel.start
    if (length < 8 || size < least || size > MAX_MESSAGE || size <= length - start) {
      this.#malformed(id, `first frame announcing ${size} bytes`, time)
      return
    }
    if (this.#sessions.size >= MAX_SESSIONS) this.#endOldest(time)
    const session: Session = {
      id,
      data: new Uint8Array(Math.min(size, FIRST_ROOM)),
      size,
      filled: 0,
      next: 1,
      heard: time,
      width: length,
    }
    fill(session, data, start, length)
    this.#sessions.set(key, session)
  }

  #consecutiveFrame(channel: Channel, data: Uint8Array, length: number, time: Micros): void {
    const { id, key, extended, address } = channel
    const session = this.#sessions.get(key)
    if (session === undefined) {
      this.#sinks.issue('isotp-orphan', hex(id), time)
      return
    }
    if (time - session.heard > SILENCE) {
      this.#end(key, session, 'isotp-timeout', time)
      return
    }
    const count = (data[channel.start] as number) & 0x0f
    if (count !== session.next) {
      this.#end(key, session, 'isotp-sequence', time, `${count} instead of ${session.next}`)
      return
    }
    const start = channel.start + 1
    if (length < session.width && session.size - session.filled > length - start) {
      this.#end(key, session, 'isotp-sequence', time, `a frame of ${length} bytes before the last`)
      return
    }
    session.next = (session.next + 1) & 0x0f
    session.heard = time
    fill(session, data, start, length)
    if (session.filled < session.size) return
    this.#sessions.delete(key)
    this.#sinks.message(id, 'MF', session.data, session.size, time, extended, address)
  }

  /** The receiver refuses: no further frame of the message that it answers will come. */
  #overflow({ id, extended, address }: Channel, time: Micros): void {
    const key = keyOf(peerOf(id, extended), extended, address)
    const session = this.#sessions.get(key)
    if (session !== undefined) this.#end(key, session, 'isotp-overflow', time)
  }

  #replace({ key }: Channel, time: Micros): void {
    const session = this.#sessions.get(key)
    if (session !== undefined) this.#end(key, session, 'isotp-replaced', time)
  }

  #malformed(id: number, detail: string, time: Micros): void {
    this.#sinks.issue('isotp-malformed', `${hex(id)}: ${detail}`, time)
  }

  #end(key: number, session: Session, code: IssueCode, time: Micros, why?: string): void {
    this.#sessions.delete(key)
    const { id, filled, size } = session
    const reason = why === undefined ? '' : `${why}, `
    this.#sinks.issue(code, `${hex(id)}: ${reason}${filled} of ${size} bytes`, time)
  }

  #endOldest(time: Micros): void {
    let oldest: [number, Session] | undefined
    for (const entry of this.#sessions) {
      if (oldest === undefined || entry[1].heard < oldest[1].heard) oldest = entry
    }
    if (oldest !== undefined) this.#end(oldest[0], oldest[1], 'isotp-timeout', time)
  }
}

/** Small integers for normal addressing, which is nearly all there is. */
function keyOf(id: number, extended: boolean, address: number | undefined): number {
  const key = extended ? id + EXTENDED_KEY : id
  return address === undefined ? key : key + ADDRESS_KEY * (address + 1)
}

function fill(session: Session, data: Uint8Array, start: number, length: number): void {
  const size = Math.min(length - start, session.size - session.filled)
  if (session.filled + size > session.data.length) {
    const larger = new Uint8Array(Math.min(session.data.length * 2, session.size))
    larger.set(session.data)
    session.data = larger
  }
  for (let i = 0; i < size; i += 1) session.data[session.filled + i] = data[start + i] as number
  session.filled += size
}

function uint32(data: Uint8Array, at: number): number {
  let value = 0
  for (let i = 0; i < 4; i += 1) value = value * 256 + (data[at + i] as number)
  return value
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0')
}
