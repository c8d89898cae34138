/**
 * `odograph token create` prints a token signed with the gateway's own key, and nothing else.
 * `--user`: the owner's token, for everything. `--vehicle TOKENID --privileges 1,3,4`: a privilege
 * token for one vehicle. `token list` prints what was issued, never a token itself; `token revoke`
 * ends tokens, at once also in a gateway that is running.
 */

import type { IssuedToken, TokenRegister } from '../api/auth/token-register.ts'
import { issuePrivilegeToken, issueUserToken } from '../api/auth/tokens.ts'
import { dataFolder } from '../config/data-folder.ts'
import { loadSigningKey } from '../config/identity.ts'
import { loadConfig } from '../config/load.ts'
import { openTokenStore, type TokenStore } from '../gateway/token-register.ts'
import { OdographError } from '../model/errors.ts'
import { isoTime, type Millis } from '../model/time.ts'
import { withoutUndefined } from '../model/without-undefined.ts'
import { type CommandIo, durationSeconds, parseCommand } from './command.ts'
import { sinceTime } from './governor.ts'

const PRIVILEGES = 'use numbers from 1 to 8, as in 1,3,4'

const verbs: Record<string, (args: string[], io: CommandIo) => Promise<number>> = {
  create,
  list,
  revoke,
}

export async function token(args: string[], io: CommandIo): Promise<number> {
  const [verb = '', ...rest] = args
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (run === undefined) {
    const detail = 'use token create, token list or token revoke'
    throw new OdographError('usage', `token ${verb}`.trim(), detail)
  }
  return await run(rest, io)
}

async function create(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, {
    data: { type: 'string' },
    config: { type: 'string' },
    user: { type: 'boolean' },
    vehicle: { type: 'string' },
    privileges: { type: 'string' },
    expires: { type: 'string', default: '30d' },
  })
  const isUser = values.user === true
  if (isUser === (values.vehicle !== undefined)) {
    throw new OdographError('usage', 'token create', 'use either --user or --vehicle TOKENID')
  }
  const expiresSeconds = durationSeconds(values.expires, '--expires')
  const ids = isUser ? [] : privileges(values.privileges)
  const { config } = loadConfig({ file: values.config, environment: process.env })
  const folder = dataFolder(values.data)
  const issue = (register?: TokenRegister) => {
    const signer = {
      signingKey: loadSigningKey(folder),
      issuer: config.api.issuer,
      ...withoutUndefined({ audience: config.api.auth.audience, register }),
    }
    return isUser
      ? issueUserToken(signer, { sub: config.gateway.owner, expiresSeconds })
      : issuePrivilegeToken(signer, {
          tokenId: values.vehicle as string,
          privileges: ids,
          expiresSeconds,
        })
  }
  try {
    io.stdout.write(`${await withTokens(folder, issue)}\n`)
  } catch (error) {
    if (!(error instanceof OdographError) || error.code !== 'store-failed') throw error
    // A full card keeps nobody out of the gateway.
    io.stderr.write(`the token is good, but stands in no list: ${error.message}\n`)
    io.stdout.write(`${await issue()}\n`)
  }
  return 0
}

async function list(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, {
    data: { type: 'string' },
    all: { type: 'boolean' },
    json: { type: 'boolean' },
  })
  const now = Date.now()
  const all = await withTokens(dataFolder(values.data), (tokens) => tokens.list())
  const shown = values.all === true ? all : all.filter((token) => token.expires > now)
  if (shown.length === 0) io.stderr.write('no token is in force\n')
  for (const token of shown) {
    const line = values.json === true ? JSON.stringify(withTexts(token)) : lineOf(token)
    io.stdout.write(`${line}\n`)
  }
  return 0
}

async function revoke(args: string[], io: CommandIo): Promise<number> {
  const options = {
    data: { type: 'string' },
    all: { type: 'boolean' },
    before: { type: 'string' },
  } as const
  const isMany = args.some((arg) => /^--(all|before)(=|$)/.test(arg))
  const { values, positionals } = parseCommand(args, options, isMany ? [] : ['ID'])
  if (values.all === true && values.before !== undefined) {
    throw new OdographError('usage', 'token revoke', 'use an ID, --all or --before DATE')
  }
  const before = values.before === undefined ? undefined : past(values.before)
  const [id] = positionals
  return await withTokens(dataFolder(values.data), (tokens) => {
    if (id === undefined) {
      const count = tokens.revokeBefore(before)
      io.stderr.write(
        `${count} revoked, and all that were issued ${issuedText(before)} and are in no list\n`,
      )
      return 0
    }
    if (tokens.revoke(id)) return 0
    const detail = 'is the id of no token; odograph token list shows them'
    throw new OdographError('usage', id.slice(0, 64), detail)
  })
}

function issuedText(before: Millis | undefined): string {
  return before === undefined ? 'until now' : `before ${isoTime(before)}`
}

function past(text: string): Millis {
  const now = Date.now()
  const time = sinceTime(text, now, '--before')
  if (time <= now) return time
  throw new OdographError(
    'usage',
    `--before ${text}`,
    'lies in the future; use a time that has passed',
  )
}

async function withTokens<T>(
  folder: string,
  work: (tokens: TokenStore) => T | Promise<T>,
): Promise<T> {
  const tokens = openTokenStore(folder, () => Date.now())
  try {
    return await work(tokens)
  } finally {
    tokens.close()
  }
}

function withTexts({ issued, expires, revoked, ...rest }: IssuedToken): object {
  const times = { issued: isoTime(issued), expires: isoTime(expires) }
  return { ...rest, ...times, ...(revoked === undefined ? {} : { revoked: isoTime(revoked) }) }
}

function lineOf(token: IssuedToken): string {
  const { id, kind, subject = '', vehicle = '', privileges = [], issued, expires, revoked } = token
  const whose = kind === 'user' ? subject : `vehicle ${vehicle} privileges ${privileges.join(',')}`
  const state = revoked === undefined ? '' : `  revoked ${isoTime(revoked)}`
  const words = [
    id,
    kind.padEnd(9),
    whose,
    `issued ${isoTime(issued)}`,
    `expires ${isoTime(expires)}`,
  ]
  return `${words.join('  ')}${state}`.replace(/\p{Cc}+/gu, ' ')
}

function privileges(text: string | undefined): number[] {
  if (text === undefined)
    throw new OdographError('usage', '--privileges', `is missing; ${PRIVILEGES}`)
  const numbers = text.split(',').map((part) => Number(part.trim()))
  if (numbers.every((number) => Number.isInteger(number) && number >= 1 && number <= 8)) {
    return numbers
  }
  throw new OdographError('usage', `--privileges ${text}`, PRIVILEGES)
}
