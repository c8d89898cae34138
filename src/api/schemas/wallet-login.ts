/** Requests and answers of the login with a wallet; clients send some of them in the query. */
import { z } from 'zod'
import { once } from './parts.ts'

const clientId = once('The client; for a developer of the hosted API the address of the licence.')
const domain = once('Who asks for the login; the same in both requests.')

export const challengeFields = z.object({
  address: once('The address to log in with: 0x and 40 hexadecimal digits.').optional(),
  domain: domain.optional(),
  client_id: clientId.optional(),
  scope: once('`openid` in it asks for an `id_token`.').optional(),
  response_type: once('`code`').optional(),
})

export type ChallengeFields = z.output<typeof challengeFields>

export const signatureFields = z.object({
  state: once('As it came with the challenge.').optional(),
  signature: once(
    'The challenge signed with `personal_sign` (EIP-191): 65 bytes, hexadecimal.',
  ).optional(),
  domain: domain.optional(),
  client_id: clientId.optional(),
  grant_type: once('`authorization_code`').optional(),
})

export type SignatureFields = z.output<typeof signatureFields>

export const walletAnswers = {
  WalletChallenge: z.object({
    state: z.string(),
    challenge: z.string().describe('The text to sign, as it is; good once, for five minutes.'),
  }),
  WalletToken: z.object({
    access_token: z.string().describe('A user token.'),
    token_type: z.literal('bearer'),
    expires_in: z.number().int().describe('Seconds.'),
    id_token: z.string().optional().describe('The same token, where `openid` was asked for.'),
  }),
}
