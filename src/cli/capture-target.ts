/** Where the frames of a new recording go: a format by the ending of a file, compressed where it says so. */
import { FileOutput, GzipOutput, StreamOutput } from '../device/capture/capture-output.ts'
import type { CaptureOutput, Format, Writer } from '../device/capture/format.ts'
import { formatNamed, formatOfName, formats } from '../device/capture/formats.ts'
import { partOf } from '../device/capture/part-file.ts'
import { OdographError } from '../model/errors.ts'
import type { CommandIo } from './command.ts'

/** A file being written, or standard output. */
export interface CaptureTarget {
  writer: Writer
  pressure(): Promise<void> | undefined
  finish(): void
  discard(): void
}

/** The format that the name of a file asks for, or `--to`. Throws `usage` with what there is. */
export function formatFor(to: string, name: string | undefined): Format {
  const format = name === undefined ? formatOfName(to) : formatNamed(name, '--to')
  const names = formats.filter(({ writer, fileWriter }) => writer ?? fileWriter)
  const known = names.map(({ name, extensions }) => `${name} (${extensions[0]})`).join(', ')
  if (format === undefined) {
    const detail = `its ending names no format; use --to with one of ${known}`
    throw new OdographError('usage', to, detail)
  }
  if (format.writer === undefined && format.fileWriter === undefined) {
    throw new OdographError('usage', `--to ${format.name}`, `is only read; writable are ${known}`)
  }
  return format
}

/** Where a recording is written. Throws `file-unwritable`. */
export function captureTarget(
  { name, writer, fileWriter }: Format,
  to: string,
  io: CommandIo,
): CaptureTarget {
  if (fileWriter !== undefined) {
    if (to === '-') throw new OdographError('usage', to, `${name} needs a file`)
    const part = partOf(to)
    part.remove()
    return {
      writer: fileWriter(part.path),
      pressure: () => undefined,
      finish: () => part.keep(),
      discard: () => part.remove(),
    }
  }
  const make = writer as (output: CaptureOutput) => Writer
  if (to === '-') {
    const output = new StreamOutput(io.stdout)
    return {
      writer: make(output),
      pressure: () => output.pressure(),
      finish: () => undefined,
      discard: () => undefined,
    }
  }
  const file = FileOutput.open(to)
  const gzip = to.toLowerCase().endsWith('.gz') ? new GzipOutput(file) : undefined
  return {
    writer: madeOr(() => make(gzip ?? file), file),
    pressure: () => undefined,
    finish() {
      gzip?.end()
      file.finish()
    },
    discard: () => file.discard(),
  }
}

/** A format that cannot be written there leaves nothing behind. */
function madeOr(make: () => Writer, file: FileOutput): Writer {
  try {
    return make()
  } catch (error) {
    file.discard()
    throw error
  }
}
