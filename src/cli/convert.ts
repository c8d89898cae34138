/**
 * `odograph convert IN OUT`: a recording in another format. What the new format cannot express is
 * counted and told; the same frames come out as went in, in the same order.
 */
import { readCapture } from '../device/capture/capture-file.ts'
import { OdographError } from '../model/errors.ts'
import { IssueCounter } from '../model/issue.ts'
import { captureTarget, formatFor } from './capture-target.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { tellIssues } from './issues.ts'
import { ProgressBar } from './progress.ts'

export async function convert(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(args, { to: { type: 'string' } }, ['IN', 'OUT'])
  const [from, to] = positionals as [string, string]
  if (from === to) throw new OdographError('usage', to, 'is the recording itself')
  const format = formatFor(to, values.to)
  const issues = new IssueCounter()
  const bar = new ProgressBar(io.stderr)
  const target = captureTarget(format, to, io)
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
