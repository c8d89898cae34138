/**
 * A J1939 request of a fake ELM327 (ELM327DS, "Using J1939"): the three bytes of the parameter group,
 * turned unless AT JS, and which frames are its answer: the group itself, an acknowledgement, or
 * the frames of the transport protocol that carry it. Asked to, it sends CTS.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { ElmHost } from './elm-adapter-host.ts'

const ACKNOWLEDGE = 0xe8
const TRANSFER = 0xec
const PACKET = 0xeb
const RTS = 16
const BAM = 32
const CTS = 17

export class J1939Answers {
  readonly data: Uint8Array
  readonly #host: ElmHost
  readonly #group: number
  /** Senders that announced the group. */
  readonly #senders = new Set<number>()

  constructor(host: ElmHost, bytes: Uint8Array) {
    const given = bytes.length === 2 ? [0, ...bytes] : [...bytes]
    const [low = 0, middle = 0, high = 0] = host.settings.j1939Order ? given.toReversed() : given
    this.#host = host
    this.#group = low | (middle << 8) | (high << 16)
    this.data = given.length === 3 ? Uint8Array.of(low, middle, high) : bytes
  }

  accepts(frame: CanFrame): boolean {
    const format = (frame.id >>> 16) & 0xff
    const sender = frame.id & 0xff
    if (format === PACKET) return this.#senders.has(sender)
    if (format === ACKNOWLEDGE) return this.#isOurs(frame)
    if (format !== TRANSFER) return groupOf(frame.id) === this.#group
    const [control] = frame.data
    if ((control !== RTS && control !== BAM) || !this.#isOurs(frame)) return false
    this.#senders.add(sender)
    if (control === RTS) this.#clearToSend(frame, sender)
    return true
  }

  /** Whether bytes 6 to 8 name the group that was asked for. */
  #isOurs({ data }: CanFrame): boolean {
    const [, , , , , low = 0, middle = 0, high = 0] = data
    return (low | (middle << 8) | (high << 16)) === this.#group
  }

  #clearToSend(frame: CanFrame, sender: number): void {
    const tester = (frame.id >>> 8) & 0xff
    const id = 0x18ec0000 | (sender << 8) | tester
    const packets = frame.data[3] ?? 1
    const data = Uint8Array.of(CTS, packets, 1, 0xff, 0xff, ...frame.data.subarray(5, 8))
    this.#host.bus.put({ id, data, why: 'flow-control' }, this.#host.now)
  }
}

/** The parameter group number in a 29-bit identifier. */
export function groupOf(id: number): number {
  const group = (id >>> 8) & 0x3ffff
  return (group & 0xff00) < 0xf000 ? group & 0x3ff00 : group
}
