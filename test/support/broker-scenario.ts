/** What every broker must do for the gateway, done with a real one: one broker for all its tests. */
import * as assert from 'uvu/assert'
import type { RealBroker } from './broker-process.ts'
import { until } from './mqtt-fixtures.ts'
import { Listener, uplinkOf } from './mqtt-uplink.ts'
import { type Suite, testWith } from './needs.ts'
import { Wire } from './wire.ts'

export const AVAILABILITY = 'odograph/gw1/availability'
export const STATUS = 'odograph/van/status'
const SLOWLY = /next attempt in (900|899) s/

export interface Credentials {
  username?: string
  password?: string
}

export interface Scenario<T extends RealBroker = RealBroker> {
  name: string
  /** The program that it needs; without it it runs everywhere. */
  program: string
  create(): Promise<T>
  /** What the gateway ends up speaking with it. */
  speaks: 5 | 4
  gateway?: Credentials
  /** May read everything; without it the gateway's are used. */
  consumer?: Credentials
  /** Sessions outlive a restart, so that a subscriber can see that nothing is lost. */
  keepsSessions: boolean
}

interface Uvu extends Suite {
  after(run: () => Promise<void>): void
}

/** Registers the tests; answers how further tests get the same broker. */
export function brokerScenario<T extends RealBroker>(
  suite: Uvu,
  scenario: Scenario<T>,
): { broker(): Promise<T>; test(name: string, run: (broker: T) => Promise<void>): void } {
  let started: Promise<T> | undefined
  const broker = () => {
    const starting = started ?? startedBroker(scenario)
    started = starting
    return starting
  }
  suite.after(async () => {
    await (await started?.catch(() => undefined))?.remove()
  })
  const test = (name: string, run: (broker: T) => Promise<void>) =>
    testWith(suite, scenario.program, `${scenario.name}: ${name}`, async () => run(await broker()))
  test('a gateway is announced, its records arrive in order, its end is known', (made) =>
    announced(made, scenario))
  if (scenario.keepsSessions) {
    test('a restart in the middle of 300 records loses none of them', (made) =>
      restarted(made, scenario))
  }
  test('a restart that lost everything gets all that is retained again', (made) =>
    forgotten(made, scenario))
  if (scenario.gateway?.password !== undefined) {
    test('a wrong password is said and tried again slowly', (made) => refused(made, scenario))
  }
  return { broker, test }
}

async function startedBroker<T extends RealBroker>(scenario: Scenario<T>): Promise<T> {
  const broker = await scenario.create()
  await broker.start()
  return broker
}

/** A broker that is frozen, not gone: the wires stay up and nothing comes back. */
export async function frozen(
  broker: RealBroker & { signal(signal: NodeJS.Signals): void },
  scenario: Scenario,
): Promise<void> {
  const listener = await listenerOf(broker, scenario)
  const { uplink, store } = uplinkOf({
    url: urlOf(broker.port),
    keepaliveSeconds: 2,
    ...scenario.gateway,
    timings: { connectMs: 1_000 },
  })
  uplink.start()
  try {
    await until('connected', () => uplink.health().state === 'connected')
    broker.signal('SIGSTOP')
    store.commit(30)
    uplink.wake()
    await until('noticed', () => uplink.health().state === 'waiting')
    assert.is(uplink.health().unsent, 30)
    broker.signal('SIGCONT')
    await until('all sent', () => uplink.health().unsent === 0)
    await until('all arrived', () => listener.recordIds().length >= 30)
    assert.equal(
      listener.recordIds(),
      store.records.map(({ id }) => id),
    )
  } finally {
    broker.signal('SIGCONT')
    await uplink.stop()
    await listener.end()
  }
}

export function urlOf(port: number): string {
  return `mqtt://127.0.0.1:${port}`
}

export function listenerOf(
  broker: RealBroker,
  { speaks, consumer, gateway }: Scenario,
  session: { clientId?: string; clean?: boolean } = {},
  topics?: string[],
): Promise<Listener> {
  const options = {
    protocolVersion: speaks,
    ...(speaks === 5 && session.clean === false
      ? { properties: { sessionExpiryInterval: 3600 } }
      : {}),
    ...(consumer ?? gateway),
    ...session,
  }
  return Listener.at(urlOf(broker.port), options, topics)
}

