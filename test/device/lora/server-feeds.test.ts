/** Feeds of network servers: an uplink is taken when it is stored, and comes again until it is. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readChirpstack } from '../../../src/device/lora/network-server/chirpstack.ts'
import { createMqttFeed } from '../../../src/device/lora/network-server/mqtt-feed.ts'
import {
  createWebhookFeed,
  type WebhookOptions,
} from '../../../src/device/lora/network-server/webhook-feed.ts'
import type { LoraReply, LoraUplink } from '../../../src/model/lora.ts'
import type { SubscribeOptions, Subscription } from '../../../src/model/subscribe.ts'
import { HandClock } from '../../support/hand-clock.ts'
import { LoraListener } from '../../support/lora-listener.ts'
import { chirpstackUplink } from '../../support/network-servers.ts'

const test = suite('feeds of network servers')

const SECRET = 'a secret'

/** Whoever stores, which it may not be able to. */
class Store extends LoraListener {
  isFull = false
  override readonly uplink = (uplink: LoraUplink) => {
    if (this.isFull) throw new Error('the journal cannot be written')
    this.uplinks.push(uplink)
  }
}

interface Hook {
  store: Store
  clock: HandClock
  post(
    body: object | string,
    more?: { secret?: string; event?: string; address?: string },
  ): LoraReply
}

function hook(options: Partial<WebhookOptions> = {}): Hook {
  const [store, clock] = [new Store(), new HandClock()]
  const feed = createWebhookFeed(
    {
      ...{ id: 'depot', read: readChirpstack, secret: () => SECRET, header: 'authorization' },
      ...{ simulated: false, ...options },
    },
    { clock },
  )
  feed.start(store)
  return {
    store,
    clock,
    post: (body, { secret = SECRET, event = 'up', address = '10.0.0.1' } = {}) =>
      feed.receive(
        {
          headers: { authorization: secret },
          query: {},
          body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
          address,
        },
        event,
      ),
  }
}

test('what cannot be stored is answered with 503, and is taken when it comes again', () => {
  const { store, post } = hook()
  store.isFull = true
  assert.equal(post(chirpstackUplink()), {
    status: 503,
    message: 'It could not be stored: the journal cannot be written',
  })
  store.isFull = false
  assert.is(post(chirpstackUplink()).status, 200)
  assert.is(post(chirpstackUplink()).status, 200)
  assert.is(store.uplinks.length, 1)
  assert.equal(
    store.rejects.map(({ reason }) => reason),
    ['duplicate'],
  )
})

test('what an earlier run has taken is known', () => {
  const first = hook()
  first.post(chirpstackUplink())
  const second = hook({ seen: first.store.uplinks })
  assert.is(second.post(chirpstackUplink()).status, 200)
  assert.equal(second.store.uplinks, [])
})

test('the secret may stand alone, behind Bearer, or as the password of Basic', () => {
  const { post } = hook()
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
  for (const secret of [SECRET, `Bearer ${SECRET}`, `bearer ${SECRET}`, basic(`any:${SECRET}`)]) {
    assert.is(post(chirpstackUplink(), { secret }).status, 200, secret)
  }
  for (const secret of ['', 'A SECRET', `${SECRET} `, basic(SECRET), basic(`${SECRET}:`)]) {
    assert.is(post(chirpstackUplink(), { secret }).status, 401, secret)
  }
})

test('without a secret of its own a source takes nothing, whatever it is given', () => {
  const missing = hook({
    secret: () => {
      throw new Error('secret.txt: not there')
    },
  })
  assert.is(missing.post(chirpstackUplink()).status, 503)
  assert.match(missing.store.healths[0]?.detail ?? '', /no request is taken: secret\.txt/)
  const empty = hook({ secret: () => '' })
  assert.is(empty.post(chirpstackUplink(), { secret: '' }).status, 401)
})

