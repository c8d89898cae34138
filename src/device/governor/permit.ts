/**
 * Permits: the only thing that a transmitter takes a frame out of. `mint` is the governor's alone (a
 * house rule checks who imports it); `redeem` is what an adapter calls at the moment of sending. A
 * permit is good once and until its deadline, and what it lets out is written down by `used`.
 */
import type { OutgoingFrame, Permit } from '../../model/transmit.ts'

interface Content {
  frame: OutgoingFrame
  /** Whether it is still good; asked once, at the moment of sending. */
  isGood: () => boolean
  used: (frame: OutgoingFrame) => void
}

/** Only what is in here is a permit, whatever else looks like one. */
const minted = new WeakMap<Permit, Content>()

export interface MintOptions extends Content {
  waitMs: number
  responders: number
  answerId?: number | undefined
}

export function mint(options: MintOptions): Permit {
  const { waitMs, responders, answerId, frame, isGood, used } = options
  const permit: Permit = Object.freeze({
    waitMs,
    responders,
    ...(answerId === undefined ? {} : { answerId }),
  })
  const payload = frame.payload && Uint8Array.from(frame.payload)
  minted.set(permit, {
    frame: {
      ...frame,
      data: Uint8Array.from(frame.data),
      ...(payload === undefined ? {} : { payload }),
    },
    isGood,
    used,
  })
  return permit
}

/** The frame, the first time and in time; undefined ever after, and for what is no permit. */
export function redeem(permit: Permit): OutgoingFrame | undefined {
  const content = minted.get(permit)
  minted.delete(permit)
  if (content === undefined || !content.isGood()) return undefined
  content.used(content.frame)
  return content.frame
}
