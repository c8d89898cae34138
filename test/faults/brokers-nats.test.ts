/** The gateway against nats-server: MQTT 3.1.1 on top of JetStream. */
import { test } from 'uvu'
import { brokerScenario, frozen, type Scenario } from '../support/broker-scenario.ts'
import { NatsServer } from '../support/nats-server.ts'

const scenario: Scenario<NatsServer> = {
  name: 'nats-server',
  program: 'nats-server',
  create: () => NatsServer.create(),
  speaks: 4,
  gateway: { username: 'gateway', password: 'right' },
  consumer: { username: 'consumer', password: 'right' },
  keepsSessions: true,
}
const nats = brokerScenario(test, scenario)

nats.test('a frozen server is noticed and what it did not acknowledge goes again', (broker) =>
  frozen(broker, scenario),
)

test.run()
