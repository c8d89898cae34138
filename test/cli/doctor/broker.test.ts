/** Faults on the way to a real broker, one at a time; certificates are made by the system's OpenSSL. */
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { selfSigned } from '../../support/certificates.ts'
import { DoctorBench, type Fault, testFaults } from '../../support/doctor-bench.ts'
import { freePort } from '../../support/gateway-process.ts'
import { Mosquitto, type MosquittoOptions } from '../../support/mqtt-mosquitto.ts'
import { hasProgram, testWith } from '../../support/needs.ts'

const test = suite('doctor: broker')

const MOSQUITTO = 'mosquitto'
const TLS = hasProgram('openssl') ? MOSQUITTO : 'openssl'

async function broker(bench: DoctorBench, options: MosquittoOptions = {}): Promise<Mosquitto> {
  const started = await Mosquitto.started(options)
  bench.onEnd(() => started.remove())
  return started
}

/** A broker with TLS; what the configuration says of it is `url` and what comes with it. */
async function tlsBroker(
  bench: DoctorBench,
  { more = '', trusted = true, files = selfSigned(bench.folder.path, 'broker') } = {},
): Promise<void> {
  const { certFile, keyFile } = files
  const listener = [`certfile ${certFile}`, `keyfile ${keyFile}`]
  const { port } = await broker(bench, { listener })
  const ca = trusted ? `, caFile: ${certFile}` : ''
  bench.broker(`url: 'mqtts://127.0.0.1:${port}'${ca}${more}`)
}

