/**
 * What may be said of a signal at this moment: whether it has a value, how old it is, and in which
 * words. The one place where a reading is judged, for tiles and table alike.
 *
 * @typedef {import('./api.js').Signal} Signal
 * @typedef {'never' | 'absent' | 'error' | 'lost' | 'stale' | 'estimated' | 'ok'} ReadingState
 * @typedef {{ state: ReadingState, tag: string, age: number | undefined,
 *   value: number | string | boolean | undefined }} Reading
 * @typedef {{ elapsed: number, lost: boolean, now: number }} Moment
 *   elapsed: seconds since the gateway answered; lost: it no longer does; now: its time, in ms
 */

/** Worst first; of a pair, the worse one speaks. */
const worst = ['never', 'error', 'absent', 'lost', 'stale', 'estimated', 'ok']

/**
 * @param {Signal | undefined} signal
 * @param {Moment} moment
 * @returns {Reading}
 */
export function readingOf(signal, moment) {
  if (signal === undefined || !wasSeen(signal)) {
    return { state: 'never', tag: 'not seen yet', age: undefined, value: undefined }
  }
  const { quality, value } = signal
  const age = ageOf(signal, moment)
  if (quality === 'absent' || quality === 'error') {
    return { state: quality, tag: quality, age, value: undefined }
  }
  if (moment.lost) return { state: 'lost', tag: 'last known', age, value }
  if (quality === undefined || quality === 'ok') {
    return { state: 'ok', tag: quality ?? 'unknown', age, value }
  }
  // A quality that this page does not know is shown by its name, and not as current.
  return { state: quality === 'estimated' ? quality : 'stale', tag: quality, age, value }
}

/**
 * Whether a source ever told about this signal, be it only that it is not available.
 * @param {Signal} signal
 */
export function wasSeen(signal) {
  return (signal.value !== undefined && signal.value !== null) || signal.quality !== undefined
}

/**
 * Two readings shown as one: as old and as doubtful as the worse of them.
 * @param {Reading} a
 * @param {Reading} b
 * @returns {Reading}
 */
export function worseOf(a, b) {
  const worse = worst.indexOf(a.state) <= worst.indexOf(b.state) ? a : b
  const age = a.age === undefined || b.age === undefined ? worse.age : Math.max(a.age, b.age)
  return { ...worse, age }
}

/**
 * @param {Signal} signal
 * @param {Moment} moment
 */
function ageOf(signal, moment) {
  if (signal.age !== undefined) return Math.max(signal.age, 0) + moment.elapsed
  const measured = Date.parse(signal.time ?? '')
  return Number.isNaN(measured) ? undefined : Math.max(moment.now - measured, 0) / 1000
}
