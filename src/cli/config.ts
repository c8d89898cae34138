/** `odograph config schema` prints the JSON Schema; `odograph config check FILE` tells what is wrong. */
import { loadConfig } from '../config/load.ts'
import { jsonSchema } from '../config/schema.ts'
import { OdographError } from '../model/errors.ts'
import { type CommandIo, parseCommand } from './command.ts'

export async function config(args: string[], io: CommandIo): Promise<number> {
  const [verb, ...rest] = args
  if (verb === 'schema') {
    parseCommand(rest, {})
    io.stdout.write(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`)
    return 0
  }
  if (verb === 'check') {
    const { positionals } = parseCommand(rest, {}, ['FILE'])
    const { findings } = loadConfig({ file: positionals[0], environment: process.env })
    for (const finding of findings) io.stdout.write(`${finding}\n`)
    if (findings.length === 0) io.stdout.write(`${positionals[0]}: valid\n`)
    return findings.length === 0 ? 0 : 1
  }
  throw new OdographError(
    'usage',
    `config ${verb ?? ''}`.trim(),
    'use config schema or config check FILE',
  )
}
