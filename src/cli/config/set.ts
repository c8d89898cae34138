/**
 * `odograph config set KEY=VALUE … --config FILE`: changes the file as an editor would; comments and
 * order stay. Only what makes a valid configuration is written, and durably. `KEY=` takes a key out.
 */
import { existsSync, readFileSync } from 'node:fs'
import { assignmentOf } from '../../config/assignments.ts'
import { changedText, differingLines } from '../../config/config-text.ts'
import { writeConfig } from '../../config/write-config.ts'
import { OdographError } from '../../model/errors.ts'
import { type CommandIo, parseCommand } from '../command.ts'

export async function setConfig(args: string[], io: CommandIo): Promise<number> {
  const assignments = args.filter((arg) => !arg.startsWith('-') && /^[\w.]+=/.test(arg))
  const { values } = parseCommand(
    args.filter((arg) => !assignments.includes(arg)),
    { config: { type: 'string' }, 'dry-run': { type: 'boolean' } },
  )
  const { config: file } = values
  if (file === undefined) throw new OdographError('usage', '--config', 'is missing: --config FILE')
  if (assignments.length === 0) throw new OdographError('usage', 'KEY=VALUE', 'is missing')
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const changes = assignments.map((text) => {
    const { path, value } = assignmentOf(text)
    return { path, value: text.endsWith('=') ? undefined : value }
  })
  const after = changedText(before, changes)
  for (const line of differingLines(before, after)) io.stdout.write(`${line}\n`)
  const findings = writeConfig({ file, before, after, dryRun: values['dry-run'] === true })
  for (const finding of findings) io.stderr.write(`${finding}\n`)
  if (findings.length > 0) {
    io.stderr.write(`nothing was written to ${file}\n`)
    return 1
  }
  return 0
}
