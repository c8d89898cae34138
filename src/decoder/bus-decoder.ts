/**
 * Frames of one bus in, readings out: J1939 (29 bits, data pages 0 and 1), OBD-II and UDS over
 * ISO-TP (0x700–0x7FF, 0x18DAxxxx, 0x18DBxxxx), and what a vehicle profile knows. Hot: a frame that
 * no table knows costs two look-ups.
 *
 * Readings are lent: who keeps one copies it. Taps (taps.ts) show what lies between to those who
 * ask; without a tap nothing of it is built.
 */
import type { CanFrame } from '../model/frame.ts'
import type { IssueCode, IssueSink } from '../model/issue.ts'
import type { Profile } from '../model/profile.ts'
import type { ReadingSink } from '../model/reading.ts'
import type { Micros } from '../model/time.ts'
import { pageOf, pduFormatOf } from './can-id.ts'
import { DiagnosticDecoder } from './diagnostic-decoder.ts'
import { J1939Decoder } from './j1939-decoder.ts'
import { ProfileDecoder } from './profile/profile-decoder.ts'
import { ReadingEmitter } from './reading-emitter.ts'
import type { DecoderTaps } from './taps.ts'

const PF_DIAGNOSTIC_PHYSICAL = 0xda
const PF_DIAGNOSTIC_FUNCTIONAL = 0xdb

export type Protocol = 'j1939' | 'obd'

export interface BusDecoderOptions {
  /** Name of the bus: the `source` of its readings and the `at` of its issues. */
  bus: string
  /** Hot. The reading is only lent. */
  reading: ReadingSink
  issue: IssueSink
  /** Both unless said otherwise. */
  protocols?: readonly Protocol[]
  /** What is known of this vehicle beyond the standards. */
  profile?: Profile | undefined
  taps?: DecoderTaps
}

export class BusDecoder {
  readonly #j1939: J1939Decoder | undefined
  readonly #diagnostic: DiagnosticDecoder
  readonly #isObd: boolean
  readonly #profile: ProfileDecoder | undefined
  #time: Micros = 0

  constructor(options: BusDecoderOptions) {
    const { bus, reading, issue, taps = {}, profile } = options
    const protocols = options.protocols ?? ['j1939', 'obd']
    const emitter = new ReadingEmitter(bus, reading)
    const report = (code: IssueCode, detail: string, time: Micros) =>
      issue({ code, at: bus, detail, time })
    this.#isObd = protocols.includes('obd')
    this.#j1939 = protocols.includes('j1939') ? new J1939Decoder(emitter, report, taps) : undefined
    this.#profile =
      profile &&
      new ProfileDecoder(profile, {
        value: taps.profile,
        reading: (...said) => emitter.any(...said),
        issue: report,
      })
    this.#diagnostic = new DiagnosticDecoder(emitter, report, taps, this.#profile)
  }

  /** Messages after reassembly, single frames included. */
  get messages(): number {
    return (this.#j1939?.messages ?? 0) + this.#diagnostic.messages
  }

  frame(frame: CanFrame): void {
    if (frame.error || frame.remote) return
    this.#time = frame.time
    this.#profile?.frame(frame)
    if (this.#isDiagnostic(frame)) {
      this.#diagnostic.frame(frame)
      return
    }
    const { id, extended } = frame
    if (this.#j1939 === undefined || !extended || frame.fd || pageOf(id) > 1) return
    this.#j1939.frame(id, pduFormatOf(id), frame.data, frame.length, frame.time)
  }

  /** The end of a recording: what is not whole by now will never be. */
  end(): void {
    this.#j1939?.end(this.#time)
  }

  #isDiagnostic({ id, extended }: CanFrame): boolean {
    if (this.#profile?.isResponder(id, extended)) return true
    if (!this.#isObd) return false
    if (!extended) return (id & 0x700) === 0x700
    if (pageOf(id) !== 0) return false
    const format = pduFormatOf(id)
    return format === PF_DIAGNOSTIC_PHYSICAL || format === PF_DIAGNOSTIC_FUNCTIONAL
  }
}
