/**
 * LoRa frames into the whole gateway by every way there is for them: datagrams of the shared vectors,
 * a Basics Station, a modem on a serial port. One device may be heard by all of them.
 */
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { GatewayHealth } from '../../src/model/ports.ts'
import { Browser } from '../support/browser.ts'
import { FakeModem } from '../support/fake-modem.ts'
import {
  Folder,
  freePort,
  type RunningGateway,
  startGateway,
  until,
} from '../support/gateway-process.ts'
import { loraVectors } from '../support/lora-payloads.ts'
import { rxpk, Tracker } from '../support/lora-tracker.ts'
import { testWith } from '../support/needs.ts'
import { PacketForwarder } from '../support/packet-forwarder.ts'
import { connectStation, discover } from '../support/station-client.ts'

const test = suite('LoRa inputs end to end')

interface Device {
  devEui: string
  devAddr: string
  nwkSKey: string
  appSKey: string
  codec: string
  map: Record<string, unknown>
}

interface Published {
  devEui: string
  fCnt: number
  gateways: { id: string; rssi: number; snr: number }[]
  signals: Record<string, unknown>
}

interface Vector {
  id: string
  name: string
  dedupWindowMs: number
  lastFCntUp: Record<string, number>
  devices: Device[]
  steps: {
    at: string
    datagram: string
    reply: string
    expect: Published[]
    rejected?: { reason: string }[]
  }[]
}

interface Data extends Record<string, unknown> {
  lora: { deveui: string; fcnt: string; gateways: { id: string; rssi: number; snr: number }[] }
}

function configOf(folder: Folder, vector: Vector, port: number): string {
  const devices = vector.devices.map((device, at) => {
    const { devEui, devAddr, nwkSKey, appSKey, codec, map } = device
    const keysFile = folder.file(`keys-${at}.json`, JSON.stringify({ nwkSKey, appSKey }))
    const fCnt = vector.lastFCntUp[devEui]
    return { id: `device-${at}`, vehicle: 'v', devEui, devAddr, keysFile, codec, map, fCnt }
  })
  const config = {
    vehicles: [{ id: 'v', tokenId: '17' }],
    sources: [{ id: 'air', type: 'semtech-udp', listen: `127.0.0.1:${port}` }],
    mqtt: { enabled: false },
    lora: { windowMs: vector.dedupWindowMs, devices },
  }
  // JSON is YAML.
  return folder.file('odograph.yaml', JSON.stringify(config))
}

async function dataOf(gateway: RunningGateway): Promise<Data[]> {
  const { body } = await gateway.get('/v1/vehicle/17/history')
  const { hits } = body as { hits: { hits: { _source: { data: Data } }[] } }
  return hits.hits.map(({ _source }) => _source.data)
}

async function rejectsOf(gateway: RunningGateway): Promise<Record<string, number>> {
  const { body } = await gateway.get('/v1/gateway/lora')
  const { rejects } = body as { rejects: { reason: string; count: number }[] }
  return Object.fromEntries(rejects.map(({ reason, count }) => [reason, count]))
}

for (const vector of loraVectors<Vector>('end-to-end.json') ?? []) {
  test(`${vector.id}: ${vector.name}`, async () => {
    const folder = new Folder()
    try {
      const port = await freePort()
      const gateway = await startGateway(folder, ['--config', configOf(folder, vector, port)])
      const socket = createSocket('udp4')
      const rejected: Record<string, number> = {}
      for (const [at, step] of vector.steps.entries()) {
        const before = vector.steps[at - 1]
        const gap = before === undefined ? 0 : Date.parse(step.at) - Date.parse(before.at)
        // Copies of a frame follow at once, all else when the window has closed.
        if (gap > vector.dedupWindowMs) await new Promise((done) => setTimeout(done, 400))
        socket.send(Buffer.from(step.datagram, 'hex'), port, '127.0.0.1')
        const [answer] = (await once(socket, 'message')) as [Buffer]
        assert.is(answer.toString('hex').toUpperCase(), step.reply)
        for (const { reason } of step.rejected ?? []) rejected[reason] = (rejected[reason] ?? 0) + 1
      }
      socket.close()
      const expected = vector.steps.flatMap((step) => step.expect)
      const records = await until('all records', async () => {
        const all = await dataOf(gateway)
        return all.length >= expected.length && all
      })
      assert.is(records.length, expected.length)
      for (const { devEui, fCnt, gateways, signals } of expected) {
        const found = records.find(
          ({ lora }) => lora.deveui === devEui && lora.fcnt === String(fCnt),
        )
        if (found === undefined) throw new Error(`no record of ${devEui} ${fCnt}`)
        const { lora, timestamp: _, ...read } = found
        assert.equal(lora.gateways, gateways)
        for (const [name, value] of Object.entries(signals)) assert.equal(read[name], value, name)
      }
      const seen = await rejectsOf(gateway)
      for (const [reason, count] of Object.entries(rejected)) assert.is(seen[reason], count, reason)
      assert.is((await gateway.command.stop()).code, 0)
    } finally {
      folder.remove()
    }
  })
}

