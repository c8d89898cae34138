/** `HOST:PORT` as the configuration and the command line write it; IPv6 hosts in brackets. */
import { OdographError } from '../model/errors.ts'

export interface Address {
  host: string
  port: number
}

export function hostAndPort(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > 65_535) {
    throw new OdographError('usage', text, 'write HOST:PORT, for example 127.0.0.1:8080')
  }
  return { host: (match[1] ?? match[2]) as string, port }
}
