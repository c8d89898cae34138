/** The OpenAPI document: sound in itself, and true about the routes and what they answer. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { answers } from '../../src/api/schemas/answers.ts'
import { examples } from '../../src/api/schemas/examples.ts'
import { type TestApi, testApi } from '../support/api-fakes.ts'
import { type Json, json, operationsOf, problemsOf } from '../support/openapi-check.ts'

const test = suite('OpenAPI')

async function documentOf(t: TestApi): Promise<Json> {
  return (await t.api.inject('/openapi.json')).json()
}

test('the document is sound OpenAPI 3.1', async () => {
  const document = await documentOf(await testApi())
  assert.is(document.openapi, '3.1.0')
  assert.equal(problemsOf(document), [])
  assert.equal(Object.keys(json(json(document.components).securitySchemes)), [
    'privilegeToken',
    'userToken',
  ])
})

test('every route is in the document unless it is hidden, and nothing else is', async () => {
  const t = await testApi()
  const documented = operationsOf(await documentOf(t)).map(({ name }) => name)
  const registered = t.api.routes
    .filter((route) => !/^(HEAD|OPTIONS) /.test(route) && !t.api.hiddenRoutes.includes(route))
    .map((route) => route.replace(/:(\w+)/g, '{$1}'))
  assert.ok(documented.length > 20)
  assert.equal([...documented].sort(), [...new Set(registered)].sort())
})

test('what is hidden holds no data: files of the page and of Swagger UI', async () => {
  const t = await testApi()
  assert.ok(t.api.hiddenRoutes.length > 0)
  assert.equal(
    t.api.hiddenRoutes.filter((route) => !/^\w+ \/(assets|v1\/swagger)(\/|$)/.test(route)),
    [],
  )
})

test('a vehicle is asked with both tokens, the user with one, and 401 is told', async () => {
  for (const { name, path, body } of operationsOf(await documentOf(await testApi()))) {
    const schemes = [body.security].flat().flatMap((requirement) => Object.keys(json(requirement)))
    if (path.includes('{tokenId}')) assert.ok(schemes.includes('privilegeToken'), name)
    if (path.includes('{userDeviceId}')) assert.equal(schemes, ['userToken'], name)
    if (schemes.length > 0) assert.ok(json(body.responses)['401'] !== undefined, name)
  }
})

test('every example is an answer of its kind', () => {
  for (const [name, example] of Object.entries(examples)) {
    const schema = answers[name as keyof typeof answers]
    assert.ok(schema.safeParse(example).success, name)
  }
})

test('the checker finds what is wrong', () => {
  const error = { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } }
  const good = {
    operationId: 'a',
    summary: 'A.',
    tags: ['a'],
    security: [],
    responses: { 200: { description: 'A.', content: error } },
  }
  const documentWith = (path: string, operation: Json, schemas: Json = {}) => ({
    openapi: '3.1.0',
    info: { title: 'A', version: '1' },
    components: { schemas: { Error: { type: 'object' }, ...schemas } },
    paths: { [path]: { get: operation } },
  })
  assert.equal(problemsOf(documentWith('/a', good)), [])
  const cases: [document: Json, problem: RegExp][] = [
    [{ ...documentWith('/a', good), openapi: '3.0.3' }, /^openapi/],
    [documentWith('/a/{id}', good), /declared: ; used: path id/],
    [documentWith('/a', { ...good, operationId: undefined }), /no operationId/],
    [documentWith('/a', { ...good, summary: '' }), /no summary/],
    [documentWith('/a', { ...good, tags: [] }), /no tags/],
    [documentWith('/a', { ...good, security: undefined }), /no security/],
    [documentWith('/a', { ...good, security: [{ b: [] }] }), /no security scheme b/],
    [documentWith('/a', { ...good, responses: {} }), /no good answer/],
    [documentWith('/a', { ...good, responses: { 200: { description: '' } } }), /no content/],
    [documentWith('/a', good, { B: { nullable: true } }), /B: nullable/],
    [documentWith('/a', good, { B: { type: 'int' } }), /B: type int/],
    [documentWith('/a', good, { B: { $ref: '#/components/schemas/C' } }), /leads nowhere/],
    [documentWith('/a', good, { B: { items: { required: ['c'] } } }), /B.items: requires c/],
    [
      {
        ...documentWith('/a', good),
        paths: { '/a': { get: good }, '/b': { get: good } },
      },
      /^a twice/,
    ],
    [
      documentWith('/a', {
        ...good,
        responses: {
          ...good.responses,
          400: { description: '', content: { 'application/json': { schema: {} } } },
        },
      }),
      /400 is not Error/,
    ],
  ]
  for (const [document, problem] of cases) assert.match(problemsOf(document).join('\n'), problem)
})

test('neither Swagger UI nor its settings name another host', async () => {
  const t = await testApi()
  for (const url of ['/v1/swagger/', '/v1/swagger/static/swagger-initializer.js']) {
    const { body, statusCode } = await t.api.inject(url)
    assert.is(statusCode, 200, url)
    assert.not.match(body, /(?:src|href|url|fetch|import)\s*[(=:]\s*["'`]?(?:https?:)?\/\/\w/i)
  }
  const text = (await t.api.inject('/v1/swagger/doc.json')).body
  assert.not.match(text, /"(?:url|externalDocs|servers)":\s*"?https?:/)
})

test.run()
