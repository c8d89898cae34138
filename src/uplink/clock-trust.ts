/**
 * How far this machine's wall clock is known. systemd-timesyncd leaves a mark when the
 * network has set it; a real-time clock at least kept it; otherwise nothing confirms it.
 */
import { existsSync } from 'node:fs'
import type { ClockTrust } from '../model/record.ts'

const SYNCHRONISED = '/run/systemd/timesync/synchronized'
const REAL_TIME_CLOCK = '/dev/rtc0'

export function clockTrust(exists: (path: string) => boolean = existsSync): ClockTrust {
  if (exists(SYNCHRONISED)) return 'network'
  return exists(REAL_TIME_CLOCK) ? 'rtc' : 'none'
}
