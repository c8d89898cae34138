/**
 * Diagnostic answers as they leave ISO-TP: service + 0x40 and what belongs to it (SAE J1979,
 * ISO 15031-5), or a UDS answer (ISO 14229-1). 0x7F, service, code is a refusal and never a value.
 * One entry for all; which services have values of their own is told by the first byte.
 */
import { decodeUds } from '../uds/uds.ts'
import { decodeCurrentData, decodeFreezeFrame } from './current-data.ts'
import { decodeMonitorTests } from './monitor-tests.ts'
import type { ResponseSinks } from './sinks.ts'
import { decodeTroubleCodes, isTroubleCodeService } from './trouble-codes.ts'
import { decodeVehicleInfo } from './vehicle-info.ts'

export { isResponseId, requestIdOf } from './addresses.ts'
export type { PidItemValue, PidValue } from './pid-decode.ts'
export type {
  DataIdentifier,
  MonitorTest,
  ResponseSinks,
  TroubleCode,
  TroubleCodes,
  VehicleInfo,
} from './sinks.ts'

const POSITIVE = 0x40

/** Services that a listener recognises and of which nothing is shown: 04 clear, 05, 08. */
const SILENT_SERVICES: ReadonlySet<number> = new Set([0x04, 0x05, 0x08])

type Decoder = (data: Uint8Array, length: number, sinks: ResponseSinks) => void

const decoders: Readonly<Record<number, Decoder>> = {
  1: decodeCurrentData,
  2: decodeFreezeFrame,
  6: decodeMonitorTests,
  9: decodeVehicleInfo,
}

/** Decodes one answer; `data[0 .. length-1]` is the message. */
export function decodeResponse(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  if (length < 1) return
  const service = (data[0] as number) - POSITIVE
  const decode = isTroubleCodeService(service) ? decodeTroubleCodes : decoders[service]
  if (decode !== undefined) decode(data, length, sinks)
  else if (SILENT_SERVICES.has(service)) showService(service, data, length, sinks)
  else decodeUds(data, length, sinks)
}

function showService(
  service: number,
  data: Uint8Array,
  length: number,
  sinks: ResponseSinks,
): void {
  if (length < 2) return
  const pid = data[1] as number
  sinks.pid?.({ service, pid, label: undefined, value: undefined, unit: '', items: [] })
}
