import { addr, eip191Signer } from 'micro-eth-signer'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { CHALLENGE_MS, Challenges } from '../../src/api/auth/challenges.ts'
import { signerOf } from '../../src/api/auth/wallet-signature.ts'
import {
  bearer,
  FakeClock,
  NOW,
  OWNER,
  type TestApi,
  testApi,
  truck,
} from '../support/api-fakes.ts'
import { decodedClaims } from '../support/claims.ts'
import { chance } from '../support/journal-records.ts'

const test = suite('login with a wallet')

const owner = addr.random()
const stranger = addr.random()
const DOMAIN = 'https://app.example.org/callback'
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

interface Answer {
  status: number
  body: Record<string, unknown> & { message: string; state: string; challenge: string }
  headers: Record<string, unknown>
}

function started(): Promise<TestApi> {
  const url = () => 'https://gateway.example.org'
  return testApi({ walletLogin: { owner: OWNER, ownerAddress: owner.address, url } })
}

async function post(
  t: TestApi,
  path: string,
  fields: Record<string, string>,
  remoteAddress = '192.0.2.7',
): Promise<Answer> {
  const response = await t.api.inject({
    method: 'POST',
    url: `/auth/web3/${path}`,
    headers: FORM,
    payload: new URLSearchParams(fields).toString(),
    remoteAddress,
  })
  return { status: response.statusCode, body: response.json(), headers: response.headers }
}

function ask(t: TestApi, address = owner.address, more: Record<string, string> = {}) {
  const fields = {
    client_id: address,
    domain: DOMAIN,
    scope: 'openid email',
    response_type: 'code',
  }
  return post(t, 'generate_challenge', { ...fields, address, ...more })
}

function submit(t: TestApi, state: string, signature: string, more: Record<string, string> = {}) {
  const fields = { client_id: owner.address, domain: DOMAIN, grant_type: 'authorization_code' }
  return post(t, 'submit_challenge', { ...fields, state, signature, ...more })
}

/** What a wallet makes of a text. */
function signed(text: string, { privateKey } = owner): string {
  return eip191Signer.sign(text, privateKey)
}

test('the owner gets a user token for a signed challenge, and the token works', async () => {
  const t = await started()
  const { status, body } = await ask(t)
  assert.is(status, 200)
  assert.equal(Object.keys(body), ['state', 'challenge'])
  const answer = await submit(t, body.state, signed(body.challenge))
  assert.is(answer.status, 200)
  assert.match(String(answer.headers['cache-control']), /no-store/)
  const { access_token: token, ...rest } = answer.body
  assert.equal(rest, { token_type: 'bearer', expires_in: 86_400, id_token: token })
  const claims = decodedClaims(String(token))
  assert.equal([claims.sub, claims.ethereum_address], [OWNER, owner.address])
  assert.is(Number(claims.exp) - Math.floor(NOW / 1000), 86_400)
  const device = await t.api.inject({
    url: `/v1/user/device-data/${truck.userDeviceId}/distance-driven`,
    headers: bearer(String(token)),
  })
  assert.is(device.statusCode, 200)
  const exchange = await t.api.inject({
    method: 'POST',
    url: '/v1/tokens/exchange',
    headers: bearer(String(token)),
    payload: { nftContractAddress: owner.address, tokenId: 17, privileges: [1, 4] },
  })
  assert.is(exchange.statusCode, 200)
})

test('the text says who asks, for whom, and until when (EIP-4361)', async () => {
  const { body } = await ask(await started(), owner.address.toLowerCase())
  const nonce = /Nonce: ([0-9a-f]{32})/.exec(body.challenge)?.[1]
  assert.equal(body.challenge.split('\n'), [
    'gateway.example.org wants you to sign in with your Ethereum account:',
    owner.address,
    '',
    `Log in to the vehicle gateway, for ${DOMAIN}.`,
    '',
    'URI: https://gateway.example.org',
    'Version: 1',
    'Chain ID: 1',
    `Nonce: ${nonce}`,
    'Issued At: 2024-01-25T18:00:00.250Z',
    'Expiration Time: 2024-01-25T18:05:00.250Z',
  ])
})

