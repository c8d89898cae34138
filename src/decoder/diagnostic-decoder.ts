/**
 * Diagnostic frames of one bus to readings: ISO-TP, and what its messages say in OBD-II and UDS.
 * Requests and flow control are heard and never become values.
 */
import type { CanFrame } from '../model/frame.ts'
import type { IssueCode } from '../model/issue.ts'
import type { Micros } from '../model/time.ts'
import { sourceOf } from './can-id.ts'
import { Isotp, type IsotpKind, type IsotpOptions } from './isotp.ts'
import { decodeResponse, isResponseId, type ResponseSinks, requestIdOf } from './obd/responses.ts'
import type { ProfileDecoder } from './profile/profile-decoder.ts'
import type { ReadingEmitter } from './reading-emitter.ts'
import type { DecoderTaps, IsotpMessage } from './taps.ts'
import { decodeUds } from './uds/uds.ts'

type Report = (code: IssueCode, detail: string, time: Micros) => void

export class DiagnosticDecoder {
  messages = 0
  readonly #taps: DecoderTaps
  readonly #profile: ProfileDecoder | undefined
  readonly #isotp: Isotp
  readonly #sinks: ResponseSinks
  /** Whether anybody asked for messages. */
  readonly #isWatched: boolean
  // The message in hand.
  #id = 0
  #extended = false
  #time: Micros = 0
  #message: IsotpMessage | undefined

  constructor(
    emitter: ReadingEmitter,
    issue: Report,
    taps: DecoderTaps,
    profile: ProfileDecoder | undefined,
    options: IsotpOptions = {},
  ) {
    const { isotp, pid, dtcs, info, test, did } = taps
    this.#taps = taps
    this.#profile = profile
    this.#isWatched = [isotp, pid, dtcs, info, test, did].some((tap) => tap !== undefined)
    this.#isotp = new Isotp(
      {
        issue,
        message: (id, kind, data, length, time, extended) =>
          this.#take(id, extended, kind, data, length, time),
      },
      options,
    )
    this.#sinks = {
      reading: (signal, value, rank, quality) => {
        const sender = sourceOf(this.#id)
        if (signal === 'vin') emitter.vin(value as string | undefined, sender, this.#time)
        else {
          const said = quality ?? (value === undefined ? 'absent' : 'ok')
          emitter.any(signal, value, said, rank, sender, this.#time)
        }
      },
      issue: (code, detail) => issue(code, detail, this.#time),
      didLength: (number) => profile?.didLength(this.#id, this.#extended, number),
      pid: pid && ((value) => this.#show(pid, value)),
      dtcs: dtcs && ((value) => this.#show(dtcs, value)),
      info: info && ((value) => this.#show(info, value)),
      test: test && ((value) => this.#show(test, value)),
      did: did && ((value) => this.#show(did, value)),
    }
  }

  frame({ id, extended, data, length, time }: CanFrame): void {
    this.#isotp.frame(id, data, length, time, extended)
  }

  #take(
    id: number,
    extended: boolean,
    kind: IsotpKind,
    data: Uint8Array,
    length: number,
    time: Micros,
  ): void {
    this.messages += 1
    this.#id = id
    this.#extended = extended
    this.#time = time
    if (this.#isWatched) {
      this.#message = { id, extended, kind, data: data.slice(0, length) }
      this.#taps.isotp?.(this.#message, time)
    }
    this.#profile?.message(id, extended, data, length, time)
    if (isResponseId(id, extended)) decodeResponse(data, length, this.#sinks)
    else if (requestIdOf(id, extended) !== undefined) decodeUds(data, length, this.#sinks)
  }

  #show<T>(tap: (message: IsotpMessage, value: T, time: Micros) => void, value: T): void {
    if (this.#message !== undefined) tap(this.#message, value, this.#time)
  }
}