interface Bench {
  folder: Folder
  gateway: RunningGateway
  tracker: Tracker
}

async function withTracker(
  sources: readonly object[],
  run: (bench: Bench) => Promise<void>,
): Promise<void> {
  const folder = new Folder()
  const tracker = new Tracker('0011223344556677', '26011BDA')
  const { devEui, devAddr } = tracker
  const keysFile = tracker.keysFile(folder)
  const known = { id: 'tracker', vehicle: 'v', devEui, devAddr, keysFile, codec: 'odograph-status' }
  const raw = { id: 'button', vehicle: 'v', name: 'stick', codec: 'cayenne-lpp' }
  const config = {
    vehicles: [{ id: 'v', tokenId: '17' }],
    sources,
    mqtt: { enabled: false },
    lora: { devices: [known, raw] },
  }
  const file = folder.file('odograph.yaml', JSON.stringify(config))
  try {
    const gateway = await startGateway(folder, ['--config', file])
    await until('all sources run', async () => {
      const { body } = await gateway.get('/v1/gateway/health')
      return (body as GatewayHealth).sources.every(({ state }) => state === 'running')
    })
    await run({ folder, gateway, tracker })
    assert.is((await gateway.command.stop()).code, 0)
  } finally {
    folder.remove()
  }
}

/** As Basics Station takes a frame to pieces. */
function updf(frame: Uint8Array): object {
  const bytes = Buffer.from(frame)
  return {
    ...{ msgtype: 'updf', MHdr: bytes[0], DevAddr: bytes.readInt32LE(1), FCtrl: bytes[5] },
    ...{ FCnt: bytes.readUInt16LE(6), FOpts: '', FPort: bytes[8] },
    FRMPayload: bytes.subarray(9, -4).toString('hex'),
    MIC: bytes.readInt32LE(bytes.length - 4),
    ...{ DR: 5, Freq: 868_100_000 },
    upinfo: { rctx: 0, xtime: 1, gpstime: 0, rssi: -40, snr: 12 },
  }
}

test('a packet forwarder and a Basics Station that hear one frame make one record', async () => {
  const [udp, tcp] = [await freePort(), await freePort()]
  const sources = [
    { id: 'air', type: 'semtech-udp', listen: `127.0.0.1:${udp}` },
    { id: 'lns', type: 'basics-station', listen: `127.0.0.1:${tcp}`, region: 'EU868' },
  ]
  await withTracker(sources, async ({ gateway, tracker }) => {
    const forwarder = await PacketForwarder.open(udp, 'B827EBFFFE000001')
    const found = await discover(`ws://127.0.0.1:${tcp}`, '{"router":"b827:ebff:fe00:2"}')
    const station = await connectStation(String(found.uri))
    await station.ask('{"msgtype":"version","station":"2.0.6","model":"rpi","protocol":2}')
    const frame = tracker.status({ odometer: 1200.5 })
    station.send(JSON.stringify(updf(frame)))
    await forwarder.push({ rxpk: [rxpk(frame)] })
    const [record] = await until('the record', async () => {
      const all = await dataOf(gateway)
      return all.length > 0 && all
    })
    assert.is(record?.odometer, 1200.5)
    assert.equal(
      record?.lora.gateways.map(({ id }) => id),
      ['B827EBFFFE000002', 'B827EBFFFE000001'],
    )
    assert.is((await dataOf(gateway)).length, 1)
    station.close()
    await forwarder.close()
  })
})

