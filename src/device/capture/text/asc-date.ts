/**
 * The dates of ASC files: `Sat Sep 30 03:06:13.191 pm 2017` and what the language and the settings
 * of the writing computer make of it. The parts may come in any order:
 *
 *   15:06:13.191    time; `am`, `pm` or a translation behind it makes it one of twelve hours
 *   2017            year
 *   30 or 30.       day of the month
 *   Sep, Okt., Mär  month, in English or a language of Central, Western or Southern Europe
 *   30.09.2017      or 2017-09-30: instead of the three
 *
 * One to three digits of milliseconds are a number, not decimals: programs are known that write 6
 * ms as `.6`, none that shortens its decimals. There is no zone: the time is taken as UTC.
 */
import type { Micros } from '../../../model/time.ts'
import { dayOf } from './day-clock.ts'

/** How names of months begin, without letters beyond ASCII: `fév` is `fv`. */
const months: readonly (readonly string[])[] = [
  ['jan', 'ene', 'gen'],
  ['feb', 'fev', 'fv'],
  ['mar', 'mr', 'maa', 'maerz'],
  ['apr', 'avr', 'abr'],
  ['may', 'mai', 'mag', 'mei', 'maj'],
  ['jun', 'juin', 'giu'],
  ['jul', 'juil', 'lug'],
  ['aug', 'ao', 'ago'],
  ['sep', 'set'],
  ['oct', 'okt', 'ott', 'out'],
  ['nov'],
  ['dec', 'dez', 'dc', 'dic'],
]

const clock =
  /\b(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,3}))?\s*([ap]\.?\s?m\b\.?|vorm\.?|nachm\.?)?/i
const numeric = /\b(\d{1,2})\.(\d{1,2})\.(\d{4})\b/
const iso = /\b(\d{4})-(\d{2})-(\d{2})\b/

/** Undefined if the text is no date that is understood here. */
export function parseAscDate(text: string): Micros | undefined {
  const time = clock.exec(text)
  const day = parseDay(text.replace(clock, ' '))
  if (time === null || day === undefined) return undefined
  const [, hours, minutes = '', seconds = '', millis = '0', half] = time
  const hour = half === undefined ? Number(hours) : hourOfHalf(Number(hours), /^[pn]/i.test(half))
  if (hour > 23 || Number(minutes) > 59 || Number(seconds) > 59) return undefined
  const whole = (hour * 60 + Number(minutes)) * 60 + Number(seconds)
  return day + whole * 1_000_000 + Number(millis) * 1000
}

/** Where a clock of 24 hours has `pm` behind it as well, it keeps its hours. */
function hourOfHalf(hour: number, afternoon: boolean): number {
  if (hour > 12) return hour
  return (hour % 12) + (afternoon ? 12 : 0)
}

function parseDay(text: string): Micros | undefined {
  const [, day, month, year] = numeric.exec(text) ?? []
  if (day !== undefined) return dayOf(Number(year), Number(month), Number(day))
  const [, isoYear, isoMonth, isoDay] = iso.exec(text) ?? []
  if (isoYear !== undefined) return dayOf(Number(isoYear), Number(isoMonth), Number(isoDay))
  let named = 0
  let dayNumber = 0
  let yearNumber = 0
  for (const word of text.trim().split(/\s+/)) {
    if (/^\d{1,2}[.,]?$/.test(word)) dayNumber = Number.parseInt(word, 10)
    else if (/^\d{4}$/.test(word)) yearNumber = Number(word)
    // The day of the week comes before the month: of two words that fit, the later one counts.
    else named = monthOf(word) || named
  }
  return yearNumber === 0 || named === 0 ? undefined : dayOf(yearNumber, named, dayNumber)
}

/** 1 to 12; 0 if the word is no month. */
function monthOf(word: string): number {
  const plain = word.toLowerCase().replace(/[^a-z]/g, '')
  return 1 + months.findIndex((starts) => starts.some((start) => plain.startsWith(start)))
}
