/** The schemas of what is about rights: issued tokens. */
import { z } from 'zod'
import { once, utc, wholeNumber } from './parts.ts'

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

const dataRead = z.object({
  time: utc.describe('The first time within the minute.'),
  token: z.string().optional().describe('`jti`'),
  subject: z.string().optional().describe('Of a user token.'),
  count: z.number().int().describe('How often within the minute.'),
  address: z.string(),
  route: z.string().meta({ example: 'GET /v1/vehicle/:tokenId/status' }),
  vehicle: z.string(),
  what: z.string().meta({ example: 'location, identity' }),
})

export const rightsAnswers = {
  IssuedTokens: z.object({ tokens: z.array(issuedToken) }),
  Audit: z.object({ reads: z.array(dataRead), next: z.string().optional() }),
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

export const auditQuery = z.object({
  from: once('First day (`2024-01-25`, UTC) or a time; by default 14 days ago.').optional(),
  to: once('Last day, which is included whole, or a time; by default now.').optional(),
  limit: wholeNumber(1, 1000).optional().describe('Rows a page; 100 where it is not given.'),
  after: once('The `next` of the page before.').optional(),
})

export type AuditQuery = z.output<typeof auditQuery>

export const issuedTokenParams = z.object({ id: z.string().describe('`id` as in the list.') })
