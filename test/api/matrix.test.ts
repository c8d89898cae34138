/**
 * Every route × every kind of token: exactly the expected status and exactly the permitted signals.
 * The routes are those that the server has: one that stands not in the table fails the test.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { importJWK, type JWTPayload, SignJWT } from 'jose'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { publicKeys, type TokenKeys } from '../../src/api/auth/tokens.ts'
import { openTokenStore, type TokenStore } from '../../src/gateway/token-register.ts'
import type { DataRead } from '../../src/model/data-read.ts'
import type { RecordData, VehicleStatus } from '../../src/model/record.ts'
import { type SignalName, signalNames, signals } from '../../src/model/signals.ts'
import type { Vehicle } from '../../src/model/vehicle.ts'
import { withoutUndefined } from '../../src/model/without-undefined.ts'
import { NOW, newKey, OWNER, keys as plainKeys, state, testApi, van } from '../support/api-fakes.ts'

const test = suite('rights: every route and every token')

const SECONDS = Math.floor(NOW / 1000)
const LISTED = '00000000-0000-4000-8000-000000000000'

const vehicle: Vehicle = {
  id: 'id-marker',
  tokenId: '17',
  userDeviceId: '2UZb3drEbIkLdMFcvEFqhjrX4X9',
  owner: OWNER,
  make: 'MakeMarker',
  model: 'ModelMarker',
  year: 1907,
}

/** A value that no other signal has, so that it is found wherever in an answer it stands. */
function marker(name: SignalName): number | string | boolean {
  if (name === 'latitude') return 37.697789
  if (name === 'longitude') return -121.788662
  const { type } = signals[name]
  if (type === 'boolean') return true
  return type === 'text' ? `text-of-${name}.` : 70_001 + signalNames.indexOf(name)
}

const exact: readonly SignalName[] = signalNames.filter((name) => signals[name].type !== 'boolean')

/** Which signals an answer shows with their true values, wherever in it. */
function shownIn(body: string): SignalName[] {
  const numbers = new Set(body.match(/-?\d+(\.\d+)?/g))
  return exact.filter((name) => {
    const value = marker(name)
    return typeof value === 'number' ? numbers.has(String(value)) : body.includes(String(value))
  })
}

/** What a status shows, by the contract (section 3). */
const published: ReadonlySet<string> = new Set([
  ...['charging', 'fuelPercentRemaining', 'batteryCapacity', 'oil', 'odometer', 'latitude'],
  ...['longitude', 'range', 'soc', 'chargeLimit', 'batteryVoltage', 'ambientTemp'],
  ...['Left', 'Right'].flatMap((side) => [`tirePressureFront${side}`, `tirePressureBack${side}`]),
])

type Shape = 'status' | 'status-raw' | 'history' | 'signals' | 'export' | 'records'

/** Names of the signals in an answer, with a value or without. */
const namesIn: Record<Shape, (body: never) => string[]> = {
  status: ({ tirePressure = {}, ...rest }: { tirePressure?: object }) => [
    ...Object.keys(rest),
    ...Object.keys(tirePressure).map(
      (wheel) => `tirePressure${wheel[0]?.toUpperCase()}${wheel.slice(1)}`,
    ),
  ],
  'status-raw': (body: object) => Object.keys(body),
  history: (body: { hits: { hits: { _source: { data: object } }[] } }) =>
    Object.keys(body.hits.hits[0]?._source.data ?? {}),
  records: (body: { data: object }[]) => Object.keys(body[0]?.data ?? {}),
  export: (body: { data: { data: object }[] }) => Object.keys(body.data[0]?.data ?? {}),
  signals: (body: { name: string }[]) => body.map(({ name }) => name),
}

interface Held {
  privileges: readonly number[]
}

/** The classes of the contract (section 2). */
function isPermitted(name: SignalName, shape: Shape, { privileges }: Held): boolean {
  const holds = (...ids: number[]) => ids.some((id) => privileges.includes(id))
  switch (signals[name].privilege) {
    case 'location':
      return ['history', 'export', 'records'].includes(shape) ? holds(4) : holds(3, 4)
    case 'identity':
      return holds(1, 5)
    default:
      return holds(1)
  }
}

/** Latitude and longitude are there, rounded. */
function isApproximate(shape: Shape, held: Held): boolean {
  return held.privileges.includes(8) && !isPermitted('latitude', shape, held)
}

