/** The whole gateway behind network servers: their events over HTTP and MQTT, to records, once each. */

import { connectAsync } from 'mqtt'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { GatewayHealth } from '../../src/model/ports.ts'
import { createBroker } from '../../src/uplink/mqtt/broker.ts'
import {
  Folder,
  freePort,
  type RunningGateway,
  startGateway,
  until,
} from '../support/gateway-process.ts'
import { MemoryLogger } from '../support/mqtt-fixtures.ts'
import { Mosquitto } from '../support/mqtt-mosquitto.ts'
import { testWith } from '../support/needs.ts'
import {
  chirpstackUplink,
  DEV_EUI,
  heliumUplink,
  thingsStackUplink,
} from '../support/network-servers.ts'

const test = suite('LoRa network servers end to end')

interface Hit {
  _source: { source: string; time: string; data: Record<string, unknown> & { lora?: object } }
}

interface Answer {
  status: number
  message: string
}

interface Bench {
  folder: Folder
  start(): Promise<RunningGateway>
}

const SECRET = 'correct horse battery staple'

function bench(sources: string, device = '', scripts = ''): Bench {
  const folder = new Folder()
  folder.file('secret', `${SECRET}\n`)
  const config = folder.file(
    'odograph.yaml',
    `vehicles: [{ id: trailer, tokenId: "17" }]
sources:
${sources.replaceAll('SECRET', `${folder.path}/secret`)}
mqtt: { enabled: false }
lora:
  devices:
    - { id: tracker, vehicle: trailer, devEui: "${DEV_EUI}"${device.replaceAll('FOLDER', folder.path)} }
${scripts}`,
  )
  return { folder, start: () => startGateway(folder, ['--config', config]) }
}

const webhook = (id: string, type: string, more = '') =>
  `  - { id: ${id}, type: ${type}, webhook: { secretFile: SECRET${more} } }\n`