test('what a client calls the gateway does not get into the text', async () => {
  const t = await testApi()
  const response = await t.api.inject({
    method: 'POST',
    url: '/auth/web3/generate_challenge',
    headers: { ...FORM, host: 'evil.example' },
    payload: new URLSearchParams({ address: owner.address, domain: 'x' }).toString(),
  })
  assert.not.match(response.body, 'evil')
})

test('a challenge can be asked for in the query, in a form or in JSON', async () => {
  const t = await started()
  const fields = { client_id: owner.address, domain: DOMAIN, address: owner.address }
  const query = new URLSearchParams(fields).toString()
  const url = '/auth/web3/generate_challenge'
  const ways = [
    { url: `${url}?${query}` },
    { url: `${url}?${query}`, headers: FORM, payload: '' },
    { url, headers: FORM, payload: query },
    { url, payload: fields },
  ]
  for (const way of ways) {
    const response = await t.api.inject({ method: 'POST', ...way })
    assert.is(response.statusCode, 200, JSON.stringify(way))
    const { state, challenge } = response.json()
    const payload = { state, signature: signed(challenge), domain: DOMAIN }
    const answer = await t.api.inject({
      method: 'POST',
      url: '/auth/web3/submit_challenge',
      payload,
    })
    assert.equal([answer.statusCode, answer.json().id_token], [200, undefined])
  }
})

test('signatures with v as 27, 28, 0 or 1, in any case, with 0x or without, are the same', async () => {
  const t = await started()
  const seen = new Set<string>()
  while (seen.size < 2) {
    const { challenge } = (await ask(t)).body
    seen.add(signed(challenge).slice(-2))
    const forms: ((hex: string) => string)[] = [
      (hex) => hex,
      (hex) => hex.slice(2),
      (hex) => `0x${hex.slice(2).toUpperCase()}`,
      (hex) => hex.slice(0, -2) + (hex.endsWith('1b') ? '00' : '01'),
    ]
    for (const form of forms) {
      const { body } = await ask(t)
      assert.is((await submit(t, body.state, form(signed(body.challenge)))).status, 200)
    }
  }
})

test('an address may come in lower case, in upper case or with a right checksum', async () => {
  const t = await started()
  const digits = owner.address.slice(2)
  for (const form of [digits.toLowerCase(), digits.toUpperCase(), digits]) {
    const { body } = await ask(t, `0x${form}`)
    assert.is((await submit(t, body.state, signed(body.challenge))).status, 200)
  }
  const at = digits.search(/[a-f]/i)
  const letter = digits.charAt(at)
  const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()
  const wrong = `0x${digits.slice(0, at)}${other}${digits.slice(at + 1)}`
  const isMixed = /[a-f]/.test(wrong.slice(2)) && /[A-F]/.test(wrong.slice(2))
  assert.is((await ask(t, wrong)).status, isMixed ? 400 : 200)
})

test('a signature that another library made is understood (documentation of web3.js)', () => {
  const hex =
    'b91467e570a6466aa9e9876cbcd013baba02900b8979d43fe208a4a4f339f5fd6007e74cd82e037b800186422fc2da167c747ef045e5d18a5f5d4300f8e1a0291c'
  assert.is(signerOf(hex, 'Some data'), '0x2c7536E3605D9C16a7a3D7b1898e529396a65c23')
})

test('a challenge is good once', async () => {
  const t = await started()
  const { body } = await ask(t)
  const signature = signed(body.challenge)
  assert.is((await submit(t, body.state, signature)).status, 200)
  const again = await submit(t, body.state, signature)
  assert.is(again.status, 401)
  assert.match(again.body.message, /^Invalid state: .* is used/)
})

test('a challenge that was answered wrongly is gone, too', async () => {
  const t = await started()
  const { body } = await ask(t)
  assert.is((await submit(t, body.state, signed(body.challenge, stranger))).status, 401)
  assert.is((await submit(t, body.state, signed(body.challenge))).status, 401)
})

test('a challenge is good for five minutes', async () => {
  const t = await started()
  const [early, late] = [(await ask(t)).body, (await ask(t)).body]
  t.clock.advance(CHALLENGE_MS - 1)
  assert.is((await submit(t, early.state, signed(early.challenge))).status, 200)
  t.clock.advance(1)
  const over = await submit(t, late.state, signed(late.challenge))
  assert.is(over.status, 401)
  assert.match(over.body.message, /older than five minutes/)
})