function namesPermitted(shape: Shape, held: Held): string[] {
  const rounded = isApproximate(shape, held) ? ['latitude', 'longitude'] : []
  const allowed = signalNames.filter(
    (name) => isPermitted(name, shape, held) || rounded.includes(name),
  )
  return allowed.filter((name) => shape !== 'status' || published.has(name))
}

/** Who asks. */
type Bearer =
  | { kind: 'bad' }
  | { kind: 'privilege'; privileges: readonly number[]; vehicle: string }
  | { kind: 'user'; is: 'owner' | 'other owner' | 'stranger' }

/** What a kind of route answers to whom; 0 stands for the route's good answer. */
type Rule = (bearer: Bearer) => number

const ownerOfVehicle: Rule = (bearer) => {
  if (bearer.kind !== 'user') return 401
  return bearer.is === 'owner' ? 0 : 404
}
const ownerOfGateway: Rule = (bearer) => (bearer.kind === 'user' && bearer.is === 'owner' ? 0 : 401)
const anyUser: Rule = ({ kind }) => (kind === 'user' ? 0 : 401)
const ownerOfAny: Rule = (bearer) => (bearer.kind === 'user' && bearer.is !== 'stranger' ? 0 : 401)
const anyToken: Rule = ({ kind }) => (kind === 'bad' ? 401 : 0)
const anybody: Rule = () => 0

function privilege(...needs: number[]): Rule {
  return (bearer) => {
    if (bearer.kind !== 'privilege') return bearer.kind === 'bad' ? 401 : ownerOfVehicle(bearer)
    const isFor = bearer.vehicle === vehicle.tokenId
    return isFor && needs.some((id) => bearer.privileges.includes(id)) ? 0 : 401
  }
}

interface Route {
  rule: Rule
  /** Its good answer; 200 if absent. */
  good?: number
  url?: string
  payload?: object
  accept?: string
  shows?: Shape
}

const BOTH = `/v1/vehicle/:tokenId`
const USER = '/v1/user/device-data/:userDeviceId'
const exchange = {
  nftContractAddress: '0xbA5738a18d83D41847dfFbDC6101d37C69c9B0cF',
  tokenId: '17',
  privileges: [1],
}

