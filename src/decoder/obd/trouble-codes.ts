/**
 * Services 03, 07 and 0A: stored, pending and permanent trouble codes. On CAN a count follows the
 * service, then two bytes a code; 0000 pads. Older buses have no count: their answers do not come
 * over ISO-TP. A count that does not fit is reported, and the codes that stand there in full are shown.
 */
import { dtcCode } from './dtc.ts'
import { dtcText } from './dtc-texts.ts'
import { hex } from './hex.ts'
import type { ResponseSinks, TroubleCode, TroubleCodes } from './sinks.ts'

const kinds: Readonly<Record<number, TroubleCodes['kind']>> = {
  3: 'stored',
  7: 'pending',
  10: 'permanent',
}

export function isTroubleCodeService(service: number): boolean {
  return kinds[service] !== undefined
}

export function decodeTroubleCodes(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  const service = (data[0] as number) - 0x40
  if (length < 2) {
    sinks.issue('message-short', `trouble codes of service ${hex(service)} without their count`)
    return
  }
  const announced = data[1] as number
  let end = length
  while (end > 2 + 2 * announced && data[end - 1] === 0) end -= 1
  if (end - 2 !== 2 * announced) {
    const detail = `${announced} trouble codes announced in ${end - 2} bytes`
    sinks.issue('count-mismatch', detail)
  }
  const codes: TroubleCode[] = []
  const last = Math.min(length, 2 + 2 * announced)
  for (let at = 2; at + 1 < last; at += 2) {
    const code = dtcCode(data[at] as number, data[at + 1] as number)
    if (code !== undefined) codes.push(troubleCode(code))
  }
  sinks.dtcs?.({ service, kind: kinds[service] ?? 'stored', codes })
}

/** A code with its meaning, where that is known. */
export function troubleCode(code: string): TroubleCode {
  const text = dtcText(code)
  return text === undefined ? { code } : { code, text }
}
