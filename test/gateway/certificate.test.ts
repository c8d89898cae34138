import { X509Certificate } from 'node:crypto'
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { configSchema } from '../../src/config/schema.ts'
import { Certificate, type CertificateOptions } from '../../src/gateway/certificate.ts'
import { FakeClock, type TestApi, testApi } from '../support/api-fakes.ts'
import { selfSigned } from '../support/certificates.ts'
import { testWith } from '../support/needs.ts'

const test = suite('https')

const names = { host: 'van-7', addresses: ['192.168.4.20', 'fe80::1%eth0'] }

let folder = ''
let clock = new FakeClock()
const open: TestApi[] = []

test.before.each(() => {
  folder = mkdtempSync(join(tmpdir(), 'odograph-tls-'))
  clock = new FakeClock()
  clock.time = Date.now()
})

test.after.each(async () => {
  for (const { api } of open.splice(0)) await api.stop()
  rmSync(folder, { recursive: true, force: true })
})

function certificate(tls: unknown, more: Partial<CertificateOptions> = {}): Certificate {
  const settings = configSchema.parse({ api: { tls } }).api.tls
  return new Certificate({ settings, folder, names, clock, changed: () => undefined, ...more })
}

/** An API behind a certificate, and its port. */
async function serving(own: Certificate): Promise<{ t: TestApi; port: number; cert: string }> {
  const tls = await own.start()
  assert.ok(tls, own.findings().join())
  const t = await testApi({ tls })
  open.push(t)
  const { port } = await t.api.listen('127.0.0.1', 0)
  return { t, port, cert: tls.cert }
}

function get(port: number, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/.well-known/jwks.json', ca, agent: false }
    const asked = request(options, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** What comes back to bytes, until the far side ends. */
function answerTo(port: number, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('close', () => resolve(text))
    socket.on('error', () => undefined)
    socket.write(bytes)
  })
}

function secure(port: number, ca: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ port, host: '127.0.0.1', ca }, () => resolve(socket))
    socket.on('error', reject)
  })
}

testWith(test, 'openssl', 'a certificate of its own is made once, and serves', async () => {
  const { port, cert } = await serving(certificate(true))
  assert.match(await get(port, cert), /"keys"/)
  const made = new X509Certificate(cert)
  assert.match(made.subjectAltName ?? '', /DNS:localhost, DNS:van-7, DNS:van-7\.local/)
  assert.match(made.subjectAltName ?? '', /IP Address:127\.0\.0\.1.*IP Address:192\.168\.4\.20/)
  assert.is(made.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1')
  assert.not.ok(made.ca)
  const years = (Date.parse(made.validTo) - Date.parse(made.validFrom)) / 86_400_000 / 365
  assert.is(Math.round(years), 10)
  for (const name of ['tls-key.pem', 'tls-cert.pem']) {
    assert.is(statSync(join(folder, name)).mode & 0o777, 0o600)
  }
  assert.equal(readdirSync(folder).sort(), ['tls-cert.pem', 'tls-key.pem'])
  assert.is((await certificate(true).start())?.cert, cert)
})

testWith(
  test,
  'openssl',
  'one that has ended is made anew; one of the future is kept',
  async () => {
    const first = await certificate(true).start()
    clock.time = 0
    assert.is((await certificate(true).start())?.cert, first?.cert)
    clock.time = Date.now() + 3650 * 86_400_000
    const later = await certificate(true).start()
    assert.ok(later && later.cert !== first?.cert)
  },
)

testWith(test, 'openssl', 'plain HTTP at the port is answered in words', async () => {
  const { port } = await serving(certificate(true))
  const text = await answerTo(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  assert.match(text, /^HTTP\/1\.1 400 Bad Request\r\n/)
  const body = JSON.parse(text.split('\r\n\r\n')[1] ?? '')
  assert.equal(body, {
    code: 400,
    message: 'This port speaks HTTPS: begin the address with https://.',
  })
  assert.is(await answerTo(port, Buffer.of(0, 1, 2)), '')
  assert.is(
    await answerTo(port, Buffer.of(22, 3, 1, 0, 4, 9, 0, 0, 0)).then((a) => a.includes('HTTP')),
    false,
  )
})

testWith(
  test,
  'openssl',
  'files that change are read again, and those that make no sense told',
  async () => {
    const one = selfSigned(folder, 'one')
    const two = selfSigned(folder, 'two')
    const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') }
    const use = (pair: typeof one) => {
      copyFileSync(pair.certFile, files.certFile)
      copyFileSync(pair.keyFile, files.keyFile)
    }
    use(one)
    const own = certificate(files, { changed: (pair) => t.api.renew(pair) })
    const { t, port } = await serving(own)
    const look = async () => {
      clock.advance(60_000)
      own.tick()
      await own.settled()
    }
    use(two)
    await look()
    const socket = await secure(port, textOf(two))
    assert.match(socket.getPeerX509Certificate()?.subject ?? '', /CN=two/)
    socket.destroy()
    assert.equal(own.findings(), [])
    copyFileSync(one.keyFile, files.keyFile)
    await look()
    assert.match(own.findings().join(), /key\.pem: is not the key of .*cert\.pem/)
    assert.match(await get(port, textOf(two)), /"keys"/)
    writeFileSync(files.certFile, 'nonsense')
    await look()
    assert.match(own.findings().join(), /cert\.pem: is not a certificate in PEM/)
  },
)

function textOf({ certFile }: { certFile: string }): string {
  return readFileSync(certFile, 'utf8')
}

test('without a certificate there is a sentence that says what is missing', async () => {
  const cases: [unknown, Partial<CertificateOptions>, RegExp][] = [
    [true, { openssl: join(folder, 'no-openssl') }, /needs the program openssl, which is not inst/],
    [true, { openssl: 'false' }, /could not be made/],
    [{ certFile: 'only.pem' }, {}, /write true, or \{ certFile/],
    [{ cert: 'a', key: 'b' }, {}, /write true, or \{ certFile/],
    ['yes', {}, /write true, or \{ certFile/],
    [{ certFile: '/nowhere/c.pem', keyFile: '/nowhere/k.pem' }, {}, /c\.pem: does not exist/],
  ]
  for (const [tls, more, finding] of cases) {
    const own = certificate(tls, more)
    assert.is(await own.start(), undefined)
    assert.match(own.findings().join(), finding)
    assert.match(own.restriction() ?? '', /HTTPS was asked for/)
  }
  const off = certificate(false)
  assert.is(await off.start(), undefined)
  assert.is(off.restriction(), undefined)
  assert.equal(off.findings(), [])
})

testWith(test, 'openssl', 'a stop waits for nobody who says nothing', async () => {
  const { t, port, cert } = await serving(certificate(true))
  const silent = connect(port, '127.0.0.1')
  await new Promise((resolve) => silent.once('connect', resolve))
  const idle = await secure(port, cert)
  const ended = Promise.all([silent, idle].map((each) => new Promise((r) => each.once('close', r))))
  silent.on('error', () => undefined)
  idle.on('error', () => undefined)
  await t.api.stop()
  await ended
})

test.run()
