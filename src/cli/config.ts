/** `odograph config …`: what may stand in a configuration, what is wrong with one, and changes to it. */

import { configText } from '../config/config-text.ts'
import { loadConfig } from '../config/load.ts'
import { jsonSchema } from '../config/schema.ts'
import { withoutSecrets } from '../config/secrets.ts'
import { OdographError } from '../model/errors.ts'
import { type Command, type CommandIo, parseCommand } from './command.ts'
import { explainConfig } from './config/explain.ts'
import { setConfig } from './config/set.ts'

const verbs: Readonly<Record<string, Command>> = {
  schema: async (args, io) => {
    parseCommand(args, {})
    io.stdout.write(`${JSON.stringify(jsonSchema(), undefined, 2)}\n`)
    return 0
  },
  check: async (args, io) => {
    const { positionals } = parseCommand(args, {}, ['FILE'])
    const { findings } = loadConfig({ file: positionals[0], environment: process.env })
    for (const finding of findings) io.stdout.write(`${finding}\n`)
    if (findings.length === 0) io.stdout.write(`${positionals[0]}: valid\n`)
    return findings.length === 0 ? 0 : 1
  },
  show: async (args, io) => {
    const options = { config: { type: 'string' }, set: { type: 'string', multiple: true } } as const
    const { values } = parseCommand(args, options)
    const { config: file, set } = values
    const { config, findings } = loadConfig({ file, environment: process.env, set })
    io.stdout.write(configText(withoutSecrets(config)))
    for (const finding of findings) io.stderr.write(`${finding}\n`)
    return findings.length === 0 ? 0 : 1
  },
  explain: explainConfig,
  set: setConfig,
}

export async function config(args: string[], io: CommandIo): Promise<number> {
  const [verb = '', ...rest] = args
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (run !== undefined) return run(rest, io)
  throw new OdographError(
    'usage',
    `config ${verb}`.trim(),
    `use config ${Object.keys(verbs).join(', ')}`,
  )
}
