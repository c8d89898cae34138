/**
 * History → what uPlot draws. A time without data is a gap in the line, never a straight line
 * across it. Pure.
 *
 * @typedef {import('./api.js').HistoryPoint} HistoryPoint
 * @typedef {(number | null | undefined)[]} Column null: a gap; undefined: nothing to say here
 * @typedef {{ times: number[], columns: Column[], lone: number[][] }} Aligned
 *   times in seconds; lone: per column, the points that no line touches
 */

/** A pause of more than so many of the usual steps is a gap. */
const stepsToGap = 3.5

/**
 * @param {readonly HistoryPoint[]} points in order of time
 * @param {readonly ((point: HistoryPoint) => number | undefined)[]} getters one per column
 * @param {number} bucketSeconds length of the buckets that the points were taken from
 * @returns {Aligned}
 */
export function align(points, getters, bucketSeconds) {
  const tracks = getters.map((get) => track(points, get, bucketSeconds))
  const times = [...new Set(tracks.flatMap((one) => [...one.keys()]))].sort((a, b) => a - b)
  const columns = tracks.map((one) => widened(times.map((time) => one.get(time))))
  return { times, columns, lone: columns.map(lonePoints) }
}

/**
 * One signal: time → value, with a null in the middle of each gap.
 * @param {readonly HistoryPoint[]} points
 * @param {(point: HistoryPoint) => number | undefined} get
 * @param {number} bucketSeconds
 */
function track(points, get, bucketSeconds) {
  /** @type {[number, number][]} */
  const known = []
  for (const point of points) {
    const time = Date.parse(point.timestamp) / 1000
    const value = get(point)
    if (typeof value === 'number' && Number.isFinite(value) && !Number.isNaN(time)) {
      known.push([time, value])
    }
  }
  const gapSeconds = stepsToGap * Math.max(bucketSeconds, usualStep(known))
  /** @type {Map<number, number | null>} */
  const result = new Map()
  let before = Number.NaN
  for (const [time, value] of known) {
    if (time - before > gapSeconds) result.set((before + time) / 2, null)
    result.set(time, value)
    before = time
  }
  return result
}

/**
 * The median of the steps, in seconds: a source that speaks once a minute has no gaps in between.
 * @param {readonly [number, number][]} known
 */
function usualStep(known) {
  const steps = known.slice(1).map(([time], i) => time - (known[i]?.[0] ?? time))
  return steps.sort((a, b) => a - b)[Math.floor(steps.length / 2)] ?? 0
}

/**
 * uPlot clears a gap only as far as the nulls reach: they are spread from the last known value to
 * the next one, over the times that only other columns have.
 * @param {Column} column
 */
function widened(column) {
  let from = -1
  let isGap = false
  for (const [i, value] of column.entries()) {
    if (value === null) isGap = true
    if (value === null || value === undefined) continue
    if (isGap) column.fill(null, from + 1, i)
    from = i
    isGap = false
  }
  return column
}

/** @param {Column} column */
function lonePoints(column) {
  /** @type {number[]} */
  const lone = []
  let last = -1
  let run = 0
  for (const [i, value] of [...column, null].entries()) {
    if (value === null) {
      if (run === 1) lone.push(last)
      run = 0
    } else if (value !== undefined) {
      last = i
      run += 1
    }
  }
  return lone
}

/**
 * Smallest and largest known value.
 * @param {Column | undefined} column
 * @returns {[number, number] | undefined}
 */
export function extent(column) {
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  for (const value of column ?? []) {
    if (value === null || value === undefined) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high ? [low, high] : undefined
}
