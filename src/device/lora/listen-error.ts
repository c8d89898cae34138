/** Why an address cannot be listened on, in words that say what would help. */
import { OdographError, systemCode } from '../../model/errors.ts'

const texts: Record<string, string> = {
  EADDRINUSE: 'another program listens there: end it, or choose another port',
  EADDRNOTAVAIL: 'this machine has no such address',
  EACCES: 'listening there is not permitted: choose a port above 1023',
  ENOTFOUND: 'no such host name',
}

/** `where` as `udp 127.0.0.1:1700`. */
export function listenError(where: string, error: Error): OdographError {
  const text = texts[systemCode(error) ?? ''] ?? error.message
  return new OdographError('listen-failed', where, text, error)
}
