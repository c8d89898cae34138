/** The gateway against RabbitMQ with its MQTT plugin. One node for all: it takes its time to start. */
import { test } from 'uvu'
import { brokerScenario, frozen, type Scenario } from '../support/broker-scenario.ts'
import { RabbitMq } from '../support/rabbitmq.ts'

const scenario: Scenario<RabbitMq> = {
  name: 'RabbitMQ',
  program: 'rabbitmq-server',
  create: () => RabbitMq.create(),
  speaks: 4,
  gateway: { username: 'gateway', password: 'right' },
  keepsSessions: true,
}
const rabbit = brokerScenario(test, scenario)

rabbit.test('a frozen node is noticed and what it did not acknowledge goes again', (broker) =>
  frozen(broker, scenario),
)

test.run()
