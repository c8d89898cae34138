import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { issueUserToken, TokenVerifier } from '../../src/api/auth/tokens.ts'
import { loadSigningKey } from '../../src/config/identity.ts'
import { configSchema } from '../../src/config/schema.ts'
import { createKeySet, type RunningKeySet } from '../../src/gateway/key-sets.ts'
import { Rights } from '../../src/gateway/rights.ts'
import { openTokenStore } from '../../src/gateway/token-register.ts'
import { keys, newKey, type TestKey } from '../support/api-fakes.ts'
import { HandClock } from '../support/hand-clock.ts'

const ISSUER = 'https://issuer.example'
const one = await newKey('one')
const two = await newKey('two')

let folder = ''
let clock = new HandClock()
const open: { stop(): void }[] = []

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'odograph-keys-'))
  clock = new HandClock()
})

test.after.each(() => {
  for (const part of open.splice(0)) part.stop()
  rmSync(folder, { recursive: true, force: true })
})

function started(place: string): RunningKeySet {
  const world = { clock, timers: clock, fetch, folder: join(folder, 'key-sets') }
  const set = createKeySet(place, world)
  set.start()
  open.push(set)
  return set
}

function verifierOf(set: RunningKeySet): TokenVerifier {
  return new TokenVerifier({ ...keys, trusted: [{ issuer: ISSUER, jwks: set, audience: 'here' }] })
}

/** Of whom the token speaks, or why it is refused. */
async function asked(verifier: TokenVerifier, key: TestKey, audience = 'here'): Promise<string> {
  const signer = { signingKey: key.jwk, issuer: ISSUER, audience }
  const now = clock.now()
  const token = await issueUserToken(signer, { sub: 'ada', expiresSeconds: 600, now })
  try {
    const { identity } = await verifier.verify(token, now)
    return identity.kind === 'user' ? identity.subject : identity.kind
  } catch (error) {
    return (error as Error).message
  }
}

function textOf(...set: TestKey[]): string {
  return JSON.stringify({ keys: set.map(({ jwk }) => jwk) })
}

interface KeyServer {
  url: string
  /** What it answers from now on. */
  answer: { status: number; body: string; location?: string }
  asked: number
  server: Server
}

