/**
 * `--what activity`: what the vehicle of a recording was doing, one line a change, as the gateway
 * would have seen it live. Time goes on in the steps in which the gateway looks, through gaps too;
 * requests of the tester that made the recording count as those of the poller would.
 */
import { BusDecoder } from '../../decoder/bus-decoder.ts'
import { ActivityMonitor } from '../../device/activity/activity-monitor.ts'
import { isTesterId } from '../../device/governor/addresses.ts'
import type { CanFrame } from '../../model/frame.ts'
import type { Profile } from '../../model/profile.ts'
import type { Micros } from '../../model/time.ts'
import type { DecoderOptions, FrameDecoder } from './frame-decoder.ts'
import { seconds } from './kinds.ts'

const STEP: Micros = 250_000
/** A gap that is longer is no silence that anybody heard: the recording was interrupted. */
const MAX_GAP: Micros = 3_600_000_000
/** A request that is not answered by then never is. */
const ANSWER: Micros = 1_000_000

export function activityFrames(
  options: Pick<DecoderOptions, 'place' | 'emit' | 'issues'>,
  profile: Profile | undefined,
): FrameDecoder {
  const { place, emit, issues } = options
  const monitor = new ActivityMonitor({
    changed: ({ activity, reason, since }) =>
      emit({ n: place.n, ts: seconds(since), activity, reason }),
  })
  const decoders: BusDecoder[] = []
  const counts: number[] = []
  let now: Micros | undefined
  let askedAt: Micros | undefined

  const add = (index: number): BusDecoder => {
    const bus = place.bus
    decoders[index] = new BusDecoder({
      bus,
      reading: ({ signal, value, time }) => monitor.reading(signal, value, time),
      issue: issues.add,
      profile,
      taps: {
        isotp: ({ id, extended }, time) => {
          if (isTesterId(id, extended) || askedAt === undefined) return
          askedAt = undefined
          monitor.asked('answered', time, bus)
        },
      },
    })
    return decoders[index]
  }

  /** Lets time pass up to there. */
  const advance = (time: Micros) => {
    if (now === undefined || time < now || time - now > MAX_GAP) now = time
    for (; time - now >= STEP; now += STEP) {
      for (const index of decoders.keys()) {
        monitor.frames(counts[index] ?? 0, now, String(index))
        counts[index] = 0
      }
      if (askedAt === undefined || now - askedAt < ANSWER) continue
      askedAt = undefined
      monitor.asked('silent', now)
    }
  }

  return {
    frame(frame: CanFrame) {
      advance(frame.time)
      if (isTesterId(frame.id, frame.extended)) askedAt ??= frame.time
      else counts[frame.bus] = (counts[frame.bus] ?? 0) + 1
      ;(decoders[frame.bus] ?? add(frame.bus)).frame(frame)
    },
    end() {
      for (const decoder of decoders) decoder?.end()
    },
  }
}
