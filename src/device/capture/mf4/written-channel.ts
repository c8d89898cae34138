/** Channels (CN) of MDF 4 files as they are written, with the conversion of the time (CC). */
import { type BlockOutput, items } from './written-blocks.ts'

const BUS_EVENT = 0x400
const NO_PRECISION = 0xff
const MASTER = 2
const COUNTS_TIME = 1

export interface WrittenChannel {
  byte: number
  bits: number
  bit?: number
  /** Data type: 0 unsigned, unless said. */
  type?: number
  next?: number
  parts?: number
  unit?: number
  isTime?: boolean
}

/** Writes a channel; returns its place. */
export function channel(out: BlockOutput, name: string, of: WrittenChannel): number {
  const { isTime = false, unit = 0 } = of
  const conversion = isTime ? out.block('CC', [0, unit, 0, 0], microseconds()) : 0
  const links = [of.next ?? 0, of.parts ?? 0, out.text(name), 0, conversion, 0, unit, 0]
  const flags = isTime ? 0 : BUS_EVENT
  const data = items(
    [8, isTime ? MASTER : 0],
    [8, isTime ? COUNTS_TIME : 0],
    [8, of.type ?? 0],
    [8, of.bit ?? 0],
    [32, of.byte],
    [32, of.bits],
    [32, flags],
    [32, 0],
    [32, NO_PRECISION],
    ...Array.from({ length: 6 }, () => ['double', 0] as const),
  )
  return out.block('CN', links, data)
}

/** Linear, two values: offset and factor. */
function microseconds(): Uint8Array {
  return items(
    [8, 1],
    [8, NO_PRECISION],
    [16, 0],
    [16, 0],
    [16, 2],
    ['double', 0],
    ['double', 0],
    ['double', 0],
    ['double', 1e-6],
  )
}
