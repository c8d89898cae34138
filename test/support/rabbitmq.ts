/** A RabbitMQ node of its own with the MQTT plugin: own folder, own ports, own epmd. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BrokerProcess } from './broker-process.ts'
import { freePort } from './mqtt-mosquitto.ts'

/** Where the package puts the script that does not insist on the user `rabbitmq`. */
const PROGRAM = '/usr/lib/rabbitmq/bin/rabbitmq-server'

interface Ports {
  amqp: number
  mqtt: number
  distribution: number
  epmd: number
}

export class RabbitMq extends BrokerProcess {
  private readonly epmdPort: number

  private constructor(ports: Ports) {
    super('rabbitmq', ports.mqtt, (folder) => {
      writeFileSync(join(folder, 'plugins'), '[rabbitmq_mqtt].\n')
      writeFileSync(join(folder, 'rabbitmq.conf'), configuration(ports))
      const env = environment(folder, ports)
      return { program: PROGRAM, args: [], env, ports: [ports.mqtt], state: 'mnesia' }
    })
    this.epmdPort = ports.epmd
  }

  static async create(): Promise<RabbitMq> {
    return new RabbitMq({
      amqp: await freePort(),
      mqtt: await freePort(),
      distribution: await freePort(),
      epmd: await freePort(),
    })
  }

  override async remove(): Promise<void> {
    await super.remove()
    try {
      // the daemon that Erlang started for this node outlives it
      execFileSync('epmd', ['-port', String(this.epmdPort), '-kill'], { stdio: 'ignore' })
    } catch {
      // the node never came so far
    }
  }
}

function configuration({ amqp, mqtt }: Ports): string {
  return `
listeners.tcp.1 = 127.0.0.1:${amqp}
mqtt.listeners.tcp.1 = 127.0.0.1:${mqtt}
mqtt.allow_anonymous = false
default_user = gateway
default_pass = right
`
}

function environment(folder: string, ports: Ports): Record<string, string> {
  return {
    HOME: folder,
    RABBITMQ_NODENAME: `odograph${ports.mqtt}@localhost`,
    RABBITMQ_NODE_PORT: String(ports.amqp),
    RABBITMQ_DIST_PORT: String(ports.distribution),
    ERL_EPMD_PORT: String(ports.epmd),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq'),
    RABBITMQ_CONF_ENV_FILE: join(folder, 'rabbitmq-env.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
    RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
    RABBITMQ_LOG_BASE: join(folder, 'log'),
    RABBITMQ_LOGS: join(folder, 'rabbitmq.log'),
    RABBITMQ_PID_FILE: join(folder, 'pid'),
  }
}
