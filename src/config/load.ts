/**
 * Loads the configuration: YAML file, then environment, then what the command line says. A broken
 * configuration never stops the gateway: each finding is told with file, line and column, what it
 * touches (one source, one vehicle, one section) is left out, and the rest is used.
 */
import type { z } from 'zod'
import { applyAssignments } from './assignments.ts'
import { type ConfigFile, readConfigFile } from './config-file.ts'
import { applyEnvironment, isRecord } from './environment.ts'
import { didYouMean } from './nearest.ts'
import { type Config, configSchema } from './schema.ts'
import { openSecrets } from './secrets.ts'
import { type Origins, originalPath, takeOut, takeOutElements } from './take-out.ts'
import type { Place } from './yaml-document.ts'

const MAX_FINDINGS = 50
/** Every pass takes out something; more than a few are never needed. */
const MAX_PASSES = 10

export interface LoadedConfig {
  config: Config
  /** One sentence a finding, with its place; empty when all is well. */
  findings: string[]
  /** Those that are about keys that nobody knows. */
  unknown: readonly string[]
  /** Where it comes from, and the text of the file, if it could be read. */
  file?: string
  origin: ConfigFile['origin']
  text?: string
  /** What gives a value, where it is not the file: a variable, or the command line. */
  givenBy: ReadonlyMap<string, string>
}

export interface LoadOptions {
  file?: string | undefined
  /** A copy of the last configuration that worked, for a file that cannot be used. */
  good?: string
  /** `key.path=value`, as the command line gives them; they win over file and environment. */
  set?: readonly string[] | undefined
  environment: Record<string, string | undefined>
  /** Values that win over file and environment. */
  overrides?: (input: ConfigInput) => void
}

export type ConfigInput = z.input<typeof configSchema>

export function loadConfig(options: LoadOptions): LoadedConfig {
  const findings: string[] = []
  const { file, good, environment, set = [] } = options
  const read: ConfigFile =
    file === undefined
      ? { input: {}, place: nameOf, origin: 'defaults' }
      : readConfigFile(file, good, findings)
  const { input, place, origin, text } = read
  const variables = applyEnvironment(input, environment, findings)
  for (const [key, given] of applyAssignments(input, set)) variables.set(key, given)
  const {
    config,
    findings: more,
    unknown,
  } = checkConfig(input, (path) => {
    const variable = variables.get(path.join('.'))
    return variable === undefined ? place(path) : `${variable}: ${path.join('.')}`
  })
  findings.push(...more, ...openSecrets(config))
  const loaded = {
    config,
    findings: shortened(findings),
    unknown,
    origin,
    givenBy: variables,
    ...(file === undefined ? {} : { file }),
    ...(text === undefined ? {} : { text }),
  }
  if (options.overrides === undefined) return loaded
  options.overrides(input as ConfigInput)
  return { ...loaded, config: checkConfig(input, place).config }
}

function shortened(findings: string[]): string[] {
  const more = findings.length - MAX_FINDINGS
  if (more <= 0) return findings
  return [...findings.slice(0, MAX_FINDINGS), `and ${more} more findings like these`]
}

const nameOf: Place = (path) => path.join('.') || 'configuration'

/** Checks an object; what is not valid is taken out of it until the rest is. */
export function checkConfig(
  input: Record<string, unknown>,
  place: Place = nameOf,
): { config: Config; findings: string[]; unknown: string[] } {
  const findings: string[] = []
  const unknown: string[] = []
  const origins: Origins = new Map()
  const placed: Place = (path) => place(originalPath(path, origins))
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const result = configSchema.safeParse(input)
    if (result.success) {
      findings.push(...crossCheck(result.data, placed))
      return { config: result.data, findings, unknown }
    }
    const { issues } = result.error
    for (const issue of issues) {
      const paths =
        issue.code === 'unrecognized_keys'
          ? issue.keys.map((key) => [...issue.path, key])
          : [issue.path]
      const told = paths.map(
        (path) => `${placed(path)}: ${issue.message}${suggestion(issue, path, input)}`,
      )
      findings.push(...told)
      if (issue.code === 'unrecognized_keys') unknown.push(...told)
    }
    // What two issues are about is taken out once.
    const places = new Map(issues.map((issue) => [issue.path.join('.'), issue]))
    for (const issue of places.values()) takeOut(input, issue)
    takeOutElements(input, issues, origins)
  }
  return { config: configSchema.parse({}), findings, unknown }
}

/** What may have been meant. */
function suggestion(issue: z.core.$ZodIssue, path: PropertyKey[], input: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const [, known = ''] = /known here are (.*)$/.exec(issue.message) ?? []
    return didYouMean(String(path.at(-1)), known.split(', '))
  }
  if (issue.code !== 'invalid_value' && issue.code !== 'invalid_union') return ''
  const options = issue.code === 'invalid_value' ? issue.values : []
  let value: unknown = input
  for (const part of path)
    value =
      isRecord(value) || Array.isArray(value)
        ? (value as Record<PropertyKey, unknown>)[part]
        : undefined
  return typeof value === 'string' ? didYouMean(value, options.map(String)) : ''
}

/** What the schema cannot say: names that must be unique. The later one is left out. */
function crossCheck(config: Config, place: Place): string[] {
  const findings: string[] = []
  const unique = <K extends string, T extends Record<K, string>>(
    [list, kind, key]: [list: string, kind: string, key: K],
    items: T[],
  ): T[] =>
    items.filter((item, index) => {
      if (items.findIndex((other) => other[key] === item[key]) === index) return true
      const what = key === 'id' ? 'an id' : `a ${key}`
      const where = place([...list.split('.'), index, key])
      findings.push(`${where}: "${item[key]}" is taken; every ${kind} needs ${what} of its own`)
      return false
    })
  config.sources = unique(['sources', 'source', 'id'], config.sources)
  config.vehicles = unique(['vehicles', 'vehicle', 'id'], config.vehicles)
  config.sinks = unique(['sinks', 'sink', 'name'], config.sinks)
  config.geofences = unique(['geofences', 'geofence', 'id'], config.geofences)
  config.lora.devices = unique(['lora.devices', 'device', 'id'], config.lora.devices)
  return findings
}