async function announced(broker: RealBroker, scenario: Scenario): Promise<void> {
  const listener = await listenerOf(broker, scenario)
  const wire = await Wire.to(broker.port)
  const { uplink, store } = uplinkOf({ url: urlOf(wire.port), ...scenario.gateway })
  uplink.start()
  try {
    await until('online', () => listener.last(AVAILABILITY) === 'online')
    assert.match(uplink.health().detail, scenario.speaks === 5 ? 'MQTT 5' : 'MQTT 3.1.1')
    store.commit(200)
    uplink.wake()
    await until('all sent', () => uplink.health().unsent === 0)
    await until('all arrived', () => listener.recordIds().length === 200)
    assert.equal(
      listener.of('odograph/van/records').map((text) => JSON.parse(text).id),
      store.records.map(({ id }) => id),
      'each once, in order',
    )
    wire.cut()
    await until('the last will', () => listener.last(AVAILABILITY) === 'offline')
    wire.mend()
    await until('online again', () => listener.last(AVAILABILITY) === 'online')
    await retainedAre(broker, scenario, [`${AVAILABILITY} online`, `${STATUS} {"odometer":1}`])
    await uplink.stop()
    await until('the farewell', () => listener.last(AVAILABILITY) === 'offline')
  } finally {
    await uplink.stop()
    await wire.remove()
    await listener.end()
  }
}

/** What is retained comes with a subscription; a broker may acknowledge before it retains. */
async function retainedAre(
  broker: RealBroker,
  scenario: Scenario,
  expected: readonly string[],
): Promise<void> {
  await until(`retained: ${expected.join(', ')}`, async () => {
    // RabbitMQ has them for subscriptions without wildcards alone
    const late = await listenerOf(broker, scenario, {}, [AVAILABILITY, STATUS])
    try {
      const found = () =>
        late.messages
          .filter(({ retain, topic }) => retain && (topic === AVAILABILITY || topic === STATUS))
          .map(({ topic, payload }) => `${topic} ${payload}`)
          .sort()
      await until('two', () => found().length >= 2, 500).catch(() => undefined)
      return found().join() === expected.join()
    } finally {
      await late.end()
    }
  })
}

async function restarted(broker: RealBroker, scenario: Scenario): Promise<void> {
  const session = { clientId: 'odograph-consumer', clean: false }
  const listener = await listenerOf(broker, scenario, session)
  const { uplink, store } = uplinkOf({ url: urlOf(broker.port), ...scenario.gateway })
  uplink.start()
  try {
    store.commit(300)
    uplink.wake()
    await listener.seen(20)
    await broker.kill()
    assert.ok(uplink.health().unsent > 0, 'in the middle')
    await broker.start()
    await until('all sent', () => uplink.health().unsent === 0)
    await until('all arrived', () => listener.recordIds().length === 300)
    assert.equal(
      listener.recordIds(),
      store.records.map(({ id }) => id),
    )
  } finally {
    await uplink.stop()
    await listener.end()
  }
}

async function forgotten(broker: RealBroker, scenario: Scenario): Promise<void> {
  const wire = await Wire.to(broker.port)
  const { uplink, store } = uplinkOf({ url: urlOf(wire.port), ...scenario.gateway })
  let listener: Listener | undefined
  uplink.start()
  try {
    await until('connected', () => uplink.health().state === 'connected')
    wire.cut()
    await broker.kill()
    broker.forget()
    store.commit(20)
    uplink.wake()
    await broker.start()
    listener = await listenerOf(broker, scenario)
    assert.equal(listener.messages, [], 'the broker has lost everything')
    wire.mend()
    await until('all sent', () => uplink.health().unsent === 0)
    await until('all arrived', () => listener?.recordIds().length === 20)
    await retainedAre(broker, scenario, [`${AVAILABILITY} online`, `${STATUS} {"odometer":1}`])
  } finally {
    await uplink.stop()
    await wire.remove()
    await listener?.end()
  }
}

async function refused(broker: RealBroker, scenario: Scenario): Promise<void> {
  const wire = await Wire.to(broker.port)
  const { uplink, store, logger } = uplinkOf({
    url: urlOf(wire.port),
    ...scenario.gateway,
    password: 'not-the-one',
  })
  store.commit(1)
  uplink.start()
  try {
    await until('refused', () => uplink.health().state === 'refused')
    assert.match(uplink.health().detail, /refused the user name or password|not authorised/)
    assert.match(uplink.health().detail, SLOWLY)
    assert.is(uplink.health().unsent, 1)
    assert.is(wire.tried, scenario.speaks === 5 ? 1 : 2, 'once with each version it knows')
    assert.not(logger.lines.join().includes('not-the-one'))
  } finally {
    await uplink.stop()
    await wire.remove()
  }
}