testWith(test, 'socat', 'a modem on a serial port hears the tracker, and nobody else', async () => {
  const modem = await FakeModem.open('rui3')
  const stick = { id: 'stick', type: 'lora-modem', port: modem.path, frequencyHz: 868_100_000 }
  try {
    await withTracker([stick], async ({ gateway, tracker }) => {
      const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase()
      assert.ok(modem.hear(hex(tracker.status({ odometer: 1200.5 }))))
      // Cayenne LPP of whoever is near.
      assert.ok(modem.hear('01670110'))
      await until('the record', async () => (await dataOf(gateway)).length === 1)
      const [record] = await dataOf(gateway)
      assert.is(record?.odometer, 1200.5)
      assert.equal(record?.lora.gateways, [{ id: 'stick', rssi: -82, snr: 7 }])
      assert.equal(await rejectsOf(gateway), { malformed: 1 })
    })
  } finally {
    await modem.close()
  }
})

testWith(
  test,
  'socat',
  'a modem whose packets nobody vouches for is taken where that is said',
  async () => {
    const modem = await FakeModem.open('lora-e5')
    const stick = {
      ...{ id: 'stick', type: 'lora-modem', port: modem.path, modem: 'lora-e5' },
      ...{ frequencyHz: 868_100_000, content: 'raw' },
    }
    try {
      await withTracker([stick], async ({ gateway }) => {
        modem.hear('05 74 04F7'.replaceAll(' ', ''))
        await until('the record', async () => (await dataOf(gateway)).length === 1)
        const { body } = await gateway.get('/v1/gateway/lora/button/uplinks')
        const [uplink] = body as { payload: string; trust: string }[]
        assert.equal([uplink?.payload, uplink?.trust], ['057404F7', 'none'])
      })
    } finally {
      await modem.close()
    }
  },
)

testWith(
  test,
  'chromium',
  'the page shows each device, why frames had no effect, and strangers',
  async () => {
    const port = await freePort()
    const sources = [{ id: 'air', type: 'semtech-udp', listen: `127.0.0.1:${port}` }]
    await withTracker(sources, async ({ gateway, tracker }) => {
      const browser = new Browser({ width: 390, height: 1600 })
      const forwarder = await PacketForwarder.open(port)
      try {
        const frame = tracker.status({ odometer: 1200.5 })
        const stranger = new Tracker('8899AABBCCDDEEFF', '26012222').status({ speed: 1 })
        await forwarder.push({ rxpk: [rxpk(frame)] })
        await until('the record', async () => (await dataOf(gateway)).length === 1)
        await forwarder.push({ rxpk: [rxpk(frame), rxpk(stranger)] })
        await browser.open(`${gateway.url}/#token=${gateway.token}`)
        await until('the page', () =>
          browser.evaluate<boolean>(
            `document.querySelector('#tabs [data-lora]')?.hidden === false`,
          ),
        )
        await browser.evaluate(`document.querySelector('#tabs [data-lora]').click()`)
        const shown = () => browser.evaluate<string>(`document.querySelector('#lora').innerText`)
        await until('the device', async () => /tracker[\s\S]*heard/.test(await shown()))
        assert.match(await shown(), /its counter was used before/)
        await browser.evaluate(
          `for (const each of document.querySelectorAll('#lora details')) each.open = true`,
        )
        await until('its payload', async () =>
          /port 2 · counter 0[\s\S]*odometer/.test(await shown()),
        )
        assert.match(await shown(), /26012222: no device has 26012222/)
        assert.match(await shown(), /button[\s\S]*not heard yet/)
        assert.equal(browser.errors, [])
      } finally {
        await browser.close()
        await forwarder.close()
      }
    })
  },
)

test.run()
