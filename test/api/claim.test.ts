import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { claim as command } from '../../src/cli/claim.ts'
import { loadSigningKey } from '../../src/config/identity.ts'
import { configSchema } from '../../src/config/schema.ts'
import { ApiListener } from '../../src/gateway/api-listener.ts'
import { Rights } from '../../src/gateway/rights.ts'
import { openTokenStore } from '../../src/gateway/token-register.ts'
import { bearer, FakeClock, FakeLogger, type TestApi, testApi } from '../support/api-fakes.ts'
import { commandIo } from '../support/command-io.ts'

const CLAIM = '/v1/gateway/claim'
const PAGE = {
  host: 'localhost:8080',
  origin: 'http://localhost:8080',
  'sec-fetch-site': 'same-origin',
}

let folder = ''
const stops: (() => Promise<void> | void)[] = []

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'odograph-claim-'))
})

test.after.each(async () => {
  for (const stop of stops.splice(0)) await stop()
  rmSync(folder, { recursive: true, force: true })
})

interface Claimable extends TestApi {
  rights: Rights
}

/** An API over a data folder, as the gateway puts it together. */
async function gateway(api: object = {}): Promise<Claimable> {
  const clock = new FakeClock()
  clock.time = Date.now()
  const tokens = openTokenStore(folder, () => clock.now())
  const rights = new Rights({
    settings: configSchema.parse({ api }).api,
    folder,
    signingKey: loadSigningKey(folder),
    tokens,
    clock,
    found: () => undefined,
  })
  stops.push(() => rights.stop())
  const t = await testApi({ keys: rights.keys, claim: rights.desk, owner: 'owner', clock })
  stops.push(() => t.api.stop())
  t.gateway.known = t.gateway.known.map((vehicle) => ({ ...vehicle, owner: 'owner' }))
  return { ...t, clock, rights }
}

function claim(t: TestApi, headers: Record<string, string>, payload?: object, from = '127.0.0.1') {
  const body = payload === undefined ? {} : { payload }
  return t.api.inject({ method: 'POST', url: CLAIM, headers, remoteAddress: from, ...body })
}

test('the first opening of the page on the machine itself claims the gateway, for good', async () => {
  const t = await gateway()
  assert.equal((await t.api.inject(CLAIM)).json(), { claimed: false })
  const response = await claim(t, PAGE)
  assert.is(response.statusCode, 200)
  const { token } = response.json()
  const vehicles = await t.api.inject({ url: '/v1/gateway/vehicles', headers: bearer(token) })
  assert.is(vehicles.json().length, 2)
  const again = await claim(t, PAGE)
  assert.is(again.statusCode, 409)
  assert.match(again.json().message, /has an owner/)
  assert.equal((await t.api.inject(CLAIM)).json(), { claimed: true })
  assert.ok((await gateway()).rights.isClaimed(), 'after a restart')
})

test('of two that claim at once one gets it', async () => {
  const t = await gateway()
  const both = await Promise.all([claim(t, PAGE), claim(t, PAGE)])
  assert.equal(both.map(({ statusCode }) => statusCode).sort(), [200, 409])
})

test('what only seems to come from the machine itself does not claim it', async () => {
  const t = await gateway()
  const cases: [string, Record<string, string>, string?][] = [
    ['another machine', PAGE, '192.168.4.20'],
    ['handed on by a proxy', { ...PAGE, 'x-forwarded-for': '127.0.0.1' }],
    ['handed on by a proxy (RFC 7239)', { ...PAGE, forwarded: 'for=127.0.0.1' }],
    ['handed on by a proxy of another kind', { ...PAGE, 'x-real-ip': '127.0.0.1' }],
    ['a name that was made to mean this machine', { host: 'evil.example:8080' }],
    ['a name that only begins like it', { host: 'localhost.evil.example' }],
    ['the page of another site', { ...PAGE, origin: 'https://evil.example' }],
    ['a page without an origin', { ...PAGE, origin: 'null' }],
    ['a page on another port', { ...PAGE, origin: 'http://localhost:3000' }],
    ['a request across sites', { host: 'localhost', 'sec-fetch-site': 'cross-site' }],
  ]
  for (const [name, headers, from] of cases) {
    const response = await claim(t, headers, undefined, from)
    assert.is(response.statusCode, 401, name)
    assert.match(response.json().message, /^Open the page on the gateway itself, or send/)
  }
  assert.not.ok(t.rights.isClaimed())
  for (const host of ['localhost', '127.0.0.1:80', '[::1]:8080']) {
    assert.is((await claim(t, { host }, { code: 'x' })).statusCode, 401, 'a wrong code is wrong')
  }
  assert.is((await claim(t, { host: '[::1]:8080' }, undefined, '::1')).statusCode, 200)
})

