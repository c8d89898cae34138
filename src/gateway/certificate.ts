/**
 * The certificate of the API: files that the configuration names, or one of the gateway's own, made
 * once in the data folder (`tls-cert.pem`, `tls-key.pem`, readable by the owner alone) with the
 * system's OpenSSL, for Node.js can use certificates but not make them. Files are read again when they
 * change; what is wrong with new ones is told, and the old ones stay in use.
 */
import { execFile } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { promisify } from 'node:util'
import type { ApiConfig } from '../config/api-schema.ts'
import { writeDurably } from '../config/durable-file.ts'
import { messageOf, systemCode } from '../model/errors.ts'
import type { Clock } from '../model/ports.ts'
import type { Millis } from '../model/time.ts'

const DAY_MS: Millis = 86_400_000
const LOOK_EVERY_MS: Millis = 60_000
const OPENSSL_TIMEOUT_MS = 30_000
const VALID_DAYS = 3650
/** One that was made while the clock stood at 1970 has ended when the time becomes known. */
const RENEW_BEFORE_MS = 30 * DAY_MS

export interface CertificatePair {
  cert: string
  key: string
}

export interface CertificateOptions {
  settings: ApiConfig['tls']
  folder: string
  /** What the gateway goes by. */
  names: { host: string; addresses: readonly string[] }
  clock: Clock
  changed: (pair: CertificatePair) => void
  /** The program; only tests have another. */
  openssl?: string
}

export class Certificate {
  readonly #options: CertificateOptions
  readonly #isOwn: boolean
  readonly #files: { certFile: string; keyFile: string } | undefined
  #pair: CertificatePair | undefined
  #state = ''
  #lookedAt: Millis = 0
  #looking: Promise<void> | undefined
  #problem: string | undefined

  constructor(options: CertificateOptions) {
    const { settings, folder } = options
    this.#options = options
    this.#isOwn = settings === true
    this.#files = filesOf(settings, folder)
  }

  /** Undefined where HTTPS is not configured, or not possible: then `restriction` says why. */
  async start(): Promise<CertificatePair | undefined> {
    if (this.#options.settings !== false) await this.#look()
    return this.#pair
  }

  tick(): void {
    const now = this.#options.clock.monotonic()
    if (this.#pair === undefined || this.#looking !== undefined) return
    if (now - this.#lookedAt < LOOK_EVERY_MS) return
    this.#looking = this.#look().finally(() => {
      this.#looking = undefined
    })
  }

  /** A look that is under way has ended. */
  async settled(): Promise<void> {
    await this.#looking
  }

  /** Why the API may not be open: HTTPS was asked for, and there is none. */
  restriction(): string | undefined {
    if (this.#options.settings === false || this.#pair !== undefined) return undefined
    return 'HTTPS was asked for (api.tls), and there is no certificate. Restart when that is mended.'
  }

  findings(): string[] {
    return this.#problem === undefined ? [] : [this.#problem]
  }

  async #look(): Promise<void> {
    this.#lookedAt = this.#options.clock.monotonic()
    try {
      if (this.#files === undefined) {
        throw new Error('write true, or { certFile: FILE, keyFile: FILE }')
      }
      if (this.#isOwn && !this.#isGood(this.#files)) await this.#make(this.#files)
      this.#read(this.#files)
      this.#problem = undefined
    } catch (error) {
      this.#problem = `api.tls: ${messageOf(error)}.`
    }
  }

  #read({ certFile, keyFile }: { certFile: string; keyFile: string }): void {
    const state = [certFile, keyFile].map(stateOf).join()
    if (state === this.#state) return
    const pair = { cert: textOf(certFile), key: textOf(keyFile) }
    check(pair, certFile, keyFile)
    this.#state = state
    const isFirst = this.#pair === undefined
    this.#pair = pair
    if (!isFirst) this.#options.changed(pair)
  }

  /** Whether there is one of its own that will last. One that is not valid yet tells of the clock. */
  #isGood({ certFile, keyFile }: { certFile: string; keyFile: string }): boolean {
    try {
      const pair = { cert: textOf(certFile), key: textOf(keyFile) }
      check(pair, certFile, keyFile)
      const end = Date.parse(new X509Certificate(pair.cert).validTo)
      return end - this.#options.clock.now() > RENEW_BEFORE_MS
    } catch {
      return false
    }
  }

  async #make({ certFile, keyFile }: { certFile: string; keyFile: string }): Promise<void> {
    const { folder, names, openssl = 'openssl' } = this.#options
    const temporary = mkdtempSync(join(folder, 'tls-'))
    const [config, cert, key] = ['req.cnf', 'cert.pem', 'key.pem'].map((name) =>
      join(temporary, name),
    ) as [string, string, string]
    try {
      writeFileSync(config, requestOf(names))
      const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
      const files = ['-config', config, '-keyout', key, '-out', cert]
      const args = ['req', '-x509', ...curve, '-sha256', '-days', String(VALID_DAYS), ...files]
      await promisify(execFile)(openssl, args, { timeout: OPENSSL_TIMEOUT_MS })
      writeDurably(keyFile, readFileSync(key, 'utf8'))
      writeDurably(certFile, readFileSync(cert, 'utf8'))
    } catch (error) {
      throw new Error(notMade(error), { cause: error })
    } finally {
      rmSync(temporary, { recursive: true, force: true })
    }
  }
}

