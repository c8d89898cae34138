/** A candump recording of any size, made once and kept in the temporary folder. */
import { closeSync, existsSync, openSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Identifier, and how often in a hundred frames: a busy truck, a third of it in the SPN table. */
const traffic: readonly (readonly [id: number, weight: number])[] = [
  [0x0cf00400, 14],
  [0x0cf00300, 5],
  [0x18fef100, 5],
  [0x18fec100, 2],
  [0x18fee000, 2],
  [0x18fef700, 1],
  [0x18fefc17, 1],
  [0x18fef500, 1],
  [0x08fe6e0b, 12],
  [0x0cf00203, 10],
  [0x18f0010b, 8],
  [0x18fdd00b, 8],
  [0x0cf02303, 8],
  [0x18ff4500, 8],
  [0x18fef200, 8],
  [0x18febf0b, 7],
]

export function generatedRecording(frames: number): string {
  const path = join(tmpdir(), `odograph-bench-${frames}.log`)
  if (existsSync(path)) return path
  const ids = traffic.flatMap(([id, weight]) => new Array<number>(weight).fill(id))
  let seed = 12_345
  const random = () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff
    return seed
  }
  const file = openSync(path, 'w')
  let text = ''
  for (let n = 0; n < frames; n += 1) {
    const id = (ids[random() % ids.length] as number).toString(16).toUpperCase().padStart(8, '0')
    const micros = n * 550
    const seconds = 1_600_000_000 + Math.floor(micros / 1e6)
    let data = ''
    for (let i = 0; i < 8; i += 1) {
      data += ((random() >> 8) & 0x7f).toString(16).toUpperCase().padStart(2, '0')
    }
    text += `(${seconds}.${String(micros % 1e6).padStart(6, '0')}) can0 ${id}#${data}\n`
    if (text.length > 1 << 20) {
      writeSync(file, text)
      text = ''
    }
  }
  writeSync(file, text)
  closeSync(file)
  return path
}
