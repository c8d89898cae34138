/**
 * The sinks that a configuration can name beside MQTT: webhooks and folders. Secrets are files, so
 * that neither the configuration nor anything made of it holds one.
 */
import { z } from 'zod'
import { name, seconds, section } from './parts.ts'

const lanes = ['live', 'backlog', 'events'] as const

const base = {
  name: name
    .refine((text) => !/^mqtt(-|$)/.test(text), 'names that begin with "mqtt" are taken')
    .describe('Name of the sink, unique: its place in the journal goes by it'),
  lanes: z
    .array(z.enum(lanes, { error: `use ${lanes.join(', ')}` }))
    .min(1)
    .default([...lanes])
    .describe('What it gets: new records, those of before, events'),
  encoding: z
    .enum(['json', 'cbor', 'columns'])
    .default('json')
    .describe('How batches are written: CloudEvents in JSON or CBOR, or columns, the smallest'),
  bytesPerHour: z
    .int()
    .min(10_000)
    .optional()
    .describe('At most so many bytes of the backlog an hour; no limit if absent'),
}

const batch = (records: number, bytes: number, wait: number) =>
  section({
    records: z.int().min(1).max(100_000).default(records).describe('Records at most'),
    bytes: z.int().min(1_000).max(16_000_000).default(bytes).describe('Bytes at most, about'),
    seconds: seconds(wait, 0, 3600).describe('So long a new record waits for others'),
  })
    .prefault({})
    .describe('How much goes out at once')

const path = z.string().min(1)

/** Header fields that the sink makes itself, or that would break the request. */
const OWN_HEADERS =
  /^(authorization|proxy-authorization|content-(type|length|encoding)|transfer-encoding|connection|host|idempotency-key|x-odograph-.*)$/i

const headerValue = z.string().regex(/^[\t\x20-\x7e]*$/, 'use one line of plain characters')

/** Header fields to add, by name. */
const headersOf = (value: z.ZodType<string, string>) =>
  z
    .record(z.string(), value)
    .default({})
    .superRefine((fields, context) => {
      for (const field of Object.keys(fields)) {
        const message = headerFault(field)
        if (message !== undefined) context.addIssue({ code: 'custom', path: [field], message })
      }
    })

function headerFault(field: string): string | undefined {
  if (!/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(field)) {
    return 'the name of a header field has no blanks or colons'
  }
  if (!OWN_HEADERS.test(field)) return undefined
  return 'this header field is made by the sink; for credentials use bearerFile, or username and passwordFile'
}

/** An address without a user in it: secrets are files. */
const webAddress = (scheme: RegExp, schemes: string) =>
  z
    .string({ error: `use an address that begins with ${schemes}` })
    .regex(scheme, { error: `use an address that begins with ${schemes}`, abort: true })
    .refine((text) => URL.canParse(text), { error: 'this is no address', abort: true })
    .refine(
      (text) => new URL(text).username === '' && new URL(text).password === '',
      'leave user and password out of the address: use username and passwordFile',
    )

interface Credentials {
  bearerFile?: string | undefined
  username?: string | undefined
  passwordFile?: string | undefined
  certFile?: string | undefined
  keyFile?: string | undefined
}

function checkCredentials(sink: Credentials, context: z.core.$RefinementCtx): void {
  const found = (key: keyof Credentials, message: string) =>
    context.addIssue({ code: 'custom', path: [key], message })
  if (sink.bearerFile !== undefined && sink.username !== undefined) {
    found('bearerFile', 'use either bearerFile, or username and passwordFile')
  }
  if (sink.passwordFile !== undefined && sink.username === undefined) {
    found('passwordFile', 'a password needs a username')
  }
  if ((sink.certFile === undefined) !== (sink.keyFile === undefined)) {
    const lone = sink.certFile === undefined ? 'keyFile' : 'certFile'
    found(lone, 'a client certificate is certFile and keyFile together')
  }
}

const webhook = section({
  ...base,
  type: z.literal('webhook'),
  batch: batch(200, 256_000, 1),
  deflate: z.boolean().default(false).describe('Compress bodies (Content-Encoding: deflate)'),
  url: webAddress(/^https?:\/\/\S+$/, 'https:// or http://').describe('Where to POST'),
  bearerFile: path.optional().describe('File with the token of "Authorization: Bearer"'),
  username: z.string().min(1).optional().describe('User of "Authorization: Basic"'),
  passwordFile: path.optional().describe('File with the password of that user'),
  headers: headersOf(headerValue).describe(
    'Header fields to add; for secret values use headerFiles',
  ),
  headerFiles: headersOf(path).describe(
    'Header fields to add whose values are the contents of files',
  ),
  signatureFile: path.optional().describe('File with the secret of X-Odograph-Signature'),
  caFile: path.optional().describe("Authorities to trust instead of the system's, PEM"),
  certFile: path.optional().describe('Client certificate, PEM'),
  keyFile: path.optional().describe('Key of the client certificate, PEM'),
  servername: z.string().min(1).optional().describe('Name to check the certificate against'),
  proxy: section({
    url: webAddress(/^http:\/\/[^/\s]+\/?$/, 'http:// and is only host and port'),
    username: z.string().min(1).optional(),
    passwordFile: path.optional(),
  })
    .optional()
    .describe('A proxy on the way'),
  connectSeconds: seconds(15, 1, 300).describe('Time to be connected'),
  answerSeconds: seconds(30, 1, 600).describe('Time to answer'),
})
  .superRefine(checkCredentials)
  .describe('Batches and events as HTTP POST')

const files = section({
  ...base,
  type: z.literal('files'),
  batch: batch(10_000, 4_000_000, 300),
  deflate: z.boolean().default(false).describe('Compress files, which then end in .gz'),
  folder: z
    .string({ error: 'use a full path, such as /media/usb' })
    .regex(/^\//, 'use a full path, such as /media/usb')
    .describe('Folder that files are written to, such as the mount point of a stick'),
  requireMount: z
    .boolean()
    .default(true)
    .describe('Write only while something is mounted there, never to the card below it'),
  maxBytes: z
    .int()
    .min(10_000_000)
    .optional()
    .describe('So many bytes of files there at most: the oldest days go first; none if absent'),
  keepFree: z.int().min(0).default(50_000_000).describe('Bytes that stay free there'),
}).describe('Batches and events as files, for example on a USB stick')

export const sinkSchema = z.discriminatedUnion('type', [webhook, files], {
  error: ({ code }) => (code === 'invalid_union' ? 'use the type webhook or files' : undefined),
})
