/** The feed for packet forwarders over real UDP sockets. */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  createGwmpFeed,
  type GwmpContext,
  type GwmpFeed,
  type GwmpOptions,
} from '../../../src/device/lora/gwmp/gwmp-feed.ts'
import { systemClock } from '../../../src/device/supervisor.ts'
import type { LoraFrame } from '../../../src/model/lora.ts'
import { mutant, randomOf } from '../../fuzz/mutate.ts'
import { HandClock, settled } from '../../support/hand-clock.ts'
import { LoraListener } from '../../support/lora-listener.ts'
import { recording } from '../../support/needs.ts'
import { hexOf, PacketForwarder } from '../../support/packet-forwarder.ts'

const test = suite('the feed for packet forwarders')

const EUI = 'B827EBFFFE000001'
const rxpk = {
  freq: 868.1,
  stat: 1,
  datr: 'SF7BW125',
  codr: '4/5',
  lsnr: 5,
  rssi: -60,
  data: '3q2+7w==',
}

interface Bench {
  feed: GwmpFeed
  heard: LoraListener
  port: number
  gateway: PacketForwarder
}

async function withFeed(
  options: Partial<GwmpOptions>,
  run: (bench: Bench) => Promise<void>,
  context: GwmpContext = { clock: systemClock },
): Promise<void> {
  const feed = createGwmpFeed({ id: 'hat', port: 0, ...options }, context)
  const heard = new LoraListener()
  feed.start(heard)
  await heard.until(() => heard.state === 'running')
  const port = feed.address()?.port ?? 0
  const gateway = await PacketForwarder.open(port, EUI)
  try {
    await run({ feed, heard, port, gateway })
  } finally {
    gateway.close()
    await feed.stop()
  }
}

test('a frame comes out with its gateway, its radio and its time', () =>
  withFeed({}, async ({ heard, gateway, feed }) => {
    await gateway.push({ stat: { lati: 46.24, long: 3.2523, rxnb: 1 } })
    await gateway.push({ rxpk: [{ ...rxpk, time: '2024-01-24T20:54:44.376456Z', tmst: 5 }] })
    await heard.until(() => heard.frames.length === 1)
    const { receivedAt, data, ...rest } = heard.frames[0] as LoraFrame
    assert.is(hexOf(data), 'DEADBEEF')
    assert.ok(Math.abs(receivedAt - Date.now()) < 60_000)
    assert.equal(rest, {
      source: 'hat',
      gateway: {
        id: EUI,
        latitude: 46.24,
        longitude: 3.2523,
        rssi: -60,
        snr: 5,
        time: Date.UTC(2024, 0, 24, 20, 54, 44, 376),
      },
      radio: {
        frequencyHz: 868_100_000,
        spreadingFactor: 7,
        bandwidthHz: 125_000,
        codingRate: '4/5',
      },
    })
    assert.equal(feed.gateways()[0]?.frames, 1)
  }))

test('answers go to the address and port that was asked from, with its version', () =>
  withFeed({}, async ({ gateway, port }) => {
    await gateway.push({ rxpk: [rxpk] })
    await gateway.pull()
    assert.is(gateway.answers.up.length, 1)
    assert.is(gateway.answers.down.length, 1)
    const old = createSocket('udp4')
    old.send(Buffer.from(`01BEEF00${EUI}`, 'hex'), port, '127.0.0.1')
    const [answer, from] = await once(old, 'message')
    assert.is(hexOf(answer), '01BEEF01')
    assert.is(from.port, port)
    old.close()
  }))

/** Sends a datagram and tells, through shared memory, that its answer is there. */
const asker = `
  const { workerData } = require('node:worker_threads')
  const socket = require('node:dgram').createSocket('udp4')
  const cell = new Int32Array(workerData.shared)
  socket.on('message', (bytes) => {
    Atomics.store(cell, 0, bytes.length)
    Atomics.notify(cell, 0)
    socket.close()
  })
  socket.send(Buffer.from(workerData.hex, 'hex'), workerData.port, '127.0.0.1')
`

