/**
 * Messages of more than eight bytes as control units of a simulated truck send them (J1939-21 as
 * public knowledge). To all: BAM, packets 50 ms apart, one message at a time per sender, several
 * senders at once. To one: RTS, then as many packets as each CTS allows, until the end is
 * acknowledged. Without a CTS for 1250 ms (1050 ms after "wait") the sender aborts.
 */
import { type CanFrame, frameOf } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'

export interface LongMessage {
  source: number
  pgn: number
  data: Uint8Array
}

interface Session extends LongMessage {
  destination: number
  packets: number
  /** When it gives up, unless something comes. */
  deadline: Micros
}

const CONTROL = 0xec
const DATA = 0xeb
const GLOBAL = 0xff
const PRIORITY = 7
const RTS = 16
const CTS = 17
const END = 19
const BAM = 32
const ABORT = 255
const REASON_TIMEOUT = 3
const WIDTH = 7
const BAM_GAP: Micros = 50_000
const PACKET_GAP: Micros = 2000
const CTS_TIMEOUT: Micros = 1_250_000
const HOLD_TIMEOUT: Micros = 1_050_000

export class TruckTransport {
  readonly #put: (frame: CanFrame) => void
  readonly #freeAt = new Map<number, Micros>()
  #sessions: Session[] = []

  constructor(put: (frame: CanFrame) => void) {
    this.#put = put
  }

  /** To all, at `time` or as soon as the sender's last one is through. */
  broadcast(message: LongMessage, time: Micros): void {
    const { source, data } = message
    const packets = packetsOf(data)
    let at = Math.max(time, this.#freeAt.get(source) ?? 0)
    this.#control(message, GLOBAL, [BAM, ...low(data.length), packets, 0xff], at)
    for (let number = 1; number <= packets; number++) {
      at += BAM_GAP
      this.#packet(message, GLOBAL, number, at)
    }
    this.#freeAt.set(source, at + BAM_GAP)
  }

  /** To one; false while the two have a session already. */
  open(message: LongMessage, destination: number, time: Micros): boolean {
    const { source, data } = message
    if (this.#session(source, destination) !== undefined) return false
    const packets = packetsOf(data)
    this.#control(message, destination, [RTS, ...low(data.length), packets, 0xff], time)
    this.#sessions.push({ ...message, destination, packets, deadline: time + CTS_TIMEOUT })
    return true
  }

  /** A TP.CM frame of a tester to one of the senders. */
  receive(source: number, tester: number, data: Uint8Array, time: Micros): void {
    const session = this.#session(source, tester)
    if (session === undefined || !isAbout(session.pgn, data)) return
    if (data[0] === CTS) this.#clear(session, data[1] ?? 0, data[2] ?? 0, time)
    else if (data[0] === END || data[0] === ABORT) this.#end(session)
  }

  /** Gives up what has waited too long. To be called before time goes on. */
  expire(time: Micros): void {
    for (const session of this.#sessions.filter(({ deadline }) => deadline <= time)) {
      const content = [ABORT, REASON_TIMEOUT, 0xff, 0xff, 0xff]
      this.#control(session, session.destination, content, session.deadline)
      this.#end(session)
    }
  }

  reset(): void {
    this.#sessions = []
    this.#freeAt.clear()
  }

  #clear(session: Session, count: number, next: number, time: Micros): void {
    if (count === 0) {
      session.deadline = time + HOLD_TIMEOUT
      return
    }
    const last = Math.min(next + count - 1, session.packets)
    let at = time
    for (let number = Math.max(next, 1); number <= last; number++) {
      at += PACKET_GAP
      this.#packet(session, session.destination, number, at)
    }
    session.deadline = at + CTS_TIMEOUT
  }

  #control(
    { source, pgn }: LongMessage,
    destination: number,
    content: readonly number[],
    time: Micros,
  ): void {
    const bytes = [...content, pgn & 0xff, (pgn >> 8) & 0xff, pgn >> 16]
    this.#put(frameOf(idOf(CONTROL, destination, source), bytes, { extended: true, time }))
  }

  #packet({ source, data }: LongMessage, destination: number, number: number, time: Micros): void {
    const part = data.subarray((number - 1) * WIDTH, number * WIDTH)
    const bytes = new Uint8Array(8).fill(0xff)
    bytes[0] = number
    bytes.set(part, 1)
    this.#put(frameOf(idOf(DATA, destination, source), bytes, { extended: true, time }))
  }

  #session(source: number, destination: number): Session | undefined {
    return this.#sessions.find((one) => one.source === source && one.destination === destination)
  }

  #end(session: Session): void {
    this.#sessions = this.#sessions.filter((one) => one !== session)
  }
}

/** Identifier of a group to a destination. */
export function idOf(format: number, destination: number, source: number, priority = PRIORITY) {
  return priority * 2 ** 26 + format * 2 ** 16 + destination * 256 + source
}

function packetsOf(data: Uint8Array): number {
  return Math.ceil(data.length / WIDTH)
}

function low(value: number): [number, number] {
  return [value & 0xff, value >> 8]
}

function isAbout(pgn: number, data: Uint8Array): boolean {
  return data[5] === (pgn & 0xff) && data[6] === ((pgn >> 8) & 0xff) && data[7] === pgn >> 16
}
