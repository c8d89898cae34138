/** A receiver with everything that it tells, for tests. */
import {
  LorawanReceiver,
  type LorawanReceiverOptions,
} from '../../../src/decoder/lorawan/receiver.ts'
import type { LoraSession } from '../../../src/decoder/lorawan/session.ts'
import type { LoraFrame, LoraNotice, LoraReject, LoraUplink } from '../../../src/model/lora.ts'
import { hexBytes } from '../../support/lorawan-frames.ts'

export interface ReceiverBench {
  receiver: LorawanReceiver
  accepted: LoraUplink[]
  complete: LoraUplink[]
  rejected: LoraReject[]
  notices: LoraNotice[]
  /** `accept`, `merge`, `notice`, or the reason of the reject. */
  feed(frame: LoraFrame): string
}

export function receiverBench(options: Partial<LorawanReceiverOptions>): ReceiverBench {
  const accepted: LoraUplink[] = []
  const complete: LoraUplink[] = []
  const rejected: LoraReject[] = []
  const notices: LoraNotice[] = []
  const receiver = new LorawanReceiver({
    sessions: [session()],
    accepted: (uplink) => accepted.push(uplink),
    complete: (uplink) => complete.push(uplink),
    rejected: (reject) => rejected.push(reject),
    notice: (notice) => notices.push(notice),
    ...options,
  })
  return {
    receiver,
    accepted,
    complete,
    rejected,
    notices,
    feed(frame) {
      const before = [accepted.length, rejected.length, notices.length]
      receiver.frame(frame)
      const told = [accepted, rejected, notices].map(
        (list, index) => list.length - (before[index] as number),
      )
      if (told.reduce((sum, count) => sum + count) > 1) throw new Error(`told ${told}`)
      if (told[0] === 1) return 'accept'
      if (told[1] === 1) return rejected.at(-1)?.reason ?? ''
      return told[2] === 1 ? 'notice' : 'merge'
    },
  }
}

export const keys10 = {
  nwkSKey: hexBytes('000102030405060708090A0B0C0D0E0F'),
  appSKey: hexBytes('101112131415161718191A1B1C1D1E1F'),
}

export const address = '26011F88'

export function session(changes: Partial<LoraSession> = {}): LoraSession {
  return {
    devEui: '0004A30B001C0530',
    devAddr: address,
    version: '1.0',
    ...keys10,
    policy: { reset: 'reject' },
    ...changes,
  } as LoraSession
}
