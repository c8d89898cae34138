/** The part of the configuration that is about the REST API. */
import { z } from 'zod'
import { address, section } from './parts.ts'

/** Nobody stands between on loopback; anywhere else who answers has to prove who it is. */
const PLACE_OF_KEYS =
  /^(https:\/\/\S+|http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])([:/]\S*)?|(?!\w+:\/\/).+)$/

const trustedIssuer = section({
  issuer: z.string().min(1).describe('`iss` of its tokens'),
  audience: z.string().min(1).optional().describe('`aud` that its tokens must name'),
  jwks: z
    .string()
    .regex(PLACE_OF_KEYS, 'name a file, or an address that begins with https://')
    .describe('Its key set (RFC 7517): a file, or an https address'),
})

const auth = section({
  issuers: z
    .array(trustedIssuer)
    .default([])
    .describe('Who else issues tokens that are accepted here, beside the gateway itself'),
  audience: z
    .string()
    .min(1)
    .optional()
    .describe('`aud` of the tokens, and of those of an issuer that has none of its own here'),
  vehicleContract: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, '0x and 40 hexadecimal digits')
    .optional()
    .describe('The only contract whose privilege tokens are accepted; any if absent'),
}).prefault({})

const file = z.string().min(1)

/** What is not understood must not become plain HTTP: it is told where the certificate is needed. */
const tls = z
  .union([z.boolean(), z.looseObject({ certFile: file.optional(), keyFile: file.optional() })])
  .catch({})
  .default(false)
  .describe('HTTPS: true makes a certificate of its own; certFile and keyFile (PEM) name another')

export const api = section({
  listen: address.default('127.0.0.1:8080'),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'write http://host:port or https://host' })
    .refine((url) => !/[?#]/.test(url), 'without ? and #')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('How the API is reached from elsewhere: links in mails begin with it'),
  issuer: z.string().min(1).default('odograph').describe('`iss` of the tokens'),
  claimed: z
    .boolean()
    .default(false)
    .describe('Listens beyond loopback although no token was issued yet'),
  cors: z
    .array(z.string().regex(/^https?:\/\/[^/\s]+$/, 'write an origin, as in https://fleet.example'))
    .default([])
    .describe('Origins whose pages may call the API'),
  metrics: z.boolean().default(false).describe('/metrics for Prometheus'),
  tls,
  auth,
}).prefault({})

export type ApiConfig = z.output<typeof api>
export type TrustedIssuerConfig = ApiConfig['auth']['issuers'][number]
