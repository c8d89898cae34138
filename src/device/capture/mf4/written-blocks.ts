/** Blocks of MDF 4 files as they are written; their form is told in `block-file.ts`. */
import type { CaptureOutput } from '../format.ts'
import { HEADER_BYTES } from './block-file.ts'

/** A field of the data of a block: how many bits, and the number. */
export type Item =
  | readonly [bits: 8 | 16 | 32 | 64, value: number | bigint]
  | readonly ['double', number]

export function items(...list: readonly Item[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * list.length))
  let at = 0
  for (const [bits, value] of list) {
    if (bits === 8) view.setUint8(at, Number(value))
    else if (bits === 16) view.setUint16(at, Number(value), true)
    else if (bits === 32) view.setUint32(at, Number(value), true)
    else if (bits === 64) view.setBigUint64(at, BigInt(value), true)
    else view.setFloat64(at, value as number, true)
    at += bits === 'double' ? 8 : bits / 8
  }
  return new Uint8Array(view.buffer, 0, at)
}

export class BlockOutput {
  readonly #output: CaptureOutput

  constructor(output: CaptureOutput) {
    this.#output = output
  }

  /** Where the next block will stand. */
  get place(): number {
    return this.#output.length
  }

  /** Writes a block and returns its place, which is a multiple of eight as all are. */
  block(type: string, links: readonly number[], data: Uint8Array): number {
    const { place } = this
    const length = HEADER_BYTES + 8 * links.length + data.length
    this.#output.write(`##${type}`)
    this.#output.write(
      items([32, 0], [64, length], [64, links.length], ...links.map((link) => [64, link] as const)),
    )
    this.#output.write(data)
    this.#output.write(new Uint8Array((8 - (length % 8)) % 8))
    return place
  }

  text(text: string): number {
    return this.#text('TX', text)
  }

  xml(text: string): number {
    return this.#text('MD', text)
  }

  /** Ends with a zero, and with more of them up to a multiple of eight. */
  #text(type: string, text: string): number {
    const bytes = Buffer.from(text, 'utf8')
    const data = new Uint8Array(Math.ceil((bytes.length + 1) / 8) * 8)
    data.set(bytes)
    return this.block(type, [], data)
  }
}
