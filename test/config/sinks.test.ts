import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkConfig } from '../../src/config/load.ts'
import { jsonSchema } from '../../src/config/schema.ts'

const test = suite('sinks in the configuration')

const hook = { name: 'hook', type: 'webhook', url: 'https://example.org/in' }
const usb = { name: 'usb', type: 'files', folder: '/media/usb' }

const check = (...sinks: object[]) => checkConfig({ sinks, log: { level: 'debug' } })

test('without any there are none', () => {
  assert.equal(checkConfig({}).config.sinks, [])
})

test('a webhook and a folder have defaults: live data within a second, the stick in large files', () => {
  const { config, findings } = check(hook, usb)
  assert.equal(findings, [])
  const lanes = ['live', 'backlog', 'events']
  assert.equal(config.sinks, [
    {
      ...hook,
      ...{ lanes, encoding: 'json', deflate: false, headers: {}, headerFiles: {} },
      batch: { records: 200, bytes: 256_000, seconds: 1 },
      ...{ connectSeconds: 15, answerSeconds: 30 },
    },
    {
      ...usb,
      ...{ lanes, encoding: 'json', deflate: false },
      batch: { records: 10_000, bytes: 4_000_000, seconds: 300 },
      ...{ requireMount: true, keepFree: 50_000_000 },
    },
  ])
})

test('everything that can be said is taken', () => {
  const whole = {
    ...hook,
    ...{ lanes: ['backlog'], encoding: 'columns', bytesPerHour: 1_000_000, deflate: true },
    batch: { records: 1000, bytes: 100_000, seconds: 0 },
    ...{ username: 'me', passwordFile: '/etc/odograph/password', signatureFile: '/etc/hmac' },
    headers: { 'X-Tenant': 'north' },
    headerFiles: { 'X-Api-Key': '/etc/key' },
    ...{ caFile: '/ca', certFile: '/cert', keyFile: '/key', servername: 'inner' },
    proxy: { url: 'http://proxy:3128', username: 'me', passwordFile: '/etc/proxy' },
    ...{ connectSeconds: 5, answerSeconds: 60 },
  }
  const { config, findings } = check(whole)
  assert.equal(findings, [])
  assert.equal(config.sinks, [whole])
})

const proxied = (url: string) => ({ ...hook, proxy: { url } })

const wrong: [what: string, sink: object, says: RegExp][] = [
  ['no type', { name: 'x' }, /^sinks\.0\.type: use the type webhook or files$/],
  ['another type', { name: 'x', type: 'kafka' }, /use the type webhook or files$/],
  ['no address', { name: 'hook', type: 'webhook' }, /^sinks\.0\.url: use an address that begins/],
  ['FTP', { ...hook, url: 'ftp://x/' }, /begins with https:\/\/ or http:\/\/$/],
  ['an address that is none', { ...hook, url: 'https://[x/' }, /this is no address$/],
  ['a password in the address', { ...hook, url: 'https://me:pw@x/' }, /out of the address: use us/],
  ['a secure proxy', proxied('https://proxy:1'), /http:\/\/ and is only host and port$/],
  ['a path of a proxy', proxied('http://proxy/x'), /http:\/\/ and is only host and port$/],
  ['two credentials', { ...hook, bearerFile: '/a', username: 'me' }, /bearerFile: use either/],
  ['a password of nobody', { ...hook, passwordFile: '/a' }, /passwordFile: a password needs a us/],
  ['half a certificate', { ...hook, certFile: '/a' }, /certFile: a client certificate is certFile/],
  ['the other half', { ...hook, keyFile: '/a' }, /keyFile: a client certificate is certFile/],
  ['an inline token', { ...hook, headers: { Authorization: 'x' } }, /for credentials use bearerFi/],
  ['our own field', { ...hook, headers: { 'x-odograph-lane': 'x' } }, /is made by the sink/],
  ['a header field with a blank', { ...hook, headers: { 'a b': 'x' } }, /no blanks or colons/],
  ['a header field of two lines', { ...hook, headers: { a: 'x\ny' } }, /one line of plain/],
  ['an unknown key', { ...hook, token: 's3cret' }, /sinks\.0\.token: unknown key; known here are/],
  ['another lane', { ...hook, lanes: ['status'] }, /lanes\.0: use live, backlog, events$/],
  ['no lane', { ...hook, lanes: [] }, /lanes/],
  ['another encoding', { ...hook, encoding: 'xml' }, /encoding/],
  ['no bytes an hour', { ...hook, bytesPerHour: 0 }, /bytesPerHour/],
  ['a taken name', { ...hook, name: 'mqtt-events' }, /names that begin with "mqtt" are taken$/],
  ['a name that is none', { ...hook, name: 'a/b' }, /letters, digits/],
  ['a folder from nowhere', { ...usb, folder: 'usb' }, /use a full path, such as/],
  ['a web address of a folder', { ...usb, url: 'x' }, /unknown key/],
]

for (const [what, sink, says] of wrong) {
  test(`${what}: that sink is left out, with words that say what would do`, () => {
    const { config, findings } = check(sink, usb)
    assert.is(findings.length, 1, findings.join('\n'))
    assert.match(findings[0] ?? '', says)
    assert.not.match(findings[0] ?? '', /s3cret|pw/)
    assert.equal(
      config.sinks.map(({ name }) => name),
      ['usb'],
    )
    assert.is(config.log.level, 'debug')
  })
}

test('a name that is there twice goes to the first', () => {
  const { config, findings } = check(hook, { ...usb, name: 'hook' }, usb)
  assert.equal(findings, ['sinks.1.name: "hook" is taken; every sink needs a name of its own'])
  assert.equal(
    config.sinks.map(({ type }) => type),
    ['webhook', 'files'],
  )
})

test('the JSON Schema knows them', () => {
  assert.match(JSON.stringify(jsonSchema()), /signatureFile.*requireMount/)
})

test.run()
