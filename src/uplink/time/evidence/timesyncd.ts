/**
 * systemd-timesyncd touches a file whenever it has set the clock (systemd-timesyncd.service(8)). It
 * stays where it is when the clock is set by hand afterwards, and so its own time must be of this
 * boot as the clock now shows it: neither before the boot nor in the future.
 */
import type { TimeWorld } from '../time-world.ts'

const MARK = '/run/systemd/timesync/synchronized'
const SLACK_MS = 60_000

export function isTimesyncdSynchronised(world: Omit<TimeWorld, 'run'>): boolean {
  const marked = world.modified(MARK)
  if (marked === undefined) return false
  const wall = world.wall()
  const uptime = Number.parseFloat(world.read('/proc/uptime') ?? '')
  const booted = Number.isFinite(uptime) ? wall - uptime * 1000 : Number.NEGATIVE_INFINITY
  return marked >= booted - SLACK_MS && marked <= wall + SLACK_MS
}
