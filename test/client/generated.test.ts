/** The types of the client against the OpenAPI document that they are made from. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CLIENT_TYPES, clientSource, typeOf } from '../../scripts/client-source.ts'
import { testApi } from '../support/api-fakes.ts'

const test = suite('generated client')

test('the types of the client are those of the document: npm run generate:client', async () => {
  const { api } = await testApi()
  const document = (await api.inject('/openapi.json')).json()
  const committed = readFileSync(new URL(`../../${CLIENT_TYPES}`, import.meta.url), 'utf8')
  assert.is(committed, clientSource(document), 'run npm run generate:client')
})

test('the order of the document makes no difference', () => {
  const operation = { responses: { 200: { content: { 'application/json': { schema: {} } } } } }
  const parameters = ['b', 'a'].map((name) => ({ name, in: 'query', schema: { type: 'string' } }))
  const [a, b] = [{ get: operation }, { get: { ...operation, parameters } }]
  const schemas = { B: { type: 'string' }, A: { type: 'number' } }
  const one = { paths: { '/b': b, '/a': a }, components: { schemas } }
  const reversed = { get: { ...operation, parameters: parameters.toReversed() } }
  const other = {
    paths: { '/a': a, '/b': reversed },
    components: { schemas: { A: schemas.A, B: schemas.B } },
  }
  assert.is(clientSource(one), clientSource(other))
})

const types: [schema: unknown, type: string][] = [
  [{}, 'unknown'],
  [true, 'unknown'],
  [false, 'never'],
  [{ type: 'integer' }, 'number'],
  [{ type: ['number', 'null'] }, '(number | null)'],
  [{ enum: ['a', 1, null] }, '("a" | 1 | null)'],
  [{ enum: ['a'] }, '"a"'],
  [{ const: 1 }, '1'],
  [{ $ref: '#/components/schemas/A' }, 'Schemas["A"]'],
  [{ oneOf: [{ type: 'string' }, { type: 'number' }] }, '(string | number)'],
  [{ anyOf: [{ type: 'string' }, { type: 'string' }] }, 'string'],
  [{ allOf: [{ $ref: '#/a/A' }, { $ref: '#/a/B' }] }, '(Schemas["A"] & Schemas["B"])'],
  [{ type: 'array' }, 'Array<unknown>'],
  [{ type: 'array', items: { type: 'boolean' } }, 'Array<boolean>'],
  [{ type: 'array', prefixItems: [{ type: 'string' }], items: false }, '[string]'],
  [{ type: 'array', prefixItems: [{}], items: { type: 'null' } }, '[unknown, ...Array<null>]'],
  [{ type: 'object' }, 'Record<string, unknown>'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, 'Record<string, number>'],
  [
    { type: 'object', properties: { a: {}, 'b-c': { type: 'string' } }, required: ['a'] },
    '{\na: unknown\n"b-c"?: string\n}',
  ],
  [
    { properties: { a: { type: 'string', description: 'x */ y' } }, additionalProperties: {} },
    '({\n/** x * / y */\na?: string\n} & Record<string, unknown>)',
  ],
]

test('each kind of schema has its type', () => {
  for (const [schema, type] of types) assert.is(typeOf(schema), type, JSON.stringify(schema))
})

test.run()