/** The contract's table (section 2) and the gateway's own routes. */
const table: Record<string, Route> = {
  [`GET ${BOTH}/status`]: { rule: privilege(1, 3, 4), shows: 'status' },
  [`GET ${BOTH}/status-raw`]: { rule: privilege(1, 3, 4), shows: 'status-raw' },
  [`GET ${BOTH}/signals`]: { rule: privilege(1, 3, 4, 5, 8), shows: 'signals' },
  [`GET ${BOTH}/history`]: { rule: privilege(1, 4), shows: 'history' },
  [`GET ${BOTH}/daily-distance`]: { rule: privilege(1), url: '?time_zone=UTC' },
  [`GET ${BOTH}/distance-driven`]: { rule: privilege(1) },
  [`GET ${BOTH}/dtcs`]: { rule: privilege(1) },
  [`GET ${BOTH}/events`]: { rule: privilege(1) },
  [`GET ${BOTH}/trips`]: { rule: privilege(1) },
  [`GET ${BOTH}/trips/:tripId`]: { rule: privilege(1), good: 404 },
  'GET /v2/vehicle/:tokenId/analytics/daily-distance': {
    rule: privilege(1),
    url: '?time_zone=UTC',
  },
  'GET /v2/vehicle/:tokenId/analytics/total-distance': { rule: privilege(1) },
  [`POST ${BOTH}/commands/dtc/clear`]: { rule: privilege(2) },
  [`POST ${BOTH}/commands/request`]: { rule: privilege(2), payload: { kind: 'pid', pid: 12 } },
  [`GET ${USER}/status`]: { rule: ownerOfVehicle, shows: 'status' },
  [`GET ${USER}/status-raw`]: { rule: ownerOfVehicle, shows: 'status-raw' },
  [`GET ${USER}/history`]: { rule: ownerOfVehicle, shows: 'history' },
  [`GET ${USER}/historical`]: { rule: ownerOfVehicle, shows: 'history' },
  [`GET ${USER}/daily-distance`]: { rule: ownerOfVehicle, url: '?time_zone=UTC' },
  [`GET ${USER}/distance-driven`]: { rule: ownerOfVehicle },
  [`GET ${USER}/dtcs`]: { rule: ownerOfVehicle },
  [`GET ${USER}/events`]: { rule: ownerOfVehicle },
  [`GET ${USER}/trips`]: { rule: ownerOfVehicle },
  [`GET ${USER}/trips/:tripId`]: { rule: ownerOfVehicle, good: 404 },
  [`GET ${USER}/export/json`]: { rule: ownerOfVehicle, shows: 'export' },
  [`POST ${USER}/export/json/email`]: { rule: ownerOfVehicle, good: 409 },
  [`GET ${USER}/export`]: { rule: ownerOfVehicle, good: 404 },
  [`DELETE ${USER}/export`]: { rule: ownerOfVehicle, good: 404 },
  'GET /v1/export/:jobId': { rule: anybody, good: 404, url: '?token=x' },
  'GET /v1/gateway/config': { rule: ownerOfGateway, good: 409 },
  'GET /v1/gateway/config/schema': { rule: ownerOfGateway, good: 409 },
  'PATCH /v1/gateway/config': {
    rule: ownerOfGateway,
    good: 409,
    payload: { set: { 'log.level': 'debug' } },
  },
  'POST /auth/web3/generate_challenge': { rule: anybody, good: 400, payload: {} },
  'POST /auth/web3/submit_challenge': { rule: anybody, good: 400, payload: {} },
  [`GET ${BOTH}/records`]: { rule: privilege(1, 4), shows: 'records' },
  [`GET ${BOTH}/usage`]: { rule: privilege(1) },
  [`GET ${BOTH}/issues`]: { rule: privilege(1) },
  [`GET ${USER}/records`]: { rule: ownerOfVehicle, shows: 'records' },
  [`GET ${USER}/usage`]: { rule: ownerOfVehicle },
  [`GET ${USER}/issues`]: { rule: ownerOfVehicle },
  'GET /v1/gateway/sources': { rule: ownerOfGateway },
  'GET /v1/gateway/lora': { rule: ownerOfGateway },
  'GET /v1/gateway/lora/:deviceId/uplinks': { rule: ownerOfGateway, good: 404 },
  'POST /v1/lora/:source': { rule: anybody, good: 404 },
  'POST /v1/lora/:source/:event': { rule: anybody, good: 404 },
  [`GET ${BOTH}/geofences`]: { rule: privilege(3, 4) },
  [`GET ${USER}/geofences`]: { rule: ownerOfVehicle },
  [`GET ${BOTH}/live`]: { rule: privilege(6), good: 406, accept: 'application/json' },
  [`GET ${BOTH}/frames`]: { rule: privilege(7), good: 406, accept: 'application/json' },
  [`POST ${BOTH}/readings`]: {
    rule: privilege(2),
    good: 409,
    payload: { readings: [{ signal: 'ambientTemp', value: 20 }] },
  },
  [`GET ${BOTH}/bus`]: { rule: privilege(7) },
  [`GET ${BOTH}/explain`]: { rule: privilege(7), url: '?signal=odometer', good: 404 },
  [`GET ${BOTH}/identity`]: { rule: privilege(5) },
  [`GET ${BOTH}/captures`]: { rule: privilege(7) },
  [`POST ${BOTH}/captures`]: { rule: privilege(7), good: 409, payload: {} },
  [`GET ${BOTH}/captures/:captureId`]: { rule: privilege(7), good: 404 },
  [`DELETE ${BOTH}/captures/:captureId`]: { rule: privilege(2), good: 404 },
  'GET /v1/gateway/adapters': { rule: ownerOfGateway },
  'GET /v1/gateway/log': { rule: ownerOfGateway },
  'POST /v1/gateway/restart': { rule: ownerOfGateway, good: 409 },
  'POST /v1/tokens/exchange': { rule: ownerOfVehicle, payload: exchange },
  'GET /v1/gateway/vehicles': { rule: anyUser },
  'GET /v1/gateway/health': { rule: ownerOfAny },
  'GET /v1/gateway/tokens': { rule: ownerOfGateway },
  'DELETE /v1/gateway/tokens/:id': { rule: ownerOfGateway },
  'GET /v1/gateway/audit': { rule: ownerOfGateway },
  'GET /health': { rule: anyToken },
  'GET /v1/gateway/claim': { rule: anybody },
  'POST /v1/gateway/claim': { rule: anybody, good: 409 },
  'GET /.well-known/jwks.json': { rule: anybody },
  'GET /openapi.json': { rule: anybody },
  'GET /v1/swagger/doc.json': { rule: anybody },
  'GET /v1/swagger/json': { rule: anybody },
  'GET /v1/swagger/yaml': { rule: anybody },
  'GET /v1/swagger': { rule: anybody },
  'GET /v1/swagger/index.html': { rule: anybody, good: 302 },
  'GET /v1/swagger/static/index.html': { rule: anybody, good: 302 },
  'GET /v1/swagger/static/swagger-initializer.js': { rule: anybody },
  'GET /v1/swagger/static/*': { rule: anybody, good: 404 },
  'GET /assets/*': { rule: anybody, good: 404 },
  'GET /assets/vendor/uPlot.esm.js': { rule: anybody },
  'GET /assets/vendor/uPlot.min.css': { rule: anybody },
  'GET /': { rule: anybody },
}

