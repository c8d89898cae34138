/**
 * The token with which Node-RED comes to the gateway: the owner's, made once and kept in the folder of
 * the flows for its owner alone to read. One that was revoked, or ends soon, is made anew.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { issueUserToken } from '../../api/auth/tokens.ts'
import { writeDurably } from '../../config/durable-file.ts'
import { loadSigningKey } from '../../config/identity.ts'
import type { Config } from '../../config/schema.ts'
import type { Millis } from '../../model/time.ts'
import { withoutUndefined } from '../../model/without-undefined.ts'
import { openTokenStore } from '../token-register.ts'

const DAY_S = 86_400
const VALID_SECONDS = 365 * DAY_S
const RENEW_BEFORE_MS: Millis = 30 * DAY_S * 1000
const OWNER_ONLY = 0o600

/** Throws what keeps the key or the register from being read. */
export async function flowsToken(data: string, config: Config): Promise<string> {
  const path = join(data, 'flows', 'token')
  const kept = existsSync(path) ? readFileSync(path, 'utf8').trim() : ''
  const register = openTokenStore(data, () => Date.now())
  try {
    const id = idOf(kept)
    const known = register.list().find((token) => token.id === id)
    const isGood = known !== undefined && known.revoked === undefined
    if (isGood && known.expires > Date.now() + RENEW_BEFORE_MS) return kept
    const { issuer, auth } = config.api
    const keys = { signingKey: loadSigningKey(data), issuer, register }
    const made = await issueUserToken(
      { ...keys, ...withoutUndefined({ audience: auth.audience }) },
      { sub: config.gateway.owner, expiresSeconds: VALID_SECONDS },
    )
    writeDurably(path, `${made}\n`, OWNER_ONLY)
    return made
  } finally {
    register.close()
  }
}

function idOf(token: string): string | undefined {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
    return (JSON.parse(payload) as { jti?: string }).jti
  } catch {
    return undefined
  }
}
