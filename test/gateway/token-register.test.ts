import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { backup } from '../../src/cli/backup.ts'
import { token as command } from '../../src/cli/token.ts'
import { loadSigningKey } from '../../src/config/identity.ts'
import {
  openTokenStore,
  openTokenStoreAnyway,
  TokenStore,
} from '../../src/gateway/token-register.ts'
import { bearer, FakeClock, OWNER, type TestApi, testApi } from '../support/api-fakes.ts'
import { commandIo } from '../support/command-io.ts'
import { openJournal } from '../support/journal-records.ts'

const STATUS = '/v1/vehicle/17/signals'
const CONTRACT = '0xbA5738a18d83D41847dfFbDC6101d37C69c9B0cF'

let folder = ''
const open: TokenStore[] = []

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'odograph-tokens-'))
})

test.after.each(() => {
  for (const store of open.splice(0)) store.close()
  rmSync(folder, { recursive: true, force: true })
})

function opened(now = Date.now): TokenStore {
  const store = openTokenStore(folder, now)
  open.push(store)
  return store
}

/** An API whose tokens are those of the folder, and `odograph token` beside it. */
async function gateway(): Promise<TestApi & { tokens: TokenStore }> {
  const tokens = opened()
  const keys = { signingKey: loadSigningKey(folder), issuer: 'odograph', register: tokens }
  const clock = new FakeClock()
  clock.time = Date.now()
  return { ...(await testApi({ keys, clock, owner: 'owner' })), tokens }
}

async function odograph(...args: string[]): Promise<string> {
  const { io, out } = commandIo()
  await command([...args, '--data', folder], io)
  // It runs in a process of its own, and so never within one turn of the gateway's.
  await setImmediate()
  return out().trim()
}

async function asked(t: TestApi, token: string, url = STATUS): Promise<number> {
  return (await t.api.inject({ url, headers: bearer(token) })).statusCode
}

test('what the command line issues is listed, and revoked at once beside a running gateway', async () => {
  const t = await gateway()
  t.gateway.known = t.gateway.known.map((vehicle) => ({ ...vehicle, owner: 'owner' }))
  const user = await odograph('create', '--user')
  const other = await odograph('create', '--vehicle', '17', '--privileges', '1,3')
  assert.is(await asked(t, user), 200)
  assert.is(await asked(t, other), 200)
  const listed = (await odograph('list', '--json')).split('\n').map((line) => JSON.parse(line))
  assert.is(listed.length, 2)
  const privilege = listed.find(({ kind }) => kind === 'privilege')
  assert.equal([privilege.vehicle, privilege.privileges], ['17', [1, 3]])
  await odograph('revoke', privilege.id)
  const response = await t.api.inject({ url: STATUS, headers: bearer(other) })
  assert.is(response.statusCode, 401)
  assert.match(response.json().message, /It was revoked\.$/)
  assert.is(await asked(t, user), 200)
  assert.match(await odograph('list'), /vehicle 17 privileges 1,3 .* revoked 20/)
})

test('a user token that is revoked takes what was exchanged for it with it', async () => {
  const t = await gateway()
  t.gateway.known = t.gateway.known.map((vehicle) => ({ ...vehicle, owner: 'owner' }))
  const user = await odograph('create', '--user')
  const exchanged = await t.api.inject({
    method: 'POST',
    url: '/v1/tokens/exchange',
    headers: bearer(user),
    payload: { nftContractAddress: CONTRACT, tokenId: '17', privileges: [1] },
  })
  const { token } = exchanged.json()
  assert.is(await asked(t, token), 200)
  const [child, parent] = t.tokens.list().sort((a) => (a.kind === 'privilege' ? -1 : 1))
  assert.is(child?.parent, parent?.id)
  await odograph('revoke', parent?.id ?? '')
  assert.is(await asked(t, token), 401)
  assert.is(await asked(t, user), 401)
})

test('what is exchanged ends no later than what it was exchanged for', async () => {
  const t = await gateway()
  t.gateway.known = t.gateway.known.map((vehicle) => ({ ...vehicle, owner: 'owner' }))
  const user = await odograph('create', '--user', '--expires', '60s')
  await t.api.inject({
    method: 'POST',
    url: '/v1/tokens/exchange',
    headers: bearer(user),
    payload: { nftContractAddress: CONTRACT, tokenId: '17', privileges: [1] },
  })
  const [left, right] = t.tokens.list()
  assert.ok(left && right && Math.abs(left.expires - right.expires) <= 2000)
  assert.ok((left?.expires ?? 0) < Date.now() + 62_000)
})

test('all or all before a time can be revoked, also tokens that are in no list', async () => {
  const t = await gateway()
  t.gateway.known = t.gateway.known.map((vehicle) => ({ ...vehicle, owner: 'owner' }))
  const user = await odograph('create', '--user')
  for (const store of open.splice(0)) store.close()
  rmSync(join(folder, 'tokens.db'))
  const later = await gateway()
  later.gateway.known = t.gateway.known
  assert.is(await asked(later, user), 200, 'an earlier version kept no list')
  await odograph('revoke', '--before', '1h')
  assert.is(await asked(later, user), 200)
  const listed = await odograph('create', '--user')
  await odograph('revoke', '--all')
  assert.is(await asked(later, user), 401)
  assert.is(await asked(later, listed), 401)
  assert.is(await asked(later, await odograph('create', '--user')), 200)
})

