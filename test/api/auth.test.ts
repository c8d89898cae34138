import { createPublicKey } from 'node:crypto'
import { exportJWK, importJWK, SignJWT } from 'jose'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { FailedAttempts } from '../../src/api/auth/attempts.ts'
import {
  issuePrivilegeToken,
  issueUserToken,
  publicKeys,
  TokenVerifier,
} from '../../src/api/auth/tokens.ts'
import {
  bearer,
  fullStatus,
  keys,
  NOW,
  newKey,
  OWNER,
  privilegeToken,
  type TestApi,
  testApi,
  truck,
  userToken,
  van,
} from '../support/api-fakes.ts'

const SECONDS = Math.floor(NOW / 1000)
const STATUS = '/v1/vehicle/17/status'
const USER_STATUS = `/v1/user/device-data/${truck.userDeviceId}/status`

async function started(): Promise<TestApi> {
  const t = await testApi()
  t.status.statuses.set('truck', fullStatus())
  return t
}

async function signed(
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
): Promise<string> {
  const own = { iss: keys.issuer, aud: 'odograph', exp: SECONDS + 60, sub: OWNER }
  return new SignJWT(JSON.parse(JSON.stringify({ ...own, ...claims })))
    .setProtectedHeader({ alg: 'ES256', kid: 'gateway-1', ...header })
    .sign(await importJWK(keys.signingKey, 'ES256'))
}

/** Signed by nobody, or with the public key as a shared secret. */
async function forged(alg: 'none' | 'HS256'): Promise<string> {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = { iss: keys.issuer, aud: 'odograph', exp: SECONDS + 60, sub: OWNER }
  if (alg === 'none') return `${part({ alg, kid: 'gateway-1' })}.${part(claims)}.`
  const secret = new TextEncoder().encode(JSON.stringify(publicKeys(keys).keys[0]))
  return new SignJWT(claims).setProtectedHeader({ alg, kid: 'gateway-1' }).sign(secret)
}

test('a token that is not valid is 401, and the message says why', async () => {
  const stranger = await newKey('gateway-1')
  const foreign = await issueUserToken(
    { ...keys, signingKey: stranger.jwk },
    { sub: OWNER, expiresSeconds: 60, now: NOW },
  )
  const unknownKid = await signed({}, { kid: 'other' })
  const good = await userToken()
  const cases: [string, string | undefined, RegExp][] = [
    ['no header', undefined, /Send a token in the header/],
    ['another scheme', 'Basic b3duZXI6cGFzcw==', /Send a token in the header/],
    ['nothing behind the scheme', 'Bearer ', /Send a token in the header/],
    ['no token at all', 'Bearer abc', /not a token that was signed/],
    ['expired', `Bearer ${await userToken(OWNER, -1)}`, /It has expired/],
    ['not valid yet', `Bearer ${await signed({ nbf: SECONDS + 60 })}`, /not valid yet/],
    ['without expiry', `Bearer ${await signed({ exp: undefined })}`, /claim exp is not accepted/],
    ['another issuer', `Bearer ${await signed({ iss: 'other' })}`, /issuer \(iss\) is not trusted/],
    ['no issuer', `Bearer ${await signed({ iss: undefined })}`, /issuer \(iss\) is not trusted/],
    ['another audience', `Bearer ${await signed({ aud: 'other' })}`, /claim aud is not accepted/],
    ['no user', `Bearer ${await signed({ sub: undefined })}`, /names no user/],
    ['unknown key', `Bearer ${unknownKid}`, /a key that is not known/],
    ['no kid', `Bearer ${await signed({}, { kid: undefined })}`, /names no key/],
    ["another's key", `Bearer ${foreign}`, /not a token that was signed/],
    ['unsigned', `Bearer ${await forged('none')}`, /algorithm is not accepted/],
    ['a shared secret', `Bearer ${await forged('HS256')}`, /algorithm is not accepted/],
    ['cut off', `Bearer ${good.slice(0, -3)}`, /not a token that was signed/],
  ]
  for (const [name, authorization, message] of cases) {
    const t = await started()
    for (const [url, begin] of [
      [STATUS, 'Invalid privilege token. '],
      [USER_STATUS, 'Invalid JWT. '],
    ] as const) {
      const headers = authorization === undefined ? {} : { authorization }
      const response = await t.api.inject({ url, headers })
      assert.is(response.statusCode, 401, name)
      assert.is(response.headers['www-authenticate'], 'Bearer')
      assert.equal(Object.keys(response.json()), ['code', 'message'])
      assert.ok(response.json().message.startsWith(begin), name)
      assert.match(response.json().message, message)
    }
    await t.api.stop()
  }
})

