/**
 * Loads the configuration: YAML file, then environment, then what the command line says. A broken
 * configuration never stops the gateway: each finding is told with file, line and column, what it
 * touches (one source, one vehicle, one section) is left out, and the rest is used.
 *
 * Environment: `ODOGRAPH__MQTT__URL=mqtt://…` sets `mqtt.url`; values are read as YAML scalars.
 */
import { readFileSync } from 'node:fs'
import { isMap, LineCounter, parse, parseDocument } from 'yaml'
import type { z } from 'zod'
import { messageOf, systemCode } from '../model/errors.ts'
import { type Config, configSchema } from './schema.ts'

const PREFIX = 'ODOGRAPH__'
const MAX_FINDINGS = 50

export interface LoadedConfig {
  config: Config
  /** One sentence a finding, with its place; empty when all is well. */
  findings: string[]
}

export interface LoadOptions {
  file?: string | undefined
  environment: Record<string, string | undefined>
  /** Values that win over file and environment. */
  overrides?: (input: ConfigInput) => void
}

export type ConfigInput = z.input<typeof configSchema>

type Place = (path: readonly PropertyKey[]) => string

export function loadConfig(options: LoadOptions): LoadedConfig {
  const findings: string[] = []
  let input: Record<string, unknown> = {}
  let place: Place = () => 'configuration'
  if (options.file !== undefined) {
    const read = readYaml(options.file, findings)
    input = read.input
    place = read.place
  }
  applyEnvironment(input, options.environment)
  const { config, findings: more } = checkConfig(input, place)
  findings.push(...more)
  if (options.overrides !== undefined) {
    options.overrides(input as ConfigInput)
    return { config: checkConfig(input, place).config, findings }
  }
  return { config, findings }
}

/** Checks an object; what is not valid is taken out of it until the rest is. */
export function checkConfig(
  input: Record<string, unknown>,
  place: Place = (path) => path.join('.') || 'configuration',
): LoadedConfig {
  const findings: string[] = []
  while (findings.length < MAX_FINDINGS) {
    const result = configSchema.safeParse(input)
    if (result.success) {
      findings.push(...crossCheck(result.data))
      return { config: result.data, findings }
    }
    for (const issue of result.error.issues) {
      findings.push(`${place(issue.path)}: ${sentence(issue)}`)
    }
    for (const issue of [...result.error.issues].reverse()) takeOut(input, issue)
  }
  return { config: configSchema.parse({}), findings }
}

/** What the schema cannot say: names that must be unique. The later one is left out. */
function crossCheck(config: Config): string[] {
  const findings: string[] = []
  const unique = <T extends { id: string }>(kind: string, items: T[]): T[] =>
    items.filter((item, index) => {
      if (items.findIndex((other) => other.id === item.id) === index) return true
      findings.push(`${kind}[${index}].id: "${item.id}" is taken; every ${kind} needs its own id`)
      return false
    })
  config.sources = unique('sources', config.sources)
  config.vehicles = unique('vehicles', config.vehicles)
  return findings
}

function readYaml(
  file: string,
  findings: string[],
): { input: Record<string, unknown>; place: Place } {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'does not exist' : messageOf(error)
    findings.push(`${file}: the configuration cannot be read: ${reason}`)
    return { input: {}, place: () => file }
  }
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${line}:${col}`
  }
  for (const error of document.errors) {
    findings.push(`${at(error.pos[0])}: ${error.message.split('\n')[0]}`)
  }
  if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents))) {
    if (document.errors.length === 0) findings.push(`${file}:1:1: expected "key: value" lines`)
    return { input: {}, place: () => file }
  }
  const place: Place = (path) => {
    for (let depth = path.length; depth >= 0; depth -= 1) {
      const part = path.slice(0, depth)
      const node = depth === 0 ? document.contents : document.getIn(part, true)
      const range = (node as { range?: [number, number, number] } | null | undefined)?.range
      if (range) return `${at(range[0])}: ${path.join('.') || 'configuration'}`
    }
    return `${file}: ${path.join('.')}`
  }
  return { input: (document.toJS() as Record<string, unknown> | null) ?? {}, place }
}

function sentence(issue: z.core.$ZodIssue): string {
  if (issue.code === 'unrecognized_keys') {
    return `unknown key ${issue.keys.map((key) => `"${key}"`).join(', ')}`
  }
  return issue.message
}

/** Removes what an issue is about: an element of a list whole, else the key or section. */
function takeOut(input: Record<string, unknown>, issue: z.core.$ZodIssue): void {
  const [section, second] = issue.path
  if (section === undefined) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : Object.keys(input)
    for (const key of keys) delete input[key]
    return
  }
  const value = input[String(section)]
  if (Array.isArray(value) && typeof second === 'number') value.splice(second, 1)
  else if (isRecord(value) && issue.code === 'unrecognized_keys' && second === undefined) {
    for (const key of issue.keys) delete value[key]
  } else if (isRecord(value) && second !== undefined && Object.hasOwn(value, second)) {
    delete value[String(second)]
  } else delete input[String(section)]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function applyEnvironment(
  input: Record<string, unknown>,
  environment: Record<string, string | undefined>,
): void {
  const keys = new Map(
    Object.entries(configSchema.shape).map(([key]) => [key.toLowerCase(), key] as const),
  )
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.startsWith(PREFIX)) continue
    const [section, ...rest] = variable.slice(PREFIX.length).split('__')
    const top = keys.get((section ?? '').toLowerCase())
    const [field] = rest
    if (top === undefined || field === undefined || rest.length !== 1) continue
    const target = isRecord(input[top]) ? input[top] : {}
    target[camel(field)] = scalar(text)
    input[top] = target
  }
}

function camel(field: string): string {
  return field.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function scalar(text: string): unknown {
  try {
    const value: unknown = parse(text)
    return typeof value === 'object' ? text : value
  } catch {
    return text
  }
}
