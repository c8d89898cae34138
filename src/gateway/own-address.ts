/** How a program on the same machine reaches the API, by the configuration alone. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { hostAndPort } from '../config/address.ts'
import type { Config } from '../config/schema.ts'

export function ownAddress({ api }: Config): string {
  const { host, port } = hostAndPort(api.listen)
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const reached = isEverywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host
  return `${api.tls === false ? 'http' : 'https'}://${reached}:${port}`
}

/** A certificate that the gateway has made itself is vouched for by nobody else. */
export function ownCertificate({ api }: Config, folder: string): string | undefined {
  const path = join(folder, 'tls-cert.pem')
  return api.tls === true && existsSync(path) ? path : undefined
}
