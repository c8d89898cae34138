/**
 * Cayenne Low Power Payload with the IPSO additions in common use: channel (1), type (1), value,
 * big endian. A type is an IPSO object number less 3200. An unknown type has no length: what came
 * before it is kept.
 *
 * Every value is a field twice: by its channel (`2`, `1.latitude`), which is how field maps name it,
 * and by what it is and its channel (`voltage_2`, `gps_1.latitude`). Where a channel has values
 * of several types, its number alone is the first of them.
 *
 * Voltage and current are read unsigned, as the devices that send them do; libraries differ.
 */
import type { DecodedPayload, DecodeResult, LoraPayload } from '../../../model/lora.ts'
import type { NativeCodec } from './layout.ts'
import { viewOf } from './layout.ts'

type CayenneValue = number | Record<string, number>

export interface CayenneRecord {
  channel: number
  type: number
  value: CayenneValue
}

export interface CayenneRecords {
  records: CayenneRecord[]
  /** Why it could not be read to its end. */
  problem?: 'truncated' | 'unknown_type'
  /** Where, in bytes. */
  at?: number
  unknownType?: number
}

interface TypeRow {
  name: string
  /** Bytes of one number. */
  width: 1 | 2 | 3 | 4
  isSigned?: true
  per?: number
  /** Several numbers of that width, with names. */
  parts?: readonly string[]
}

const axes = ['x', 'y', 'z'] as const

const types: Readonly<Record<number, TypeRow>> = {
  0: { name: 'digital_in', width: 1 },
  1: { name: 'digital_out', width: 1 },
  2: { name: 'analog_in', width: 2, isSigned: true, per: 100 },
  3: { name: 'analog_out', width: 2, isSigned: true, per: 100 },
  100: { name: 'generic', width: 4 },
  101: { name: 'luminosity', width: 2 },
  102: { name: 'presence', width: 1 },
  103: { name: 'temperature', width: 2, isSigned: true, per: 10 },
  104: { name: 'relative_humidity', width: 1, per: 2 },
  113: { name: 'accelerometer', width: 2, isSigned: true, per: 1000, parts: axes },
  115: { name: 'barometric_pressure', width: 2, per: 10 },
  116: { name: 'voltage', width: 2, per: 100 },
  117: { name: 'current', width: 2, per: 1000 },
  118: { name: 'frequency', width: 4 },
  120: { name: 'percentage', width: 1 },
  121: { name: 'altitude', width: 2, isSigned: true },
  125: { name: 'concentration', width: 2 },
  128: { name: 'power', width: 2 },
  130: { name: 'distance', width: 4, per: 1000 },
  131: { name: 'energy', width: 4, per: 1000 },
  132: { name: 'direction', width: 2 },
  133: { name: 'unixtime', width: 4 },
  134: { name: 'gyrometer', width: 2, isSigned: true, per: 100, parts: axes },
  135: { name: 'colour', width: 1, parts: ['red', 'green', 'blue'] },
  136: {
    name: 'gps',
    width: 3,
    isSigned: true,
    per: 10_000,
    parts: ['latitude', 'longitude', 'altitude'],
  },
  142: { name: 'switch', width: 1 },
}

const GPS = 136
const UNIX_TIME = 133

/** All that can be read of a payload, in its order. */
export function cayenneRecords(bytes: Uint8Array): CayenneRecords {
  const view = viewOf(bytes)
  const records: CayenneRecord[] = []
  let at = 0
  while (at < bytes.length) {
    if (at + 1 >= bytes.length) return { records, problem: 'truncated', at }
    const channel = view.getUint8(at)
    const type = view.getUint8(at + 1)
    const row = types[type]
    if (row === undefined) return { records, problem: 'unknown_type', at, unknownType: type }
    const end = at + 2 + row.width * (row.parts?.length ?? 1)
    if (end > bytes.length) return { records, problem: 'truncated', at }
    records.push({ channel, type, value: readValue(view, at + 2, type) })
    at = end
  }
  return { records }
}

function readValue(view: DataView, at: number, type: number): CayenneValue {
  const row = types[type] as TypeRow
  if (row.parts === undefined) return readNumber(view, at, row)
  const value: Record<string, number> = {}
  for (const [index, part] of row.parts.entries()) {
    // Of a position, only the degrees are ten-thousandths; the altitude is in hundredths.
    const per = type === GPS && part === 'altitude' ? 100 : row.per
    value[part] = readNumber(
      view,
      at + index * row.width,
      per === undefined ? row : { ...row, per },
    )
  }
  return value
}

function readNumber(view: DataView, at: number, { width, isSigned, per = 1 }: TypeRow): number {
  let raw = 0
  for (let index = 0; index < width; index += 1) raw = raw * 256 + view.getUint8(at + index)
  const full = 2 ** (width * 8)
  return (isSigned && raw >= full / 2 ? raw - full : raw) / per
}

export const cayenneLpp: NativeCodec = { name: 'cayenne-lpp', decode }

function decode({ bytes }: LoraPayload): DecodeResult {
  const read = cayenneRecords(bytes)
  const problem = problemText(read)
  if (problem !== undefined && read.records.length === 0) {
    return { error: `cayenne-lpp: ${problem}` }
  }
  const decoded: DecodedPayload = {
    fields: {},
    warnings: problem === undefined ? [] : [`${problem}; what came before it is kept`],
  }
  for (const record of read.records) add(decoded, record)
  return { decoded }
}

function problemText({ problem, at, unknownType, records }: CayenneRecords): string | undefined {
  if (problem === undefined) return undefined
  const where = `at byte ${at}, after ${records.length} values`
  return problem === 'truncated'
    ? `truncated: the value ${where} is cut off`
    : `unknown type ${unknownType} ${where}`
}

function add(decoded: DecodedPayload, { channel, type, value }: CayenneRecord): void {
  const { fields, warnings } = decoded
  const name = `${(types[type] as TypeRow).name}_${channel}`
  if (name in fields) warnings.push(`${name} is there more than once; the first one is kept`)
  else fields[name] = value
  if (!(channel in fields)) fields[channel] = value
  if (type === UNIX_TIME && decoded.time === undefined && typeof value === 'number' && value > 0) {
    decoded.time = value * 1000
  }
}
