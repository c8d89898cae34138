/**
 * `isoTime` for many times in a row: the text of a minute is made once. Two of them alternate well,
 * such as measured and received, where they fall into the same minute.
 */
import { isoTime, type Millis } from '../../model/time.ts'

const MINUTE_MS = 60_000
/** What follows the minutes: `SS.`, and `mmmZ`. */
const SECONDS = Array.from({ length: 60 }, (_, second) => `${String(second).padStart(2, '0')}.`)
const MILLIS = Array.from({ length: 1000 }, (_, milli) => `${String(milli).padStart(3, '0')}Z`)

export class IsoTimes {
  #minute = Number.NaN
  /** Up to and with the colon before the seconds. */
  #prefix = ''

  /** Throws RangeError for what is no time, as `isoTime` does. */
  text(time: Millis): string {
    if (!Number.isInteger(time)) return isoTime(time)
    const minute = Math.floor(time / MINUTE_MS)
    if (minute !== this.#minute) {
      this.#prefix = isoTime(minute * MINUTE_MS).slice(0, -7)
      this.#minute = minute
    }
    const rest = time - minute * MINUTE_MS
    const second = Math.floor(rest / 1000)
    return this.#prefix + SECONDS[second] + MILLIS[rest - second * 1000]
  }
}
