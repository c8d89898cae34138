/** What goes into a bundle, each a file. Nothing of a record: counts and sizes alone. */
import { existsSync, statSync } from 'node:fs'
import { arch, release, totalmem, type } from 'node:os'
import { configText } from '../../config/config-text.ts'
import { journalPath } from '../../config/data-folder.ts'
import type { LoadedConfig } from '../../config/load.ts'
import { type Database, openDatabase } from '../../database/sqlite.ts'
import { messageOf } from '../../model/errors.ts'
import type { Finding } from '../doctor/finding.ts'
import type { GatewayAnswer } from '../doctor/gateway-answer.ts'
import type { World } from '../doctor/world.ts'
import { type Redact, redactAll } from './redact.ts'
import { shownConfig } from './shown-config.ts'
import type { TarFile } from './tar.ts'

export interface Collected {
  version: string
  world: World
  loaded: LoadedConfig
  folder: string
  findings: readonly Finding[]
  gateway: GatewayAnswer
  redact: Redact
}

const LOG_LINES = '300'
/** Words of ours: ids of findings, codes of issues. */
const FIXED: ReadonlySet<string> = new Set(['id', 'severity', 'code', 'text', 'state', 'type'])
const FIXED_OF_FINDINGS: ReadonlySet<string> = new Set(['id', 'severity'])

const README = `What this archive holds, for whoever helps with an Odograph gateway:

machine.json   version, Node.js, system
config.yaml    the configuration: switches and numbers; texts only under keys that tell nothing
doctor.json    what odograph doctor found
health.json    what the gateway says of itself, with the counts of its issues
journal.json   sizes of the tables, counts of the frames that were sent; no record
log.txt        the newest lines of the log
service.txt    the unit of systemd

Taken out: passwords, keys, tokens, names of hosts and of people, ids of vehicles and devices, VINs,
positions, addresses. What is not known to be harmless was taken out, too: (hidden) says so.
Look through it before you send it on.
`

export async function bundleFiles(collected: Collected): Promise<TarFile[]> {
  const { loaded, findings, redact, world } = collected
  const log = await output(world, 'journalctl', [
    '-u',
    'odograph',
    '-n',
    LOG_LINES,
    '-o',
    'cat',
    '--no-pager',
  ])
  const unit = await output(world, 'systemctl', ['status', 'odograph', '--no-pager', '-n', '0'])
  const lines = (text: string) => text.split('\n').map(redact).join('\n')
  return [
    { name: 'README.txt', content: README },
    { name: 'machine.json', content: json(machine(collected)) },
    { name: 'config.yaml', content: configText(shownConfig(loaded.config, redact)) },
    { name: 'doctor.json', content: json(redactAll(findings, redact, FIXED_OF_FINDINGS)) },
    { name: 'health.json', content: json(health(collected)) },
    { name: 'journal.json', content: json(journalFacts(collected)) },
    { name: 'log.txt', content: lines(log) },
    { name: 'service.txt', content: lines(unit) },
  ]
}

function machine({ version, world }: Collected): object {
  const fields = (world.read('/etc/os-release') ?? '').split('\n').flatMap((line) => {
    const [, key, value] = /^(PRETTY_NAME|VERSION_CODENAME|ID)="?([^"]*)"?$/.exec(line) ?? []
    return key === undefined ? [] : [[key, value]]
  })
  return {
    odograph: version,
    node: world.nodeVersion,
    kernel: `${type()} ${release()} ${arch()}`,
    board: (world.read('/proc/device-tree/model') ?? '').replaceAll('\0', ''),
    memory: totalmem(),
    system: Object.fromEntries(fields),
  }
}

function health({ gateway, redact }: Collected): unknown {
  if (gateway.state !== 'running') return { state: gateway.state }
  const { sources, ...rest } = gateway.health
  // What a source asks and gets is told by the vehicle; here it counts that it does.
  const shown = sources.map(({ vehicle: _, asking: __, ...source }) => source)
  const lora = gateway.lora === undefined ? undefined : { devices: gateway.lora.devices.length }
  return redactAll({ ...rest, sources: shown, lora }, redact, FIXED)
}

function journalFacts({ folder, redact }: Collected): unknown {
  const path = journalPath(folder)
  if (!existsSync(path)) return { state: 'there is none' }
  try {
    const database = openDatabase(path, { readOnly: true })
    try {
      return { bytes: statSync(path).size, tables: tables(database), sent: sent(database, redact) }
    } finally {
      database.close()
    }
  } catch (error) {
    return { state: redact(messageOf(error)) }
  }
}

function tables(database: Database): Record<string, number> {
  const names = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .all()
  return Object.fromEntries(
    names.map(({ name }) => {
      const count = database.prepare(`SELECT count(*) AS n FROM "${name}"`).get()
      return [String(name), Number(count?.n)]
    }),
  )
}

/** Of the governor's log: how many frames, by source and kind. */
function sent(database: Database, redact: Redact): object[] {
  const sql = `SELECT source, kind, sum(count) AS frames, max(first) AS newest FROM sent_time
    JOIN sent_frame ON num = frame GROUP BY source, kind`
  return database
    .prepare(sql)
    .all()
    .map(({ source, kind, frames, newest }) => ({
      ...{ source: redact(String(source)), kind: String(kind), frames: Number(frames) },
      newest: new Date(Number(newest)).toISOString(),
    }))
}

async function output(world: World, program: string, args: string[]): Promise<string> {
  const { state, output: text } = await world.run(program, args)
  return state === 'absent' ? `${program} is not there\n` : text
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}