test('what somebody else signed, or another text, or for another domain, is refused', async () => {
  const t = await started()
  const cases: [
    what: string,
    signature: (text: string) => string,
    domain: string,
    words: RegExp,
  ][] = [
    ['key', (text) => signed(text, stranger), DOMAIN, /not that of 0x/],
    ['text', (text) => signed(`${text} `), DOMAIN, /not that of 0x/],
    [
      'tampered',
      (text) => signed(text.replace('Chain ID: 1', 'Chain ID: 2')),
      DOMAIN,
      /not that of/,
    ],
    ['domain', (text) => signed(text), 'https://evil.example', /another domain/],
  ]
  for (const [what, signature, domain, words] of cases) {
    const { body } = await ask(t)
    const answer = await submit(t, body.state, signature(body.challenge), { domain })
    assert.is(answer.status, 401, what)
    assert.match(answer.body.message, words)
  }
})

test('an address that owns nothing here gets no token, however well it signs', async () => {
  const t = await started()
  const { body } = await ask(t, stranger.address)
  const answer = await submit(t, body.state, signed(body.challenge, stranger))
  assert.is(answer.status, 401)
  assert.match(answer.body.message, /owns nothing here/)
})

test('an owner whose name is an address needs nothing configured', async () => {
  const t = await testApi()
  t.gateway.known = [{ ...truck, owner: stranger.address.toLowerCase() }]
  const { body } = await ask(t, stranger.address)
  const answer = await submit(t, body.state, signed(body.challenge, stranger))
  const claims = decodedClaims(String(answer.body.access_token))
  assert.equal(
    [claims.sub, claims.ethereum_address],
    [stranger.address.toLowerCase(), stranger.address],
  )
})

test('a signature that is not 65 bytes is refused in words about contract wallets', async () => {
  const t = await started()
  const { body } = await ask(t)
  const signature = signed(body.challenge)
  const magic = '6492'.repeat(16)
  for (const other of [signature.slice(0, -2), `${signature}00`, `0x${'ab'.repeat(200)}${magic}`]) {
    const answer = await submit(t, body.state, other)
    assert.is(answer.status, 400)
    assert.match(answer.body.message, /EIP-1271, EIP-6492\) cannot be verified here/)
  }
  assert.is((await submit(t, body.state, signature)).status, 200, 'the challenge was not spent')
})

const badRequests: [path: string, fields: Record<string, string>, words: RegExp][] = [
  ['generate_challenge', { domain: DOMAIN }, /^address must be/],
  ['generate_challenge', { domain: DOMAIN, address: '0x12' }, /^address must be/],
  ['generate_challenge', { domain: DOMAIN, address: `0x${'g'.repeat(40)}` }, /^address must be/],
  ['generate_challenge', { address: owner.address }, /^domain must say/],
  ['generate_challenge', { address: owner.address, domain: 'a\nURI: b' }, /^domain must say/],
  ['generate_challenge', { address: owner.address, domain: 'a'.repeat(257) }, /^domain must say/],
  ['generate_challenge', { address: owner.address, domain: 'a', response_type: 'token' }, /code/],
  ['submit_challenge', {}, /^state is required/],
  ['submit_challenge', { state: 'x', signature: '00' }, /^domain is required/],
  ['submit_challenge', { state: 'x', domain: 'x' }, /^signature must be hexadecimal/],
  ['submit_challenge', { state: 'x', domain: 'x', signature: '0x' }, /^signature must be hex/],
  ['submit_challenge', { state: 'x', domain: 'x', signature: '0x1' }, /^signature must be hex/],
  ['submit_challenge', { state: 'x', domain: 'x', signature: 'zz' }, /^signature must be hex/],
  [
    'submit_challenge',
    { state: 'x', domain: 'x', signature: '00', grant_type: 'password' },
    /^grant_type must be/,
  ],
]
for (const [path, fields, words] of badRequests) {
  test(`${path} with ${JSON.stringify(fields).slice(0, 80)} is a bad request, in words`, async () => {
    const { status, body } = await post(await started(), path, fields)
    assert.is(status, 400)
    assert.match(body.message, words)
  })
}

