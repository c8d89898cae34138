/**
 * The types of the client (`src/client/operations.ts`) out of the OpenAPI document: what every
 * operation takes and answers. The same document always gives the same text.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

type Json = Readonly<Record<string, unknown>>

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const HEADER = `/**
 * What every operation of the REST API takes and answers. Made from the OpenAPI document by
 * \`npm run generate:client\`: not to be edited.
 */
`

/** Where the text belongs, from the folder of the project. */
export const CLIENT_TYPES = 'src/client/operations.ts'

export function clientSource(document: Json): string {
  const schemas = Object.entries(json(json(document.components).schemas))
    .sort(byName)
    .map(([name, schema]) => member(name, schema, true))
  const methods = METHODS.map((method) => `${method}: ${operationsType(document, method)}`)
  return formatted(
    `${HEADER}
export interface Schemas {
${schemas.join('\n')}
}

export interface Operations {
${methods.join('\n')}
}
`,
  )
}

function operationsType(document: Json, method: string): string {
  const members = Object.entries(json(document.paths))
    .sort(byName)
    .flatMap(([path, item]) => {
      const operation = json(item)[method]
      if (operation === undefined) return []
      const { summary, operationId } = json(operation)
      return `${comment([summary, operationId])}${JSON.stringify(path)}: ${operationType(json(operation))}`
    })
  return members.length === 0 ? 'Record<never, never>' : `{\n${members.join('\n')}\n}`
}

function operationType({ parameters, requestBody, responses }: Json): string {
  const members: string[] = []
  for (const place of ['path', 'query']) {
    const taken = (Array.isArray(parameters) ? parameters.map(json) : []).filter(
      (parameter) => parameter.in === place,
    )
    if (taken.length === 0) continue
    const fields = taken
      .map((parameter): [string, Json] => [String(parameter.name), parameter])
      .sort(byName)
      .map(([name, { schema, description, required }]) =>
        member(name, { ...json(schema), description }, required === true, true),
      )
    members.push(`${place}: {\n${fields.join('\n')}\n}`)
  }
  const sent = json(requestBody)
  const body = mediaType(sent.content, 'application/json')
  if (body !== undefined) members.push(`body${sent.required === true ? '' : '?'}: ${body}`)
  const good = Object.entries(json(responses))
    .sort(byName)
    .find(([status]) => /^2/.test(status))?.[1]
  const { content } = json(good)
  members.push(`answer: ${mediaType(content, 'application/json') ?? 'undefined'}`)
  const line = mediaType(content, 'application/x-ndjson')
  if (line !== undefined) members.push(`line: ${line}`)
  return `{\n${members.join('\n')}\n}`
}

function mediaType(content: unknown, type: string): string | undefined {
  const media = json(content)[type]
  return media === undefined ? undefined : typeOf(json(media).schema)
}

/** The TypeScript type of a schema of draft 2020-12. What it does not know is `unknown`. */
export function typeOf(schema: unknown): string {
  if (schema === false) return 'never'
  if (!isJson(schema)) return 'unknown'
  if (typeof schema.$ref === 'string') return referenced(schema.$ref)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (Array.isArray(schema.enum)) return union(schema.enum.map((value) => JSON.stringify(value)))
  for (const word of ['anyOf', 'oneOf', 'allOf']) {
    const inner = schema[word]
    if (!Array.isArray(inner)) continue
    return word === 'allOf' ? `(${inner.map(typeOf).join(' & ')})` : union(inner.map(typeOf))
  }
  if (Array.isArray(schema.type)) {
    return union(schema.type.map((type) => typeOf({ ...schema, type })))
  }
  return plainType(schema)
}

function plainType(schema: Json): string {
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return String(schema.type)
    case 'number':
    case 'integer':
      return 'number'
    case 'array':
      return arrayType(schema)
    case 'object':
      return objectType(schema)
    default:
      return schema.properties === undefined ? 'unknown' : objectType(schema)
  }
}

function arrayType({ prefixItems, items }: Json): string {
  if (!Array.isArray(prefixItems)) return `Array<${typeOf(items)}>`
  const rest = items === undefined || items === false ? [] : [`...Array<${typeOf(items)}>`]
  return `[${[...prefixItems.map(typeOf), ...rest].join(', ')}]`
}

function objectType({ properties, required, additionalProperties }: Json): string {
  const needed = new Set(Array.isArray(required) ? required : [])
  const fields = Object.entries(json(properties)).map(([name, schema]) =>
    member(name, schema, needed.has(name)),
  )
  const isOpen = additionalProperties !== undefined && additionalProperties !== false
  if (fields.length === 0) {
    return `Record<string, ${isOpen ? typeOf(additionalProperties) : 'unknown'}>`
  }
  const known = `{\n${fields.join('\n')}\n}`
  return isOpen ? `(${known} & Record<string, unknown>)` : known
}

/** Parameters may be given as undefined: a caller's own option that was not set. */
function member(name: string, schema: unknown, isNeeded: boolean, isParameter = false): string {
  const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
  const orNothing = isParameter && !isNeeded ? ' | undefined' : ''
  const { description } = json(schema)
  return `${comment([description])}${key}${isNeeded ? '' : '?'}: ${typeOf(schema)}${orNothing}`
}

function comment(lines: readonly unknown[]): string {
  const told = lines.filter((line): line is string => typeof line === 'string' && line !== '')
  if (told.length === 0) return ''
  const text = told.map((line) => line.replaceAll('*/', '* /').replace(/\s+/g, ' ').trim())
  return text.length === 1 ? `/** ${text[0]} */\n` : `/**\n * ${text.join('\n * ')}\n */\n`
}

function referenced(reference: string): string {
  const name = reference.split('/').at(-1) ?? ''
  return `Schemas[${JSON.stringify(name)}]`
}

function union(types: readonly string[]): string {
  const distinct = [...new Set(types)]
  return distinct.length === 1 ? String(distinct[0]) : `(${distinct.join(' | ')})`
}

function byName([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function json(value: unknown): Json {
  return isJson(value) ? value : {}
}

/** As the formatter of the project writes it. */
function formatted(source: string): string {
  const biome = fileURLToPath(
    new URL('bin/biome', import.meta.resolve('@biomejs/biome/package.json')),
  )
  return execFileSync(process.execPath, [biome, 'format', `--stdin-file-path=${CLIENT_TYPES}`], {
    input: source,
    encoding: 'utf8',
    cwd: fileURLToPath(new URL('..', import.meta.url)),
  })
}
