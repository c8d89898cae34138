/** Frames as candump text in memory, a part at a time, for who sends or compresses it further. */
import { candumpFormat } from './candump/candump-format.ts'
import type { CaptureOutput, Writer } from './format.ts'

export function captureWriter(): { writer: Writer; text: () => string } {
  const lines: string[] = []
  const output: CaptureOutput = {
    length: 0,
    write: (text) =>
      void lines.push(typeof text === 'string' ? text : Buffer.from(text).toString()),
  }
  const writer = candumpFormat.writer?.(output)
  if (writer === undefined) throw new TypeError('candump can be written')
  return { writer, text: () => lines.join('') }
}
