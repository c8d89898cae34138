/** The schemas of what is about rights: issued tokens. */
import { z } from 'zod'
import { utc } from './parts.ts'

const issuedToken = z.object({
  id: z.string().describe('`jti`'),
  kind: z.enum(['user', 'privilege']),
  subject: z.string().optional().describe('Of a user token.'),
  vehicle: z.string().optional().describe('Token id of the vehicle of a privilege token.'),
  privileges: z.array(z.number().int()).optional(),
  parent: z.string().optional().describe('The user token that it was exchanged for.'),
  issued: utc,
  expires: utc,
  revoked: utc.optional(),
})

export const rightsAnswers = {
  IssuedTokens: z.object({ tokens: z.array(issuedToken) }),
  Claim: z.object({ claimed: z.boolean().describe('Whether the gateway has an owner.') }),
  RevokedToken: z.object({ id: z.string(), revoked: z.literal(true) }),
}

const codeError = 'must be the code that odograph claim prints, as text'

export const claimBody = z
  .object(
    { code: z.string({ error: codeError }).max(64, { error: codeError }).optional() },
    { error: 'must be a JSON object {code}, or nothing' },
  )
  .nullable()

export const issuedTokenParams = z.object({ id: z.string().describe('`id` as in the list.') })
