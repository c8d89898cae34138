/**
 * Time on this device. A page may sleep (the monotonic clock can stand still) and a wall clock may
 * be set; an age takes the longer of the two, so that a value may look too old for a moment but
 * never too fresh.
 */

/** @typedef {{ monotonic: number, wall: number }} Mark a moment on this device, in ms */

/** @returns {Mark} */
export function mark() {
  return { monotonic: performance.now(), wall: Date.now() }
}

/**
 * Seconds since the mark.
 * @param {Mark} from
 */
export function secondsSince(from) {
  return Math.max(performance.now() - from.monotonic, Date.now() - from.wall, 0) / 1000
}
