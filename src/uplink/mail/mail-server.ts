/**
 * The way out for mails: one SMTP server (RFC 5321; submission, RFC 6409), one connection a mail. Its
 * certificate is always checked, and every attempt ends within a limit, whatever the server does.
 */
import { readFileSync } from 'node:fs'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'
import { firstLineOf, isLoopback, withoutSecrets } from './mail-texts.ts'

export interface MailSettings {
  /** `smtp:` or `smtps:`, with the user's name if there is one. */
  url: string
  /** Holds the password on its first line; read anew for every mail. */
  passwordFile?: string | undefined
  from: string
  startTls?: 'required' | 'if-offered' | 'never' | undefined
  /** Authorities to trust instead of the system's, PEM. */
  caFile?: string | undefined
  serverName?: string | undefined
}

export interface Mail {
  to: string
  subject: string
  text: string
  html: string
  /** Stays the same when a mail is sent again, so that readers show it once. */
  messageId: string
}

/** Why a mail was not taken: `retry` (again later), `refused` (the server will never take it). */
export class MailError extends Error {
  override readonly name = 'MailError'
  readonly kind: 'retry' | 'refused'

  constructor(kind: 'retry' | 'refused', reason: string) {
    super(reason)
    this.kind = kind
  }
}

export interface MailLimits {
  connectMs: Millis
  /** Without a word from the server. */
  silenceMs: Millis
  /** For the whole of a mail. */
  totalMs: Millis
}

const LIMITS: MailLimits = { connectMs: 20_000, silenceMs: 60_000, totalMs: 120_000 }
const PORTS: Readonly<Record<string, number>> = { 'smtp:': 587, 'smtps:': 465 }

export class MailServer {
  readonly #settings: MailSettings
  readonly #limits: MailLimits

  constructor(settings: MailSettings, limits: Partial<MailLimits> = {}) {
    this.#settings = settings
    this.#limits = { ...LIMITS, ...limits }
  }

  /** For people: where mails go through, without the user's name. */
  get name(): string {
    const { protocol, hostname, port } = endpointOf(this.#settings.url)
    return `${protocol}//${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`
  }

  /** Resolves when the server has taken the mail. Rejects with `MailError`, without secrets. */
  async send(mail: Mail, stopped?: AbortSignal): Promise<void> {
    const late = AbortSignal.timeout(this.#limits.totalMs)
    const signal = stopped === undefined ? late : AbortSignal.any([late, stopped])
    let secrets = [mail.to]
    try {
      const options = this.#options()
      secrets = [...secrets, ...secretsOf(options)]
      const message = { from: this.#settings.from, ...mail, signal }
      // Few gateways send mail, and most of the time none does.
      const { createTransport } = await import('nodemailer')
      await createTransport(options).sendMail(message)
    } catch (error) {
      throw mailError(error, late.aborted, secrets, this.name)
    }
  }

  #options() {
    const { url, passwordFile, caFile, serverName } = this.#settings
    const { connectMs, silenceMs } = this.#limits
    const { protocol, hostname, port, user } = endpointOf(url)
    const pass = passwordFile === undefined ? '' : firstLineOf(read(passwordFile).toString())
    const startTls = this.#settings.startTls ?? (isLoopback(hostname) ? 'never' : 'required')
    return {
      host: hostname,
      port,
      secure: protocol === 'smtps:',
      requireTLS: startTls === 'required',
      ignoreTLS: startTls === 'never',
      ...(user === '' ? {} : { auth: { user, pass } }),
      tls: {
        rejectUnauthorized: true,
        ...(caFile === undefined ? {} : { ca: read(caFile) }),
        ...(serverName === undefined ? {} : { servername: serverName }),
      },
      connectionTimeout: connectMs,
      greetingTimeout: connectMs,
      dnsTimeout: connectMs,
      socketTimeout: silenceMs,
      disableFileAccess: true,
      disableUrlAccess: true,
    }
  }
}

interface Endpoint {
  protocol: string
  hostname: string
  port: number
  user: string
}

function endpointOf(text: string): Endpoint {
  const url = new URL(text)
  return {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port) || (PORTS[url.protocol] ?? 587),
    user: decoded(url.username),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // A lone % that was meant as it is.
  }
}

function secretsOf({ auth }: { auth?: { user: string; pass: string } }): string[] {
  return auth === undefined ? [] : [auth.user, auth.pass]
}

/** What the library calls a refusal of the sender, the recipient or the mail itself. */
const ABOUT_THE_MAIL: readonly unknown[] = ['EENVELOPE', 'EMESSAGE']

/** RFC 5321, 4.2.1: 5yz is a server's last word. About the login or TLS it may be put right. */
function mailError(error: unknown, isLate: boolean, secrets: string[], server: string): MailError {
  const { responseCode, code } = error as { responseCode?: unknown; code?: unknown }
  const isLastWord = typeof responseCode === 'number' && responseCode >= 500
  const isFinal = isLastWord && ABOUT_THE_MAIL.includes(code)
  const reason = isLate ? 'it did not take the mail in time' : messageOf(error)
  const kind = isFinal ? 'refused' : 'retry'
  return new MailError(kind, `mail server ${server}: ${withoutSecrets(reason, secrets)}`)
}

function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new OdographError('file-unreadable', path, undefined, error)
  }
}