function pathOf(name: string, { url = '' }: Route): string {
  const path = name
    .slice(name.indexOf(' ') + 1)
    .replace(':tokenId', vehicle.tokenId)
    .replace(':userDeviceId', vehicle.userDeviceId)
    .replace(':id', LISTED)
    .replace(':jobId', 'job')
    .replace('*', 'nothing-there.js')
  return path + url
}

interface Credential {
  name: string
  header: string | undefined
  bearer: Bearer
}

const userClaims = { sub: OWNER }
const privilegeClaims = {
  token_id: vehicle.tokenId,
  privilege_ids: [1, 2, 3, 4, 5, 6, 7, 8],
  contract_address: exchange.nftContractAddress,
}

async function signed(claims: JWTPayload, header: object = {}, jwk = plainKeys.signingKey) {
  const own = { iss: plainKeys.issuer, aud: 'odograph', iat: SECONDS, exp: SECONDS + 600 }
  return await new SignJWT({ ...own, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'gateway-1', ...header })
    .sign(await importJWK(jwk, 'ES256'))
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** HMAC with what everybody knows: the public key, as JSON and as its coordinate. */
async function confused(claims: object, secret: string): Promise<string> {
  const own = { iss: plainKeys.issuer, aud: 'odograph', exp: SECONDS + 600 }
  return await new SignJWT({ ...own, ...claims })
    .setProtectedHeader({ alg: 'HS256', kid: 'gateway-1' })
    .sign(new TextEncoder().encode(secret.padEnd(32)))
}

/** Tokens that are worth nothing, whatever they claim. */
async function badTokens(tokens: TokenStore): Promise<Credential[]> {
  const stranger = (await newKey('gateway-1')).jwk
  const other = (await newKey('other')).jwk
  const [publicKey] = publicKeys(plainKeys).keys
  const bad: Credential[] = [
    ['no token', undefined],
    ['another scheme', 'Basic b3duZXI6b3duZXI='],
    ['malformed', 'Bearer abc.def.ghi'],
    ['empty', 'Bearer '],
  ].map(([name = '', header]) => ({ name, header, bearer: { kind: 'bad' } }))
  for (const [kind, claims] of Object.entries({ user: userClaims, privilege: privilegeClaims })) {
    const whole = await signed(claims)
    const id = `revoked-${kind}`
    tokens.add({ id, kind: 'user', issued: NOW, expires: NOW + 600_000 })
    tokens.revoke(id)
    tokens.add({ id: `parent-${kind}`, kind: 'user', issued: NOW, expires: NOW + 600_000 })
    tokens.revoke(`parent-${kind}`)
    const unsigned = { iss: plainKeys.issuer, aud: 'odograph', exp: SECONDS + 600, ...claims }
    const texts: Record<string, string> = {
      expired: await signed({ ...claims, exp: SECONDS - 1 }),
      'without an end': await signed({ ...claims, exp: undefined } as never).catch(() => 'x.y.z'),
      'not yet valid': await signed({ ...claims, nbf: SECONDS + 60 }),
      'wrong key': await signed(claims, {}, stranger),
      'unknown key': await signed(claims, { kid: 'other' }, other),
      'no key named': await signed(claims, { kid: undefined }),
      'alg none': `${part({ alg: 'none', kid: 'gateway-1' })}.${part(unsigned)}.`,
      'alg None with a signature': `${part({ alg: 'None', kid: 'gateway-1' })}.${part(unsigned)}.${whole.split('.')[2]}`,
      'HMAC with the public key': await confused(claims, JSON.stringify(publicKey)),
      'HMAC with a coordinate': await confused(claims, String(publicKey?.x)),
      'claims changed': `${whole.split('.')[0]}.${part({ ...unsigned, more: 1 })}.${whole.split('.')[2]}`,
      'wrong audience': await signed({ ...claims, aud: 'elsewhere' }),
      'wrong issuer': await signed({ ...claims, iss: 'elsewhere' }),
      revoked: await signed({ ...claims, jti: id }),
      'exchanged for a revoked one': await signed({ ...claims, parent: `parent-${kind}` }),
    }
    for (const [name, text] of Object.entries(texts)) {
      bad.push({ name: `${kind}: ${name}`, header: `Bearer ${text}`, bearer: { kind: 'bad' } })
    }
  }
  return bad
}

/** Tokens that are good for something. */
async function goodTokens(): Promise<Credential[]> {
  const users = { owner: OWNER, 'other owner': van.owner, stranger: 'stranger' } as const
  const good: Credential[] = []
  for (const [is, sub] of Object.entries(users) as [keyof typeof users, string][]) {
    const header = `Bearer ${await signed({ sub })}`
    good.push({ name: is, header, bearer: { kind: 'user', is } })
  }
  const sets = [[], [1], [2], [3], [4], [5], [6], [7], [8], [1, 8], [3, 8], [1, 3, 8], [4, 5]]
  const all = privilegeClaims.privilege_ids
  for (const [privileges, of] of [...sets.map((set) => [set, '17']), [all, '17'], [all, '18']] as [
    number[],
    string,
  ][]) {
    const claims = { ...privilegeClaims, privilege_ids: privileges, token_id: of }
    const header = `Bearer ${await signed(claims)}`
    const name = `privileges ${privileges.join('+') || 'none'} on ${of}`
    good.push({ name, header, bearer: { kind: 'privilege', privileges, vehicle: of } })
  }
  return good
}

interface Bench {
  routes: readonly string[]
  credentials: Credential[]
  reads: DataRead[]
  ask(method: string, url: string, header: string | undefined, more?: More): Promise<Answer>
  stop(): Promise<void>
}

interface More {
  payload?: object | undefined
  accept?: string
}

interface Answer {
  status: number
  body: string
}

async function bench(): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'odograph-matrix-'))
  const tokens = openTokenStore(folder, () => NOW)
  tokens.add({ id: LISTED, kind: 'user', issued: NOW, expires: NOW })
  const keys: TokenKeys = { ...plainKeys, register: tokens }
  const reads: DataRead[] = []
  const audit = { read: (read: DataRead) => void reads.push(read), reads: async () => [] }
  const t = await testApi({ keys, audit })
  t.gateway.known = [vehicle, van]
  const time = '2024-01-25T15:51:33Z'
  const status: VehicleStatus = {}
  const data: RecordData = {}
  for (const name of signalNames) {
    status[name] = state(marker(name), time)
    data[name] = marker(name)
  }
  t.status.statuses.set(vehicle.id, status)
  t.records.add(NOW - 1000, data, vehicle.id)
  t.troubleCodes.reports.set(vehicle.id, { codes: [], updated: NOW * 1000 })
  const from = { id: 0x7e8, extended: false }
  const answers = [{ from, data: Buffer.from('44', 'hex'), time: NOW * 1000 }]
  t.commands.outcome = { kind: 'answered', answers }
  let count = 0
  return {
    routes: t.api.routes,
    credentials: [...(await badTokens(tokens)), ...(await goodTokens())],
    reads,
    async ask(method, url, authorization, { payload, accept = '*/*' } = {}) {
      count += 1
      // Each from a network of its own: failures are counted by it.
      const remoteAddress = `10.${count >> 16}.${(count >> 8) & 255}.${count & 255}`
      const headers = { accept, ...(authorization === undefined ? {} : { authorization }) }
      const body = payload === undefined ? {} : { payload }
      const { statusCode, body: text } = await t.api.inject({
        ...{ method: method as 'GET', url, headers, remoteAddress },
        ...body,
      })
      return { status: statusCode, body: text }
    },
    async stop() {
      await t.api.stop()
      tokens.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const b = await bench()
test.after(() => b.stop())

const named = b.routes.filter((name) => !name.startsWith('HEAD '))

test('the table holds every route that there is, and no other', () => {
  assert.equal([...new Set(named)].sort(), Object.keys(table).sort())
  for (const name of b.routes.filter((each) => each.startsWith('HEAD '))) {
    assert.ok(table[name.replace('HEAD', 'GET')], `${name} has no GET`)
  }
})

test('the markers tell all signals apart, and every class is among them', () => {
  const values = exact.map((name) => String(marker(name)))
  assert.is(new Set(values).size, values.length)
  assert.equal([...new Set(signalNames.map((name) => signals[name].privilege))].sort(), [
    'identity',
    'location',
    'non-location',
  ])
})

/** What a token holds on the vehicle of the path. */
function heldBy(bearer: Bearer): Held {
  if (bearer.kind === 'privilege') return bearer
  return { privileges: bearer.kind === 'user' ? privilegeClaims.privilege_ids : [] }
}

function checkGood(name: string, route: Route, { body }: Answer, bearer: Bearer): void {
  const { shows } = route
  if (shows === undefined) {
    assert.equal(shownIn(body), [], `${name} shows signals`)
    return
  }
  const held = heldBy(bearer)
  const names = namesPermitted(shows, held)
  const found = namesIn[shows](JSON.parse(body) as never).filter((each) =>
    (signalNames as readonly string[]).includes(each),
  )
  assert.equal(found.sort(), [...names].sort(), `${name}: names`)
  const values = exact.filter((each) => names.includes(each) && isPermitted(each, shows, held))
  assert.equal(shownIn(body), values, `${name}: values`)
  if (isApproximate(shows, held)) assert.match(body, /37\.692/, `${name}: rounded`)
}

/** Nothing of a vehicle, and the usual shape. */
function checkRefused(name: string, { status, body }: Answer): void {
  assert.equal(shownIn(body), [], `${name} shows signals`)
  const { code, message, ...rest } = JSON.parse(body)
  assert.equal([code, typeof message, rest], [status, 'string', {}], name)
  assert.not.match(body, /Marker|id-marker|1907|2UZb3drEbIkLdMFcvEFqhjrX4X9/, name)
}

for (const [name, route] of Object.entries(table)) {
  test(name, async () => {
    const [method = ''] = name.split(' ')
    const url = pathOf(name, route)
    for (const { name: who, header, bearer } of b.credentials) {
      const cell = `${name} × ${who}`
      const expected = route.rule(bearer) || route.good || 200
      b.reads.length = 0
      const { payload, accept } = route
      const answer = await b.ask(method, url, header, withoutUndefined({ payload, accept }))
      assert.is(answer.status, expected, `${cell}: ${answer.body.slice(0, 200)}`)
      const isGood = route.rule(bearer) === 0
      if (isGood) checkGood(cell, route, answer, bearer)
      else checkRefused(cell, answer)
      const isTold = shownIn(answer.body).some((each) => signals[each].privilege !== 'non-location')
      if (isTold) assert.is(b.reads.length, 1, `${cell} is not in the audit log`)
      if (!isGood) assert.equal(b.reads, [], `${cell} is in the audit log`)
      if (b.routes.includes(`HEAD ${name.slice(4)}`) && method === 'GET') {
        const head = await b.ask('HEAD', url, header, withoutUndefined({ accept }))
        assert.equal([head.status, head.body], [expected, ''], `HEAD: ${cell}`)
      }
    }
  })
}

test('without a token nothing of a vehicle is shown, anywhere', async () => {
  for (const [name, route] of Object.entries(table)) {
    const [method = ''] = name.split(' ')
    for (const accept of [
      '*/*',
      'application/json',
      'text/html',
      'text/csv',
      'text/event-stream',
    ]) {
      const more = { payload: route.payload, accept }
      const { body } = await b.ask(method, pathOf(name, route), undefined, more)
      assert.equal(shownIn(body), [], `${name} as ${accept}`)
      assert.not.match(body, /Marker|id-marker|2UZb3drEbIkLdMFcvEFqhjrX4X9/, name)
    }
  }
})

test.run()
