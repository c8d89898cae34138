/** Certificates for tests, made by the system's OpenSSL: one that signs itself, for localhost. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

export interface CertificateFiles {
  certFile: string
  keyFile: string
}

export function selfSigned(folder: string, name: string): CertificateFiles {
  const certFile = join(folder, `${name}.crt`)
  const keyFile = join(folder, `${name}.key`)
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const files = ['-keyout', keyFile, '-out', certFile]
  execFileSync('openssl', ['req', '-x509', ...curve, '-days', '2', ...subject, ...files], {
    stdio: 'ignore',
  })
  return { certFile, keyFile }
}
