/** Content negotiation (RFC 9110, 12.5.1), as far as this API needs it. */
import { HttpError } from './http-error.ts'

interface MediaRange {
  type: string
  quality: number
}

/** The offer that the Accept header prefers; the first where it has no preference. 406 if none. */
export function negotiate<T extends string>(
  header: string | undefined,
  offers: readonly [T, ...T[]],
): T {
  const [first] = offers
  if (header === undefined || header.trim() === '') return first
  const ranges = header.split(',').map(mediaRange)
  let best: T | undefined
  let bestQuality = 0
  for (const offer of offers) {
    const quality = qualityOf(offer, ranges)
    if (quality > bestQuality) {
      best = offer
      bestQuality = quality
    }
  }
  if (best === undefined) {
    throw new HttpError(406, `This resource is available as ${offers.join(', ')}.`)
  }
  return best
}

function mediaRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const weight = parameters.find((parameter) => parameter.startsWith('q='))
  const quality = weight === undefined ? 1 : Number(weight.slice(2))
  return { type, quality: Number.isFinite(quality) ? quality : 0 }
}

/** The most specific range that matches decides. */
function qualityOf(offer: string, ranges: readonly MediaRange[]): number {
  for (const wanted of [offer, `${offer.split('/')[0]}/*`, '*/*']) {
    const range = ranges.find(({ type }) => type === wanted)
    if (range !== undefined) return range.quality
  }
  return 0
}
