/** Requests and answers of the login with a wallet; clients send some of them in the query. */
import { z } from 'zod'
import { once } from './parts.ts'

const clientId = once('The client; for a developer of the hosted API the address of the licence.')

export const challengeFields = z.object({
  address: once('The address to log in with: 0x and 40 hexadecimal digits.').optional(),
  domain: once('Who asks for the login.').optional(),
  client_id: clientId.optional(),
  scope: once('`openid` in it asks for an `id_token`.').optional(),
  response_type: once('`code`').optional(),
})

export type ChallengeFields = z.output<typeof challengeFields>

const stateError = 'is required, once: it came with the challenge'
const signatureError = 'must be hexadecimal: 0x and 130 digits'
const domainError = 'is required, once: the same as when the challenge was asked for'

export const signatureFields = z.object(
  {
    state: z.string({ error: stateError }).describe('As it came with the challenge.'),
    domain: z.string({ error: domainError }).describe('The same as with the challenge.'),
    signature: z
      .string({ error: signatureError })
      .regex(/^(0x)?([0-9a-f]{2})+$/i, { error: signatureError })
      .describe('The challenge signed with `personal_sign` (EIP-191): 65 bytes, hexadecimal.'),
    client_id: clientId.optional(),
    grant_type: z.literal('authorization_code', { error: 'must be authorization_code' }).optional(),
  },
  { error: 'must be a form or a JSON object with state, domain and signature' },
)

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