/** One whose days are given, as `20240101`; `openssl ca` alone makes such. */
function dated(
  bench: DoctorBench,
  from: string,
  to: string,
): { certFile: string; keyFile: string } {
  const at = (name: string) => join(bench.folder.path, name)
  const run = (...args: string[]) => execFileSync('openssl', args, { stdio: 'ignore' })
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  run('req', ...key, '-keyout', at('old.key'), '-out', at('old.csr'), '-subj', '/CN=localhost')
  bench.folder.file('names', 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  bench.folder.file('serial', '01\n')
  bench.folder.file('index.txt', '')
  bench.folder.file(
    'ca.cnf',
    `[ca]\ndefault_ca=own\n[own]\ndatabase=${at('index.txt')}\nserial=${at('serial')}\nnew_certs_dir=${bench.folder.path}\ndefault_md=sha256\npolicy=any\nx509_extensions=names\nunique_subject=no\n[any]\ncommonName=supplied\n[names]\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n`,
  )
  const dates = ['-startdate', `${from}000000Z`, '-enddate', `${to}000000Z`]
  const made = ['-in', at('old.csr'), '-out', at('old.crt'), '-keyfile', at('old.key')]
  run('ca', '-batch', '-selfsign', '-notext', '-config', at('ca.cnf'), ...dates, ...made)
  return { certFile: at('old.crt'), keyFile: at('old.key') }
}

const faults: Fault[] = [
  {
    fault: 'a name that nobody knows',
    id: 'broker-name-unknown',
    severity: 'failure',
    set: (bench) => bench.broker("url: 'mqtt://broker.invalid'"),
  },
  {
    fault: 'nothing at the address',
    id: 'broker-unreachable',
    severity: 'failure',
    says: /nothing listens/,
    set: async (bench) => bench.broker(`url: 'mqtt://127.0.0.1:${await freePort()}'`),
  },
  {
    fault: 'a certificate of an authority that is not trusted',
    id: 'broker-tls-untrusted',
    severity: 'failure',
    needs: TLS,
    says: /mqtt\.caFile/,
    set: (bench) => tlsBroker(bench, { trusted: false }),
  },
  {
    fault: 'a certificate that has expired',
    id: 'broker-tls-expired',
    severity: 'failure',
    needs: TLS,
    set: (bench) => tlsBroker(bench, { files: dated(bench, '20240101', '20240201') }),
  },
  {
    fault: 'a certificate that is not valid yet',
    id: 'broker-tls-not-yet',
    severity: 'failure',
    needs: TLS,
    says: /timedatectl/,
    set: (bench) => tlsBroker(bench, { files: dated(bench, '20480101', '20490101') }),
  },
  {
    fault: 'a certificate for another name',
    id: 'broker-tls-name',
    severity: 'failure',
    needs: TLS,
    says: /serverName/,
    set: (bench) => tlsBroker(bench, { more: ', serverName: broker.example' }),
  },
  {
    fault: 'a certificate that ends soon',
    id: 'broker-certificate-ending',
    severity: 'warning',
    needs: TLS,
    says: /ends in [01] days/,
    set: (bench) => tlsBroker(bench),
  },
  {
    fault: 'a port without TLS',
    id: 'broker-tls-failed',
    severity: 'failure',
    needs: MOSQUITTO,
    async set(bench) {
      const { port } = await broker(bench)
      bench.broker(`url: 'mqtts://127.0.0.1:${port}'`)
    },
  },
  {
    fault: 'an authority that is not in its file',
    id: 'broker-file-unreadable',
    severity: 'failure',
    set: (bench) =>
      bench.broker(`url: 'mqtts://127.0.0.1:8883', caFile: ${bench.folder.path}/none.pem`),
  },
  {
    fault: 'a wrong password',
    id: 'broker-login-refused',
    severity: 'failure',
    needs: MOSQUITTO,
    says: /user gateway/,
    async set(bench) {
      const { port } = await broker(bench, { users: { gateway: 'right' } })
      bench.broker(`url: 'mqtt://127.0.0.1:${port}', username: gateway, password: wrong`)
    },
  },
  {
    fault: 'no user name where one is wanted',
    id: 'broker-login-refused',
    severity: 'failure',
    needs: MOSQUITTO,
    says: /no user name is given/,
    async set(bench) {
      const { port } = await broker(bench, { users: { gateway: 'right' } })
      bench.broker(`url: 'mqtt://127.0.0.1:${port}'`)
    },
  },
  {
    fault: 'no right to publish',
    id: 'broker-publish-refused',
    severity: 'failure',
    needs: MOSQUITTO,
    says: /odograph\/gateway\/doctor/,
    async set(bench) {
      const users = { gateway: 'right' }
      const acl = ['user gateway', 'topic write elsewhere/#']
      const { port } = await broker(bench, { users, acl })
      bench.broker(`url: 'mqtt://127.0.0.1:${port}', username: gateway, password: right`)
    },
  },
  {
    fault: 'something that is no broker',
    id: 'broker-refused',
    severity: 'failure',
    async set(bench) {
      const server = createServer((socket) =>
        socket.on('error', () => undefined).end('220 mail\r\n'),
      )
      const port = await freePort()
      await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
      bench.onEnd(() => server.close())
      bench.broker(`url: 'mqtt://127.0.0.1:${port}'`)
    },
  },
]

testFaults(test, faults)

testWith(
  test,
  MOSQUITTO,
  'a broker that takes a message is told so, and got one message',
  async () => {
    const bench = await DoctorBench.create()
    try {
      const { port, url } = await broker(bench)
      const listener = await connectAsync(url)
      const got: string[] = []
      listener.on('message', (topic, payload) => got.push(`${topic} ${payload}`))
      await listener.subscribeAsync('#', { qos: 1 })
      bench.broker(`url: 'mqtt://127.0.0.1:${port}', root: fleet`)
      const findings = await bench.diagnose()
      assert.ok(findings.some(({ id }) => id === 'broker-ok'))
      await listener.publishAsync('after', '', { qos: 1 })
      bench.mayAsk = false
      const quiet = await bench.diagnose()
      assert.ok(quiet.some(({ id }) => id === 'broker-publish-untold'))
      await listener.endAsync()
      assert.equal(
        got.filter((text) => !text.startsWith('after')),
        ['fleet/gateway/doctor {"doctor":true}'],
      )
    } finally {
      await bench.end()
    }
  },
)

testWith(
  test,
  MOSQUITTO,
  'where the broker speaks 3.1.1 alone, the right to publish cannot be told',
  async () => {
    const bench = await DoctorBench.create()
    try {
      // What the broker is asked is asked for real; only its answer to MQTT 5 is that of an old one.
      const { port } = await broker(bench)
      const { oldBroker } = await import('../../support/old-broker.ts')
      const old = await oldBroker(port)
      bench.onEnd(() => old.close())
      bench.broker(`url: 'mqtt://127.0.0.1:${old.port}'`)
      const findings = await bench.diagnose()
      const told = findings.find(({ id }) => id === 'broker-publish-untold')
      assert.match(told?.cause ?? JSON.stringify(findings), /3\.1\.1/)
    } finally {
      await bench.end()
    }
  },
)

test.run()
