/** The whole gateway with LoRa: trackers over real sockets, to REST, MQTT, page data and the command line. */
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { GatewayHealth } from '../../src/model/ports.ts'
import {
  Folder,
  freePort,
  odograph,
  type RunningGateway,
  startGateway,
  until,
} from '../support/gateway-process.ts'
import { rxpk, Tracker } from '../support/lora-tracker.ts'
import { PacketForwarder } from '../support/packet-forwarder.ts'

const test = suite('LoRa end to end')

interface Hits {
  hits: { total: { value: number }; hits: { _source: { source: string; data: Data } }[] }
}

type Data = Record<string, unknown> & { lora?: { gateways?: { id: string }[] } & object }

interface Bench {
  folder: Folder
  tracker: Tracker
  port: number
  start(): Promise<RunningGateway>
}

async function bench(more = ''): Promise<Bench> {
  const folder = new Folder()
  const tracker = new Tracker('0011223344556677', '26011BDA')
  const port = await freePort()
  const config = folder.file(
    'odograph.yaml',
    `vehicles: [{ id: trailer, tokenId: "17" }]
sources: [{ id: air, type: semtech-udp, listen: "127.0.0.1:${port}" }]
mqtt: { enabled: false }
lora:
  devices:
    - id: tracker
      vehicle: trailer
      devEui: "${tracker.devEui}"
      devAddr: "${tracker.devAddr}"
      keysFile: ${tracker.keysFile(folder)}
      codec: odograph-status
${more}`,
  )
  return { folder, tracker, port, start: () => startGateway(folder, ['--config', config]) }
}

async function hits(gateway: RunningGateway): Promise<Hits['hits']> {
  const { body } = await gateway.get('/v1/vehicle/17/history')
  return (body as Hits).hits
}

const rejectsOf = async (gateway: RunningGateway) => {
  const { body } = await gateway.get('/v1/gateway/health')
  const [source] = (body as GatewayHealth).sources
  return Object.fromEntries((source?.rejects ?? []).map(({ reason, count }) => [reason, count]))
}

const DRIVING = {
  ...{ latitude: 37.681686, longitude: -121.87558, speed: 11, odometer: 50404.2 },
  ...{ fuelPercentRemaining: 0.52, supplyVoltage: 12.6 },
}

test('one frame that three gateways hear is one record that lists the three', async () => {
  const { folder, tracker, port, start } = await bench()
  try {
    const gateway = await start()
    const frame = tracker.status(DRIVING)
    const levels: [eui: string, rssi: number, lsnr: number][] = [
      ['B827EBFFFE000001', -61, 5.1],
      ['B827EBFFFE000002', -97, -3],
      ['B827EBFFFE000003', -88, 9.2],
    ]
    for (const [eui, rssi, lsnr] of levels) {
      const forwarder = await PacketForwarder.open(port, eui)
      await forwarder.push({ rxpk: [rxpk(frame, { rssi, lsnr })] })
      await forwarder.close()
    }
    const found = await until('the record', async () => {
      const all = await hits(gateway)
      return all.total.value > 0 && all
    })
    assert.is(found.total.value, 1)
    const { data } = found.hits[0]?._source ?? { data: {} as Data }
    assert.is(data.latitude, 37.681686)
    assert.equal([data.speed, data.batteryVoltage], [11, 12.6])
    const { gateways, ...lora } = data.lora as Record<string, unknown> & {
      gateways: { id: string }[]
    }
    assert.equal(
      gateways.map(({ id }) => id),
      ['B827EBFFFE000003', 'B827EBFFFE000001', 'B827EBFFFE000002'],
    )
    assert.equal(lora, {
      devAddr: '26011BDA',
      fPort: '2',
      payload_size: String(frame.length - 13),
      fcnt: '0',
      deveui: '0011223344556677',
      ...{ rssi: -88, snr: 9.2, spreadingFactor: 9, frequencyHz: 868_300_000 },
    })
    const { body } = await gateway.get('/v1/vehicle/17/status')
    assert.is((body as { odometer: number }).odometer, 50404.2)
    assert.is((await gateway.command.stop()).code, 0)
  } finally {
    folder.remove()
  }
})

