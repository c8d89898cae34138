/** The part of the configuration that is about the REST API. */
import { z } from 'zod'
import { address, section } from './parts.ts'

export const api = section({
  listen: address.default('127.0.0.1:8080'),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'write http://host:port or https://host' })
    .refine((url) => !/[?#]/.test(url), 'without ? and #')
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('How the API is reached from elsewhere: links in mails begin with it'),
  issuer: z.string().min(1).default('odograph').describe('`iss` of the tokens'),
}).prefault({})
