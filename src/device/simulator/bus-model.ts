/**
 * A simulated bus with nodes on it, as a fake adapter sees it: frames that are due come out, and
 * what a tester sends goes in. No I/O and no clock: time is passed in.
 */
import type { CanFrame, FrameSink } from '../../model/frame.ts'
import type { Micros } from '../../model/time.ts'

export interface BusModel {
  /** A frame that the tester puts on the bus at `frame.time`; answers are due later. */
  send(frame: CanFrame): void
  /** Every frame of the nodes that is due after the last call, up to and with `time`, in order. */
  framesUntil(time: Micros, sink: FrameSink): void
  /** Volts at the diagnostic connector. */
  voltage(time: Micros): number
  /** Whether any node is awake, so that a frame sent is acknowledged. */
  isAwake(time: Micros): boolean
  /** Bit rate of the bus. */
  readonly bitrate: number
  /** Whether its diagnostics use 29-bit identifiers. */
  readonly extendedDiagnostics: boolean
}