async function keyServer(body: string): Promise<KeyServer> {
  const server = createServer((_request, response) => {
    state.asked += 1
    const { status, body, location } = state.answer
    response.writeHead(status, { connection: 'close', ...(location && { location }) })
    response.end(body)
  })
  const state: KeyServer = { url: '', answer: { status: 200, body }, asked: 0, server }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`
  open.push({ stop: () => void server.close() })
  return state
}

const UNKNOWN = 'It is signed with a key that is not known here.'

test('keys of a file are taken, and taken anew when it changes', async () => {
  const path = join(folder, 'keys.json')
  writeFileSync(path, textOf(one))
  const set = started(path)
  const verifier = verifierOf(set)
  assert.is(await asked(verifier, one), 'ada')
  assert.is(await asked(verifier, two), UNKNOWN)
  assert.is(await asked(verifier, one, 'elsewhere'), 'Its claim aud is not accepted.')
  writeFileSync(path, textOf(two, one))
  assert.is(await asked(verifier, two), 'ada', 'a token with an unknown key makes it look at once')
  writeFileSync(path, textOf(two))
  await clock.advance(1000)
  assert.is(await asked(verifier, one), UNKNOWN)
  assert.is(set.finding(), undefined)
})

test('a token stops being vouched for when the keys of its issuer change', async () => {
  const path = join(folder, 'keys.json')
  writeFileSync(path, textOf(one))
  const verifier = verifierOf(started(path))
  const signer = { signingKey: one.jwk, issuer: ISSUER, audience: 'here' }
  const now = clock.now()
  const token = await issueUserToken(signer, { sub: 'ada', expiresSeconds: 600, now })
  const verified = await verifier.verify(token, now)
  assert.ok(verifier.vouchesFor(verified))
  writeFileSync(path, textOf(two))
  await clock.advance(1000)
  assert.not.ok(verifier.vouchesFor(verified))
})

test('what is wrong with a file is told, and the keys before stay in use', async () => {
  const path = join(folder, 'keys.json')
  const set = started(path)
  assert.match(
    set.finding() ?? '',
    /keys\.json: does not exist; tokens of this issuer are refused$/,
  )
  const secret = { kty: 'oct', kid: 'one', k: 'c2VjcmV0', alg: 'HS256' }
  const cases: [string, RegExp][] = [
    ['{', /is not JSON/],
    ['[]', /is not a key set/],
    ['null', /is not a key set/],
    ['{"keys":[]}', /holds no public key/],
    [JSON.stringify({ keys: [secret, null, 1] }), /holds no public key/],
    [' '.repeat(300_000), /is larger than 262144 bytes/],
  ]
  for (const [text, finding] of cases) {
    writeFileSync(path, text)
    await clock.advance(1000)
    assert.match(set.finding() ?? '', finding)
  }
  writeFileSync(path, textOf(one))
  await clock.advance(1000)
  assert.is(set.finding(), undefined)
  writeFileSync(path, '{')
  await clock.advance(1000)
  assert.match(set.finding() ?? '', /the keys known before stay in use$/)
  assert.is(await asked(verifierOf(set), one), 'ada')
})

test('private halves in a key set are dropped', async () => {
  const path = join(folder, 'keys.json')
  writeFileSync(path, textOf(one))
  assert.equal(Object.keys(started(path).keys().keys[0] ?? {}), [
    'kty',
    'kid',
    'alg',
    'crv',
    'x',
    'y',
  ])
})

test('keys of an address are fetched, and again each hour', async () => {
  const server = await keyServer(textOf(one))
  const set = started(server.url)
  await set.missed()
  const verifier = verifierOf(set)
  assert.is(await asked(verifier, one), 'ada')
  server.answer.body = textOf(two)
  await clock.advance(3_600_000)
  await set.missed()
  assert.is(await asked(verifier, one), UNKNOWN)
  assert.is(await asked(verifier, two), 'ada')
})

test('a key that is not known is asked for at most every five minutes', async () => {
  const server = await keyServer(textOf(one))
  const set = started(server.url)
  await set.missed()
  assert.is(server.asked, 1, 'the first fetch was under way')
  const verifier = verifierOf(set)
  assert.is(await asked(verifier, two), UNKNOWN)
  assert.is(server.asked, 2)
  server.answer.body = textOf(one, two)
  for (let i = 0; i < 5; i += 1) assert.is(await asked(verifier, two), UNKNOWN)
  assert.is(server.asked, 2)
  await clock.advance(300_000)
  assert.is(await asked(verifier, two), 'ada')
  assert.is(server.asked, 3)
})

test('a start without the address verifies with what was kept', async () => {
  const server = await keyServer(textOf(one))
  const first = started(server.url)
  await first.missed()
  first.stop()
  server.answer = { status: 503, body: '' }
  const set = started(server.url)
  const verifier = verifierOf(set)
  assert.is(await asked(verifier, one), 'ada')
  await set.missed()
  assert.match(set.finding() ?? '', /was answered with 503; the keys known before stay in use$/)
  server.answer = { status: 200, body: textOf(two) }
  await clock.advance(60_000)
  await set.missed()
  assert.is(await asked(verifier, two), 'ada', 'tried again a minute after a failure')
  assert.is(set.finding(), undefined)
})

test('an address that answers nonsense, too much or another address is told', async () => {
  const elsewhere = await keyServer(textOf(one))
  const server = await keyServer('')
  const cases: [KeyServer['answer'], RegExp][] = [
    [{ status: 200, body: '<html>' }, /is not JSON/],
    [{ status: 200, body: `{"keys":[${'1,'.repeat(200_000)}1]}` }, /is larger than/],
    [{ status: 302, body: '', location: elsewhere.url }, /redirect/],
  ]
  for (const [answer, finding] of cases) {
    server.answer = answer
    const set = started(server.url)
    await set.missed()
    assert.match(set.finding() ?? '', finding)
    assert.is(await asked(verifierOf(set), one), UNKNOWN)
    set.stop()
  }
  assert.is(elsewhere.asked, 0)
})

test('a place of keys is a file, an https address, or an address of this machine', () => {
  const cases: [string, boolean][] = [
    ['/etc/odograph/keys.json', true],
    ['keys.json', true],
    ['https://issuer.example/jwks.json', true],
    ['http://127.0.0.1:8090/jwks.json', true],
    ['http://localhost/jwks.json', true],
    ['http://issuer.example/jwks.json', false],
    ['http://localhost.issuer.example/jwks.json', false],
    ['http://127.0.0.1@issuer.example/jwks.json', false],
    ['ftp://issuer.example/jwks.json', false],
    ['', false],
  ]
  for (const [jwks, isGood] of cases) {
    const issuers = [{ issuer: ISSUER, jwks }]
    assert.is(configSchema.safeParse({ api: { auth: { issuers } } }).success, isGood, jwks)
  }
})

test('an issuer that is named twice, or as the gateway itself, is left out and told', () => {
  const found: string[] = []
  const jwks = join(folder, 'keys.json')
  const issuers = ['odograph', ISSUER, ISSUER].map((issuer) => ({ issuer, jwks }))
  const rights = new Rights({
    settings: configSchema.parse({ api: { auth: { issuers, audience: 'here' } } }).api,
    folder,
    signingKey: loadSigningKey(folder),
    tokens: openTokenStore(folder, () => clock.now()),
    clock,
    found: (sentence) => found.push(sentence),
  })
  open.push(rights)
  assert.equal(
    rights.keys.trusted?.map(({ issuer, audience }) => [issuer, audience]),
    [[ISSUER, 'here']],
  )
  assert.is(found.length, 2)
  assert.match(found[0] ?? '', /"odograph" is taken/)
  assert.match(rights.findings().join(), /keys\.json: does not exist/)
})

test.run()
