/**
 * A bus behind a governor, for tests: a transmitter that redeems permits as an adapter does, a hand
 * clock, and control units that answer as they are told. What went out is in `wire`.
 */

import {
  Governor,
  type GovernorSettings,
  type VehicleFacts,
} from '../../src/device/governor/governor.ts'
import { redeem } from '../../src/device/governor/permit.ts'
import type { BusRequest, Requester, SentFrame } from '../../src/model/bus-request.ts'
import { frameOf } from '../../src/model/frame.ts'
import type { OutgoingFrame, Permit, SendResult, Transmitter } from '../../src/model/transmit.ts'
import { HandClock } from './hand-clock.ts'

export const poller: Requester = { kind: 'gateway', name: 'poller' }
export const owner: Requester = { kind: 'api', name: 'owner', privileges: [1, 2] }

export const openSettings: GovernorSettings = {
  listenOnly: false,
  profileIds: [{ id: 0x7b3, extended: false }],
  pgns: [65215],
  clearing: true,
  perSecond: 20,
  perSecondAndUnit: 10,
  minGapMs: 15,
}

export interface OnWire extends OutgoingFrame {
  at: number
}

export class GovernedBus {
  readonly clock = new HandClock()
  readonly wire: OnWire[] = []
  readonly log: SentFrame[] = []
  /** What the adapter was handed, and for each what it saw on it. */
  readonly permits: Permit[] = []
  readonly governor: Governor
  readonly transmitter: Transmitter
  facts: { mayAsk: ReturnType<VehicleFacts['mayAsk']>; stands: boolean } = {
    mayAsk: { ok: true },
    stands: true,
  }
  /** Called for every frame that went out; what it gives is what the adapter says. */
  onSend: (frame: OutgoingFrame) => SendResult | Promise<SendResult> = () => ({ kind: 'sent' })
  /** How long the adapter takes from being handed a permit to sending. */
  slowMs = 0

  constructor(
    settings: Partial<GovernorSettings> = {},
    flowControl: 'gateway' | 'adapter' = 'gateway',
  ) {
    const { clock } = this
    this.governor = new Governor({
      source: 'obd',
      vehicle: 'van',
      settings: { ...openSettings, ...settings },
      facts: { mayAsk: () => this.facts.mayAsk, stands: () => this.facts.stands },
      clock,
      after: clock.after,
      sent: (frame) => this.log.push(frame),
    })
    this.transmitter = { flowControl, send: (permit) => this.#send(permit) }
    this.governor.transmitter(this.transmitter)
  }

  /** A message of a control unit, as the decoder gives it. */
  answer(id: number, hex: string, extended = id > 0x7ff): void {
    this.governor.message(id, extended, Buffer.from(hex, 'hex'), this.clock.now() * 1000)
  }

  frame(id: number, hex: string, extended = id > 0x7ff): void {
    const time = this.clock.now() * 1000
    this.governor.frame(frameOf(id, Buffer.from(hex, 'hex'), { extended, time }))
  }

  async #send(permit: Permit): Promise<SendResult> {
    this.permits.push(permit)
    if (this.slowMs > 0) {
      await new Promise<void>((resolve) => this.clock.after(this.slowMs, resolve))
    }
    const frame = redeem(permit)
    if (frame === undefined) return { kind: 'failed', reason: 'permit', detail: 'not good' }
    this.wire.push({ ...frame, at: this.clock.monotonic() })
    return await this.onSend(frame)
  }
}

export function diagnostic(
  hex: string,
  to = 0x7e0,
  requester: Requester = poller,
  rest: Partial<BusRequest> = {},
): BusRequest {
  return {
    kind: 'diagnostic',
    to: { id: to, extended: to > 0x7ff },
    data: Uint8Array.from(Buffer.from(hex, 'hex')),
    requester,
    cause: 'test',
    ...rest,
  }
}

export function group(pgn: number, requester: Requester = poller, to = 255): BusRequest {
  return {
    kind: 'pgn',
    to: { id: to, extended: true },
    data: Uint8Array.of(pgn & 0xff, (pgn >> 8) & 0xff, pgn >> 16),
    requester,
    cause: 'test',
  }
}

export function hexOf(frame: { id: number; data: Uint8Array }): string {
  return `${frame.id.toString(16)}#${Buffer.from(frame.data).toString('hex')}`
}
