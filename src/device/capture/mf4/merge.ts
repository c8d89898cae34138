/**
 * Frames of several groups in the order of their times: the earliest of the frames that stand in
 * front comes next, of equal ones that of the first group. One batch of each group is held. Hot.
 */
import type { CanFrame } from '../../../model/frame.ts'
import type { FrameBatch } from './frame-batch.ts'

interface Lane {
  batches: AsyncGenerator<FrameBatch>
  batch: FrameBatch
  at: number
}

/** Yields after each batch. The frame that is lent is `frame`. */
export async function* merge(
  groups: readonly AsyncGenerator<FrameBatch>[],
  frame: CanFrame,
  deliver: (frame: CanFrame) => void,
): AsyncGenerator<void> {
  const lanes: Lane[] = []
  for (const batches of groups) {
    const { value } = await batches.next()
    if (value !== undefined) lanes.push({ batches, batch: value, at: 0 })
  }
  while (lanes.length > 0) {
    const first = earliest(lanes)
    const until = earliestBut(lanes, first)
    // Without others in the way whole runs of one group go out.
    do {
      first.batch.lend(first.at, frame)
      deliver(frame)
      first.at += 1
    } while (first.at < first.batch.count && (first.batch.time[first.at] as number) < until)
    if (first.at < first.batch.count) continue
    yield
    await refill(lanes, first)
  }
}

async function refill(lanes: Lane[], lane: Lane): Promise<void> {
  do {
    const { value } = await lane.batches.next()
    if (value === undefined) {
      lanes.splice(lanes.indexOf(lane), 1)
      return
    }
    lane.batch = value
    lane.at = 0
  } while (lane.batch.count === 0)
}

function timeOf({ batch, at }: Lane): number {
  return batch.time[at] as number
}

function earliest(lanes: readonly Lane[]): Lane {
  let first = lanes[0] as Lane
  for (const lane of lanes) if (timeOf(lane) < timeOf(first)) first = lane
  return first
}

function earliestBut(lanes: readonly Lane[], but: Lane): number {
  let time = Number.POSITIVE_INFINITY
  for (const lane of lanes) if (lane !== but) time = Math.min(time, timeOf(lane))
  return time
}