test('the answer has left before a frame is handed over, however long that takes', async () => {
  const feed = createGwmpFeed({ id: 'hat', port: 0 }, { clock: systemClock })
  const heard = new LoraListener()
  const shared = new SharedArrayBuffer(4)
  const waits: string[] = []
  feed.start({
    health: heard.health,
    uplink: heard.uplink,
    reject: heard.reject,
    notice: heard.notice,
    issue: heard.issue,
    frame: (frame) => {
      // Nothing else of this thread runs while it waits.
      waits.push(Atomics.wait(new Int32Array(shared), 0, 0, 20_000))
      heard.frame(frame)
    },
  })
  await heard.until(() => heard.state === 'running')
  const body = hexOf(Buffer.from(JSON.stringify({ rxpk: [rxpk] })))
  const hex = `02AAAA00${EUI}${body}`
  let worker: Worker | undefined
  try {
    worker = new Worker(asker, {
      eval: true,
      workerData: { shared, hex, port: feed.address()?.port },
    })
    await heard.until(() => heard.frames.length === 1)
    assert.equal(
      waits.map((wait) => wait !== 'timed-out'),
      [true],
    )
    assert.is(new Int32Array(shared)[0], 4)
  } finally {
    await worker?.terminate()
    await feed.stop()
  }
})

test('what is of no gateway gets no answer', () =>
  withFeed({}, async ({ gateway, heard }) => {
    const strange = [
      '',
      '02',
      '03ABCD00',
      '02ABCD01',
      '02ABCD030B',
      `02ABCD09${EUI}`,
      `03ABCD00${EUI}`,
    ]
    for (const hex of strange) gateway.send(Buffer.from(hex, 'hex'))
    gateway.send(Buffer.from(`02ABCD05${EUI}00`, 'hex'))
    await gateway.settle()
    assert.equal(gateway.answers.up, [])
    assert.equal(heard.rejects, [])
  }))

test('a broken packet is refused in words, and its neighbours count', () =>
  withFeed({}, async ({ gateway, heard, feed }) => {
    await gateway.push({
      rxpk: [{ ...rxpk, data: '%%%' }, rxpk, { ...rxpk, stat: -1 }, null, rxpk],
    })
    await heard.until(() => heard.frames.length === 2)
    assert.equal(
      heard.rejects.map(({ reason, gateway: id, source }) => [reason, id, source]),
      [
        ['malformed', EUI, 'hat'],
        ['crc', EUI, 'hat'],
        ['malformed', EUI, 'hat'],
      ],
    )
    const [report] = feed.gateways()
    assert.equal([report?.frames, report?.crc, report?.malformed], [2, 1, 2])
  }))

test('JSON that cannot be read is answered all the same', () =>
  withFeed({}, async ({ gateway, heard }) => {
    gateway.send(Buffer.concat([gateway.header(0), Buffer.from('{"rxpk":[{"data":')]))
    gateway.send(Buffer.concat([gateway.header(0), Buffer.from('{"rxpk":{"a":1}}')]))
    await gateway.settle()
    assert.is(gateway.answers.up.length, 2)
    assert.equal(
      heard.rejects.map(({ detail }) => detail),
      ['what follows the header is no JSON object', 'rxpk is no list'],
    )
  }))

test('who is on no list is told of once a minute and gets no answer', async () => {
  const clock = new HandClock()
  const context = { clock, after: clock.after }
  await withFeed(
    { gateways: ['b8:27:eb:ff:fe:00:00:01'] },
    async ({ gateway, heard, port }) => {
      const stranger = await PacketForwarder.open(port, '0102030405060708')
      for (let i = 0; i < 5; i++) {
        stranger.send(
          Buffer.concat([stranger.header(0), Buffer.from(JSON.stringify({ rxpk: [rxpk] }))]),
        )
        stranger.send(stranger.header(2))
      }
      await gateway.settle()
      await heard.until(() => heard.rejects.length > 0)
      await gateway.push({ rxpk: [rxpk] })
      assert.equal(stranger.answers.up, [])
      assert.is(heard.frames.length, 1)
      assert.equal(
        heard.rejects.map(({ reason, gateway: id }) => [reason, id]),
        [['gateway', '0102030405060708']],
      )
      stranger.close()
    },
    context,
  )
})

test('a list with something else than EUIs in it is refused at once', () => {
  const make = () => createGwmpFeed({ id: 'hat', gateways: ['x'] }, { clock: systemClock })
  assert.throws(make, /x: write an EUI/)
})

