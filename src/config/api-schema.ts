/** The part of the configuration that is about the REST API. */
import { z } from 'zod'
import { address, section } from './parts.ts'

export const api = section({
  listen: address.default('127.0.0.1:8080'),
  issuer: z.string().min(1).default('odograph').describe('`iss` of the tokens'),
}).prefault({})
