/** Listening to a broker that keeps what comes: nothing counts as taken before its handler returned. */

import { connectAsync } from 'mqtt'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { systemClock } from '../../src/device/supervisor.ts'
import type { Subscription } from '../../src/model/subscribe.ts'
import { createSubscriber } from '../../src/uplink/mqtt/subscriber.ts'
import { MemoryLogger, until } from '../support/mqtt-fixtures.ts'
import { Mosquitto } from '../support/mqtt-mosquitto.ts'
import { ScriptedBroker } from '../support/mqtt-scripted-broker.ts'
import { testWith } from '../support/needs.ts'

const test = suite('the MQTT subscriber')

interface Bench {
  broker: Mosquitto
  /** Texts in the order of coming. */
  heard: string[]
  logger: MemoryLogger
  listen(message?: (text: string) => void): Subscription
  publish(text: string): Promise<void>
}

async function withBroker(run: (bench: Bench) => Promise<void>): Promise<void> {
  const broker = await Mosquitto.started({ persistence: true })
  const heard: string[] = []
  const logger = new MemoryLogger()
  const open: Subscription[] = []
  const subscribe = createSubscriber({
    ...{ url: broker.url, clientId: 'odograph-test', logger, clock: systemClock },
    timings: { backoffMs: 20, maxBackoffMs: 50 },
  })
  const server = await connectAsync(broker.url)
  try {
    await run({
      ...{ broker, heard, logger },
      listen(message = (text) => void heard.push(text)) {
        const subscription = subscribe({
          topics: ['up/#'],
          message: (_topic, payload) => message(Buffer.from(payload).toString()),
          changed: () => undefined,
        })
        open.push(subscription)
        return subscription
      },
      publish: async (text) => void (await server.publishAsync('up/1', text, { qos: 1 })),
    })
  } finally {
    await Promise.all(open.map((each) => each.stop()))
    await server.endAsync(true)
    await broker.remove()
  }
}

async function connected(subscription: Subscription): Promise<void> {
  await until('connected', () => subscription.health().state === 'connected')
}

testWith(test, 'mosquitto', 'what its handler does not take comes again, in order', () =>
  withBroker(async ({ listen, publish, heard }) => {
    let refusals = 2
    const subscription = listen((text) => {
      refusals -= 1
      if (refusals >= 0) throw new Error('the journal cannot be written')
      heard.push(text)
    })
    await connected(subscription)
    for (const text of ['a', 'b', 'c']) await publish(text)
    await until('all', () => heard.length >= 3)
    assert.equal(heard, ['a', 'b', 'c'])
  }),
)

testWith(test, 'mosquitto', 'what comes while it is away is kept for it', () =>
  withBroker(async ({ listen, publish, heard }) => {
    const first = listen()
    await connected(first)
    await first.stop()
    for (const text of ['a', 'b']) await publish(text)
    await connected(listen())
    await until('both', () => heard.length === 2)
  }),
)

testWith(test, 'mosquitto', 'a broker that goes and comes back is listened to again', () =>
  withBroker(async ({ broker, listen, heard }) => {
    await connected(listen())
    await broker.kill()
    await broker.start()
    const server = await connectAsync(broker.url)
    await server.publishAsync('up/1', 'again', { qos: 1 })
    await until('it', () => heard.includes('again'))
    await server.endAsync(true)
  }),
)

test('topics that the broker keeps to itself are told', async () => {
  const broker = await ScriptedBroker.started({ subscribe: () => 0x87 })
  const subscribe = createSubscriber({
    ...{ url: broker.url, clientId: 'odograph-test', clock: systemClock },
    logger: new MemoryLogger(),
  })
  const subscription = subscribe({
    topics: ['up/#'],
    message: () => undefined,
    changed: () => undefined,
  })
  try {
    await until('told', () => /does not let it hear up\/#/.test(subscription.health().detail))
    assert.is(subscription.health().state, 'connected')
  } finally {
    await subscription.stop()
    await broker.stop()
  }
})

test.run()