function filesOf(settings: ApiConfig['tls'], folder: string) {
  if (settings === true) {
    return { certFile: join(folder, 'tls-cert.pem'), keyFile: join(folder, 'tls-key.pem') }
  }
  if (settings === false) return undefined
  const { certFile, keyFile } = settings
  return certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile }
}

function notMade(error: unknown): string {
  if (systemCode(error) === 'ENOENT') {
    return 'a certificate of its own needs the program openssl, which is not installed (sudo apt install openssl); or name files with certFile and keyFile'
  }
  const { stderr } = error as { stderr?: unknown }
  const said = typeof stderr === 'string' ? stderr.trim().split('\n').at(-1) : undefined
  return `a certificate of its own could not be made: ${said || messageOf(error)}`
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'does not exist' : messageOf(error)
    throw new Error(`${path}: ${reason}`, { cause: error })
  }
}

function stateOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path)
    return `${mtimeMs} ${size} ${ino}`
  } catch {
    return '' // Read next, which says why not.
  }
}

function check({ cert, key }: CertificatePair, certFile: string, keyFile: string): void {
  let certificate: X509Certificate
  try {
    certificate = new X509Certificate(cert)
  } catch (error) {
    throw new Error(`${certFile}: is not a certificate in PEM`, { cause: error })
  }
  try {
    if (certificate.checkPrivateKey(createPrivateKey(key))) {
      createSecureContext({ cert, key })
      return
    }
  } catch (error) {
    throw new Error(`${keyFile}: is not a private key in PEM without a password`, { cause: error })
  }
  throw new Error(`${keyFile}: is not the key of ${certFile}`)
}

/** What OpenSSL is asked for; a file of its own, for the system's may be anything. */
function requestOf({ host, addresses }: CertificateOptions['names']): string {
  const isName = /^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/.test(host)
  const names = ['localhost', ...(isName ? [host, `${host.split('.')[0]}.local`] : [])]
  const numbers = ['127.0.0.1', '::1', ...addresses.filter((text) => /^[0-9a-f.:]+$/i.test(text))]
  const all = [
    ...[...new Set(names)].map((name) => `DNS:${name}`),
    ...[...new Set(numbers)].map((number) => `IP:${number}`),
  ]
  return `[req]
distinguished_name = name
x509_extensions = extensions
prompt = no
[name]
CN = ${isName ? host : 'odograph'}
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = ${all.join(', ')}
`
}
