/** What a simulated vehicle finds around it, and the noise of its sensors: functions of wall time. */
import type { Micros } from '../../model/time.ts'
import { Random } from './random.ts'

const DAY_HOURS = 24
const NOISE_STEP: Micros = 100_000
const CHANNELS = 8

/** −1 to 1, the same for the same tenth of a second, seed and channel (0 to 7). */
export function noise(seed: number, time: Micros, channel: number): number {
  const tenths = Math.floor(time / NOISE_STEP) % 2 ** 28
  return 2 * new Random(seed * 31 + tenths * CHANNELS + channel).next() - 1
}

/** °C by the hour: coldest before dawn, warmest in the afternoon. */
export function ambientAt(time: Micros): number {
  const hour = (time / 3_600_000_000) % DAY_HOURS
  return MEAN_AMBIENT + 6 * Math.cos(((hour - 14) / DAY_HOURS) * 2 * Math.PI)
}

/** °C over a day. */
export const MEAN_AMBIENT = 14

/** kPa: the weather changes within days. */
export function barometricAt(time: Micros): number {
  const days = time / 86_400_000_000
  return 100 + 1.5 * Math.sin(days)
}
