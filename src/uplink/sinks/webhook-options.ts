/** What a webhook can be told. Secrets are named by the file that holds them. */

export interface ProxySettings {
  /** `http://host:port`. */
  url: string
  username?: string | undefined
  passwordFile?: string | undefined
}

export interface WebhookSettings {
  name: string
  url: string
  /** A file with the token of `Authorization: Bearer`. */
  bearerFile?: string | undefined
  /** `Authorization: Basic`. */
  username?: string | undefined
  passwordFile?: string | undefined
  headers?: Readonly<Record<string, string>> | undefined
  /** Header fields whose values are the contents of files. */
  headerFiles?: Readonly<Record<string, string>> | undefined
  /** A file with the secret of `X-Odograph-Signature`. */
  signatureFile?: string | undefined
  /** Authorities to trust instead of the system's, PEM. */
  caFile?: string | undefined
  /** Client certificate and its key, PEM. */
  certFile?: string | undefined
  keyFile?: string | undefined
  /** Server name for SNI and the check of the certificate, where it is not the URL's host. */
  servername?: string | undefined
  proxy?: ProxySettings | undefined
  /** To be connected, with TLS and proxy. */
  connectSeconds?: number
  /** To answer; a large body gets a second more per 1,000 bytes. */
  answerSeconds?: number
}

export const WEBHOOK_SECONDS = { connect: 15, answer: 30 }