test('a gateway that says how it is makes one notice a minute, and the health tells it', async () => {
  const clock = new HandClock()
  await withFeed(
    {},
    async ({ gateway, heard }) => {
      const stat = { rxnb: 4, rxok: 3, rxfw: 3, ackr: 100, temp: 41.5 }
      for (let i = 0; i < 5; i++) await gateway.push({ stat })
      assert.is(heard.notices.length, 1)
      assert.equal(heard.notices[0], {
        kind: 'gateway',
        source: 'hat',
        time: clock.now(),
        detail: `gateway ${EUI}: it received 4, 3 of them with a right checksum, forwarded 3, 100 % of its messages were answered, 41.5 °C`,
        gateway: EUI,
      })
      await clock.advance(60_000)
      await gateway.push({ stat })
      assert.is(heard.notices.length, 2)
      await clock.advance(60_000)
      assert.match(
        heard.healths.at(-1)?.detail ?? '',
        /gateway B827EBFFFE000001 last called at 2026-03-01T00:01:00Z, 0 frames/,
      )
      await clock.advance(180_000)
      assert.is(heard.state, 'silent')
      assert.match(heard.healths.at(-1)?.detail ?? '', /set server_address, serv_port_up/)
      await gateway.pull()
      await clock.advance(10_000)
      assert.is(heard.state, 'running')
    },
    { clock, after: clock.after },
  )
})

test('odd sizes and failed downlinks are told as problems', async () => {
  const clock = new HandClock()
  await withFeed(
    {},
    async ({ gateway, heard }) => {
      await gateway.push({
        rxpk: [
          { ...rxpk, size: 9 },
          { ...rxpk, size: 9 },
        ],
      })
      assert.is(heard.frames.length, 2)
      assert.equal(
        heard.notices.map(({ isProblem, detail }) => [isProblem, detail]),
        [[true, `gateway ${EUI}: size says 9, data has 4 bytes; data is taken`]],
      )
      await clock.advance(60_000)
      gateway.send(
        Buffer.concat([gateway.header(5), Buffer.from('{"txpk_ack":{"error":"TOO_LATE"}}')]),
      )
      await gateway.settle()
      assert.match(heard.notices[1]?.detail ?? '', /did not send: TOO_LATE/)
    },
    { clock, after: clock.after },
  )
})

test('a flood of one address is left unread and unanswered, and told once a second', async () => {
  const clock = new HandClock()
  await withFeed(
    { perSecond: 10 },
    async ({ gateway, heard, port }) => {
      const push = Buffer.concat([gateway.header(0), Buffer.from(JSON.stringify({ rxpk: [rxpk] }))])
      for (let i = 0; i < 100; i++) gateway.send(push)
      const neighbour = await PacketForwarder.open(port, EUI, '127.0.0.2')
      await neighbour.settle()
      neighbour.close()
      assert.is(heard.frames.length, 10)
      await clock.advance(5000)
      await gateway.settle()
      assert.is(gateway.answers.up.length, 10)
      assert.equal(
        heard.rejects.map(({ reason }) => reason),
        ['rate'],
      )
    },
    { clock, after: clock.after },
  )
})

test('a datagram full of packets costs no more than a gateway can have', async () => {
  const clock = new HandClock()
  await withFeed(
    {},
    async ({ gateway, heard }) => {
      await gateway.push({ rxpk: Array(20_000).fill(0) })
      await gateway.settle()
      const reasons = heard.rejects.map(({ reason }) => reason)
      assert.is(reasons.filter((reason) => reason === 'malformed').length, 255)
      assert.equal(
        heard.rejects.filter(({ reason }) => reason === 'rate').map(({ detail }) => detail),
        ['19745 frames of one datagram were left unread: more came than are taken in a second'],
      )
    },
    { clock, after: clock.after },
  )
})