test('a flipped bit, a replay and a stranger change nothing but a counter', async () => {
  const { folder, tracker, port, start } = await bench()
  try {
    const gateway = await start()
    const forwarder = await PacketForwarder.open(port)
    const first = tracker.status(DRIVING)
    await forwarder.push({ rxpk: [rxpk(first)] })
    await until('the record', async () => (await hits(gateway)).total.value === 1)
    const flipped = Uint8Array.from(tracker.status({ ...DRIVING, speed: 99 }))
    flipped[10] = (flipped[10] ?? 0) ^ 1
    const stranger = new Tracker('8899AABBCCDDEEFF', '26012222')
    await forwarder.push({ rxpk: [rxpk(flipped)] })
    await forwarder.push({ rxpk: [rxpk(first)] })
    await forwarder.push({ rxpk: [rxpk(stranger.status(DRIVING))] })
    await forwarder.push({ rxpk: [rxpk(first, { stat: -1 }), { stat: 1, data: 7 }] })
    const expected = { mic: 1, fcnt_replay: 1, unknown_devaddr: 1, crc: 1, malformed: 1 }
    const rejects = await until('the rejects', async () => {
      const found = await rejectsOf(gateway)
      return Object.keys(found).length === 5 && found
    })
    assert.equal(Object.entries(rejects).sort(), Object.entries(expected).sort())
    assert.is((await hits(gateway)).total.value, 1)
    const { body } = await gateway.get('/v1/gateway/lora')
    const lora = body as {
      devices: { id: string; uplinks: number; fCnt: number; rejects: { reason: string }[] }[]
      strangers: { key: string }[]
    }
    assert.equal(
      lora.devices.map(({ id, uplinks, fCnt }) => [id, uplinks, fCnt]),
      [['tracker', 1, 0]],
    )
    assert.equal(lora.strangers.map(({ key }) => key).sort(), ['26012222'])
    // The counter of the frame with the flipped bit was not used.
    await forwarder.push({ rxpk: [rxpk(tracker.frame(new Uint8Array(), 1))] })
    await until('the next counter', async () => {
      const next = (await gateway.get('/v1/gateway/lora')).body as typeof lora
      return next.devices[0]?.fCnt === 1
    })
    await forwarder.close()
    await gateway.command.stop()
  } finally {
    folder.remove()
  }
})

test('what was acknowledged and stored is there after kill -9, and its counter cannot be used again', async () => {
  const { folder, tracker, port, start } = await bench()
  try {
    let gateway = await start()
    const sent: Uint8Array[] = []
    for (let run = 0; run < 4; run += 1) {
      const forwarder = await PacketForwarder.open(port)
      for (let each = 0; each < 5; each += 1) {
        const frame = tracker.status({ ...DRIVING, speed: run * 5 + each })
        sent.push(frame)
        await forwarder.push({ rxpk: [rxpk(frame)] })
      }
      // Within the window in which copies are waited for: nothing is decoded yet, all is stored.
      await until('the counter', async () => {
        const { body } = await gateway.get('/v1/gateway/lora/tracker/uplinks?limit=1')
        return (body as { fCnt: number }[])[0]?.fCnt === tracker.fCnt - 1
      })
      gateway.command.child.kill('SIGKILL')
      await gateway.command.finished
      await forwarder.close()
      gateway = await start()
    }
    const forwarder = await PacketForwarder.open(port)
    for (const frame of sent) await forwarder.push({ rxpk: [rxpk(frame)] })
    await until('the rejects', async () => (await rejectsOf(gateway)).fcnt_replay === sent.length)
    const all = await hits(gateway)
    const speeds = all.hits.map(({ _source }) => _source.data.speed)
    assert.equal(
      speeds,
      sent.map((_, index) => index),
    )
    await forwarder.close()
    await gateway.command.stop()
  } finally {
    folder.remove()
  }
})

test('keys appear nowhere: not in answers, not in the log, not in the journal', async () => {
  const { folder, tracker, port, start } = await bench('log: { level: debug }\n')
  try {
    const gateway = await start()
    const forwarder = await PacketForwarder.open(port)
    await forwarder.push({ rxpk: [rxpk(tracker.status(DRIVING)), rxpk(new Uint8Array(30))] })
    await until('the record', async () => (await hits(gateway)).total.value === 1)
    const told: string[] = []
    for (const path of ['health', 'lora', 'lora/tracker/uplinks', 'config', 'sources']) {
      told.push(JSON.stringify((await gateway.get(`/v1/gateway/${path}`)).body))
    }
    await forwarder.close()
    const { stdout, stderr } = await gateway.command.stop()
    const uplinks = await odograph(
      ...['lora', 'uplinks', '--device', 'tracker', '--json'],
      ...['--data', join(folder.path, 'data')],
    )
    assert.match(uplinks.stdout, /"fCnt":0/)
    const text = [...told, stdout, stderr, uplinks.stdout].join('\n').toLowerCase()
    for (const secret of tracker.secrets) assert.not.ok(text.includes(secret))
  } finally {
    folder.remove()
  }
})

test('a frame and its payload can be looked at with the command line', async () => {
  const { folder, tracker } = await bench()
  try {
    const frame = Buffer.from(tracker.status(DRIVING)).toString('hex')
    const config = join(folder.path, 'odograph.yaml')
    const asked = ['--device', 'tracker', '--config', config, '--frame']
    const { stdout, code } = await odograph('lora', 'decode', frame, ...asked)
    assert.is(code, 0)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.equal([lines[0].devEui, lines[0].fCnt, lines[0].fPort], ['0011223344556677', 0, 2])
    const signals = lines.filter(({ signal }) => signal !== undefined)
    const values = Object.fromEntries(signals.map(({ signal, value }) => [signal, value]))
    assert.equal([values.speed, values.odometer], [11, 50404.2])
    const broken = `${frame.slice(0, -2)}${frame.endsWith('00') ? '01' : '00'}`
    const refused = await odograph('lora', 'decode', broken, ...asked)
    assert.is(refused.code, 1)
    assert.match(refused.stderr, /MIC fits no key/)
  } finally {
    folder.remove()
  }
})

test.run()
