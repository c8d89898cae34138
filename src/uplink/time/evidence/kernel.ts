/** What the kernel says of its clock, by `adjtimex --print` and `ntpq -c rv`. */

/** STA_UNSYNC of adjtimex(2). */
const UNSYNCHRONISED = 0x40
/** 5 is TIME_ERROR: not synchronised. */
const TIME_ERROR = 5

/** adjtimex(8): lines `status: 8193` and `return value = 0 (clock synchronized)`. */
export function isAdjtimexSynchronised(output: string): boolean {
  const status = /^\s*status:\s*(\d+)/m.exec(output)?.[1]
  const returned = /return value\s*=\s*(\d+)/.exec(output)?.[1]
  if (status === undefined || (Number(status) & UNSYNCHRONISED) !== 0) return false
  return returned === undefined || Number(returned) < TIME_ERROR
}

/** ntpq(8): `leap_none, sync_ntp, …`; at the start `leap_alarm, sync_unspec`. */
export function isNtpqSynchronised(output: string): boolean {
  if (/leap_alarm|leap=11/.test(output)) return false
  return /\bsync_(ntp|pps|uhf_radio|hf_radio|lf_radio|telephone)\b/.test(output)
}
