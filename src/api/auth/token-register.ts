/** The port to the list of issued tokens, which outlives the gateway's process. */
import type { Millis } from '../../model/time.ts'

/** What is known of a token; never the token itself. */
export interface IssuedToken {
  /** `jti` */
  id: string
  kind: 'user' | 'privilege'
  /** Of a user token. */
  subject?: string
  /** Token id of the vehicle of a privilege token. */
  vehicle?: string
  privileges?: readonly number[]
  /** The user token that it was exchanged for. */
  parent?: string
  issued: Millis
  expires: Millis
  revoked?: Millis
}

export interface TokenInQuestion {
  id: string | undefined
  parent: string | undefined
  issued: Millis | undefined
}

export interface TokenRegister {
  /** Durable when it returns. */
  add(token: IssuedToken): void
  /** Asked with every request, and answered as things stand now. Never throws. */
  isRevoked(token: TokenInQuestion): boolean
  /** Newest first. */
  list(): IssuedToken[]
  /** Durable when it returns. False where there is no such token. */
  revoke(id: string): boolean
}
