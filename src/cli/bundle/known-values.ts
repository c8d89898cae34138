/**
 * What must not leave the machine, as far as it is known: all texts of the configuration that are not
 * allowed in a bundle, the contents of files with secrets, keys and tokens of the gateway, and what the
 * journal has of identity. Each with the word that stands in its place.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { LoadedConfig } from '../../config/load.ts'
import { parseYaml } from '../../config/yaml-document.ts'
import { openDatabase } from '../../database/sqlite.ts'
import { isAllowedKey } from './shown-config.ts'

export type KnownValues = Map<string, string>

const SECRET = '(secret)'
/** Less would be found in every other word. */
const LEAST_CHARACTERS = 4
const MAX_FILE = 100_000
const OF_THE_GATEWAY = ['signing-key.json', 'gateway.json', 'flows/token', 'tls-key.pem']
/** Names that everybody has say nothing, and stand in sentences. */
const COMMON = new Set(['vehicle', 'owner', 'odograph', 'gateway', 'demo', 'localhost', 'mqtt'])

export function knownValues(
  { text, file }: LoadedConfig,
  folder: string,
  environment: Record<string, string | undefined>,
): KnownValues {
  const known: KnownValues = new Map()
  const machine = hostname()
  if (!COMMON.has(machine)) add(known, machine, '(machine)')
  if (text !== undefined) {
    const { value } = parseYaml(text, file ?? '')
    fromConfig(known, value, [])
    // A file that is broken may still be quoted by who says what is broken in it.
    if (value === undefined) for (const word of text.split(/[\s:"',]+/)) add(known, word, SECRET)
  }
  for (const [name, value] of Object.entries(environment)) {
    if (name.startsWith('ODOGRAPH__')) fromConfig(known, value, [camel(name.split('__').at(-1))])
  }
  for (const path of [...OF_THE_GATEWAY.map((name) => join(folder, name)), ...keysIn(folder)]) {
    fromFile(known, path)
  }
  fromDatabase(known, join(folder, 'tokens.db'), [
    ["SELECT id AS value FROM token UNION SELECT value FROM mark WHERE name = 'claimCode'", SECRET],
  ])
  fromDatabase(known, join(folder, 'journal.db'), [
    ["SELECT json_extract(status, '$.vin.value') AS value FROM vehicle_state", '(VIN)'],
    ['SELECT token_id AS value FROM vehicle', '(token id)'],
    ['SELECT user_device_id AS value FROM vehicle', '(device id)'],
  ])
  return known
}

function fromConfig(known: KnownValues, value: unknown, path: readonly string[]): void {
  if (Array.isArray(value)) {
    for (const inner of value) fromConfig(known, inner, path)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) fromConfig(known, inner, [...path, key])
  } else if (typeof value === 'string') fromText(known, value, path)
}

function fromText(known: KnownValues, value: string, path: readonly string[]): void {
  const key = path.at(-1) ?? ''
  if (/(File|Files)$/.test(key) || path.at(-2) === 'headerFiles') fromFile(known, value)
  if (URL.canParse(value) && value.includes('://')) {
    const { hostname: host, username, password, pathname, searchParams } = new URL(value)
    if (!/^(localhost|127\.|\[::1\])/.test(host)) add(known, host, `host-${known.size + 1}`)
    // Some webhooks have their secret in the path.
    for (const part of [username, password, ...pathname.split('/'), ...searchParams.values()]) {
      add(known, part, SECRET)
      add(known, decoded(part), SECRET)
    }
    return
  }
  if (isAllowedKey(key) || /(File|Files)$/.test(key) || path.at(-2) === 'headerFiles') return
  const isPlain = /^(password|passphrase|secret|token|bearer|signature)$/i.test(key)
  if (COMMON.has(value) && !isPlain) return
  add(known, value, isPlain ? SECRET : `${key || 'value'}-${known.size + 1}`)
}

/** Its lines, and where it is JSON all the texts in it. */
function fromFile(known: KnownValues, path: string): void {
  try {
    if (statSync(path).size > MAX_FILE) return
    const text = readFileSync(path, 'utf8')
    if (/-----BEGIN CERTIFICATE/.test(text) && !/PRIVATE KEY/.test(text)) return
    const lines = text.split(/\r?\n/).filter((line) => !/^-----|^[\s{}[\],]*$/.test(line))
    for (const line of lines) add(known, line.trim(), SECRET)
    leaves(JSON.parse(text), (leaf) => {
      if (!/^(EC|RSA|P-256|ES256|sig)$/.test(leaf)) add(known, leaf, SECRET)
    })
  } catch {
    // It is not there, or no JSON; its lines are known then.
  }
}

function leaves(value: unknown, found: (leaf: string) => void): void {
  if (typeof value === 'string') found(value)
  else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) leaves(inner, found)
  }
}

function keysIn(folder: string): string[] {
  const keys = join(folder, 'lora-keys')
  return existsSync(keys) ? readdirSync(keys).map((name) => join(keys, name)) : []
}

function fromDatabase(
  known: KnownValues,
  path: string,
  queries: readonly (readonly [sql: string, word: string])[],
): void {
  if (!existsSync(path)) return
  for (const [sql, word] of queries) {
    try {
      const database = openDatabase(path, { readOnly: true })
      try {
        for (const { value } of database.prepare(sql).all()) add(known, String(value ?? ''), word)
      } finally {
        database.close()
      }
    } catch {
      // Damaged, or of another version: nothing of its contents is in the bundle either.
    }
  }
}

function add(known: KnownValues, value: string, word: string): void {
  if (value.length >= LEAST_CHARACTERS && !known.has(value)) known.set(value, word)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part // A lone % that was meant as it is.
  }
}

function camel(name: string | undefined): string {
  return (name ?? '')
    .toLowerCase()
    .replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
