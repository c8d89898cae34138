/**
 * Service 09: what the vehicle and its control units are. On CAN the number of items follows the
 * kind of information, then the items: 17 characters of VIN, 16 of a calibration, 4 bytes of its
 * check sum, 20 characters of a name, 2 bytes a counter. The data identifiers F8xx of UDS carry
 * the same.
 */
import { vinCheck, vinFrom } from '../vin.ts'
import { hex } from './hex.ts'
import { compressionCounters, sparkCounters } from './performance.ts'
import type { InfoValue, ResponseSinks } from './sinks.ts'
import { bitsText, supportedAfter } from './supported.ts'

const SERVICE = 0x09
const VIN = 0x02
const VIN_LENGTH = 17

/** What was asked: `pid` is the number under which it is shown. */
interface Asked {
  readonly service: number
  readonly pid: number
  readonly infoType: number
}

interface InfoKind {
  readonly label: string
  /** Length of an item. */
  readonly size: number
  readonly value: (item: Uint8Array) => string | number | undefined
  /** Labels of the items, where each is a quantity of its own. */
  readonly items?: readonly string[]
}

const kinds: Readonly<Record<number, InfoKind>> = {
  4: { label: 'Calibration', size: 16, value: textOf },
  6: { label: 'Calibration verification number', size: 4, value: hexOf },
  8: { label: 'In-use performance', size: 2, value: countOf, items: sparkCounters },
  10: { label: 'Control unit', size: 20, value: textOf },
  11: { label: 'In-use performance', size: 2, value: countOf, items: compressionCounters },
  13: { label: 'Engine serial number', size: 17, value: textOf },
  15: { label: 'Type approval number', size: 17, value: textOf },
}

export function decodeVehicleInfo(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  if (length < 2) return
  const infoType = data[1] as number
  decodeInfo({ service: SERVICE, pid: infoType, infoType }, data.subarray(2, length), sinks)
}

/** Length of one item; undefined for a kind of which there is only one, or that is not known. */
export function infoItemSize(infoType: number): number | undefined {
  return infoType === VIN ? VIN_LENGTH : kinds[infoType]?.size
}

/** `data` is what follows the kind of information, beginning with the number of items. */
export function decodeInfo(asked: Asked, data: Uint8Array, sinks: ResponseSinks): void {
  const { infoType } = asked
  const kind = kinds[infoType]
  if ((infoType & 0x1f) === 0) bitmap(asked, data, sinks)
  else if (infoType === VIN) vin(asked, data, sinks)
  else if (kind === undefined) show(asked, undefined, [], sinks)
  else items(asked, kind, data, sinks)
}

function bitmap({ service, pid, infoType }: Asked, data: Uint8Array, sinks: ResponseSinks): void {
  const label = 'Supported vehicle information'
  if (data.length < 4) {
    sinks.issue('message-short', `${label}: ${data.length} of 4 bytes`)
    return
  }
  const text = supportedAfter(infoType, data, 0)
    .map((number) => hex(number))
    .join(' ')
  const value = bitsText(data)
  const item = { name: 'supported', label, value, unit: 'bits', text }
  sinks.pid?.({ service, pid, label, value, unit: 'bits', items: [item] })
}

function vin(asked: Asked, data: Uint8Array, sinks: ResponseSinks): void {
  if (data.length < 1 + VIN_LENGTH) {
    show(asked, 'VIN', [], sinks)
    sinks.issue('message-short', `VIN of ${Math.max(0, data.length - 1)} bytes`)
    return
  }
  const value = readVin(data.subarray(1), 'service 09', sinks)
  show(asked, 'VIN', value === undefined ? [] : [{ label: 'VIN', value }], sinks)
}

/**
 * Reads a VIN, with its reading and what is wrong with it. A wrong check digit is reported and the
 * VIN shown all the same: it is what the control unit holds, and swapped or rewritten units are
 * exactly the case that someone has to see.
 */
export function readVin(data: Uint8Array, where: string, sinks: ResponseSinks): string | undefined {
  const result = vinFrom(data, 0, data.length)
  if (result.kind === 'invalid') {
    sinks.issue('text-invalid', `VIN of ${where}`)
    return undefined
  }
  if (result.kind === 'absent') {
    sinks.reading('vin', undefined, 0, 'absent')
    return undefined
  }
  if (vinCheck(result.vin) === 'invalid') sinks.issue('vin-check', `VIN of ${where}`)
  sinks.reading('vin', result.vin, 0)
  return result.vin
}

function items(asked: Asked, kind: InfoKind, data: Uint8Array, sinks: ResponseSinks): void {
  const { label, size, value } = kind
  const count = data[0] ?? 0
  const whole = Math.min(count, Math.floor((data.length - 1) / size))
  const values: InfoValue[] = []
  for (let i = 0; i < whole; i += 1) {
    const item = value(data.subarray(1 + i * size, 1 + (i + 1) * size))
    if (item !== undefined) values.push({ label: kind.items?.[i] ?? label, value: item })
  }
  if (data.length < 1 + count * size) {
    const detail = `${label}: ${Math.max(0, whole)} of ${count} items`
    sinks.issue('message-short', detail)
  }
  show(asked, label, values, sinks)
}

function show(
  { service, pid, infoType }: Asked,
  label: string | undefined,
  values: InfoValue[],
  sinks: ResponseSinks,
): void {
  sinks.pid?.({
    service,
    pid,
    label,
    value: values[0]?.value,
    unit: '',
    items: values.map((one, i) => ({
      name: `item${i + 1}`,
      label: one.label,
      value: one.value,
      unit: '',
    })),
  })
  if (label !== undefined && values.length > 0) sinks.info?.({ infoType, label, values })
}

/** Printable characters; padding at the ends goes, a gap of padding becomes one blank. */
export function textOf(item: Uint8Array): string | undefined {
  const characters = Array.from(item, (byte) =>
    byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ' ',
  )
  return characters.join('').trim().replace(/ +/g, ' ') || undefined
}

function hexOf(item: Uint8Array): string {
  return Array.from(item, (byte) => hex(byte)).join('')
}

function countOf(item: Uint8Array): number {
  return ((item[0] as number) << 8) | (item[1] as number)
}
