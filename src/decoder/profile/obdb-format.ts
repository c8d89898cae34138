/** The `fmt` of an OBDb signal as layout, words and not-available values; see import-obdb.ts. */
import type { Layout, ProfileSignal, RawRange } from '../../model/profile.ts'
import { isLoose, type Loose, numberIn, textIn } from './import.ts'
import { unitOf } from './units.ts'

type Scaling = Pick<ProfileSignal, 'layout' | 'states' | 'absent'>

/** Units that are words: that of 0, then that of 1. */
const words: Readonly<Record<string, Record<number, string>>> = {
  offon: { 0: 'off', 1: 'on' },
  noyes: { 0: 'no', 1: 'yes' },
  yesno: { 0: 'yes', 1: 'no' },
}
const TEXTS = ['ascii', 'hex']
const COUNTS = ['scalar', 'unknown']

/** Why it cannot be converted, where it cannot. */
export function scalingOf(format: Loose): Scaling | string {
  const unit = textIn(format, 'unit') ?? ''
  if (TEXTS.includes(unit)) return 'is a text'
  const length = numberIn(format, 'len')
  const first = numberIn(format, 'bix') ?? 0
  if (length === undefined) return 'has no length'
  if (!Number.isInteger(first) || first < 0) return 'its first bit is none'
  const swapped = format.blsb === true && length > 8
  if (swapped && (first % 8 !== 0 || length % 8 !== 0)) return 'reverses parts of bytes'
  const states = isLoose(format.map) ? statesOf(format.map) : words[unit]
  const isWord = states !== undefined || COUNTS.includes(unit)
  const layout: Layout = {
    start: swapped ? first : first - (first % 8) + 7 - (first % 8),
    length,
    bigEndian: !swapped,
    signed: format.sign === true,
    factor: numberIn(format, 'mul') ?? 1,
    divisor: numberIn(format, 'div') ?? 1,
    offset: numberIn(format, 'add') ?? 0,
    ...rangeOf(format),
    unit: isWord ? '' : unitOf(unit),
  }
  const absent = absentOf(format, layout)
  return {
    layout,
    ...(states === undefined ? {} : { states }),
    ...(absent.length === 0 ? {} : { absent }),
  }
}

/** The lower limit is 0 where nothing is said; limits the wrong way round are none. */
function rangeOf(format: Loose): Pick<Layout, 'min' | 'max'> {
  const [min, max] = [numberIn(format, 'min') ?? 0, numberIn(format, 'max')]
  return max !== undefined && max > min ? { min, max } : {}
}

function statesOf(map: Loose): Record<number, string> {
  const states: Record<number, string> = {}
  for (const [raw, entry] of Object.entries(map)) {
    const text = isLoose(entry) ? (textIn(entry, 'value') ?? textIn(entry, 'description')) : entry
    if (/^-?\d+$/.test(raw) && typeof text === 'string') states[Number(raw)] = text
  }
  return states
}

/** From values to the raw ones that they are scaled from. */
function absentOf(format: Loose, layout: Layout): RawRange[] {
  const { length, signed, factor, divisor, offset } = layout
  const lowest = signed ? -(2 ** (length - 1)) : 0
  const highest = signed ? 2 ** (length - 1) - 1 : 2 ** length - 1
  const rawOf = (value: number) => ((value - offset) * divisor) / factor
  const falls = factor / divisor < 0
  const ranges: RawRange[] = []
  for (const key of ['nullmin', 'nullmax']) {
    const limit = numberIn(format, key)
    if (limit === undefined) continue
    const isUpper = (key === 'nullmax') !== falls
    // The limit belongs to it, however its fraction was rounded.
    const raw = rawOf(limit)
    const from = isUpper ? Math.max(Math.ceil(raw - 1e-6), lowest) : lowest
    const to = isUpper ? highest : Math.min(Math.floor(raw + 1e-6), highest)
    if (from <= to) ranges.push({ from, to })
  }
  return ranges
}
