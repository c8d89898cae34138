/**
 * The side of a fake ELM327 that is on the bus: the protocol in use, whether it acknowledges, and
 * everything it sends. What it sends is given to the model after the frames of the same moment.
 */
import { type CanFrame, frameOf } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'
import type { BusModel } from './bus-model.ts'
import { type ElmProtocol, protocolOf } from './elm-adapter-settings.ts'
import type { FaultDice } from './elm-faults.ts'

export interface ElmSent {
  time: Micros
  id: number
  extended: boolean
  data: Uint8Array
  why: 'request' | 'search' | 'flow-control'
}

const KEPT = 1000

export class ElmBus {
  readonly model: BusModel
  readonly transmitted: ElmSent[] = []
  /** Frames of automatic searches. */
  searches = 0
  protocol: ElmProtocol = fixedProtocol('6')
  /** It may search for another protocol. */
  isAuto = true
  /** An automatic search tries `protocol` first. */
  hasPreference = false
  /** `silent` hears and does not acknowledge. */
  mode: 'off' | 'silent' | 'normal' = 'off'
  readonly #dice: FaultDice
  #outbox: CanFrame[] = []

  constructor(model: BusModel, dice: FaultDice) {
    this.model = model
    this.#dice = dice
  }

  /** Whether frames of this protocol's bit rate are frames for it. */
  matches(protocol: ElmProtocol): boolean {
    return protocol.bitrate === this.model.bitrate && !this.#dice.has('bus-off')
  }

  /** Whether it understands a frame of the bus now. */
  hears(frame: CanFrame): boolean {
    const { kind, extended } = this.protocol
    const isOfLength = kind === 'raw' || frame.extended === extended
    return isOfLength && !frame.error && !frame.fd && this.matches(this.protocol)
  }

  /** Sends one frame; false where nobody acknowledges it. */
  put(
    sent: Omit<ElmSent, 'time' | 'extended'>,
    time: Micros,
    protocol: ElmProtocol = this.protocol,
  ): boolean {
    if (this.#dice.has('bus-off')) return false
    const { extended } = protocol
    this.transmitted.push({ ...sent, time, extended })
    if (this.transmitted.length > KEPT) this.transmitted.shift()
    if (sent.why === 'search') this.searches += 1
    if (!this.matches(protocol)) return false
    const isAcknowledged = this.model.isAwake(time)
    this.#outbox.push(frameOf(sent.id, sent.data, { extended, time, sent: true }))
    return isAcknowledged
  }

  /** Gives the model what was sent. */
  deliver(time: Micros): void {
    for (const frame of this.#outbox.splice(0)) {
      frame.time = Math.max(frame.time, time)
      this.model.send(frame)
    }
  }

  close(): void {
    this.mode = 'off'
  }

  /** As after a reset: any protocol. */
  choose(digit: string, isAuto: boolean): boolean {
    const protocol = digit === '0' ? this.protocol : protocolOf(digit)
    if (protocol === undefined) return false
    this.close()
    this.protocol = protocol
    this.isAuto = isAuto || digit === '0'
    this.hasPreference = isAuto && digit !== '0'
    return true
  }

  /** A protocol that is no ELM327's own. */
  use(protocol: ElmProtocol): void {
    this.close()
    this.protocol = protocol
    this.isAuto = false
    this.hasPreference = false
  }
}

function fixedProtocol(digit: string): ElmProtocol {
  const protocol = protocolOf(digit)
  if (protocol === undefined) throw new RangeError(`there is no protocol ${digit}`)
  return protocol
}
