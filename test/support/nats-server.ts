/** nats-server with MQTT, which needs JetStream and a server name. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BrokerProcess } from './broker-process.ts'
import { freePort } from './mqtt-mosquitto.ts'

export class NatsServer extends BrokerProcess {
  readonly webSocketPort: number

  private constructor(ports: { client: number; mqtt: number; webSocket: number }) {
    super(
      'nats',
      ports.mqtt,
      (folder) => {
        const file = join(folder, 'nats.conf')
        writeFileSync(file, configuration(folder, ports))
        return { program: 'nats-server', args: ['-c', file], ports: [ports.mqtt], state: 'state' }
        // 2.9.10 acknowledges messages while SIGTERM ends it, and does not keep them
      },
      'SIGKILL',
    )
    this.webSocketPort = ports.webSocket
  }

  static async create(): Promise<NatsServer> {
    return new NatsServer({
      client: await freePort(),
      mqtt: await freePort(),
      webSocket: await freePort(),
    })
  }
}

function configuration(
  folder: string,
  ports: { client: number; mqtt: number; webSocket: number },
): string {
  return `
server_name: odograph-test
listen: "127.0.0.1:${ports.client}"
jetstream { store_dir: "${folder}/state" }
mqtt { listen: "127.0.0.1:${ports.mqtt}" }
websocket { listen: "127.0.0.1:${ports.webSocket}", no_tls: true }
authorization {
  users = [
    { user: gateway, password: right }
    { user: consumer, password: right }
    { user: silent, password: right, permissions: { publish: { deny: ["odograph.van.records"] } } }
  ]
}
`
}