test('twenty wrong secrets of an address shut it out for a minute, and no other', async () => {
  const { post, clock } = hook()
  const wrong = { secret: 'wrong' }
  for (let at = 0; at < 20; at += 1) assert.is(post({}, wrong).status, 401)
  assert.is(post(chirpstackUplink()).status, 429)
  assert.is(post(chirpstackUplink(), { address: '10.0.0.2' }).status, 200)
  await clock.advance(60_000)
  assert.is(post(chirpstackUplink()).status, 200)
})

test('an uplink that the server made up is refused, unless it is asked for', () => {
  const simulated: WebhookOptions['read'] = (event, context) =>
    readChirpstack(event, context).map((message) =>
      'uplink' in message ? { uplink: { ...message.uplink, simulated: true } } : message,
    )
  const refusing = hook({ read: simulated })
  assert.equal(refusing.post(chirpstackUplink()), { status: 200, message: 'simulated' })
  assert.equal(refusing.store.uplinks, [])
  const taking = hook({ read: simulated, simulated: true })
  taking.post(chirpstackUplink())
  assert.is(taking.store.uplinks.length, 1)
})

test('a source that has stopped answers 503', async () => {
  const store = new Store()
  const options = {
    id: 'depot',
    read: readChirpstack,
    secret: () => SECRET,
    header: 'authorization',
  }
  const feed = createWebhookFeed({ ...options, simulated: false }, { clock: new HandClock() })
  const request = { headers: {}, query: {}, body: new Uint8Array(), address: '' }
  assert.is(feed.receive(request, 'up').status, 503)
  feed.start(store)
  await feed.stop()
  assert.is(feed.receive(request, 'up').status, 503)
})

/** A broker's side of a subscription. */
function subscription(): {
  options: () => SubscribeOptions
  state: { now: ReturnType<Subscription['health']>['state'] }
  subscribe(options: SubscribeOptions): Subscription
} {
  let given: SubscribeOptions | undefined
  const state = { now: 'connecting' as ReturnType<Subscription['health']>['state'] }
  return {
    state,
    options: () => given as SubscribeOptions,
    subscribe(options) {
      given = options
      return {
        health: () => ({ state: state.now, detail: `it is ${state.now}` }),
        stop: async () => undefined,
      }
    },
  }
}

const TOPIC = 'application/1/device/0011223344556677/event/up'

test('over MQTT, what cannot be stored is not said to be taken, and comes again', async () => {
  const [store, broker] = [new Store(), subscription()]
  const feed = createMqttFeed(
    {
      ...{ id: 'depot', read: readChirpstack, topics: ['t'], simulated: false },
      subscribe: broker.subscribe,
    },
    { clock: new HandClock() },
  )
  feed.start(store)
  const payload = Buffer.from(JSON.stringify(chirpstackUplink()))
  store.isFull = true
  assert.throws(() => broker.options().message(TOPIC, payload), /cannot be written/)
  store.isFull = false
  broker.options().message(TOPIC, payload)
  broker.options().message(TOPIC, payload)
  broker.options().message(TOPIC, Buffer.from('{'))
  assert.is(store.uplinks.length, 1)
  assert.equal(
    store.rejects.map(({ reason }) => reason),
    ['duplicate', 'malformed'],
  )
  await feed.stop()
})

test('how its broker does is the health of an MQTT source', async () => {
  const [store, broker] = [new Store(), subscription()]
  const feed = createMqttFeed(
    {
      ...{ id: 'depot', read: readChirpstack, topics: ['t'], simulated: false },
      subscribe: broker.subscribe,
    },
    { clock: new HandClock() },
  )
  feed.start(store)
  for (const now of ['connected', 'waiting', 'connected', 'refused'] as const) {
    broker.state.now = now
    broker.options().changed()
  }
  assert.equal(
    store.healths.map(({ state, reopened }) => [state, reopened]),
    [
      ['running', 0],
      ['waiting', 0],
      ['running', 1],
      ['waiting', 1],
    ],
  )
  await feed.stop()
  assert.is(feed.health?.().state, 'stopped')
})

test.run()
