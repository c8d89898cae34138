/** Questions as the governor is asked them. */
import type { BusRequest } from '../../model/bus-request.ts'
import type { Question } from './discovery.ts'
import type { PlannedItem } from './plan.ts'

const REQUESTER = { kind: 'gateway', name: 'poller' } as const

/** `planned` tells whether it is a parameter group, and whose answer it is where that is special. */
export function requestOf(question: Question, planned?: PlannedItem): BusRequest {
  const from = planned?.item.response
  return {
    kind: planned?.item.kind === 'pgn' ? 'pgn' : 'diagnostic',
    ...question,
    ...(from === undefined ? {} : { from }),
    requester: REQUESTER,
  }
}