async function post(
  gateway: RunningGateway,
  path: string,
  body: unknown,
  authorization: string | undefined = `Bearer ${SECRET}`,
): Promise<Answer> {
  const response = await fetch(`${gateway.url}/v1/lora/${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(authorization !== '' && { authorization }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  const { message } = (await response.json()) as { message: string }
  return { status: response.status, message }
}

async function hitsOf(gateway: RunningGateway): Promise<Hit[]> {
  const { body } = await gateway.get('/v1/vehicle/17/history?startDate=2020-01-01T00:00:00Z')
  return (body as { hits: { hits: Hit[] } }).hits.hits
}

async function rejectsOf(gateway: RunningGateway): Promise<Record<string, number>> {
  const { body } = await gateway.get('/v1/gateway/lora')
  const { rejects } = body as { rejects: { reason: string; count: number }[] }
  return Object.fromEntries(rejects.map(({ reason, count }) => [reason, count]))
}

async function withGateway(
  { folder, start }: Bench,
  run: (gateway: RunningGateway, restart: () => Promise<RunningGateway>) => Promise<void>,
): Promise<void> {
  try {
    let gateway = await start()
    await run(gateway, async () => {
      await gateway.command.stop()
      gateway = await start()
      return gateway
    })
    assert.is((await gateway.command.stop()).code, 0)
  } finally {
    folder.remove()
  }
}

test('ChirpStack over HTTP: stored before it is answered, once however often it comes', async () => {
  await withGateway(bench(webhook('depot', 'chirpstack')), async (gateway, restart) => {
    const body = chirpstackUplink()
    assert.equal(await post(gateway, 'depot?event=up', body), { status: 200, message: 'Stored.' })
    const [hit, ...more] = await hitsOf(gateway)
    assert.equal(more, [])
    assert.match(hit?._source.source ?? '', /^dimo\/integration\//)
    assert.is(hit?._source.time, '2024-01-24T20:00:00.123Z')
    assert.is(hit?._source.data.speed, 50)
    assert.is((await post(gateway, 'depot?event=up', body)).status, 200)
    const again = await restart()
    assert.is((await post(again, 'depot?event=up', body)).status, 200)
    assert.is((await hitsOf(again)).length, 1)
    assert.equal(await rejectsOf(again), { duplicate: 1 })
  })
})

test('a request without the secret of the source is refused, and one too many of them waits', async () => {
  await withGateway(bench(webhook('depot', 'chirpstack')), async (gateway) => {
    const body = chirpstackUplink()
    const missing = await post(gateway, 'depot?event=up', body, '')
    assert.equal(missing, { status: 401, message: 'The header authorization is missing.' })
    for (const wrong of ['Bearer wrong', SECRET.slice(1), `${SECRET}x`, 'Basic !!!', 'Bearer']) {
      const { status, message } = await post(gateway, 'depot?event=up', body, wrong)
      assert.equal(
        [status, message],
        [401, 'The header authorization does not hold the secret of this source.'],
      )
    }
    for (let each = 0; each < 14; each += 1) await post(gateway, 'depot?event=up', body, 'no')
    assert.is((await post(gateway, 'depot?event=up', body)).status, 429)
    assert.equal(await hitsOf(gateway), [])
  })
})

test('what is no event of the server is answered in words, and costs nothing', async () => {
  await withGateway(bench(webhook('depot', 'chirpstack')), async (gateway) => {
    const cases: [path: string, body: unknown, status: number, message: RegExp][] = [
      ['depot?event=up', '{', 400, /begins as JSON and is none/],
      ['depot?event=up', '\u0000\u0001', 400, /protobuf can be told to send JSON/],
      ['depot?event=up', chirpstackUplink({ data: '!' }), 400, /data is no base64/],
      ['depot', chirpstackUplink(), 400, /adds \?event=/],
      ['depot?event=txack', chirpstackUplink(), 200, /of no use here/],
      ['depot?event=join', chirpstackUplink(), 200, /Stored/],
      ['none?event=up', chirpstackUplink(), 404, /No source none takes requests/],
      ['depot?event=up', 'x'.repeat(300_000), 413, /./],
    ]
    for (const [path, body, status, message] of cases) {
      const answer = await post(gateway, path, body)
      assert.is(answer.status, status, `${path}: ${answer.message}`)
      assert.match(answer.message, message)
    }
    const stranger = chirpstackUplink({ deviceInfo: { devEui: '99'.repeat(8) } })
    assert.is((await post(gateway, 'depot?event=up', stranger)).status, 200)
    assert.equal(await hitsOf(gateway), [])
    assert.equal(await rejectsOf(gateway), { malformed: 4, unknown_device: 1 })
    const { body } = await gateway.get('/v1/gateway/lora')
    const { devices, strangers } = body as {
      devices: { notices: { detail: string }[] }[]
      strangers: { key: string }[]
    }
    assert.equal(
      strangers.map(({ key }) => key),
      ['99'.repeat(8)],
    )
    assert.match(
      devices[0]?.notices[0]?.detail ?? '',
      /joined the network; its address is 01AB02CD/,
    )
  })
})

test('The Things Stack over HTTP, with its password and with a header of its own', async () => {
  const sources = webhook('ttn', 'things-stack') + webhook('own', 'things-stack', ', header: X-Key')
  await withGateway(bench(sources), async (gateway) => {
    const basic = `Basic ${Buffer.from(`odograph:${SECRET}`).toString('base64')}`
    assert.is((await post(gateway, 'ttn/up', thingsStackUplink(), basic)).status, 200)
    const response = await fetch(`${gateway.url}/v1/lora/own/up`, {
      method: 'POST',
      headers: { 'x-key': SECRET, 'content-type': 'application/json' },
      body: JSON.stringify(thingsStackUplink({ f_cnt: 8 })),
    })
    assert.is(response.status, 200)
    const simulated = { ...thingsStackUplink({ f_cnt: 9 }), simulated: true }
    assert.match((await post(gateway, 'ttn/up', simulated, basic)).message, /simulated/)
    const inputs = (await hitsOf(gateway)).map(({ _source }) => _source.source)
    assert.is(new Set(inputs).size, 2)
  })
})

test('Helium: its block is the published one, and what comes late goes to history alone', async () => {
  await withGateway(bench(webhook('console', 'helium')), async (gateway) => {
    const at = Date.now() - 1000
    const voltageOf = async () => {
      const { body } = await gateway.get('/v1/vehicle/17/status')
      return (body as { batteryVoltage?: number }).batteryVoltage
    }
    const decoded = (batteryVoltage: number) => ({
      decoded: { status: 'success', payload: { batteryVoltage } },
    })
    const now = heliumUplink({ reported_at: at, fcnt: 18, ...decoded(12.5) })
    assert.is((await post(gateway, 'console', now)).status, 200)
    assert.is(await voltageOf(), 12.5)
    const late = { reported_at: at - 3_600_000, fcnt: 17, replay: true, ...decoded(11.5) }
    assert.is((await post(gateway, 'console', heliumUplink(late))).status, 200)
    assert.is(await voltageOf(), 12.5)
    const hits = await hitsOf(gateway)
    assert.equal(
      hits.map(({ _source }) => _source.data.batteryVoltage),
      [11.5, 12.5],
    )
    const {
      gateways: _,
      rssi: _r,
      snr: _s,
      ...lora
    } = (hits[1]?._source.data.lora ?? {}) as Record<string, unknown>
    const { spreadingFactor, frequencyHz, ...published } = lora
    assert.equal([spreadingFactor, frequencyHz], [9, 904_700_000])
    assert.equal(published, {
      devAddr: '01AB02CD',
      dc_balance: 1000,
      fPort: '2',
      app_eui: '8899AABBCCDDEEFF',
      payload_size: '3',
      fcnt: '18',
      deveui: DEV_EUI,
    })
  })
})

const overMqtt: [type: string, topic: string, body: (fCnt: number) => object][] = [
  [
    'chirpstack',
    `application/1/device/${DEV_EUI.toLowerCase()}/event/up`,
    (fCnt) => chirpstackUplink({ fCnt }),
  ],
  ['things-stack', 'v3/fleet@ttn/devices/van-17/up', (f_cnt) => thingsStackUplink({ f_cnt })],
  ['helium', 'helium/f91480b3/rx', (fcnt) => heliumUplink({ fcnt })],
]

for (const [type, topic, body] of overMqtt) {
  test(`${type} over MQTT: each uplink is a record, whatever else is published`, async () => {
    const port = await freePort()
    const broker = createBroker({ port, logger: new MemoryLogger() })
    await broker.start()
    const source = `  - { id: server, type: ${type}, mqtt: { url: "mqtt://127.0.0.1:${port}" } }\n`
    try {
      await withGateway(bench(source), async (gateway) => {
        await running(gateway)
        const server = await connectAsync(`mqtt://127.0.0.1:${port}`)
        await server.publishAsync(topic, JSON.stringify(body(1)))
        await server.publishAsync(topic, '{"broken')
        await server.publishAsync(topic, JSON.stringify(body(1)))
        await server.publishAsync(topic, JSON.stringify(body(2)))
        await until('two records', async () => (await hitsOf(gateway)).length === 2)
        assert.equal(await rejectsOf(gateway), { malformed: 1, duplicate: 1 })
        await server.endAsync()
      })
    } finally {
      await broker.stop()
    }
  })
}

