/** The section `mqtt`: the broker, what is sent and how, Home Assistant, and commands. */
import { z } from 'zod'
import { address, name, section } from './parts.ts'

const prefix = z
  .string()
  .regex(/^[^#+/\0\s]+(\/[^#+/\0\s]+)*$/, 'a topic without wildcards, such as homeassistant')

/** `true`, `false`, or with another prefix. */
const homeAssistant = z
  .union([z.boolean(), section({ prefix: prefix.default('homeassistant') })], {
    error: 'write true, false or { prefix: homeassistant }',
  })
  .default(false)
  .describe(
    'Announce vehicles and gateway to Home Assistant, and put every signal into the retained status',
  )

const reading = ['status/get', 'dtc/read', 'history/get', 'poll/boost', 'health/get'] as const

const commands = section({
  enabled: z
    .boolean()
    .default(false)
    .describe('Whether commands are taken; whoever may publish to their topics may give them'),
  allow: z
    .array(z.enum([...reading, 'request', 'dtc/clear']))
    .default([...reading])
    .describe('Which ones'),
  privileges: z
    .array(z.int().min(1).max(8))
    .default([])
    .describe('What their senders hold; 2 is needed for request and dtc/clear'),
})
  .prefault({})
  .describe('Commands over MQTT')

export const mqtt = section({
  enabled: z.boolean().default(true),
  url: z
    .string()
    .regex(/^(mqtts?|wss?):\/\/\S+$/, 'use mqtt://, mqtts://, ws:// or wss://')
    .optional()
    .describe('A broker; without it the embedded one is used'),
  listen: address.default('127.0.0.1:1883').describe('Where the embedded broker listens'),
  root: name.default('odograph').describe('First level of every topic'),
  encoding: z.enum(['json', 'cbor']).default('json'),
  batches: z
    .enum(['json', 'cbor', 'columns'])
    .default('columns')
    .describe('Encoding of what could not be sent at its time'),
  deflate: z.boolean().default(false).describe('Batches are compressed'),
  bytesPerHour: z
    .int()
    .min(10_000)
    .optional()
    .describe('Records take so much of the line in an hour; new ones are never held back'),
  username: z.string().optional(),
  password: z.string().optional(),
  passwordFile: z.string().optional().describe('A file with the password on its first line'),
  caFile: z.string().optional().describe("Authorities to trust instead of the system's, PEM"),
  certFile: z.string().optional().describe('Client certificate, PEM'),
  keyFile: z.string().optional().describe('Key of the client certificate, PEM'),
  keyPassphraseFile: z
    .string()
    .optional()
    .describe('A file with the passphrase of the key on its first line'),
  serverName: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe("Name to expect in the broker's certificate, where it is not the host of the URL"),
  alpn: z
    .string()
    .min(1)
    .max(255)
    .optional()
    .describe('Protocol to name in the TLS handshake (ALPN), where a port serves several'),
  proxy: z
    .string()
    .regex(/^http:\/\/\S+$/, 'use http://, if needed with user:password@, then host:port')
    .optional()
    .describe('An HTTP proxy to reach the broker through; the environment is not asked'),
  window: z.int().min(1).max(1000).default(16).describe('Records in flight at once'),
  homeAssistant,
  commands,
}).prefault({})
