/**
 * `odograph convert IN OUT`: a recording in another format. What the new format cannot express is
 * counted and told; the same frames come out as went in, in the same order.
 */
import { readCapture } from '../device/capture/capture-file.ts'
import { FileOutput, GzipOutput, StreamOutput } from '../device/capture/capture-output.ts'
import type { CaptureOutput, Format, Writer } from '../device/capture/format.ts'
import { formatNamed, formatOfName, formats } from '../device/capture/formats.ts'
import { partOf } from '../device/capture/part-file.ts'
import { OdographError } from '../model/errors.ts'
import { IssueCounter } from '../model/issue.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { tellIssues } from './issues.ts'
import { ProgressBar } from './progress.ts'

/** A file being written, or standard output. */
interface Target {
  writer: Writer
  pressure(): Promise<void> | undefined
  finish(): void
  discard(): void
}

export async function convert(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(args, { to: { type: 'string' } }, ['IN', 'OUT'])
  const [from, to] = positionals as [string, string]
  if (from === to) throw new OdographError('usage', to, 'is the recording itself')
  const format = formatFor(to, values.to)
  const issues = new IssueCounter()
  const bar = new ProgressBar(io.stderr)
  const target = targetOf(format, to, io)
  try {
    const {
      frames,
      remote,
      errors,
      format: was,
    } = await readCapture(
      from,
      {
        frame: (frame, buses) => target.writer.frame(frame, buses[frame.bus] ?? 'can0'),
        issue: issues.add,
        progress: (done, total) => bar.update(done, total),
      },
      { signal: io.signal, afterChunk: () => target.pressure() },
    )
    target.writer.end()
    target.finish()
    bar.clear()
    const counts = [`${frames} data frames`, `${remote} remote`, `${errors} error frames`]
    io.stderr.write(`${counts.join(', ')} (${was} → ${format.name})\n`)
  } catch (error) {
    bar.clear()
    target.discard()
    throw error
  }
  for (const [reason, count] of target.writer.left ?? []) {
    io.stderr.write(`${count} × left out, ${format.name} has no place for it: ${reason}\n`)
  }
  tellIssues(issues, io)
  return 0
}

function formatFor(to: string, name: string | undefined): Format {
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

function targetOf({ name, writer, fileWriter }: Format, to: string, io: CommandIo): Target {
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