test('forms are read by these routes alone', async () => {
  const t = await started()
  const response = await t.api.inject({
    method: 'POST',
    url: `/v1/user/device-data/${truck.userDeviceId}/export/json/email`,
    headers: FORM,
    payload: 'a=b',
  })
  assert.ok([401, 415].includes(response.statusCode))
})

test('any text at all as state, signature and fields is an answer in words, never a failure', async () => {
  const t = await started()
  const random = chance(6)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const pieces = [
    '0x',
    '00',
    'ff',
    '1b',
    '\u0000',
    'é',
    '%',
    '&',
    '__proto__',
    'x'.repeat(500),
    '"',
  ]
  const text = () => Array.from({ length: Math.floor(random() * 8) }, () => pick(pieces)).join('')
  const hex = (bytes: number) =>
    Array.from({ length: bytes }, () =>
      Math.floor(random() * 256)
        .toString(16)
        .padStart(2, '0'),
    ).join('')
  for (let i = 0; i < 400; i += 1) {
    const { body } = await ask(t)
    const signature = pick([text, () => hex(65), () => hex(64) + pick(['00', '01', '1b', '1c'])])()
    const state = pick([body.state, body.state, text()])
    const answer = await submit(t, state, signature, {
      [pick(['a', '__proto__', 'domain'])]: text(),
    })
    assert.ok([400, 401, 429].includes(answer.status), `${answer.status} ${signature}`)
    t.clock.advance(10_000)
  }
  for (const bytes of [
    '00'.repeat(65),
    'ff'.repeat(65),
    `${'00'.repeat(64)}1b`,
    `${'ff'.repeat(64)}1c`,
  ]) {
    const { body } = await ask(t)
    t.clock.advance(60_000)
    assert.is((await submit(t, body.state, bytes)).status, 401)
  }
})

test('who fails often is held off, and is told for how long', async () => {
  const t = await started()
  const guess = (state: string) => submit(t, state, '00'.repeat(65))
  for (let i = 0; i < 20; i += 1) assert.is((await guess(`guess-${i}`)).status, 401)
  const { body } = await ask(t)
  const held = await submit(t, body.state, signed(body.challenge))
  assert.is(held.status, 429)
  assert.ok(Number(held.headers['retry-after']) > 0)
  t.clock.advance(60_000)
  assert.is((await submit(t, body.state, signed(body.challenge))).status, 200)
})

test('challenges are bounded, and who asks for many pushes out none of somebody else', async () => {
  const clock = new FakeClock()
  const challenges = new Challenges({ clock })
  const request = { address: owner.address, domain: 'x', scope: '' }
  const uri = 'http://localhost'
  const { state } = challenges.issue(request, { uri, from: '192.0.2.1' })
  const own = Array.from({ length: 50 }, () =>
    challenges.issue(request, { uri, from: '192.0.2.2' }),
  )
  assert.is(challenges.size, 21)
  assert.is(challenges.take(own[0]?.state ?? ''), undefined)
  assert.is(challenges.take(own[49]?.state ?? '')?.domain, 'x')
  assert.is(challenges.take(state)?.domain, 'x')
  for (let i = 0; i < 3000; i += 1) {
    challenges.issue(request, { uri, from: `198.${i >> 16}.${(i >> 8) & 255}.${i & 255}` })
  }
  assert.is(challenges.size, 1000)
  clock.advance(CHALLENGE_MS)
  challenges.issue(request, { uri, from: '192.0.2.1' })
  assert.is(challenges.size, 1)
})

test('a client over a real socket, as the SDKs send it', async () => {
  const t = await started()
  const { port } = await t.api.listen('127.0.0.1', 0)
  const base = `http://127.0.0.1:${port}/auth/web3`
  const query = new URLSearchParams({
    client_id: owner.address,
    domain: DOMAIN,
    address: owner.address,
  })
  const asked = await fetch(`${base}/generate_challenge?${query}`, {
    method: 'POST',
    headers: FORM,
  })
  const { state, challenge } = (await asked.json()) as { state: string; challenge: string }
  const body = new URLSearchParams({
    client_id: owner.address,
    domain: DOMAIN,
    grant_type: 'authorization_code',
    state,
    signature: signed(challenge).slice(2),
  })
  const answer = await fetch(`${base}/submit_challenge`, { method: 'POST', body })
  assert.is(answer.status, 200)
  await t.api.stop()
})

test.run()
