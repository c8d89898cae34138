/**
 * What was issued and revoked, and whether the gateway has an owner yet: `tokens.db` in the data
 * folder, a SQLite database of its own beside the journal, for the command line writes to it while
 * the gateway runs, and a journal that is repaired or replaced must not bring revoked tokens back.
 *
 * token  a row a token that was issued: id (`jti`), kind, subject or vehicle and privileges (JSON),
 *        parent (the token that it was exchanged for), issued, expires, revoked (ms since 1970)
 * mark   `revokedBefore` (ms): tokens without a row that were issued earlier are refused;
 *        `claimed` (ms): somebody has a token; `claimCode`: what claims it from elsewhere
 */
import { randomBytes, randomInt } from 'node:crypto'
import { chmodSync, existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import type { IssuedToken, TokenInQuestion, TokenRegister } from '../api/auth/token-register.ts'
import { type Database, openDatabase, type Row, type Statement } from '../database/sqlite.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import type { Millis } from '../model/time.ts'
import { isDamage } from '../uplink/store/check.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS token (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT,
    vehicle TEXT,
    privileges TEXT,
    parent TEXT,
    issued INTEGER NOT NULL,
    expires INTEGER NOT NULL,
    revoked INTEGER
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;`

/** No letters and digits that look alike. */
const CODE_LETTERS = 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'
const CODE_LENGTH = 10
/** An expired token stays in the list for so long. */
const KEEP_MS: Millis = 7 * 86_400_000

export class TokenStore implements TokenRegister {
  readonly #database: Database
  readonly #path: string
  readonly #now: () => Millis
  readonly #version: Statement
  #hasLooked = false
  #seen: unknown
  /** By id whether it was revoked. */
  #tokens = new Map<string, boolean>()
  #revokedBefore: Millis = 0
  #claimed = false

  /** Throws `store-failed`. */
  constructor(path: string, now: () => Millis) {
    this.#path = path
    this.#now = now
    this.#database = openDatabase(path, { readOnly: false })
    try {
      this.#database.exec('PRAGMA synchronous = FULL; PRAGMA busy_timeout = 2000')
      if (!this.#isMade()) this.#make()
      this.#version = this.#database.prepare('PRAGMA data_version')
      this.#load()
      this.#prune()
    } catch (error) {
      this.#database.close()
      throw new OdographError('store-failed', path, messageOf(error), error)
    }
  }

  add(token: IssuedToken): void {
    const { id, kind, subject, vehicle, privileges, parent, issued, expires } = token
    this.#write(() => {
      this.#database
        .prepare('INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)')
        .run(
          ...[id, kind, subject ?? null, vehicle ?? null],
          ...[privileges === undefined ? null : JSON.stringify(privileges), parent ?? null],
          ...[issued, expires],
        )
      this.#mark('claimed', this.#now())
    })
  }

  isRevoked({ id, parent, issued = 0 }: TokenInQuestion): boolean {
    this.#look()
    if (parent !== undefined && this.#tokens.get(parent) === true) return true
    const known = id === undefined ? undefined : this.#tokens.get(id)
    return known ?? issued < this.#revokedBefore
  }

  list(): IssuedToken[] {
    const rows = this.#database.prepare('SELECT * FROM token ORDER BY issued DESC, id').all()
    return rows.map(tokenOf)
  }

  revoke(id: string): boolean {
    const now = this.#now()
    return this.#write(() => {
      const sql = 'UPDATE token SET revoked = ifnull(revoked, ?1) WHERE id = ?2'
      return Number(this.#database.prepare(sql).run(now, id).changes) > 0
    })
  }

  /**
   * All that was issued before a time, or at all, also what is not in the list. How many of the list.
   */
  revokeBefore(limit?: Millis): number {
    const now = this.#now()
    return this.#write(() => {
      const newest = this.#database.prepare('SELECT max(issued) AS issued FROM token').get()
      // The clock may have been ahead when they were issued.
      const time = limit ?? Math.max(now, Number(newest?.issued ?? 0) + 1)
      const sql = 'UPDATE token SET revoked = ?1 WHERE revoked IS NULL AND issued < ?2'
      const { changes } = this.#database.prepare(sql).run(now, time)
      const before = Number(this.#marked('revokedBefore') ?? 0)
      this.#mark('revokedBefore', Math.max(before, time))
      return Number(changes)
    })
  }

  /** Whether somebody has had a token of this gateway; it never loses that. */
  get isClaimed(): boolean {
    this.#look()
    return this.#claimed
  }

  setClaimed(): void {
    this.#write(() => this.#mark('claimed', this.#now()))
  }

  /** What claims the gateway from elsewhere; the same until it is claimed. */
  claimCode(): string {
    const kept = this.#marked('claimCode')
    if (typeof kept === 'string') return kept
    return this.#write(() => {
      this.#mark('claimCode', newCode())
      return String(this.#marked('claimCode'))
    })
  }

  close(): void {
    this.#database.close()
  }

  /**
   * Whether another connection has written is asked of the file, which costs a few microseconds:
   * once for all requests of one turn of the event loop.
   */
  #look(): void {
    if (this.#hasLooked) return
    this.#hasLooked = true
    setImmediate(() => {
      this.#hasLooked = false
    })
    try {
      if (this.#version.get()?.data_version !== this.#seen) this.#load()
    } catch {
      // The card does not answer, or another process writes just now: what is known stays in force.
    }
  }

  #load(): void {
    const seen = this.#version.get()?.data_version
    const rows = this.#database.prepare('SELECT id, revoked FROM token').all()
    this.#tokens = new Map(rows.map(({ id, revoked }) => [String(id), revoked !== null]))
    this.#revokedBefore = Number(this.#marked('revokedBefore') ?? 0)
    this.#claimed = this.#marked('claimed') !== undefined
    this.#seen = seen
  }

  #write<T>(work: () => T): T {
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        this.#database.exec('COMMIT')
        this.#load()
        return result
      } catch (error) {
        this.#rollBack()
        throw error
      }
    } catch (error) {
      throw new OdographError('store-failed', this.#path, messageOf(error), error)
    }
  }

  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK')
    } catch {
      // A full card has rolled it back already.
    }
  }

  #marked(name: string): Row[string] | undefined {
    return this.#database.prepare('SELECT value FROM mark WHERE name = ?').get(name)?.value
  }

  #mark(name: string, value: number | string): void {
    const once = name === 'revokedBefore' ? 'REPLACE' : 'IGNORE'
    this.#database.prepare(`INSERT OR ${once} INTO mark VALUES (?, ?)`).run(name, value)
  }

  #make(): void {
    this.#database.exec(SCHEMA)
    // It holds the code that claims the gateway.
    if (existsSync(this.#path)) chmodSync(this.#path, 0o600)
  }

  #isMade(): boolean {
    const sql = "SELECT 1 FROM sqlite_master WHERE name = 'mark'"
    return this.#database.prepare(sql).get() !== undefined
  }

  /** As seen from the newest token, for a clock that is wrong must not forget what was revoked. */
  #prune(): void {
    const sql = `DELETE FROM token
      WHERE expires < min(?, (SELECT max(issued) FROM token)) - ${KEEP_MS}`
    try {
      if (Number(this.#database.prepare(sql).run(this.#now()).changes) > 0) this.#load()
    } catch {
      // The card cannot be written: what was revoked can be read all the same.
    }
  }
}

function tokenOf(row: Row): IssuedToken {
  const { id, kind, subject, vehicle, privileges, parent, issued, expires, revoked } = row
  return {
    id: String(id),
    kind: kind === 'user' ? 'user' : 'privilege',
    ...(typeof subject === 'string' ? { subject } : {}),
    ...(typeof vehicle === 'string' ? { vehicle } : {}),
    ...(typeof privileges === 'string' ? { privileges: JSON.parse(privileges) as number[] } : {}),
    ...(typeof parent === 'string' ? { parent } : {}),
    issued: Number(issued),
    expires: Number(expires),
    ...(revoked === null ? {} : { revoked: Number(revoked) }),
  }
}

/** `ABCDE-FGHJK`: 49 bits. */
function newCode(): string {
  const letters = Array.from({ length: CODE_LENGTH }, () =>
    CODE_LETTERS.charAt(randomInt(CODE_LETTERS.length)),
  )
  return `${letters.slice(0, 5).join('')}-${letters.slice(5).join('')}`
}

/**
 * Opens the register of a data folder, before anything else of it: a folder that has a signing key
 * but no register was used by an earlier version, and somebody may have its tokens. Throws
 * `store-failed`.
 */
export function openTokenStore(folder: string, now: () => Millis): TokenStore {
  const path = join(folder, 'tokens.db')
  const isEarlier = !existsSync(path) && existsSync(join(folder, 'signing-key.json'))
  const store = new TokenStore(path, now)
  if (isEarlier) store.setClaimed()
  return store
}

/** The same, whatever state the card is in: what cannot be read is moved aside, or done without. */
export function openTokenStoreAnyway(
  folder: string,
  now: () => Millis,
  found: (sentence: string) => void,
): TokenStore {
  let failure: unknown
  try {
    return openTokenStore(folder, now)
  } catch (error) {
    failure = error
    found(
      `The list of issued tokens cannot be read (${messageOf(error)}): tokens that were revoked may be accepted again. Run "odograph token revoke --all", and make new ones.`,
    )
  }
  const path = join(folder, 'tokens.db')
  try {
    if (!isDamage(failure)) throw failure
    renameSync(path, `${path}.unreadable-${randomBytes(4).toString('hex')}`)
    return openTokenStore(folder, now)
  } catch {
    // Not even that: for this run it is kept in memory.
    const store = new TokenStore(':memory:', now)
    if (existsSync(join(folder, 'signing-key.json'))) store.setClaimed()
    return store
  }
}
