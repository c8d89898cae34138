/** `odograph config explain KEY`: what a key of the configuration is, and where its value comes from. */

import { configPath } from '../../config/config-text.ts'
import { loadConfig } from '../../config/load.ts'
import { didYouMean } from '../../config/nearest.ts'
import { jsonSchema } from '../../config/schema.ts'
import { HIDDEN, isSecret, withoutSecrets } from '../../config/secrets.ts'
import { OdographError } from '../../model/errors.ts'
import { type CommandIo, parseCommand } from '../command.ts'

interface Node {
  type?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  const?: unknown
  minimum?: number
  maximum?: number
  pattern?: string
  properties?: Record<string, Node>
  items?: Node
  anyOf?: Node[]
  oneOf?: Node[]
}

export async function explainConfig(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(
    args,
    { config: { type: 'string' }, set: { type: 'string', multiple: true } },
    ['KEY'],
  )
  const key = positionals[0] ?? ''
  const path = configPath(key)
  const nodes = nodesAt(jsonSchema() as Node, path, key)
  const loaded = loadConfig({ file: values.config, environment: process.env, set: values.set })
  const lines = [key, ...describe(nodes)]
  const [section, field] = path
  if (path.length === 2 && nodes.every(({ properties }) => properties === undefined)) {
    lines.push(`environment  ODOGRAPH__${upper(section)}__${upper(field)}`)
  }
  lines.push(
    `value        ${shown(valueAt(loaded.config, path), path)}${originOf(key, path, loaded)}`,
  )
  io.stdout.write(`${[...new Set(lines)].join('\n')}\n`)
  return 0
}

type Loaded = ReturnType<typeof loadConfig>

function originOf(key: string, path: readonly (string | number)[], loaded: Loaded): string {
  const given = loaded.givenBy.get(key)
  if (given !== undefined) return `, from ${given}`
  const { file, origin, config } = loaded
  if (valueAt(config, path) === undefined) return ''
  const written = file === undefined ? undefined : loaded.text
  if (written === undefined || !isWritten(written, path)) return ', the default'
  return origin === 'file' ? `, from ${file}` : ', from the last configuration that worked'
}

/** Whether the last name of the path stands in the text as a key. */
function isWritten(text: string, path: readonly (string | number)[]): boolean {
  const name = path.findLast((part) => typeof part === 'string')
  return new RegExp(`(^|[\\s{,"'])${name}["']?\\s*:`, 'm').test(text)
}

/** All that a place can be: the kinds of sources have keys of their own. */
function nodesAt(root: Node, path: readonly (string | number)[], key: string): Node[] {
  let nodes = [root]
  for (const part of path) {
    const around = nodes.flatMap(alternatives)
    nodes =
      typeof part === 'number'
        ? around.flatMap(({ items }) => items ?? [])
        : around.flatMap(({ properties }) => properties?.[part] ?? [])
    if (nodes.length > 0) continue
    const known = [...new Set(around.flatMap(({ properties }) => Object.keys(properties ?? {})))]
    const list = known.length === 0 ? 'a number, for lists' : known.join(', ')
    const detail = `is no key; known at "${part}" are ${list}${didYouMean(String(part), known)}`
    throw new OdographError('usage', key, detail)
  }
  return nodes
}

function alternatives(node: Node): Node[] {
  const others = [...(node.anyOf ?? []), ...(node.oneOf ?? [])]
  return others.length === 0 ? [node] : others.flatMap(alternatives)
}

function describe(nodes: readonly Node[]): string[] {
  const kinds = nodes.flatMap(alternatives).map(kindOf)
  const told = nodes.flatMap(({ description }) => description ?? [])
  const defaults = nodes.flatMap((node) => (node.default === undefined ? [] : [node.default]))
  return [
    ...told.map((text) => `             ${text}`),
    `accepts      ${[...new Set(kinds)].join('; or ')}`,
    ...defaults.map((value) => `default      ${JSON.stringify(value)}`),
  ]
}

function kindOf(node: Node): string {
  if (node.enum !== undefined) return `one of ${node.enum.map((value) => String(value)).join(', ')}`
  if (node.const !== undefined) return String(node.const)
  const { minimum, maximum } = node
  const from = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? undefined : minimum
  const to = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum
  const range = [from === undefined ? '' : ` from ${from}`, to === undefined ? '' : ` to ${to}`]
  if (node.properties !== undefined) return `keys: ${Object.keys(node.properties).join(', ')}`
  if (node.type === 'array') return 'a list'
  return `${node.type ?? 'any value'}${range.join('')}`
}

function valueAt(config: unknown, path: readonly (string | number)[]): unknown {
  let value = config
  for (const part of path) value = (value as Record<string | number, unknown> | undefined)?.[part]
  return value
}

function shown(value: unknown, path: readonly (string | number)[]): string {
  if (value === undefined) return 'none'
  return isSecret(path) ? HIDDEN : JSON.stringify(withoutSecrets(value))
}

function upper(part: string | number | undefined): string {
  return String(part)
    .replace(/[A-Z]/g, (letter) => `_${letter}`)
    .toUpperCase()
}
