/**
 * The structure of an OpenAPI 3.1 document, as far as this project's document uses it: what is
 * wrong with it, as sentences. (OpenAPI 3.1.0, 4.8; JSON Schema draft 2020-12.)
 */

export type Json = Readonly<Record<string, unknown>>

export interface Operation {
  name: string
  method: string
  path: string
  body: Json
}

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']
const TYPES = ['null', 'boolean', 'object', 'array', 'number', 'string', 'integer']
/** Spoken by OpenAPI 3.0 and not by 3.1, or never to be published. */
const FORBIDDEN = ['nullable', 'example', '$schema', '$id', '~standard', 'definitions']

export function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function json(value: unknown): Json {
  return isJson(value) ? value : {}
}

export function operationsOf(document: Json): Operation[] {
  return Object.entries(json(document.paths)).flatMap(([path, item]) =>
    Object.entries(json(item)).map(([method, body]) => {
      return { name: `${method.toUpperCase()} ${path}`, method, path, body: json(body) }
    }),
  )
}

/** Undefined where the reference leads nowhere. */
export function resolve(document: Json, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined
  return reference
    .slice(2)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, part) => (isJson(at) ? at[part] : undefined), document)
}

export function problemsOf(document: Json): string[] {
  const problems: string[] = []
  if (!/^3\.1\.\d+$/.test(String(document.openapi))) problems.push(`openapi: ${document.openapi}`)
  const { title, version } = json(document.info)
  if (typeof title !== 'string' || typeof version !== 'string') problems.push('info is not whole')
  const operations = operationsOf(document)
  const ids = operations.map(({ body }) => body.operationId)
  for (const id of ids.filter((id, at) => ids.indexOf(id) !== at)) problems.push(`${id} twice`)
  for (const operation of operations) {
    for (const problem of operationProblems(document, operation)) {
      problems.push(`${operation.name}: ${problem}`)
    }
  }
  for (const [name, schema] of Object.entries(json(json(document.components).schemas))) {
    if (!/^[\w.-]+$/.test(name)) problems.push(`${name} is no name of a component`)
    problems.push(...schemaProblems(schema, name))
  }
  return [...problems, ...referenceProblems(document, document, '#')]
}

function operationProblems(document: Json, { method, path, body }: Operation): string[] {
  const problems: string[] = []
  if (!METHODS.includes(method)) problems.push('no method of HTTP')
  if (!/^[a-z][a-z0-9_]*$/i.test(String(body.operationId ?? ''))) problems.push('no operationId')
  if (typeof body.summary !== 'string' || body.summary === '') problems.push('no summary')
  if (!Array.isArray(body.tags) || body.tags.length === 0) problems.push('no tags')
  problems.push(...securityProblems(document, body.security))
  problems.push(...parameterProblems(path, body.parameters ?? []))
  if (body.requestBody !== undefined) {
    if (method === 'get' || method === 'head') problems.push('a body where none is read')
    problems.push(...contentProblems(json(body.requestBody).content, 'requestBody'))
  }
  problems.push(...responseProblems(json(body.responses)))
  return problems
}

function securityProblems(document: Json, security: unknown): string[] {
  if (!Array.isArray(security)) return ['no security']
  const schemes = json(json(document.components).securitySchemes)
  return security
    .flatMap((requirement) => Object.keys(json(requirement)))
    .filter((name) => schemes[name] === undefined)
    .map((name) => `no security scheme ${name}`)
}

function parameterProblems(path: string, parameters: unknown): string[] {
  if (!Array.isArray(parameters)) return ['parameters are no list']
  const problems: string[] = []
  const all = parameters.map(json)
  const names = all.map((parameter) => `${parameter.in} ${parameter.name}`)
  for (const name of names.filter((name, at) => names.indexOf(name) !== at)) {
    problems.push(`parameter ${name} twice`)
  }
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => `path ${name}`).sort()
  const declared = names.filter((name) => name.startsWith('path ')).sort()
  if (String(inPath) !== String(declared)) problems.push(`declared: ${declared}; used: ${inPath}`)
  for (const parameter of all) {
    const name = String(parameter.name)
    if (!['query', 'path', 'header', 'cookie'].includes(String(parameter.in))) {
      problems.push(`${name} is nowhere`)
    }
    if (parameter.in === 'path' && parameter.required !== true) problems.push(`${name} is optional`)
    if (!isJson(parameter.schema)) problems.push(`${name} has no schema`)
    problems.push(...schemaProblems(parameter.schema, name))
  }
  return problems
}