test('who may ask for which vehicle', async () => {
  const t = await started()
  const user = await userToken()
  const other = await userToken('stranger')
  const privilege = await privilegeToken([1])
  const cases: [string, string, number, RegExp][] = [
    [STATUS, user, 200, /./],
    [STATUS, privilege, 200, /./],
    [USER_STATUS, user, 200, /./],
    [STATUS, other, 404, /^Device not found\.$/],
    ['/v1/vehicle/18/status', user, 404, /^Device not found\.$/],
    ['/v1/vehicle/99/status', user, 404, /^Device not found\.$/],
    ['/v1/vehicle/18/status', privilege, 401, /^Unauthorized! Wrong device token provided/],
    ['/v1/vehicle/017/status', privilege, 401, /^Unauthorized! Wrong device token provided/],
    ['/v1/vehicle/99/status', await privilegeToken([1], '99'), 404, /^Device not found\.$/],
    [
      '/v1/vehicle/17/history',
      await privilegeToken([3]),
      401,
      /required privileges: .* 1 \(.*4 \(/,
    ],
    [USER_STATUS, other, 404, /^Device not found\.$/],
    [USER_STATUS, privilege, 401, /needs a user token/],
    ['/v1/user/device-data/unknown/status', user, 404, /^Device not found\.$/],
    [`/v1/user/device-data/${van.userDeviceId}/status`, user, 404, /^Device not found\.$/],
  ]
  for (const [url, token, code, message] of cases) {
    const response = await t.api.inject({ url, headers: bearer(token) })
    assert.is(response.statusCode, code, url)
    if (code !== 200) {
      assert.is(response.json().code, code)
      assert.match(response.json().message, message)
    }
  }
})

test('a token says nothing about its parameters before it says who asks', async () => {
  const t = await started()
  const { statusCode } = await t.api.inject('/v1/vehicle/17/history?limit=nonsense')
  assert.is(statusCode, 401)
})

test('a privilege token never counts as a user token, whatever its sub is', async () => {
  const t = await started()
  for (const claims of [
    { token_id: '17', privilege_ids: [1] },
    { privilege_ids: [1] },
    { contract_address: '0x0' },
    { token_id: 17, privilege_ids: [1] },
    { token_id: '17', privilege_ids: '1' },
  ]) {
    const headers = bearer(await signed({ ...claims, sub: OWNER }))
    assert.is((await t.api.inject({ url: USER_STATUS, headers })).statusCode, 401)
    assert.is((await t.api.inject({ url: '/v1/gateway/vehicles', headers })).statusCode, 401)
  }
})

test('a token stops working when it expires, also one that worked before', async () => {
  const t = await started()
  const headers = bearer(await userToken(OWNER, 60))
  assert.is((await t.api.inject({ url: STATUS, headers })).statusCode, 200)
  t.clock.advance(61_000)
  assert.is((await t.api.inject({ url: STATUS, headers })).statusCode, 401)
})

test('after 20 failures in a minute an address waits; those with a known token do not', async () => {
  const t = await started()
  const good = bearer(await userToken())
  const bad = bearer('abc')
  const from = (headers: Record<string, string>, remoteAddress: string) =>
    t.api.inject({ url: STATUS, headers, remoteAddress })
  assert.is((await from(good, '10.0.0.9')).statusCode, 200)
  for (let index = 0; index < 20; index += 1) {
    assert.is((await from(bad, '10.0.0.9')).statusCode, 401)
  }
  const refused = await from(bad, '10.0.0.9')
  assert.is(refused.statusCode, 429)
  assert.is(refused.headers['retry-after'], '60')
  assert.match(refused.json().message, /try again in 60 s/)
  assert.is((await from(good, '10.0.0.9')).statusCode, 200)
  assert.is((await from(bad, '10.0.0.8')).statusCode, 401)
  // Asking without a token is no attempt at one.
  assert.is((await from({}, '10.0.0.9')).statusCode, 401)
  t.clock.advance(60_000)
  assert.is((await from(bad, '10.0.0.9')).statusCode, 401)
})

test('failures are counted by network and in bounded memory', () => {
  const attempts = new FailedAttempts({ limit: 2, windowMs: 1000, maxAddresses: 3 })
  attempts.add('2001:db8::1', 0)
  attempts.add('2001:db8:0:0:ffff::2', 0)
  assert.is(attempts.waitSeconds('2001:db8:0:0:1:2:3:4', 500), 1)
  assert.is(attempts.waitSeconds('2001:db8:1::1', 500), 0)
  attempts.add('::ffff:10.0.0.1', 0)
  attempts.add('10.0.0.1', 0)
  assert.is(attempts.waitSeconds('10.0.0.1', 999), 1)
  assert.is(attempts.waitSeconds('10.0.0.1', 1000), 0)
  for (const address of ['a', 'b', 'c', 'd']) attempts.add(address, 0)
  assert.is(attempts.waitSeconds('2001:db8::1', 0), 0)
})

test('the exchange gives the owner a privilege token that works', async () => {
  const t = await started()
  const exchange = (payload: object, token: string) =>
    t.api.inject({ method: 'POST', url: '/v1/tokens/exchange', headers: bearer(token), payload })
  const user = await userToken()
  const nftContractAddress = '0xbA5738a18d83D41847dfFbDC6101d37C69c9B0cF'
  for (const tokenId of [17, '17']) {
    const response = await exchange({ nftContractAddress, tokenId, privileges: [3, 3] }, user)
    assert.is(response.statusCode, 200)
    assert.equal(Object.keys(response.json()), ['token'])
    const { token } = response.json()
    const { identity } = await new TokenVerifier(keys).verify(token, NOW)
    assert.equal(identity, {
      kind: 'privilege',
      tokenId: '17',
      privileges: new Set([3]),
      contractAddress: nftContractAddress,
    })
    const status = await t.api.inject({ url: STATUS, headers: bearer(token) })
    assert.equal(Object.keys(status.json()).slice(0, 2), ['latitude', 'longitude'])
    assert.is(
      (await exchange({ nftContractAddress, tokenId, privileges: [1] }, token)).statusCode,
      401,
    )
  }
  const cases: [object, number, RegExp][] = [
    [{ nftContractAddress, tokenId: 18, privileges: [1] }, 404, /^Device not found/],
    [{ nftContractAddress, tokenId: 17, privileges: [9] }, 400, /^privileges must be a list/],
    [{ nftContractAddress, tokenId: 17, privileges: [] }, 400, /^privileges must be a list/],
    [{ nftContractAddress, tokenId: 17 }, 400, /^privileges must be a list/],
    [{ nftContractAddress, tokenId: -1, privileges: [1] }, 400, /^tokenId must be/],
    [{ tokenId: 17, privileges: [1] }, 400, /^nftContractAddress must be/],
    [{ nftContractAddress: '0x0', tokenId: 17, privileges: [1] }, 400, /^nftContractAddress must/],
    [[], 400, /^The body must be a JSON object/],
  ]
  for (const [payload, code, message] of cases) {
    const response = await exchange(payload, user)
    assert.is(response.statusCode, code, JSON.stringify(payload))
    assert.match(response.json().message, message)
  }
})

test('with a configured contract only its tokens are accepted', async () => {
  const vehicleContract = '0x00000000000000000000000000000000000000Aa'
  const t = await testApi({ compat: { vehicleContract } })
  t.status.statuses.set('truck', fullStatus())
  const issue = (contractAddress: string) =>
    issuePrivilegeToken(keys, {
      tokenId: '17',
      privileges: [1],
      expiresSeconds: 60,
      now: NOW,
      contractAddress,
    })
  const ask = async (token: string) => t.api.inject({ url: STATUS, headers: bearer(token) })
  assert.is((await ask(await issue(vehicleContract.toLowerCase()))).statusCode, 200)
  const wrong = await ask(await privilegeToken([1]))
  assert.is(wrong.statusCode, 401)
  assert.match(wrong.json().message, /^Provided token is for the wrong contract: 0xbA57/)
})

test('another issuer is trusted with its own keys only', async () => {
  const ed = await newKey('ed', 'EdDSA')
  const rsa = await newKey('rsa', 'RS256')
  const publicJwk = ({ d, p, q, dp, dq, qi, ...rest }: Record<string, unknown>) => rest
  const trusted = [
    { issuer: 'https://one.example', jwks: { keys: [publicJwk({ ...ed.jwk })] } },
    { issuer: 'https://two.example', jwks: { keys: [publicJwk({ ...rsa.jwk })] } },
  ] as NonNullable<typeof keys.trusted>
  const verifier = new TokenVerifier({ ...keys, trusted })
  const sign = (issuer: string, signingKey: typeof ed.jwk) =>
    issueUserToken({ issuer, signingKey }, { sub: 'x', expiresSeconds: 60, now: NOW })
  for (const [issuer, key] of [
    ['https://one.example', ed.jwk],
    ['https://two.example', rsa.jwk],
  ] as const) {
    const { identity } = await verifier.verify(await sign(issuer, key), NOW)
    assert.equal(identity, { kind: 'user', subject: 'x', issuer })
  }
  const crossed = await sign(keys.issuer, ed.jwk)
  const refused = await verifier.verify(crossed, NOW).catch((error: Error) => error.name)
  assert.is(refused, 'TokenRefused')
  const two = await sign('https://two.example', ed.jwk)
  assert.is(await verifier.verify(two, NOW).catch((error: Error) => error.name), 'TokenRefused')
})

test("the gateway's public keys hold nothing private", async () => {
  const t = await testApi()
  const response = await t.api.inject('/.well-known/jwks.json')
  const [key] = response.json().keys
  assert.equal(Object.keys(key).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'])
  const half = createPublicKey({ key: { ...keys.signingKey }, format: 'jwk' })
  assert.is(key.x, (await exportJWK(half)).x)
})

test('no token is ever logged', async () => {
  const t = await started()
  const tokens = [
    await userToken(),
    await privilegeToken([1]),
    'not.a.token',
    await userToken('x', -5),
  ]
  for (const token of tokens) {
    await t.api.inject({ url: `${STATUS}?token=${token}`, headers: bearer(token) })
    await t.api.inject({ url: '/v1/gateway/health', headers: bearer(token) })
  }
  assert.ok(t.logger.lines.length > 0)
  for (const token of tokens) {
    assert.not.ok(t.logger.lines.some((line) => line.includes(token.slice(0, 20))))
  }
})

test('a gateway user sees the own vehicles; health is for owners', async () => {
  const t = await started()
  const get = async (url: string, token: string) => t.api.inject({ url, headers: bearer(token) })
  const vehicles = await get('/v1/gateway/vehicles', await userToken())
  assert.equal(vehicles.json(), [
    {
      id: 'truck',
      tokenId: '17',
      userDeviceId: truck.userDeviceId,
      make: 'Lexus',
      model: 'NX',
      year: 2021,
    },
  ])
  const others = await get('/v1/gateway/vehicles', await userToken(van.owner))
  assert.equal(others.json(), [{ id: 'van', tokenId: '18', userDeviceId: van.userDeviceId }])
  const health = await get('/v1/gateway/health', await userToken())
  assert.equal(health.json(), t.gateway.health())
  assert.is((await get('/v1/gateway/health', await privilegeToken([1, 2, 3]))).statusCode, 401)
})

test('/health needs a token from anywhere but the gateway itself', async () => {
  const t = await started()
  const cases: [string, Record<string, string>, number][] = [
    ['127.0.0.1', {}, 200],
    ['127.8.0.1', {}, 200],
    ['::1', {}, 200],
    ['::ffff:127.0.0.1', {}, 200],
    ['192.168.4.20', {}, 401],
    ['::ffff:10.0.0.1', {}, 401],
    ['127.0.0.1', { 'x-forwarded-for': '10.0.0.1' }, 401],
    ['192.168.4.20', bearer(await userToken()), 200],
  ]
  for (const [remoteAddress, headers, code] of cases) {
    const response = await t.api.inject({ url: '/health', headers, remoteAddress })
    assert.is(response.statusCode, code, remoteAddress)
    if (code !== 200) continue
    assert.is(response.json().message, 'Server is up.')
    assert.not.match(response.body, /truck|17|Lexus|odometer/)
  }
})

test.run()
