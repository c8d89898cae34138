/**
 * Tokens (JWT, RFC 7519): issued with the gateway's own key, verified against the gateway's key
 * and the key sets of the issuers that the configuration trusts.
 *
 * - A *privilege token* carries `token_id`, `privilege_ids` and `contract_address`: rights on one
 *   vehicle. A *user token* carries none of them; its `sub` is the owner of vehicles.
 * - Only asymmetric algorithms: whoever can verify cannot sign. A key vouches for its own issuer
 *   alone, and `kid`, `iss` and `exp` must be present.
 */
import { randomUUID } from 'node:crypto'
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  importJWK,
  type JWK,
  type JWTPayload,
  jwtVerify,
  type LocalJWKSet,
  SignJWT,
} from 'jose'
import type { Millis } from '../../model/time.ts'
import type { KeySet, KeySetSource } from './key-set.ts'
import type { Privileges } from './privileges.ts'
import type { IssuedToken, TokenRegister } from './token-register.ts'

/** An issuer other than the gateway, with its public keys. */
export interface TrustedIssuer {
  issuer: string
  audience?: string
  jwks: KeySet | KeySetSource
}

export interface TokenKeys {
  /** Private key, ES256 unless its `alg` says otherwise; `kid` is required. */
  signingKey: JWK
  issuer: string
  audience?: string
  trusted?: readonly TrustedIssuer[]
  /** Knows every token that is issued with these keys, and which were revoked. */
  register?: TokenRegister
}

export type Identity =
  | { kind: 'user'; subject: string; issuer: string }
  | { kind: 'privilege'; tokenId: string; privileges: Privileges; contractAddress: string }

/** A verified token: who it speaks for, the interval in which it does, and who says so. */
export interface VerifiedToken {
  identity: Identity
  issuer: string
  /** `jti`; tokens of other issuers need not have one. */
  id: string | undefined
  /** `jti` of the token that it was exchanged for. */
  parent: string | undefined
  issued: Millis | undefined
  notBefore: Millis
  expires: Millis
  /** The keys that it was verified with. */
  keys: KeySet
}

/** The DIMO vehicle contract, which clients of the hosted API name. */
export const VEHICLE_CONTRACT = '0xbA5738a18d83D41847dfFbDC6101d37C69c9B0cF'

const ALGORITHMS = ['ES256', 'EdDSA', 'Ed25519', 'RS256']
const PUBLIC_MEMBERS = ['kty', 'kid', 'crv', 'x', 'y', 'n', 'e'] as const

export interface UserTokenOptions {
  /** The owner's name, as in the vehicle's configuration. */
  sub: string
  /** The address that the user logged in with. */
  ethereumAddress?: string
  expiresSeconds: number
  now?: Millis
}

export interface PrivilegeTokenOptions {
  tokenId: string
  privileges: readonly number[]
  expiresSeconds: number
  contractAddress?: string
  /** `jti` of the token that it was exchanged for: it ends with it. */
  parent?: string
  now?: Millis
}

export function issueUserToken(keys: TokenKeys, options: UserTokenOptions): Promise<string> {
  const { sub, ethereumAddress: address } = options
  const claims = address === undefined ? { sub } : { sub, ethereum_address: address }
  return issue(keys, claims, { kind: 'user', subject: sub }, options)
}

export function issuePrivilegeToken(
  keys: TokenKeys,
  options: PrivilegeTokenOptions,
): Promise<string> {
  const { tokenId, privileges, contractAddress = VEHICLE_CONTRACT, parent } = options
  const from = parent === undefined ? {} : { parent }
  const claims = {
    token_id: tokenId,
    privilege_ids: [...privileges],
    contract_address: contractAddress,
    ...from,
  }
  return issue(keys, claims, { kind: 'privilege', vehicle: tokenId, privileges, ...from }, options)
}

type Described = Pick<IssuedToken, 'kind' | 'subject' | 'vehicle' | 'privileges' | 'parent'>

async function issue(
  keys: TokenKeys,
  claims: JWTPayload,
  described: Described,
  { expiresSeconds, now = Date.now() }: { expiresSeconds: number; now?: Millis },
): Promise<string> {
  const { kid, alg = 'ES256' } = keys.signingKey
  if (kid === undefined) throw new TypeError('the signing key has no kid')
  const id = randomUUID()
  const seconds = Math.floor(now / 1000)
  const expires = seconds + expiresSeconds
  const token = new SignJWT(claims)
    .setProtectedHeader({ alg, kid, typ: 'JWT' })
    .setIssuer(keys.issuer)
    .setIssuedAt(seconds)
    .setExpirationTime(expires)
    .setJti(id)
  if (keys.audience !== undefined) token.setAudience(keys.audience)
  const text = await token.sign(await importJWK(keys.signingKey, alg))
  keys.register?.add({ id, ...described, issued: seconds * 1000, expires: expires * 1000 })
  return text
}

/** The public half of the signing key, as `/.well-known/jwks.json` shows it. */
export function publicKeys(keys: TokenKeys): KeySet {
  const { signingKey } = keys
  const shown: Record<string, unknown> = {}
  for (const member of PUBLIC_MEMBERS) {
    if (signingKey[member] !== undefined) shown[member] = signingKey[member]
  }
  return { keys: [{ ...shown, alg: signingKey.alg ?? 'ES256', use: 'sig' } as JWK] }
}

