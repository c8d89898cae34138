/** Reads a recording from memory with one format; frames become texts that can be compared. */
import type { CaptureOutput, StreamFormat } from '../../../../src/device/capture/format.ts'
import type { CanFrame } from '../../../../src/model/frame.ts'
import type { Issue } from '../../../../src/model/issue.ts'

export interface ReadBack {
  frames: string[]
  times: number[]
  buses: string[]
  issues: Issue[]
  timed: boolean
}

/** `18fef100x rx [2] 0a0b`, with the words remote, error, fd, brs, esi where they hold. */
export function shown(frame: CanFrame): string {
  const data = Buffer.from(frame.data.subarray(0, frame.remote ? 0 : frame.length)).toString('hex')
  const flags = (['remote', 'error', 'fd', 'brs', 'esi'] as const).filter((flag) => frame[flag])
  const words = [frame.sent ? 'tx' : 'rx', ...flags].join(' ')
  const id = `${frame.id.toString(16)}${frame.extended ? 'x' : ''}`
  return `${id} ${words} [${frame.length}] ${data}`.trim()
}

export function reading(format: StreamFormat, at = 'drive') {
  const names: string[] = []
  const read: ReadBack = { frames: [], times: [], buses: [], issues: [], timed: false }
  const reader = format.reader({
    at,
    buses: names,
    frame: (frame) => {
      read.frames.push(shown(frame))
      read.times.push(frame.time)
      read.buses.push(names[frame.bus] ?? '?')
    },
    issue: (issue) => read.issues.push(issue),
  })
  return { reader, read }
}

/** Everything in chunks of this size, with the end of the file. */
export function readAll(
  format: StreamFormat,
  content: string | Uint8Array,
  chunk = 65_536,
): ReadBack {
  const { reader, read } = reading(format)
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
  for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk))
  reader.end()
  read.timed = reader.timed
  return read
}

/** What is written, as text. */
export function memoryOutput(): CaptureOutput & { text(): string } {
  const parts: string[] = []
  let length = 0
  return {
    write(bytes) {
      const text = typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1')
      parts.push(text)
      length += text.length
    },
    get length() {
      return length
    },
    text: () => parts.join(''),
  }
}
