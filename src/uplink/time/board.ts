/**
 * Whether the machine itself keeps time while it is off. Most Raspberry Pis do not; a Raspberry Pi 5
 * has a real-time clock that runs only with a battery, and shows 1970 without. Other machines
 * (a developer's, a server, a container on one) are taken to have one.
 */
import type { Millis } from '../../model/time.ts'
import type { TimeWorld } from './time-world.ts'

const MODEL = '/proc/device-tree/model'
const DEVICE = '/dev/rtc0'
const SHOWN = '/sys/class/rtc/rtc0/since_epoch'
const AGREE_MS: Millis = 120_000

/** Whether the system clock rests on a clock that has kept running. */
export function hasRealTimeClock(world: Omit<TimeWorld, 'run' | 'modified'>): boolean {
  const isPi = /raspberry pi/i.test(world.read(MODEL) ?? '')
  if (!isPi) return true
  if (!world.exists(DEVICE)) return false
  const shown = Number.parseInt(world.read(SHOWN) ?? '', 10)
  return !Number.isFinite(shown) || Math.abs(shown * 1000 - world.wall()) <= AGREE_MS
}