/** Why a token was refused, as a sentence that gives nothing away. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused'
}

interface Verifier {
  audience: string | undefined
  source: KeySetSource
}

export class TokenVerifier {
  readonly #issuers = new Map<string, Verifier>()
  readonly #sets = new WeakMap<KeySet, LocalJWKSet>()
  readonly #ownIssuer: string
  readonly #register: TokenRegister | undefined

  constructor(keys: TokenKeys) {
    this.#ownIssuer = keys.issuer
    this.#register = keys.register
    for (const { issuer, audience, jwks } of keys.trusted ?? []) {
      const source = 'missed' in jwks ? jwks : constant(jwks)
      this.#issuers.set(issuer, { audience, source })
    }
    const own = { audience: keys.audience, source: constant(publicKeys(keys)) }
    this.#issuers.set(keys.issuer, own)
  }

  /** Throws `TokenRefused` for whatever is not a valid token at that time. */
  async verify(token: string, now: Millis): Promise<VerifiedToken> {
    try {
      const verified = await this.#verified(token, now)
      if (this.#isRevoked(verified)) throw new TokenRefused('It was revoked.')
      return verified
    } catch (error) {
      if (error instanceof TokenRefused) throw error
      throw new TokenRefused(refusal(error), { cause: error })
    }
  }

  /** Whether a token is as good as when it was verified: not revoked, and its key still trusted. */
  vouchesFor(token: VerifiedToken): boolean {
    const { issuer, keys } = token
    return this.#issuers.get(issuer)?.source.keys() === keys && !this.#isRevoked(token)
  }

  #isRevoked(token: VerifiedToken): boolean {
    return token.issuer === this.#ownIssuer && (this.#register?.isRevoked(token) ?? false)
  }

  async #verified(token: string, now: Millis): Promise<VerifiedToken> {
    if (decodeProtectedHeader(token).kid === undefined) {
      throw new TokenRefused('Its header names no key (kid).')
    }
    const { iss } = decodeJwt(token)
    const verifier = iss === undefined ? undefined : this.#issuers.get(iss)
    if (iss === undefined || verifier === undefined) {
      throw new TokenRefused('Its issuer (iss) is not trusted here.')
    }
    const { audience, source } = verifier
    const options = {
      algorithms: ALGORITHMS,
      issuer: iss,
      currentDate: new Date(now),
      requiredClaims: ['exp'],
      ...(audience === undefined ? {} : { audience }),
    }
    const keys = source.keys()
    try {
      const { payload } = await jwtVerify(token, this.#setOf(keys), options)
      return verifiedToken(payload, iss, keys)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_JWKS_NO_MATCHING_KEY') throw error
      await source.missed()
      const newer = source.keys()
      if (newer === keys) throw error
      const { payload } = await jwtVerify(token, this.#setOf(newer), options)
      return verifiedToken(payload, iss, newer)
    }
  }

  #setOf(keys: KeySet): LocalJWKSet {
    const known = this.#sets.get(keys)
    if (known !== undefined) return known
    const set = createLocalJWKSet(keys)
    this.#sets.set(keys, set)
    return set
  }
}

function constant(keys: KeySet): KeySetSource {
  return { keys: () => keys, missed: () => Promise.resolve() }
}

function verifiedToken(payload: JWTPayload, issuer: string, keys: KeySet): VerifiedToken {
  const { nbf = 0, exp = 0, iat, jti, parent } = payload
  return {
    identity: identityOf(payload),
    issuer,
    id: typeof jti === 'string' ? jti : undefined,
    parent: typeof parent === 'string' ? parent : undefined,
    issued: iat === undefined ? undefined : iat * 1000,
    notBefore: nbf * 1000,
    expires: exp * 1000,
    keys,
  }
}

function identityOf(payload: JWTPayload): Identity {
  const { token_id: tokenId, privilege_ids: ids, contract_address: contract } = payload
  if (tokenId === undefined && ids === undefined && contract === undefined) {
    if (typeof payload.sub !== 'string' || payload.sub === '') {
      throw new TokenRefused('It names no user (sub).')
    }
    return { kind: 'user', subject: payload.sub, issuer: payload.iss ?? '' }
  }
  if (typeof tokenId !== 'string') throw new TokenRefused('Its token_id is not a text.')
  if (!Array.isArray(ids) || !ids.every((id) => Number.isInteger(id))) {
    throw new TokenRefused('Its privilege_ids are not a list of numbers.')
  }
  return {
    kind: 'privilege',
    tokenId,
    privileges: new Set<number>(ids),
    contractAddress: typeof contract === 'string' ? contract : '',
  }
}

/** By the stable error codes of jose; the rest are all ways of being no token at all. */
function refusal(error: unknown): string {
  const { code, claim } = error as { code?: string; claim?: string }
  switch (code) {
    case 'ERR_JWT_EXPIRED':
      return 'It has expired.'
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return claim === 'nbf' ? 'It is not valid yet (nbf).' : `Its claim ${claim} is not accepted.`
    case 'ERR_JWKS_NO_MATCHING_KEY':
      return 'It is signed with a key that is not known here.'
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
      return 'Its algorithm is not accepted; ES256, EdDSA and RS256 are.'
    default:
      return 'It is not a token that was signed by a key known here.'
  }
}
