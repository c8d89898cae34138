/**
 * Recorded J1939 buses and what independent tools decode from them, for tests of the parts of the
 * decoder: read here by one expression, so that the readers of src/device are no part of it.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { recording } from '../support/needs.ts'

/** A data frame with 29 bits of identifier; `n` counts all data frames from 0. */
export interface RecordedFrame {
  n: number
  id: number
  data: Uint8Array
  micros: number
}

export const j1939Logs = [
  ['j1939_kenworth_paccar_mx_normal2', 'log'],
  ['j1939_kenworth_paccar_mx_mitm_vin', 'log'],
  ['j1939_eti_rp1210_840', 'log'],
  ['j1939_css_FCBF0606', 'frames.candump.log.gz'],
] as const

function textOf(path: string): string {
  const bytes = readFileSync(path)
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString()
}

export function recordedFrames(path: string): RecordedFrame[] {
  const line = /\((\d+)\.(\d{6})\) \S+ ([0-9A-F]+)#((?:[0-9A-F]{2})*)\r?$/gm
  const frames: RecordedFrame[] = []
  let n = 0
  for (const [, seconds, micros, id = '', data = ''] of textOf(path).matchAll(line)) {
    if (id.length === 8) {
      const time = Number(seconds) * 1_000_000 + Number(micros)
      const bytes = Uint8Array.from(Buffer.from(data, 'hex'))
      frames.push({ n, id: Number.parseInt(id, 16), data: bytes, micros: time })
    }
    n += 1
  }
  return frames
}

/** Recordings that are there and have golden lines of this kind. */
export function goldens<Row>(
  kind: string,
): { base: string; frames: () => RecordedFrame[]; rows: () => Row[] }[] {
  return j1939Logs.flatMap(([base, ending]) => {
    const log = recording(`captures/${base}.${ending}`)
    const golden =
      recording(`captures/${base}.golden.${kind}.jsonl.gz`) ??
      recording(`captures/${base}.golden.${kind}.jsonl`)
    if (log === undefined || golden === undefined) return []
    const rows = () =>
      textOf(golden)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Row)
    return [{ base, frames: () => recordedFrames(log), rows }]
  })
}

export function hexOf(data: ArrayLike<number>): string {
  return Buffer.from(Array.from(data)).toString('hex').toUpperCase()
}
