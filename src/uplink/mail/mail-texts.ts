/** Small things about addresses and texts that mails need. */

/** `f…@example.org`: enough to tell which, for logs and health. */
export function shownAddress(address: string): string {
  const at = address.lastIndexOf('@')
  return at < 1 ? '…' : `${[...address][0]}…${address.slice(at)}`
}

/** One line, for logs and answers, without any of the texts that are nobody's business. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let shown = text
  for (const secret of secrets) {
    if (secret === '') continue
    shown = shown.replaceAll(secret, secret.includes('@') ? shownAddress(secret) : '…')
  }
  return shown.replace(/\s+/g, ' ').trim().slice(0, 300)
}

export function firstLineOf(text: string): string {
  return /^[^\r\n]*/.exec(text)?.[0] ?? ''
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)
}