async function running(gateway: RunningGateway): Promise<void> {
  await until('connected', async () => {
    const { body } = await gateway.get('/v1/gateway/health')
    return (body as GatewayHealth).sources[0]?.state === 'running'
  })
}

testWith(test, 'mosquitto', 'a broker keeps what comes while the gateway is off', async () => {
  const broker = await Mosquitto.started({ persistence: true, users: { odograph: 'pass word' } })
  const source = `  - { id: depot, type: chirpstack, mqtt: { url: "${broker.url}", username: odograph, passwordFile: FILE } }\n`
  const made = bench(source.replace('FILE', 'SECRET'))
  made.folder.file('secret', 'pass word\n')
  try {
    await withGateway(made, async (first, restart) => {
      await running(first)
      const server = await connectAsync(broker.url, { username: 'odograph', password: 'pass word' })
      const publish = (fCnt: number) =>
        server.publishAsync(
          `application/1/device/${DEV_EUI.toLowerCase()}/event/up`,
          JSON.stringify(chirpstackUplink({ fCnt })),
          { qos: 1 },
        )
      await publish(1)
      await until('a record', async () => (await hitsOf(first)).length === 1)
      first.command.child.kill('SIGKILL')
      await first.command.finished
      for (const fCnt of [2, 3, 4]) await publish(fCnt)
      const again = await restart()
      await until('the others', async () => (await hitsOf(again)).length === 4)
      const counters = (await hitsOf(again)).map(
        ({ _source }) => (_source.data.lora as { fcnt: string }).fcnt,
      )
      assert.equal(counters.sort(), ['1', '2', '3', '4'])
      await server.endAsync()
    })
  } finally {
    await broker.remove()
  }
})

test('a script reads payloads, and what its first version could not read its second does', async () => {
  const device = ', codec: "script:FOLDER/codec.js"'
  const made = bench(webhook('depot', 'chirpstack'), device)
  made.folder.file('codec.js', 'function decodeUplink(input) { while (true); }')
  await withGateway(made, async (first, restart) => {
    assert.is((await post(first, 'depot?event=up', chirpstackUplink())).status, 200)
    await until('the error', async () => {
      const { body } = await first.get('/v1/gateway/lora')
      const [device] = (body as { devices: { lastDecodeError?: { error: string } }[] }).devices
      return /^timeout: /.test(device?.lastDecodeError?.error ?? '')
    })
    made.folder.file(
      'codec.js',
      'function decodeUplink(i) { return { data: { speed: i.bytes[2], soc: 1 } } }',
    )
    const again = await restart()
    const speeds = await until('the speed', async () => {
      const hits = await hitsOf(again)
      const found = hits
        .map(({ _source }) => _source.data.speed)
        .filter((each) => each !== undefined)
      return found.length > 0 && found
    })
    assert.equal(speeds, [3])
  })
})

test('a source with both ways, or none, is left out with a finding', async () => {
  const mqtt = 'mqtt: { url: "mqtt://127.0.0.1:1" }'
  const both = `  - { id: both, type: helium, ${mqtt}, webhook: { secretFile: SECRET } }\n  - { id: none, type: helium }\n`
  await withGateway(bench(both), async (gateway) => {
    const { body } = await gateway.get('/v1/gateway/health')
    const text = JSON.stringify(body)
    assert.match(text, /both: give it mqtt or webhook/)
    assert.match(text, /none: give it mqtt or webhook/)
  })
})

test.run()
