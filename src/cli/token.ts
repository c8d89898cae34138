/**
 * `odograph token create` prints a token signed with the gateway's own key, and nothing else.
 * `--user`: the owner's token, for everything. `--vehicle TOKENID --privileges 1,3,4`: a privilege
 * token for one vehicle.
 */
import { issuePrivilegeToken, issueUserToken } from '../api/auth/tokens.ts'
import { dataFolder } from '../config/data-folder.ts'
import { loadSigningKey } from '../config/identity.ts'
import { loadConfig } from '../config/load.ts'
import { OdographError } from '../model/errors.ts'
import { withoutUndefined } from '../model/without-undefined.ts'
import { type CommandIo, durationSeconds, parseCommand } from './command.ts'

const PRIVILEGES = 'use numbers from 1 to 8, as in 1,3,4'

export async function token(args: string[], io: CommandIo): Promise<number> {
  const [verb, ...rest] = args
  if (verb !== 'create') {
    throw new OdographError('usage', `token ${verb ?? ''}`.trim(), 'use token create')
  }
  const { values } = parseCommand(rest, {
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
  const { config } = loadConfig({ file: values.config, environment: process.env })
  const signer = {
    signingKey: loadSigningKey(dataFolder(values.data)),
    issuer: config.api.issuer,
    ...withoutUndefined({ audience: config.api.auth.audience }),
  }
  const expiresSeconds = durationSeconds(values.expires, '--expires')
  const text = isUser
    ? await issueUserToken(signer, { sub: config.gateway.owner, expiresSeconds })
    : await issuePrivilegeToken(signer, {
        tokenId: values.vehicle as string,
        privileges: privileges(values.privileges),
        expiresSeconds,
      })
  io.stdout.write(`${text}\n`)
  return 0
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