function responseProblems(responses: Json): string[] {
  const problems: string[] = []
  const statuses = Object.keys(responses)
  if (!statuses.some((status) => /^[123]\d\d$/.test(status))) problems.push('no good answer')
  for (const [status, response] of Object.entries(responses)) {
    if (!/^([1-5]\d\d|[1-5]XX|default)$/.test(status)) problems.push(`no status: ${status}`)
    const { description, content } = json(response)
    if (typeof description !== 'string') problems.push(`${status} has no description`)
    if (content === undefined && ['101', '204', '301', '302', '304'].includes(status)) continue
    problems.push(...contentProblems(content, status))
    if (Number(status) < 400) continue
    const { schema } = json(json(content)['application/json'])
    const reference = json(schema).$ref
    // One component, so that a client has one way to read what went wrong; the published 409 of an
    // export alone has a shape of its own.
    const isPublished = status === '409' && typeof reference === 'string'
    if (reference !== '#/components/schemas/Error' && !isPublished) {
      problems.push(`${status} is not Error`)
    }
  }
  return problems
}

function contentProblems(content: unknown, name: string): string[] {
  if (!isJson(content) || Object.keys(content).length === 0) return [`${name} has no content`]
  return Object.entries(content).flatMap(([type, media]) => {
    const { schema } = json(media)
    if (!/^[\w.+-]+\/[\w.+*-]+$/.test(type)) return [`${name}: ${type} is no media type`]
    return isJson(schema) ? schemaProblems(schema, `${name} ${type}`) : [`${name}: no schema`]
  })
}

/** Every schema inside a schema, by the keywords that hold schemas. */
function schemaProblems(schema: unknown, at: string): string[] {
  if (typeof schema === 'boolean') return []
  if (!isJson(schema)) return [`${at} is no schema`]
  const problems = FORBIDDEN.filter((word) => word in schema).map((word) => `${at}: ${word}`)
  const types = schema.type === undefined ? [] : [schema.type].flat()
  problems.push(
    ...types.filter((type) => !TYPES.includes(String(type))).map((t) => `${at}: type ${t}`),
  )
  if (Array.isArray(schema.required)) {
    const properties = json(schema.properties)
    for (const name of schema.required) {
      if (properties[String(name)] === undefined) problems.push(`${at}: requires ${name}`)
    }
  }
  if (schema.examples !== undefined && !Array.isArray(schema.examples)) {
    problems.push(`${at}: examples are no list`)
  }
  for (const [name, inner] of innerSchemas(schema)) {
    problems.push(...schemaProblems(inner, `${at}.${name}`))
  }
  return problems
}

function innerSchemas(schema: Json): [name: string, schema: unknown][] {
  const named = ['properties', 'patternProperties', '$defs'].flatMap((word) =>
    Object.entries(json(schema[word])),
  )
  const listed = ['anyOf', 'oneOf', 'allOf', 'prefixItems'].flatMap((word) =>
    [schema[word] ?? []].flat().map((inner): [string, unknown] => [word, inner]),
  )
  const single = ['items', 'additionalProperties', 'not', 'propertyNames'].flatMap((word) =>
    schema[word] === undefined ? [] : [[word, schema[word]] as [string, unknown]],
  )
  return [...named, ...listed, ...single]
}

function referenceProblems(document: Json, value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === '$ref' && typeof inner === 'string') {
      return resolve(document, inner) === undefined ? [`${at}: ${inner} leads nowhere`] : []
    }
    return referenceProblems(document, inner, `${at}/${name}`)
  })
}
