/**
 * `odograph lora add ID --dev-eui EUI …`: a device for the configuration, written durably. Keys come
 * on standard input as JSON, so that they stand in no list of processes and in no history, and go to
 * a file of their own that nobody else can read.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { changedText, differingLines } from '../../config/config-text.ts'
import { dataFolder } from '../../config/data-folder.ts'
import { writeDurably } from '../../config/durable-file.ts'
import { loadConfig } from '../../config/load.ts'
import { findingsOf, writeConfig } from '../../config/write-config.ts'
import { keysOf } from '../../gateway/lora/device-keys.ts'
import { OdographError } from '../../model/errors.ts'
import { withoutUndefined } from '../../model/without-undefined.ts'
import { type CommandIo, parseCommand } from '../command.ts'

export async function addDevice(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(
    args,
    {
      ...{ config: { type: 'string' }, data: { type: 'string' }, vehicle: { type: 'string' } },
      ...{ 'dev-eui': { type: 'string' }, 'dev-addr': { type: 'string' } },
      ...{ name: { type: 'string' }, codec: { type: 'string' }, 'f-cnt': { type: 'string' } },
      keys: { type: 'string' },
    },
    ['ID'],
  )
  const [id = ''] = positionals
  const { config: file, keys } = values
  if (file === undefined) throw new OdographError('usage', '--config', 'is missing: --config FILE')
  if (keys !== undefined && keys !== '-') {
    throw new OdographError('usage', '--keys', 'write --keys - and give them on standard input')
  }
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const { config } = loadConfig({ file, environment: {} })
  if (config.lora.devices.some((device) => device.id === id)) {
    throw new OdographError('usage', id, 'is configured already')
  }
  const folder = resolve(dataFolder(values.data), 'lora-keys')
  const keysFile = keys === undefined ? undefined : join(folder, `${id}.json`)
  const device = {
    id,
    ...withoutUndefined({
      vehicle: values.vehicle,
      devEui: values['dev-eui'],
      name: values.name,
      devAddr: values['dev-addr'],
      ...{ keysFile, codec: values.codec },
      fCnt: values['f-cnt'] === undefined ? undefined : Number(values['f-cnt']),
    }),
  }
  const path = ['lora', 'devices', config.lora.devices.length]
  const after = changedText(before, [{ path, value: device }])
  const findings = findingsOf(after, file)
  if (findings.length === 0 && keysFile !== undefined) {
    const text = await textOf(process.stdin)
    keysOf(text, 'the keys on standard input')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeDurably(keysFile, text, 0o600)
  }
  for (const line of differingLines(before, after)) io.stdout.write(`${line}\n`)
  for (const finding of writeConfig({ file, before, after })) io.stderr.write(`${finding}\n`)
  if (findings.length > 0) io.stderr.write(`nothing was written to ${file}\n`)
  return findings.length > 0 ? 1 : 0
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array))
  return Buffer.concat(chunks).toString('utf8')
}
