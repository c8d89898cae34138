/** What stands behind a distance, as the API shows it: with `explain=1`. */
import type { DistanceExplanation, DistanceSegment, RejectedReading } from '../../model/ports.ts'
import { isoTime } from '../../model/time.ts'

const reasons: Readonly<Record<RejectedReading['reason'], string>> = {
  bogus: 'instruments show it where they know no better',
  unit: 'it is the last reading in another unit',
  backwards: 'it goes back',
  jump: 'no vehicle drives so far in the time',
  inconsistent: 'it does not fit to what was read before and after it',
}

export interface ExplanationView {
  /** km that are estimates, and km by which those may be wrong. */
  estimated: number
  error: number
  segments: object[]
  rejected: object[]
}

export function explanationView(explanation: DistanceExplanation): ExplanationView {
  const { estimated, error, segments, rejected } = explanation
  return {
    estimated,
    error,
    segments: segments.map(segmentView),
    rejected: rejected.map(({ series, time, km, reason }) => ({
      ...instrumentOf(series),
      time: isoTime(time),
      odometer: km,
      reason,
      text: reasons[reason],
    })),
  }
}

function segmentView({ series, from, to, distance, begins, error }: DistanceSegment): object {
  return {
    ...instrumentOf(series),
    from: { time: isoTime(from.time), odometer: toMillimetres(from.km) },
    to: { time: isoTime(to.time), odometer: toMillimetres(to.km) },
    distance,
    ...(begins === undefined ? {} : { newInstrument: true }),
    ...(error === undefined ? {} : { estimated: true }),
  }
}

/** Estimates are sums, with the residue of binary fractions. */
function toMillimetres(km: number): number {
  return Math.round(km * 1e6) / 1e6
}

/** Series are named `source/sender/rank`; those of estimates by what they are made from. */
function instrumentOf(series: string): object {
  const [kind] = series.split('/')
  if (kind === 'speed' || kind === 'gnss') {
    const parts = series.split('/')
    if (parts.length < 3) return { instrument: kind === 'speed' ? 'wheel speed' : 'position' }
  }
  const [, source, sender] = /^(.*)\/(\d+)\/\d+$/.exec(series) ?? []
  return {
    instrument: 'odometer',
    ...(source === undefined ? {} : { source, sender: Number(sender) }),
  }
}