test('a port that is taken is waited for, in words, and opened when it is free', async () => {
  const other = createSocket('udp4')
  other.bind(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address()
  const clock = new HandClock()
  const feed = createGwmpFeed({ id: 'hat', port }, { clock, after: clock.after, random: () => 0.5 })
  const heard = new LoraListener()
  feed.start(heard)
  await heard.until(() => heard.state === 'waiting')
  assert.match(heard.healths.at(-1)?.detail ?? '', new RegExp(`127.0.0.1:${port}: another program`))
  await clock.advance(500)
  await heard.until(() => heard.healths.filter(({ state }) => state === 'waiting').length === 2)
  await new Promise<void>((resolve) => other.close(() => resolve()))
  await settled()
  await clock.advance(1000)
  await heard.until(() => heard.state === 'running')
  const gateway = await PacketForwarder.open(port)
  await gateway.pull()
  gateway.close()
  await feed.stop()
  await feed.stop()
  assert.is(heard.state, 'stopped')
  assert.is(clock.waiting, 0)
})

test('the host may be a name, and one that does not exist is told', async () => {
  await withFeed({ host: 'localhost' }, async ({ gateway }) => void (await gateway.pull()))
  const feed = createGwmpFeed({ id: 'hat', host: 'no-such-host.invalid' }, { clock: systemClock })
  const heard = new LoraListener()
  feed.start(heard)
  await heard.until(() => heard.state === 'waiting')
  assert.match(heard.healths.at(-1)?.detail ?? '', /no-such-host.invalid:1700: /)
  await feed.stop()
})

test('it ends before it began, twice, and while it waits', async () => {
  const heard = new LoraListener()
  const idle = createGwmpFeed({ id: 'hat', port: 0 }, { clock: systemClock })
  await idle.stop()
  idle.start(heard)
  await idle.stop()
  assert.equal(heard.healths, [])
  const nowhere = createGwmpFeed({ id: 'hat', host: '192.0.2.1' }, { clock: systemClock })
  nowhere.start(heard)
  await heard.until(() => heard.state === 'waiting')
  assert.match(heard.healths.at(-1)?.detail ?? '', /this machine has no such address/)
  await nowhere.stop()
  assert.is(heard.state, 'stopped')
})

test('100,000 damaged datagrams later it still answers, and knows a bounded number of gateways', () =>
  withFeed({ perSecond: 1e9 }, async ({ gateway, heard, feed }) => {
    const full = { rxpk: [{ ...rxpk, time: 'x', rsig: [{ rssic: 1 }] }, rxpk], stat: { rxnb: 1 } }
    const seeds = [0, 2, 5].map((type) =>
      Uint8Array.from(Buffer.concat([gateway.header(type), Buffer.from(JSON.stringify(full))])),
    )
    const random = randomOf(1700)
    for (let i = 0; i < 1000; i++) {
      for (let j = 0; j < 100; j++) gateway.send(mutant(seeds, random).subarray(0, 60_000))
      await gateway.settle()
      gateway.answers.up.length = 0
    }
    assert.ok(heard.frames.length > 1000, `${heard.frames.length} frames`)
    assert.ok(heard.rejects.length > 1000, `${heard.rejects.length} rejects`)
    assert.ok(heard.notices.length <= 200, `${heard.notices.length} notices`)
    assert.ok(feed.gateways().length <= 64)
    heard.frames.length = 0
    await gateway.push({ rxpk: [rxpk] })
    assert.is(heard.frames.length, 1)
  }))

interface Step {
  hex: string
  reply: string | undefined
  rxpk?: number
}

const ofFile = (name: string): string | undefined => recording(`lora/${name}`)

test('published datagrams are answered to the byte', async () => {
  const single = ofFile('gwmp-datagrams.json')
  const flow = ofFile('end-to-end.json')
  const steps: Step[] = [{ hex: `02000002${EUI}`, reply: '02000004' }]
  if (single !== undefined) {
    for (const { hex, expect } of JSON.parse(readFileSync(single, 'utf8')).vectors) {
      steps.push({ hex, reply: expect.reply ?? undefined, rxpk: expect.rxpk?.length ?? 0 })
    }
  }
  if (flow !== undefined) {
    for (const { datagram, reply } of JSON.parse(readFileSync(flow, 'utf8')).vectors[0].steps) {
      steps.push({ hex: datagram, reply })
    }
  }
  await withFeed({}, async ({ gateway, heard }) => {
    for (const { hex, reply, rxpk: count } of steps) {
      const before = heard.frames.length
      gateway.answers.up.length = 0
      gateway.send(Buffer.from(hex, 'hex'))
      await gateway.settle()
      assert.equal(gateway.answers.up, reply === undefined ? [] : [reply], hex)
      if (count !== undefined) assert.is(heard.frames.length - before, count, hex)
    }
  })
})

test.run()
