/**
 * What control units were asked for with UDS 19, as far as the requests were heard or sent: an
 * answer does not repeat the mask of status bits that it was asked for, and answers to different
 * masks cannot be compared.
 */
import { requestIdOf } from '../obd/addresses.ts'
import { hex } from '../obd/hex.ts'
import type { IsotpMessage } from '../taps.ts'
import { unitOf } from './dtc-answers.ts'

type Message = Pick<IsotpMessage, 'id' | 'extended' | 'data'>

const READ_CODES = 0x19
const MAX_REQUESTS = 64
/** Functional requests, which any control unit may answer. */
const everyone = ['7DF', '18DB33F1']

export class AskedMasks {
  /** By the identifier of the request and the report. */
  readonly #masks = new Map<string, string>()

  /** Any message; only requests for trouble codes are remembered. */
  asked(message: Message): void {
    const [service, report] = message.data
    if (service !== READ_CODES || report === undefined) return
    if (this.#masks.size >= MAX_REQUESTS) this.#masks.clear()
    const mask = Buffer.from(message.data.subarray(2)).toString('hex')
    this.#masks.set(`${unitOf(message)} ${hex(report)}`, mask)
  }

  /** Of the request that an answer belongs to; undefined where it was not seen. */
  of({ id, extended, data }: Message): string | undefined {
    const to = requestIdOf(id, extended)
    const report = hex(data[1] ?? 0)
    const asked = to === undefined ? everyone : [unitOf({ id: to, extended }), ...everyone]
    for (const whom of asked) {
      const mask = this.#masks.get(`${whom} ${report}`)
      if (mask !== undefined) return mask
    }
    return undefined
  }
}
