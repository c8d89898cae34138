/**
 * Frames of several channel groups of one data group, in the order of their times. Loggers collect
 * the records of each bus for a while (a second is known) and write them in one go, so a frame can
 * stand behind later ones of another bus. Bounded: a frame finds its place among the last 32,768.
 */
import { MAX_FRAME_DATA } from '../../../model/frame.ts'
import { FrameBatch } from './frame-batch.ts'

const WINDOW = 32_768
const BATCH = 2048

export async function* reordered(batches: AsyncGenerator<FrameBatch>): AsyncGenerator<FrameBatch> {
  const held = new FrameBatch()
  const out = new FrameBatch()
  for await (const batch of batches) {
    for (let at = 0; at < batch.count; at += 1) copy(batch, at, held)
    if (held.count >= 2 * WINDOW) yield* release(held, held.count - WINDOW, out)
  }
  yield* release(held, held.count, out)
}

/** Gives out the first so many frames by time, of equal times those of the first group first. */
function* release(held: FrameBatch, count: number, out: FrameBatch): Generator<FrameBatch> {
  const { time, group } = held
  const order = Uint32Array.from({ length: held.count }, (_, at) => at)
  order.sort(
    (a, b) =>
      (time[a] as number) - (time[b] as number) ||
      (group[a] as number) - (group[b] as number) ||
      a - b,
  )
  out.count = 0
  for (const at of order.subarray(0, count)) {
    copy(held, at, out)
    if (out.count < BATCH) continue
    yield out
    out.count = 0
  }
  if (out.count > 0) yield out
  const rest = order.subarray(count).sort()
  for (const [place, at] of rest.entries()) held.move(at, place)
  held.count = rest.length
}

function copy(from: FrameBatch, at: number, to: FrameBatch): void {
  const place = to.next()
  to.time[place] = from.time[at] as number
  to.id[place] = from.id[at] as number
  to.bus[place] = from.bus[at] as number
  to.flags[place] = from.flags[at] as number
  to.length[place] = from.length[at] as number
  to.group[place] = from.group[at] as number
  const start = at * MAX_FRAME_DATA
  const end = start + Math.min(from.length[at] as number, MAX_FRAME_DATA)
  let target = place * MAX_FRAME_DATA
  for (let i = start; i < end; i += 1, target += 1) to.data[target] = from.data[i] as number
  to.count = place + 1
}
