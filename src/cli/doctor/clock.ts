/** Whether the time is right, and what vouches for it. */

import { BUILD_DATE } from '../../gateway/true-time.ts'
import { hasRealTimeClock } from '../../uplink/time/board.ts'
import { NetworkEvidence } from '../../uplink/time/evidence.ts'
import { isPlausible } from '../../uplink/time/plausible.ts'
import type { Check } from './examination.ts'
import { type Finding, failure, note, ok, warning } from './finding.ts'

const NTP =
  'sudo timedatectl set-ntp true, with a network; without one a GNSS receiver tells the time'

export const clock: Check = {
  name: 'clock',
  async run({ world, gateway }) {
    const now = world.wall()
    const evidence = new Date(now).toISOString()
    if (!isPlausible(now, BUILD_DATE)) {
      const cause = 'the machine has no clock of its own, and nothing has told it the time yet'
      return [
        failure('clock-unset', `The clock shows ${evidence}`, { cause, remedy: NTP, evidence }),
      ]
    }
    const rtc: Finding[] = hasRealTimeClock(world)
      ? []
      : [
          note('clock-no-rtc', 'No clock runs while the machine is off', {
            remedy:
              'a real-time clock with a battery, or a GNSS receiver, tells the time without a network',
          }),
        ]
    const trust = gateway.state === 'running' ? gateway.health.clockTrust : undefined
    if (trust === 'gnss') return [ok('clock-ok', 'The satellites confirm the time'), ...rtc]
    const witness = await new NetworkEvidence(world).witness()
    if (witness !== undefined) return [ok('clock-ok', `${witness} confirms the time`), ...rtc]
    return [
      warning('clock-unconfirmed', 'Nothing confirms the time', {
        cause:
          trust === 'none'
            ? 'the gateway does not know it, and holds records back (time.provisional)'
            : 'neither the network nor a satellite receiver has told it',
        remedy: NTP,
        evidence,
      }),
      ...rtc,
    ]
  },
}
