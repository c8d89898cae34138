/**
 * ISO 15765-2 (ISO-TP) with normal addressing, heard passively: the identifier alone tells the
 * sessions apart. First byte (PCI), high nibble:
 *   0  single frame: low nibble length 1–7; with CAN FD and 0, the length is in the next byte
 *   1  first frame: 12-bit length, at least 8; length 0 means 32 bits in the next four bytes
 *   2  consecutive frame: low nibble counts 1 … 15, 0, 1, …
 *   3  flow control: travels the other way and disturbs nothing
 * Anything else, a wrong count or a second of silence ends the session without a message.
 */
import type { IssueCode } from '../model/issue.ts'
import type { Micros } from '../model/time.ts'

const SILENCE: Micros = 1_000_000
const MIN_SEGMENTED = 8
/** No diagnostic answer is longer; a longer announcement is refused. */
const MAX_MESSAGE = 65_535
const MAX_SESSIONS = 256
/** Room reserved at once; more only as data really comes. */
const FIRST_ROOM = 4096

export type IsotpKind = 'SF' | 'MF'

export interface IsotpSinks {
  /** `data[0 .. length-1]` is lent until the call returns. */
  message(id: number, kind: IsotpKind, data: Uint8Array, length: number, time: Micros): void
  issue(code: IssueCode, detail: string, time: Micros): void
}

interface Session {
  data: Uint8Array
  size: number
  filled: number
  next: number
  heard: Micros
}

export class Isotp {
  #sessions = new Map<number, Session>()
  readonly #single = new Uint8Array(64)
  readonly #sinks: IsotpSinks

  constructor(sinks: IsotpSinks) {
    this.#sinks = sinks
  }

  frame(id: number, data: Uint8Array, length: number, time: Micros): void {
    if (length === 0) return
    switch ((data[0] as number) >> 4) {
      case 0:
        this.#singleFrame(id, data, length, time)
        return
      case 1:
        this.#firstFrame(id, data, length, time)
        return
      case 2:
        this.#consecutiveFrame(id, data, length, time)
        return
      case 3:
        return
      default:
        this.#malformed(id, `PCI ${hex(data[0] as number)}`, time)
    }
  }

  #singleFrame(id: number, data: Uint8Array, length: number, time: Micros): void {
    const escaped = length > 8 && data[0] === 0
    const start = escaped ? 2 : 1
    const size = escaped ? (data[1] as number) : (data[0] as number)
    if (size === 0 || size > length - start || (!escaped && size > 7)) {
      this.#malformed(id, `single frame of ${size} in ${length} bytes`, time)
      return
    }
    this.#replace(id, time)
    for (let i = 0; i < size; i += 1) this.#single[i] = data[start + i] as number
    this.#sinks.message(id, 'SF', this.#single, size, time)
  }

  #firstFrame(id: number, data: Uint8Array, length: number, time: Micros): void {
    let size = (((data[0] as number) & 0x0f) << 8) | (data[1] as number)
    let start = 2
    if (size === 0 && length >= 6) {
      size =
        (((data[2] as number) << 24) |
          ((data[3] as number) << 16) |
          ((data[4] as number) << 8) |
          (data[5] as number)) >>>
        0
      start = 6
    }
    // Even one that is refused: what follows it no longer belongs to the message before.
    this.#replace(id, time)
    if (length < 8 || size < MIN_SEGMENTED || size > MAX_MESSAGE || size <= length - start) {
      this.#malformed(id, `first frame announcing ${size} bytes`, time)
      return
    }
    if (this.#sessions.size >= MAX_SESSIONS) this.#endOldest(time)
    const session: Session = {
      data: new Uint8Array(Math.min(size, FIRST_ROOM)),
      size,
      filled: 0,
      next: 1,
      heard: time,
    }
    this.#fill(session, data, start, length)
    this.#sessions.set(id, session)
  }

  #consecutiveFrame(id: number, data: Uint8Array, length: number, time: Micros): void {
    const session = this.#sessions.get(id)
    if (session === undefined) {
      this.#sinks.issue('isotp-orphan', hex(id), time)
      return
    }
    if (time - session.heard > SILENCE) {
      this.#end(id, 'isotp-timeout', '', time)
      return
    }
    const count = (data[0] as number) & 0x0f
    const missing = session.size - session.filled
    if (count !== session.next || (length < 8 && missing > length - 1)) {
      this.#end(id, 'isotp-sequence', `${count} instead of ${session.next}`, time)
      return
    }
    session.next = (session.next + 1) & 0x0f
    session.heard = time
    this.#fill(session, data, 1, length)
    if (session.filled < session.size) return
    this.#sessions.delete(id)
    this.#sinks.message(id, 'MF', session.data, session.size, time)
  }

  #fill(session: Session, data: Uint8Array, start: number, length: number): void {
    const size = Math.min(length - start, session.size - session.filled)
    if (session.filled + size > session.data.length) {
      const larger = new Uint8Array(Math.min(session.data.length * 2, session.size))
      larger.set(session.data)
      session.data = larger
    }
    for (let i = 0; i < size; i += 1) session.data[session.filled + i] = data[start + i] as number
    session.filled += size
  }

  #replace(id: number, time: Micros): void {
    if (this.#sessions.has(id)) this.#end(id, 'isotp-replaced', '', time)
  }

  #malformed(id: number, detail: string, time: Micros): void {
    this.#sinks.issue('isotp-malformed', `${hex(id)}: ${detail}`, time)
  }

  #end(id: number, code: IssueCode, detail: string, time: Micros): void {
    this.#sessions.delete(id)
    this.#sinks.issue(code, detail === '' ? hex(id) : `${hex(id)}: ${detail}`, time)
  }

  #endOldest(time: Micros): void {
    let oldest: number | undefined
    let heard = Number.POSITIVE_INFINITY
    for (const [id, session] of this.#sessions) {
      if (session.heard < heard) {
        oldest = id
        heard = session.heard
      }
    }
    if (oldest !== undefined) this.#end(oldest, 'isotp-timeout', '', time)
  }
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0')
}