test('the printed code claims it from elsewhere, after five wrong ones only later', async () => {
  const t = await gateway()
  const { io, out } = commandIo()
  assert.is(await command(['--data', folder], io), 0)
  const code = out().trim()
  assert.match(code, /^[A-Z2-9]{5}-[A-Z2-9]{5}$/)
  assert.is(t.rights.claimCode(), code)
  const far = { host: 'gateway.example' }
  for (let index = 0; index < 5; index += 1) {
    const wrong = await claim(t, far, { code: 'AAAAA-AAAAA' }, `10.0.0.${index}`)
    assert.is(wrong.statusCode, 401)
    assert.not.ok(wrong.body.includes(code))
  }
  const held = await claim(t, far, { code }, '10.0.0.77')
  assert.is(held.statusCode, 429)
  assert.is(held.headers['retry-after'], '900')
  t.clock.advance(900_000)
  const typed = code.toLowerCase().replace('-', ' ')
  assert.is((await claim(t, far, { code: typed }, '10.0.0.77')).statusCode, 200)
  const late = commandIo()
  assert.is(await command(['--data', folder], late.io), 1)
  assert.match(late.err(), /has an owner/)
})

test('a body that is no claim is 400', async () => {
  const t = await gateway()
  for (const payload of [{ code: 5 }, [], { code: 'x'.repeat(65) }]) {
    assert.is((await claim(t, PAGE, payload)).statusCode, 400)
  }
})

test('a gateway that the configuration calls claimed cannot be claimed', async () => {
  const t = await gateway({ claimed: true })
  assert.is((await claim(t, PAGE)).statusCode, 409)
  assert.is(t.rights.claimCode(), undefined)
})

function listenerOf(t: Claimable, listen: string): ApiListener {
  return new ApiListener({
    api: t.api,
    listen,
    restriction: () => t.rights.restriction(),
    clock: t.clock,
    logger: new FakeLogger(),
    pause: () => Promise.reject(new Error('paused')),
  })
}

test('until it is claimed it listens on loopback alone, then where it should, without a restart', async () => {
  const t = await gateway()
  const listener = listenerOf(t, '0.0.0.0:0')
  const first = await listener.start()
  assert.is(first.host, '127.0.0.1')
  assert.match(listener.findings().join(), /answers on this machine alone, not on 0\.0\.0\.0:0/)
  listener.tick()
  await listener.settled()
  assert.match(listener.findings().join(), /no owner yet/)
  const url = `http://127.0.0.1:${first.port}${CLAIM}`
  assert.is((await fetch(url, { method: 'POST' })).status, 200)
  listener.tick()
  await listener.settled()
  assert.equal(listener.findings(), [])
  // An address of loopback that a listener on 127.0.0.1 alone would not have.
  const there = await fetch(`http://127.0.0.2:${first.port}${CLAIM}`)
  assert.equal(await there.json(), { claimed: true })
})

test('one that is claimed, or stays on loopback, is not restricted', async () => {
  const claimed = listenerOf(await gateway({ claimed: true }), '0.0.0.0:0')
  assert.is((await claimed.start()).host, '0.0.0.0')
  assert.equal(claimed.findings(), [])
  const local = listenerOf(await gateway(), '127.0.0.1:0')
  assert.is((await local.start()).host, '127.0.0.1')
  assert.equal(local.findings(), [])
})

test('where the configured address is taken it stays where it is, says so, and tries again', async () => {
  const t = await gateway()
  const taker = createServer()
  await new Promise<void>((resolve) => taker.listen(0, '127.0.0.2', resolve))
  const { port } = taker.address() as { port: number }
  const listener = listenerOf(t, `0.0.0.0:${port}`)
  assert.is((await listener.start()).host, '127.0.0.1')
  const asked = async () => (await fetch(`http://127.0.0.1:${port}${CLAIM}`)).status
  await fetch(`http://127.0.0.1:${port}${CLAIM}`, { method: 'POST' })
  listener.tick()
  await listener.settled()
  assert.match(listener.findings().join(), /the API cannot listen: .*EADDRINUSE/)
  assert.is(await asked(), 200)
  await new Promise((resolve) => taker.close(resolve))
  listener.tick()
  await listener.settled()
  assert.match(listener.findings().join(), /EADDRINUSE/, 'not at once')
  t.clock.advance(5000)
  listener.tick()
  await listener.settled()
  assert.equal(listener.findings(), [])
  assert.is(await asked(), 200)
})

test.run()
