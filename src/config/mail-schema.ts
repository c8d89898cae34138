/** The section `mail`: the server that mails go out through. Its password is a file. */
import { z } from 'zod'
import { section } from './parts.ts'

const mailbox = /^[^\s<>@,;:"()[\]\\]{1,64}@[^\s<>@,;:"()[\]\\]{1,253}$/

/** `user@host`; no names, no lists: there is one reader. */
export const emailAddress = z.string().regex(mailbox, 'write user@example.org')

/** `user@host`, or `Name <user@host>`. */
const sender = z
  .string()
  .refine((text) => mailbox.test(text) || isNamed(text), 'write user@host or Name <user@host>')

function isNamed(text: string): boolean {
  const [, address = ''] = /^[^<>,;\r\n]{1,100} <([^<>]+)>$/.exec(text) ?? []
  return mailbox.test(address)
}

export const mail = section({
  url: z
    .string()
    .regex(/^smtps?:\/\/[^\s/]+\/?$/, 'write smtp://user@host:port or smtps://user@host:port')
    .refine(URL.canParse, 'write smtp://user@host:port or smtps://user@host:port')
    .refine(
      (url) => passwordOf(url) === '',
      'put the password into a file and name it passwordFile',
    )
    .optional()
    .describe('The mail server: smtps (TLS from the start) or smtp (STARTTLS)'),
  passwordFile: z.string().min(1).optional().describe('A file with the password on its first line'),
  from: sender.optional().describe('Who the mails are from; the owner if absent'),
  startTls: z
    .enum(['required', 'if-offered', 'never'])
    .optional()
    .describe('For smtp: required unless the server is on this machine, where it is never used'),
  caFile: z
    .string()
    .min(1)
    .optional()
    .describe("Authorities to trust instead of the system's, PEM"),
  serverName: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .describe("Name to expect in the server's certificate, where it is not the host of the URL"),
})
  .prefault({})
  .describe('Mails: exports of data that the owner asked for')

/** Empty for what is no URL: that is told of elsewhere. */
function passwordOf(url: string): string {
  return URL.canParse(url) ? new URL(url).password : ''
}
