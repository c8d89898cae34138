/** The shipped command at a real Mosquitto that wants a certificate and a password, through a proxy. */
import { readFileSync } from 'node:fs'
import { connectAsync } from 'mqtt'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { GatewayHealth } from '../../src/model/ports.ts'
import { selfSigned } from '../support/certificates.ts'
import { Folder, type RunningGateway, startGateway, until } from '../support/gateway-process.ts'
import { Mosquitto } from '../support/mqtt-mosquitto.ts'
import { hasProgram, testWith } from '../support/needs.ts'
import { WebProxy } from '../support/web-server.ts'

const test = suite('mqtt over TLS')

async function mqttHealth({ get }: RunningGateway): Promise<GatewayHealth['mqtt']> {
  const { body } = await get('/v1/gateway/health')
  return (body as GatewayHealth).mqtt
}

testWith(
  test,
  hasProgram('openssl') ? 'mosquitto' : 'openssl',
  'certificate, password file, server name and proxy of the configuration are all used',
  async () => {
    const folder = new Folder()
    const proxy = new WebProxy()
    const server = selfSigned(folder.path, 'server')
    const client = selfSigned(folder.path, 'client')
    const authorities = folder.file('both.crt', both(server.certFile, client.certFile))
    const broker = await Mosquitto.create({
      users: { gateway: 'right' },
      listener: [
        `cafile ${authorities}`,
        `certfile ${server.certFile}`,
        `keyfile ${server.keyFile}`,
        'require_certificate true',
      ],
    })
    try {
      await broker.start()
      await proxy.listen()
      const passwordFile = folder.file('password', 'right\n')
      const config = folder.file(
        'odograph.yaml',
        `
store: { commit: 0.1 }
mqtt:
  url: mqtts://127.0.0.1:${broker.port}
  username: gateway
  passwordFile: ${passwordFile}
  caFile: ${server.certFile}
  certFile: ${client.certFile}
  keyFile: ${client.keyFile}
  serverName: localhost
  proxy: ${proxy.url}
`,
      )
      const listener = await connectAsync(`mqtts://127.0.0.1:${broker.port}`, {
        username: 'gateway',
        password: 'right',
        ca: readFileSync(server.certFile),
        cert: readFileSync(client.certFile),
        key: readFileSync(client.keyFile),
      })
      const topics: string[] = []
      listener.on('message', (topic) => topics.push(topic))
      await listener.subscribeAsync('odograph/#')
      const gateway = await startGateway(folder, ['--demo', '--config', config])
      await until('records', () => topics.some((topic) => topic.endsWith('/records')))
      assert.is((await mqttHealth(gateway)).state, 'connected')
      assert.is(proxy.asked[0]?.target, `127.0.0.1:${broker.port}`)
      // read for every attempt: a new password needs no restart
      folder.file('password', 'wrong\n')
      await broker.kill()
      await broker.start()
      const refused = await until('refused', async () => {
        const health = await mqttHealth(gateway)
        return health.state === 'refused' && health
      })
      assert.match(refused.detail, /user name or password|not authorised/)
      await listener.endAsync(true)
    } finally {
      folder.remove()
      await broker.remove()
      await proxy.close()
    }
  },
)

function both(...files: string[]): string {
  return files.map((file) => readFileSync(file, 'utf8')).join('')
}

test.run()
