/**
 * From zod schemas to validation and to the OpenAPI document. Answers are documented, not
 * serialised by schema: what a handler returns is what is sent, field for field.
 */
import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema } from 'fastify'
import { z } from 'zod'
import { badRequest } from './http-error.ts'
import { type AnswerName, answers } from './schemas/answers.ts'
import { examples } from './schemas/examples.ts'

const errorTitles: Readonly<Record<number, string>> = {
  400: 'A parameter is not valid.',
  401: 'No token, a bad one, or one without a right that this needs.',
  404: 'No such vehicle for this token, or no data yet.',
  406: 'Not available in a form that the Accept header names.',
  409: 'The gateway refused it; the message says why.',
  412: 'It was changed meanwhile.',
  416: 'There is no such part of it.',
  429: 'Too many failed attempts; see Retry-After.',
  500: 'The gateway failed.',
  502: 'The adapter or the bus failed.',
  503: 'The gateway cannot do it just now; the message says why.',
  504: 'No control unit answered in time.',
}

interface MediaContent {
  schema: object
}

interface DocumentedAnswer {
  description: string
  content: Record<string, MediaContent>
}

/** Documentation of a route's answers: the good one, and the errors by status. */
export function answersOf(
  name: AnswerName,
  description: string,
  errors: readonly number[],
  otherTypes: Record<string, object> = {},
): Record<number, DocumentedAnswer> {
  const documented: Record<number, DocumentedAnswer> = {
    200: { description, content: { 'application/json': { schema: { $ref: `${name}#` } } } },
  }
  for (const [type, schema] of Object.entries(otherTypes)) {
    const good = documented[200]
    if (good !== undefined) good.content[type] = { schema }
  }
  for (const status of [...errors, 500]) {
    documented[status] = {
      description: errorTitles[status] ?? 'An error.',
      content: { 'application/json': { schema: { $ref: 'Error#' } } },
    }
  }
  return documented
}

export async function useSchemas(app: FastifyInstance, version: string): Promise<void> {
  app.setValidatorCompiler(({ schema, httpPart }) => (data: unknown) => {
    if (!(schema instanceof z.ZodType)) return { value: data }
    const result = schema.safeParse(data)
    return result.success
      ? { value: result.data }
      : { error: badRequest(problem(result.error, httpPart)) }
  })
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  for (const [name, schema] of Object.entries(answers)) {
    app.addSchema({ $id: name, ...jsonSchema(schema), ...exampleOf(name) })
  }
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Odograph',
        version,
        description:
          'Status, history and distances of the vehicles at this gateway, in the shape of the ' +
          'DIMO Device Data API.',
      },
      components: {
        securitySchemes: {
          privilegeToken: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'A privilege token for the vehicle.',
          },
          userToken: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: "A user token of the vehicle's owner.",
          },
        },
      },
    },
    refResolver: {
      buildLocalReference: (json, _baseUri, _fragment, index) =>
        typeof json.$id === 'string' ? json.$id : `schema-${index}`,
    },
    transform: ({ schema, url }) => ({ schema: requestSchemas(schema), url }),
  })
}

function requestSchemas(schema: FastifySchema | undefined): FastifySchema {
  const documented = { ...schema }
  for (const part of ['querystring', 'params', 'body'] as const) {
    const described = documented[part]
    if (described instanceof z.ZodType) documented[part] = jsonSchema(described)
  }
  return documented
}

function exampleOf(name: string): { examples?: unknown[] } {
  const example = (examples as Readonly<Record<string, unknown>>)[name]
  return example === undefined ? {} : { examples: [example] }
}

/** JSON Schema of draft 2020-12, which OpenAPI 3.1 speaks. */
function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input', override: tidy })
  return rest
}

/** What says nothing to a reader: the limits of exact numbers, and that names are texts. */
function tidy({ jsonSchema: made }: { jsonSchema: Record<string, unknown> }): void {
  if (made.minimum === Number.MIN_SAFE_INTEGER) delete made.minimum
  if (made.maximum === Number.MAX_SAFE_INTEGER) delete made.maximum
  delete made.propertyNames
  if (made.example === undefined) return
  made.examples = [made.example]
  delete made.example
}

/** "limit must be a whole number from 1 to 10000.", "readings[1].time must be …". */
function problem(error: z.ZodError, part: string | undefined): string {
  const [issue] = error.issues
  const [first = part === 'body' ? 'The body' : 'A parameter', ...rest] = issue?.path ?? []
  // What is wrong with an element of a plain list is said of the list.
  if (typeof rest.at(-1) === 'number') rest.pop()
  const place = rest.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
  return `${String(first)}${place.join('')} ${issue?.message ?? 'is not valid'}.`
}
