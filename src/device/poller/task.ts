/** One request, and who is to hear what came of it. */
import type { BusRequest } from '../../model/bus-request.ts'
import type { Millis } from '../../model/time.ts'
import type { Answers } from './discovery.ts'

export interface Task {
  readonly request: BusRequest
  /** Who is asked; absent: everybody. */
  readonly unit?: string
  /** False: nobody has ever answered it, so that silence says nothing of the vehicle. */
  readonly isProven?: boolean
  /** Empty: nobody answered. `elapsed` counts from when it was wanted. */
  answered(answers: Answers, now: Millis, elapsed: Millis): void
  /** No rule allows it, and none will. */
  forbidden(now: Millis): void
}
