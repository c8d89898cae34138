/**
 * Service 19 answers (59, sub-function, …; ISO 14229-1): trouble codes of three bytes with a byte of
 * status. Which bytes stand before and beside a code depends on the sub-function:
 *   01 07 11 12                 mask, format, count (2): how many, not which
 *   02 0A 0B–0F 13 15           mask; code, status
 *   08 09                       mask; severity, unit, code, status
 *   03                          code, record number
 *   04 06                       code, status; the records that follow are the manufacturer's
 *   14                          code, counter
 *   17                          memory, mask; code, status
 *   42                          group, mask, severity mask, format; severity, code, status (WWH-OBD)
 *   55                          group, mask, format; code, status
 *   56                          group, mask, format, readiness group; code, status
 */
import { dtcCode } from '../obd/dtc.ts'
import { dtcText } from '../obd/dtc-texts.ts'
import { hex } from '../obd/hex.ts'
import { isPadding } from '../obd/padding.ts'
import type { ResponseSinks, TroubleCode } from '../obd/sinks.ts'
import { failureTypes } from './failure-types.ts'

const SERVICE = 0x19
const CODE = 3
/** Format of the codes: those of SAE J1939-73 are an SPN and an FMI. */
const FORMAT_J1939 = 2

/** Bits 0 … 7 of the status of a code. */
const statusNames = [
  'test failed',
  'failed this cycle',
  'pending',
  'confirmed',
  'not tested since cleared',
  'failed since cleared',
  'not tested this cycle',
  'warning lamp requested',
]

/** Bits 0 … 7 of the severity: classes of WWH-OBD, then what the driver is to do. */
const severityNames = [
  'no class',
  'class A',
  'class B1',
  'class B2',
  'class C',
  'maintenance only',
  'check at next halt',
  'check at once',
]

/** A report: bytes before the first code, then of each code its length and where things stand. */
interface Report {
  readonly head: number
  readonly size: number
  /** Within an entry. */
  readonly code: number
  readonly status?: number
  readonly severity?: number
  /** Within the head: the format of the codes. */
  readonly format?: number
  /** Only the first entry is one; the manufacturer's records follow. */
  readonly single?: true
}

const plain: Report = { head: 3, size: 4, code: 0, status: 3 }
const withSeverity: Report = { head: 3, size: 6, code: 2, status: 5, severity: 0 }
const single: Report = { head: 2, size: 4, code: 0, status: 3, single: true }

const reports: Readonly<Record<number, Report>> = {
  2: plain,
  3: { head: 2, size: 4, code: 0 },
  4: single,
  6: single,
  8: withSeverity,
  9: withSeverity,
  10: plain,
  11: plain,
  12: plain,
  13: plain,
  14: plain,
  15: plain,
  19: plain,
  20: { head: 2, size: 4, code: 0 },
  21: plain,
  23: { head: 4, size: 4, code: 0, status: 3 },
  66: { head: 6, size: 5, code: 1, status: 4, severity: 0, format: 5 },
  85: { head: 5, size: 4, code: 0, status: 3, format: 4 },
  86: { head: 6, size: 4, code: 0, status: 3, format: 4 },
}

const counts: ReadonlySet<number> = new Set([0x01, 0x07, 0x11, 0x12])
const COUNT_AT = 4

export function decodeUdsTroubleCodes(
  data: Uint8Array,
  length: number,
  sinks: ResponseSinks,
): void {
  if (length < 2) {
    sinks.issue('message-short', 'trouble codes without their report')
    return
  }
  const report = data[1] as number
  if (counts.has(report)) {
    countOnly(report, data, length, sinks)
    return
  }
  const layout = reports[report]
  if (layout === undefined) return
  const { head, size } = layout
  if (length < head) {
    sinks.issue('message-short', `trouble codes, report ${hex(report)}: ${length} bytes`)
    return
  }
  const end = layout.single ? Math.min(length, head + size) : length
  const codes: TroubleCode[] = []
  let at = head
  for (; at + size <= end; at += size) {
    const code = codeAt(data, at, layout)
    if (code !== undefined) codes.push(code)
  }
  if (at < end && !isPadding(data, at, end)) {
    sinks.issue('count-mismatch', `trouble codes, report ${hex(report)}: ${end - at} bytes over`)
  }
  sinks.dtcs?.({ service: SERVICE, kind: 'uds', codes, report })
}

function countOnly(report: number, data: Uint8Array, length: number, sinks: ResponseSinks): void {
  if (length < COUNT_AT + 2) {
    sinks.issue('message-short', `number of trouble codes: ${length} of ${COUNT_AT + 2} bytes`)
    return
  }
  const count = ((data[COUNT_AT] as number) << 8) | (data[COUNT_AT + 1] as number)
  sinks.dtcs?.({ service: SERVICE, kind: 'uds', codes: [], report, count })
}

function codeAt(data: Uint8Array, entry: number, layout: Report): TroubleCode | undefined {
  const at = entry + layout.code
  const j1939 = layout.format !== undefined && data[layout.format] === FORMAT_J1939
  const code = j1939 ? j1939Code(data, at) : udsCode(data, at)
  if (code === undefined) return undefined
  const { status, severity } = layout
  if (status !== undefined) code.status = bitNames(data[entry + status] as number, statusNames)
  if (severity !== undefined) {
    code.severity = bitNames(data[entry + severity] as number, severityNames)
  }
  return code
}

/** `P0123-11`. Three bytes of 0 pad. */
function udsCode(data: Uint8Array, at: number): TroubleCode | undefined {
  const [high, low, type] = bytesAt(data, at)
  if (high === 0 && low === 0 && type === 0) return undefined
  const base = dtcCode(high, low) ?? 'P0000'
  const text = dtcText(base)
  const failureType = failureTypes[type]
  return {
    code: `${base}-${hex(type)}`,
    ...(text === undefined ? {} : { text }),
    ...(failureType === undefined ? {} : { failureType }),
  }
}

function j1939Code(data: Uint8Array, at: number): TroubleCode | undefined {
  const [low, middle, high] = bytesAt(data, at)
  const spn = low | (middle << 8) | ((high >> 5) << 16)
  if (spn === 0) return undefined
  return { code: `SPN ${spn} FMI ${high & 0x1f}` }
}

function bytesAt(data: Uint8Array, at: number): [number, number, number] {
  const [first = 0, second = 0, third = 0] = data.subarray(at, at + CODE)
  return [first, second, third]
}

function bitNames(bits: number, names: readonly string[]): string[] {
  return names.filter((_, bit) => (bits >> bit) & 1)
}