test('the owner lists and revokes over REST; nobody else does', async () => {
  const t = await gateway()
  const user = await odograph('create', '--user')
  const privilege = await odograph('create', '--vehicle', '17', '--privileges', '1,2,3,4,5,6,7,8')
  const get = await t.api.inject({ url: '/v1/gateway/tokens', headers: bearer(user) })
  assert.is(get.statusCode, 200)
  const { tokens } = get.json()
  assert.is(tokens.length, 2)
  for (const token of [user, privilege]) assert.not.ok(get.body.includes(token.slice(-20)))
  assert.is(await asked(t, privilege, '/v1/gateway/tokens'), 401)
  const { id } = tokens.find(({ kind }: { kind: string }) => kind === 'privilege')
  const remove = (url: string) => t.api.inject({ method: 'DELETE', url, headers: bearer(user) })
  assert.equal((await remove(`/v1/gateway/tokens/${id}`)).json(), { id, revoked: true })
  assert.is((await remove('/v1/gateway/tokens/unknown')).statusCode, 404)
  assert.is(await asked(t, privilege), 401)
})

test('a token itself stands in no file', async () => {
  const text = await odograph('create', '--user')
  for (const name of readdirSync(folder)) {
    const content = readFileSync(join(folder, name)).toString('latin1')
    for (const part of text.split('.').slice(1)) assert.not.ok(content.includes(part), name)
  }
})

test('what is not understood is refused with what would be', async () => {
  const cases: [string[], RegExp][] = [
    [[], /use token create, token list or token revoke/],
    [['constructor'], /use token create/],
    [['revoke'], /ID: is missing/],
    [['revoke', 'x'], /x: is the id of no token/],
    [['revoke', 'x', '--all'], /x: is too much/],
    [['revoke', '--all', '--before', '1h'], /use an ID, --all or --before/],
    [['revoke', '--before', 'soon'], /--before soon: use how long ago/],
    [['revoke', '--before', '2999-01-01'], /lies in the future/],
  ]
  for (const [args, message] of cases) {
    const { io } = commandIo()
    const refused = await command([...args, ...(args.length ? ['--data', folder] : [])], io).catch(
      (error: Error) => error.message,
    )
    assert.match(String(refused), message)
  }
})

test('a folder that an earlier version has used counts as claimed, a new one does not', async () => {
  assert.not.ok(opened().isClaimed)
  const store = opened()
  store.add({ id: 'a', kind: 'user', subject: OWNER, issued: 0, expires: 1 })
  await setImmediate()
  assert.ok(open[0]?.isClaimed, 'whoever has a token has claimed it')
  for (const each of open.splice(0)) each.close()
  rmSync(join(folder, 'tokens.db'))
  loadSigningKey(folder)
  assert.ok(opened().isClaimed)
})

test('a damaged list is moved aside and told; one that cannot be is done without', () => {
  loadSigningKey(folder)
  writeFileSync(join(folder, 'tokens.db'), 'nonsense '.repeat(1000))
  const found: string[] = []
  const store = openTokenStoreAnyway(folder, Date.now, (sentence) => found.push(sentence))
  open.push(store)
  assert.match(found.join(), /cannot be read .* token revoke --all/)
  assert.ok(store.isClaimed)
  assert.ok(readdirSync(folder).some((name) => name.startsWith('tokens.db.unreadable-')))
  assert.ok(existsSync(join(folder, 'tokens.db')))
  const none = openTokenStoreAnyway(join(folder, 'missing'), Date.now, () => undefined)
  open.push(none)
  none.add({ id: 'a', kind: 'user', issued: 0, expires: 1 })
  assert.ok(none.revoke('a'))
})

test('a backup with the key holds what was revoked, too', async () => {
  const store = opened()
  openJournal(folder).stop()
  store.add({ id: 'a', kind: 'user', issued: 0, expires: 1 })
  const to = mkdtempSync(join(tmpdir(), 'odograph-backup-'))
  try {
    for (const id of ['a', 'a']) {
      store.revoke(id)
      await backup([to, '--all', '--force', '--data', folder], commandIo().io)
      const copy = new TokenStore(join(to, 'tokens.db'), Date.now)
      assert.ok(copy.isRevoked({ id: 'a', parent: undefined, issued: 0 }))
      copy.close()
    }
    assert.is(statSync(join(to, 'tokens.db')).mode & 0o777, 0o600)
    assert.is(statSync(join(folder, 'tokens.db')).mode & 0o777, 0o600)
    assert.not.ok(readdirSync(to).some((name) => name.includes('.part')))
  } finally {
    rmSync(to, { recursive: true, force: true })
  }
})

test('expired tokens leave the list in time, but not by a clock that is ahead', () => {
  const day = 86_400_000
  const first = opened(() => 100 * day)
  first.add({ id: 'old', kind: 'user', issued: 0, expires: day })
  first.add({ id: 'new', kind: 'user', issued: 20 * day, expires: 21 * day })
  const ids = () =>
    opened(() => 1000 * day)
      .list()
      .map(({ id }) => id)
  assert.equal(ids(), ['new'])
})

test.run()
