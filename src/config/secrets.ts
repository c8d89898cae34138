/** Which values of a configuration nobody is shown, and files that hold such values. */
import { statSync } from 'node:fs'

const SECRET = /^(password|passphrase|secret|token|bearer|signature|keyPassphrase)$/i
const SECRET_FILE =
  /^(passwordFile|keyFile|keysFile|keyPassphraseFile|secretFile|tokenFile|bearerFile|signatureFile)$/
/** Credentials within an address. */
const CREDENTIALS = /^([a-z][a-z0-9+.-]*:\/\/[^:@/\s]*):[^@/\s]*@/i

export const HIDDEN = '(set)'

/** A copy in which secrets are only said to be there. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets)
  if (typeof value === 'string') return value.replace(CREDENTIALS, `$1:${HIDDEN}@`)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      SECRET.test(key) && typeof inner === 'string' ? HIDDEN : withoutSecrets(inner),
    ]),
  )
}

export function isSecret(path: readonly (string | number)[]): boolean {
  return SECRET.test(String(path.at(-1)))
}

/** Sentences about files with secrets that others may read. */
export function openSecrets(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const where = path === '' ? key : `${path}.${key}`
    if (typeof inner !== 'string' || !SECRET_FILE.test(key)) return openSecrets(inner, where)
    return isOpen(inner)
      ? [`${where}: everybody on this machine can read ${inner}; chmod 600 ${inner} helps`]
      : []
  })
}

function isOpen(file: string): boolean {
  try {
    return (statSync(file).mode & 0o004) !== 0
  } catch {
    return false // A file that is missing is told by who needs it.
  }
}
