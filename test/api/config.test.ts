/** The configuration over REST: read, checked, changed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadConfig } from '../../src/config/load.ts'
import { GatewayConfig } from '../../src/gateway/config-access.ts'
import { bearer, privilegeToken, testApi, userToken } from '../support/api-fakes.ts'
import { inFolder } from '../support/journal-records.ts'

const test = suite('configuration over REST')

const TEXT = `api: { listen: 127.0.0.1:9000 }
mqtt: { url: mqtt://broker, password: s3cret }
`
const PATH = '/v1/gateway/config'

function withConfig(
  run: (scene: {
    file: string
    ask: (method: 'GET' | 'PATCH', url: string, body?: object, headers?: object) => Promise<Answer>
  }) => Promise<void>,
): () => Promise<void> {
  return () =>
    inFolder(async (folder) => {
      const file = join(folder, 'odograph.yaml')
      writeFileSync(file, TEXT)
      const t = await testApi({ config: new GatewayConfig(loadConfig({ file, environment: {} })) })
      const owner = bearer(await userToken())
      await run({
        file,
        async ask(method, url, body, headers = {}) {
          const response = await t.api.inject({
            method,
            url,
            headers: { ...owner, ...headers },
            ...(body === undefined ? {} : { payload: body }),
          })
          return { status: response.statusCode, etag: response.headers.etag, body: response.json() }
        },
      })
    })
}

interface Answer {
  status: number
  etag: unknown
  body: Record<string, unknown>
}

test(
  'the owner reads what is in force, and no secret',
  withConfig(async ({ ask, file }) => {
    const { status, etag, body } = await ask('GET', PATH)
    assert.is(status, 200)
    assert.is(body.file, file)
    assert.is(body.origin, 'file')
    assert.is(etag, `"${body.version}"`)
    const values = body.values as Record<string, Record<string, unknown>>
    assert.is(values.api?.listen, '127.0.0.1:9000')
    assert.is(values.mqtt?.password, '(set)')
    assert.not.match(JSON.stringify(body), 's3cret')
    assert.is((await ask('GET', `${PATH}/schema`)).body.type, 'object')
  }),
)

test(
  'a dry run shows what would change, and writes nothing',
  withConfig(async ({ ask, file }) => {
    const set = { 'api.listen': '0.0.0.0:80', 'mqtt.password': 'other' }
    const { status, body } = await ask('PATCH', `${PATH}?dryRun=true`, { set })
    assert.is(status, 200)
    assert.equal(body.lines, [
      '-api: { listen: 127.0.0.1:9000 }',
      '-mqtt: { url: mqtt://broker, password: (set)',
      '+api: { listen: 0.0.0.0:80 }',
      '+mqtt: { url: mqtt://broker, password: (set)',
    ])
    assert.is(body.isWritten, false)
    assert.is(readFileSync(file, 'utf8'), TEXT)
  }),
)

test(
  'a change is written with the one before beside it, and takes a restart',
  withConfig(async ({ ask, file }) => {
    const set = { 'api.listen': '0.0.0.0:80', 'mqtt.password': null }
    const { status, body } = await ask('PATCH', PATH, { set })
    assert.is(status, 200)
    assert.is(body.isWritten, true)
    assert.is(body.restart, true)
    assert.is(
      readFileSync(file, 'utf8'),
      'api: { listen: 0.0.0.0:80 }\nmqtt: { url: mqtt://broker }\n',
    )
    assert.is(readFileSync(`${file}.bak`, 'utf8'), TEXT)
  }),
)

const refused: [name: string, set: unknown, says: RegExp][] = [
  ['a value that is not valid', { 'log.level': 'loud' }, /Nothing was written\..*log\.level/],
  ['a key that is not known', { 'api.lisen': 'x' }, /did you mean "listen"/],
  ['no key at all', {}, /must name a key/],
  ['keys that are none', { '../x': 1 }, /must name keys/],
  ['no object', 'x', /must be an object/],
]

for (const [name, set, says] of refused) {
  test(
    `${name} is refused, and nothing is written`,
    withConfig(async ({ ask, file }) => {
      const { status, body } = await ask('PATCH', PATH, { set })
      assert.is(status, 400)
      assert.match(String(body.message), says)
      assert.is(readFileSync(file, 'utf8'), TEXT)
    }),
  )
}

test(
  'a file that was changed meanwhile is left alone',
  withConfig(async ({ ask, file }) => {
    const { etag } = await ask('GET', PATH)
    writeFileSync(file, `${TEXT}# by somebody else\n`)
    const set = { 'api.listen': '0.0.0.0:80' }
    const late = await ask('PATCH', PATH, { set }, { 'if-match': String(etag) })
    assert.is(late.status, 412)
    const now = await ask('GET', PATH)
    const again = await ask('PATCH', PATH, { set }, { 'if-match': String(now.etag) })
    assert.is(again.status, 200)
  }),
)

test(
  'a privilege token, a user of nothing and nobody are refused',
  withConfig(async ({ ask }) => {
    const all = await privilegeToken([1, 2, 3, 4, 5, 6, 7, 8])
    for (const method of ['GET', 'PATCH'] as const) {
      const body = method === 'PATCH' ? { set: { 'log.level': 'debug' } } : undefined
      assert.is((await ask(method, PATH, body, bearer(all))).status, 401)
      assert.is((await ask(method, PATH, body, { authorization: '' })).status, 401)
    }
  }),
)

test('a gateway without a file says how to come to one', async () => {
  const config = new GatewayConfig(loadConfig({ environment: {} }))
  const t = await testApi({ config })
  const headers = bearer(await userToken())
  const read = await t.api.inject({ url: PATH, headers })
  assert.is(read.json().origin, 'defaults')
  const set = { 'log.level': 'debug' }
  const response = await t.api.inject({ method: 'PATCH', url: PATH, headers, payload: { set } })
  assert.is(response.statusCode, 409)
  assert.match(response.json().message, '--config FILE')
})

test.run()
