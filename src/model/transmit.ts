/**
 * The way out to a bus. An adapter that can send has a `Transmitter`; what it sends it takes out of
 * a permit, and only the governor makes permits (`device/governor/`). So whoever holds a
 * transmitter and no permit holds nothing.
 */

/** One CAN frame as the governor allows it; classical, never remote. */
export interface OutgoingFrame {
  /** 11 or 29 bits, without flag bits. */
  readonly id: number
  readonly extended: boolean
  /** As it goes on the wire, padding included. */
  readonly data: Uint8Array
  /**
   * An ISO-TP single frame without its length byte and padding, for adapters that add these
   * themselves (ELM327); absent for any other frame.
   */
  readonly payload?: Uint8Array
}

/** Good for one frame, once, for a short time. What it allows is read by `redeem` alone. */
export interface Permit {
  /** How long answers may take. */
  readonly waitMs: number
  /** How many control units are known to answer; 0: not known. */
  readonly responders: number
  /** The identifier that answers have, where one control unit is asked. */
  readonly answerId?: number
}

export type SendResult =
  /** It is on the bus, or in the adapter's hands; answers come as frames, later. */
  | { kind: 'sent' }
  /** The adapter waited for answers itself and gave them as frames; no more will come. */
  | { kind: 'waited' }
  /** The adapter or the bus did not take it. */
  | { kind: 'failed'; reason: SendFailure; detail: string }

export type SendFailure =
  /** The permit was used before, or came too late. */
  | 'permit'
  /** The adapter gave no answer, or lost the line. */
  | 'adapter'
  /** The bus: no acknowledgement, an error, bus-off, no protocol found. */
  | 'bus'

export interface Transmitter {
  /** Who answers a first frame with flow control: we, or the adapter by itself. */
  readonly flowControl: 'gateway' | 'adapter'
  /** Never rejects. One at a time: a second one waits until the first is done. */
  send(permit: Permit): Promise<SendResult>
}

/** How the controller of an adapter does on its bus. */
export type BusState = 'ok' | 'errors' | 'off'

/** Which frames somebody wants, for adapters that can leave out the others. */
export interface FrameFilter {
  extended: boolean
  id: number
  /** A bit that is 1 must be as in `id`. */
  mask: number
}
