/** Why a frame of a known address has no effect, in words that help whoever installed the device. */
import type { LoraReject } from '../../model/lora.ts'
import type { DataFrame } from './frame.ts'
import type { CounterPolicy, CounterVerdict } from './frame-counter.ts'
import type { Session } from './session.ts'

/** The MIC was right and the counter is not. */
export function refusedCounter(
  verdict: Exclude<CounterVerdict, 'new' | 'reset'>,
  { fCnt, last, policy }: { fCnt: number; last: number | undefined; policy: CounterPolicy },
): { reason: 'fcnt_replay' | 'fcnt_gap'; detail: string } {
  if (verdict === 'again') {
    const detail = `counter ${fCnt} again: sent once more, heard late, or replayed`
    return { reason: 'fcnt_replay', detail }
  }
  if (verdict === 'gap') {
    const detail = `counter ${fCnt} is more than ${policy.maxGap} after the last one, ${last}`
    return { reason: 'fcnt_gap', detail }
  }
  const zero =
    policy.reset === 'allow-zero'
      ? 'a counter that starts again has to do so with 0, and that frame was not heard'
      : 'if the device forgot its counter, its session must be set up anew, or allow a restart at 0'
  return {
    reason: 'fcnt_replay',
    detail: `counter ${fCnt} is not after the last one, ${last}: replayed; or ${zero}`,
  }
}

/** The address is known and no key fits. */
export function missOf(
  frame: DataFrame,
  sessions: readonly Session[],
): Pick<LoraReject, 'devEui' | 'detail'> {
  const [only] = sessions
  if (only === undefined || sessions.length > 1) {
    return { detail: `no key of the ${sessions.length} devices with ${frame.devAddr} fits` }
  }
  const hint =
    only.last === undefined
      ? 'or it counted past 65535 before: then give the last counter that its network knew'
      : `or its counter is far from the last one, ${only.last}`
  return {
    devEui: only.devEui,
    detail: `the keys of ${only.devEui} do not fit (16-bit counter ${frame.fCnt16}): changed on the air, of another device, with wrong keys; ${hint}`,
  }
}
