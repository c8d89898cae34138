/** The gateway against Mosquitto: MQTT 5 with passwords. */
import { test } from 'uvu'
import { brokerScenario, frozen, type Scenario } from '../support/broker-scenario.ts'
import { Mosquitto } from '../support/mqtt-mosquitto.ts'

const scenario: Scenario<Mosquitto> = {
  name: 'Mosquitto',
  program: 'mosquitto',
  create: () =>
    Mosquitto.create({
      persistence: true,
      users: { gateway: 'right', consumer: 'c' },
      general: ['max_queued_messages 0'],
    }),
  speaks: 5,
  gateway: { username: 'gateway', password: 'right' },
  consumer: { username: 'consumer', password: 'c' },
  keepsSessions: true,
}
const mosquitto = brokerScenario(test, scenario)

mosquitto.test('a frozen broker is noticed and what it did not acknowledge goes again', (broker) =>
  frozen(broker, scenario),
)

test.run()
