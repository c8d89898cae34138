/**
 * `odograph bundle`: an archive for whoever helps, without secrets, positions, and names. It is made
 * here, of what the doctor finds and what the gateway says; nothing is sent anywhere.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { messageOf, OdographError } from '../model/errors.ts'
import { bundleFiles } from './bundle/contents.ts'
import { knownValues } from './bundle/known-values.ts'
import { redactor } from './bundle/redact.ts'
import { tarOf } from './bundle/tar.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { summary } from './doctor/report.ts'
import { systemWorld, type World } from './doctor/world.ts'
import { examineMachine } from './doctor.ts'

const FOLDER = 'odograph-bundle'

export function bundle(args: string[], io: CommandIo): Promise<number> {
  return bundleIn(args, io, systemWorld())
}

export async function bundleIn(args: string[], io: CommandIo, world: World): Promise<number> {
  const hasName = args.some(
    (arg, i) => !arg.startsWith('-') && !/^--(config|data)$/.test(args[i - 1] ?? ''),
  )
  const { values, positionals } = parseCommand(
    args,
    {
      config: { type: 'string' },
      data: { type: 'string' },
      'no-send': { type: 'boolean' },
      force: { type: 'boolean' },
    },
    hasName ? ['FILE'] : [],
  )
  const now = world.wall()
  const day = new Date(now).toISOString().slice(0, 10)
  const file = resolve(positionals[0] ?? `${FOLDER}-${day}.tar.gz`)
  if (existsSync(file) && values.force !== true) {
    throw new OdographError('usage', file, 'is there already; --force writes over it')
  }
  const { examination, findings } = await examineMachine({
    ...{ config: values.config, data: values.data, mayAsk: values['no-send'] !== true },
    ...{ world, signal: io.signal },
    progress: (name) => void io.stderr.write(`${name} …\n`),
  })
  io.signal.throwIfAborted()
  const { loaded, folder, gateway } = examination
  const redact = redactor(knownValues(loaded, folder, world.environment))
  const { version } = io
  const files = await bundleFiles({ version, world, loaded, folder, findings, gateway, redact })
  const placed = files.map(({ name, content }) => ({ name: `${FOLDER}/${name}`, content }))
  try {
    writeFileSync(file, gzipSync(tarOf(placed, now)), { mode: 0o600 })
  } catch (error) {
    throw new OdographError('file-unwritable', file, messageOf(error), error)
  }
  io.stdout.write(`${file}\n`)
  io.stderr.write(`${summary(findings)}; look through it before you send it: tar -xzf ${file}\n`)
  return 0
}
