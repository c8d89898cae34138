/**
 * The environment's part of the configuration: `ODOGRAPH__MQTT__URL=mqtt://…` sets `mqtt.url`. A field
 * that takes text takes it as it is (a password may look like a number or a YAML tag); others are
 * read as YAML scalars. Lists are given in the file alone.
 */
import { parse } from 'yaml'
import { z } from 'zod'
import { configSchema } from './schema.ts'

const PREFIX = 'ODOGRAPH__'

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Sets in `input` what the environment gives; returns which variable gave which field. */
export function applyEnvironment(
  input: Record<string, unknown>,
  environment: Record<string, string | undefined>,
  findings: string[],
): Map<string, string> {
  const variables = new Map<string, string>()
  for (const [variable, text] of Object.entries(environment)) {
    if (text === undefined || !variable.startsWith(PREFIX)) continue
    const [name, field, ...more] = variable.slice(PREFIX.length).split('__')
    const top = sectionNames.find((section) => section.toLowerCase() === name?.toLowerCase())
    if (top === undefined || !field || more.length > 0) {
      findings.push(
        `${variable}: use ${PREFIX}SECTION__FIELD; sections are ${sectionNames.join(', ')}`,
      )
      continue
    }
    const key = camel(field)
    const value = input[top]
    input[top] = { ...(isRecord(value) ? value : {}), [key]: scalar(text, fieldOf(top, key)) }
    variables.set(`${top}.${key}`, variable)
  }
  return variables
}

/** The sections that have fields. */
const sectionNames = Object.entries(configSchema.shape).flatMap(([name, { def }]) =>
  def.innerType instanceof z.ZodObject ? [name] : [],
)

/** Undefined for what is no section or has no such field. */
export function fieldOf(section: string, key: string): z.ZodType | undefined {
  if (!sectionNames.includes(section)) return undefined
  const { innerType } = configSchema.shape[section as keyof typeof configSchema.shape].def
  if (!(innerType instanceof z.ZodObject)) return undefined
  return (innerType.shape as Record<string, z.ZodType>)[key]
}

function camel(field: string): string {
  return field.toLowerCase().replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Text for a field that takes it, else as YAML reads it. */
export function scalar(text: string, field: z.ZodType | undefined): unknown {
  if (field?.safeParse(text).success) return text
  try {
    const value: unknown = parse(text, { logLevel: 'error' })
    return typeof value === 'object' ? text : value
  } catch {
    return text
  }
}
