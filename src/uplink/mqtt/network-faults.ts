/** Errors of names, sockets and TLS in words, and which of them last. */
import { messageOf, systemCode } from '../../model/errors.ts'

/** A fault of TLS; `refused` comes again until somebody changes something. */
export interface TlsFault {
  kind: 'network' | 'refused'
  detail: string
}

const NETWORK_TEXTS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name of the broker is not known',
  EAI_AGAIN: 'no name server answers',
  ECONNREFUSED: 'nothing listens at the address',
  ECONNRESET: 'the other side ended the connection',
  EPIPE: 'the other side ended the connection',
  ETIMEDOUT: 'the address does not answer',
  EHOSTUNREACH: 'there is no way to the address',
  ENETUNREACH: 'there is no network',
}

/** What is wrong in words, with the system's own in brackets for whoever looks it up. */
export function networkWords(error: unknown): string {
  // a name with several addresses fails with one error for each of them
  const first = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  const code = systemCode(first)
  const text = code === undefined ? undefined : NETWORK_TEXTS[code]
  const message = messageOf(first)
  if (text !== undefined) return `${text} (${message || code})`
  return message || code || 'the connection failed'
}

/** Codes of TLS errors that come again until a certificate, key or authority is changed. */
const CERTIFICATE =
  /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|INVALID_CA|HOSTNAME_MISMATCH|ERR_TLS_CERT|ERR_OSSL_|ERR_SSL_.*(ALERT|CERT))/

const TLS_TEXTS: readonly (readonly [RegExp, string])[] = [
  [/^CERT_HAS_EXPIRED$/, "the broker's certificate has expired"],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, "the broker's certificate is for another name"],
  [
    /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(GET_ISSUER|VERIFY).*)$/,
    "the broker's certificate is from an authority that is not trusted",
  ],
  [/^CERT_REVOKED$/, "the broker's certificate has been revoked"],
  [/KEY_VALUES_MISMATCH$/, 'the client certificate and its key do not belong together'],
  [
    /^ERR_OSSL_(.*_)?(BAD_DECRYPT|BAD_PASSWORD_READ|INTERRUPTED_OR_CANCELLED|MAYBE_WRONG_PASSWORD|PKCS12_CIPHERFINAL_ERROR)$/,
    'the passphrase of the client key is missing or wrong',
  ],
  [/^ERR_OSSL_/, 'the certificate or key cannot be used'],
  [/ALERT_NO_APPLICATION_PROTOCOL$/, 'the broker does not know the configured ALPN protocol'],
  [/ALERT_CERTIFICATE_REQUIRED$/, 'the broker wants a client certificate'],
  [/ALERT_CERTIFICATE_EXPIRED$/, 'the broker says that the client certificate has expired'],
  [/ALERT_UNKNOWN_CA$/, 'the broker does not trust the client certificate'],
]

/** A fault of TLS in words; undefined for what is none. */
export function tlsFault(error: unknown): TlsFault | undefined {
  const code = systemCode(error)
  if (code === undefined) return undefined
  if (code === 'CERT_NOT_YET_VALID') {
    // a gateway without a clock: passes as soon as the time is known
    return {
      kind: 'network',
      detail: "the broker's certificate is not valid yet; is the gateway's clock right?",
    }
  }
  if (!CERTIFICATE.test(code)) return undefined
  const text = TLS_TEXTS.find(([pattern]) => pattern.test(code))?.[1]
  return {
    kind: 'refused',
    detail: `${text ?? 'the certificate was refused'}: ${messageOf(error)}`,
  }
}
