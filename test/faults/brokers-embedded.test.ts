/** The gateway against the embedded broker, which keeps nothing over a restart. */
import { test } from 'uvu'
import { createBroker } from '../../src/uplink/mqtt/broker.ts'
import type { RealBroker } from '../support/broker-process.ts'
import { brokerScenario } from '../support/broker-scenario.ts'
import { MemoryLogger } from '../support/mqtt-fixtures.ts'
import { freePort } from '../support/mqtt-mosquitto.ts'

brokerScenario<RealBroker>(test, {
  name: 'the embedded broker',
  program: 'node',
  speaks: 4,
  keepsSessions: false,
  async create() {
    const port = await freePort()
    const broker = createBroker({ port, logger: new MemoryLogger() })
    return {
      port,
      start: async () => {
        await broker.start()
      },
      kill: () => broker.stop(),
      forget: () => undefined,
      remove: () => broker.stop(),
    }
  },
})

test.run()
