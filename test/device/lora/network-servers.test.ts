/** Events of network servers: what is read in them, and that nothing else is believed. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { readChirpstack } from '../../../src/device/lora/network-server/chirpstack.ts'
import { readHelium } from '../../../src/device/lora/network-server/helium.ts'
import { SeenUplinks } from '../../../src/device/lora/network-server/seen-uplinks.ts'
import type {
  ServerMessage,
  ServerReader,
} from '../../../src/device/lora/network-server/server-message.ts'
import { readThingsStack } from '../../../src/device/lora/network-server/things-stack.ts'
import type { LoraUplink } from '../../../src/model/lora.ts'
import { mutant, randomOf } from '../../fuzz/mutate.ts'
import { loraVectors } from '../../support/lora-payloads.ts'
import {
  chirpstackUplink,
  DEV_EUI,
  heliumUplink,
  thingsStackUplink,
} from '../../support/network-servers.ts'

const test = suite('events of network servers')

const NOW = Date.parse('2024-01-25T00:00:00Z')
const context = { source: 'server', receivedAt: NOW }

interface Vector {
  id: string
  name: string
  topic?: string
  path?: string
  body: Record<string, unknown>
  expect: {
    uplink?: Record<string, unknown> | null
    reason?: string
    join?: Record<string, unknown>
    status?: { devEui: string; trackerBatteryPercent: number }
    log?: Record<string, unknown>
    location?: Record<string, unknown>
    ignore?: boolean
  }
}

function bytesOf(body: Record<string, unknown>): Uint8Array {
  return Buffer.from(typeof body.$raw === 'string' ? body.$raw : JSON.stringify(body))
}

function only(messages: readonly ServerMessage[]): ServerMessage {
  const [message] = messages
  if (message === undefined || messages.length !== 1) {
    throw new Error(`${messages.length} messages came of one event`)
  }
  return message
}

function read(reader: ServerReader, body: object, event?: string, topic?: string): ServerMessage {
  const optional = { ...(event !== undefined && { event }), ...(topic !== undefined && { topic }) }
  return only(reader({ ...optional, body: bytesOf(body as Record<string, unknown>) }, context))
}

function uplinkOf(message: ServerMessage): LoraUplink {
  if ('uplink' in message) return message.uplink
  throw new Error(`no uplink: ${JSON.stringify(message)}`)
}

function detailOf(message: ServerMessage): string {
  if ('reject' in message) return `${message.reject.reason}: ${message.reject.detail}`
  if ('notice' in message) return `${message.notice.kind}: ${message.notice.detail}`
  if ('ignored' in message) return `ignored: ${message.ignored}`
  throw new Error('it was taken')
}

/** As the vectors write it. */
function seen(uplink: LoraUplink): Record<string, unknown> {
  const { devEui = null, joinEui = null, devAddr, fCnt, fPort, deviceId } = uplink
  return {
    ...{ devEui, joinEui, devAddr, fCnt, fPort, deviceId },
    payload: Buffer.from(uplink.payload).toString('hex').toUpperCase(),
    receivedAt: new Date(uplink.receivedAt).toISOString(),
    frequencyHz: uplink.radio.frequencyHz,
    spreadingFactor: uplink.radio.spreadingFactor,
    bandwidthHz: uplink.radio.bandwidthHz,
    confirmed: uplink.confirmed,
    replay: uplink.replay,
    simulated: uplink.simulated,
  }
}

function checkUplink(uplink: LoraUplink, expected: Record<string, unknown>, id: string): void {
  const { gateways, decoded, normalized, lora, ...plain } = expected
  const read = seen(uplink)
  for (const [name, value] of Object.entries(plain)) {
    if (name !== 'applicationId') assert.equal(read[name], value, `${id}: ${name}`)
  }
  const { normalized_payload, ...fields } = uplink.decoded ?? {}
  assert.equal(uplink.decoded === undefined ? undefined : fields, decoded, `${id}: decoded`)
  assert.equal(normalized_payload, normalized, `${id}: normalized`)
  const heardBy = (gateways as Record<string, unknown>[]).map(({ id: eui }) => eui)
  assert.equal(uplink.gateways.map((each) => each.id).sort(), heardBy.sort(), id)
  for (const gateway of gateways as Record<string, unknown>[]) {
    const ours = uplink.gateways.find((each) => each.id === gateway.id) ?? {}
    for (const [name, value] of Object.entries(gateway)) {
      assert.equal(ours[name as keyof typeof ours], value, `${id}: ${name} of ${gateway.id}`)
    }
  }
  const { dc_balance } = (lora ?? {}) as { dc_balance?: number }
  assert.equal(uplink.dcBalance, dc_balance, `${id}: balance`)
}

const reasons: Record<string, string> = { mismatch: 'malformed' }

function check(reader: ServerReader, vector: Vector): void {
  const { id, topic, path, body, expect } = vector
  const event = path === undefined ? topic?.split('/').at(-1) : /event=(\w+)/.exec(path)?.[1]
  const message = read(reader, body, event, topic)
  if (expect.uplink) checkUplink(uplinkOf(message), expect.uplink, id)
  else if (expect.reason !== undefined) {
    const reason = 'reject' in message ? message.reject.reason : detailOf(message)
    assert.is(reason, reasons[expect.reason] ?? expect.reason, id)
  } else if (expect.ignore === true) assert.ok('ignored' in message, id)
  else checkNotice(message, vector)
}

function checkNotice(message: ServerMessage, { id, expect }: Vector): void {
  if (!('notice' in message)) throw new Error(`${id}: ${JSON.stringify(message)}`)
  const { notice } = message
  const told = expect.join ?? expect.status ?? expect.log ?? expect.location ?? {}
  assert.is(notice.kind, Object.keys(expect)[0], id)
  if (told.devEui !== undefined) assert.is(notice.devEui, told.devEui, id)
  if (expect.status) assert.is(notice.battery, expect.status.trackerBatteryPercent / 100, id)
  if (expect.join) assert.match(notice.detail, String(expect.join.devAddr), id)
  if (expect.log) assert.match(notice.detail, String(expect.log.code), id)
}

const shared: [string, ServerReader][] = [
  ['chirpstack-events.json', readChirpstack],
  ['tts-messages.json', readThingsStack],
  ['helium-messages.json', readHelium],
]

for (const [file, reader] of shared) {
  for (const vector of loraVectors<Vector>(file) ?? []) {
    test(`${vector.id}: ${vector.name}`, () => check(reader, vector))
  }
}

test('ChirpStack: an uplink with all that it says', () => {
  const uplink = uplinkOf(read(readChirpstack, chirpstackUplink(), 'up'))
  assert.equal(uplink, {
    source: 'server',
    network: 'chirpstack',
    devEui: DEV_EUI,
    devAddr: '01AB02CD',
    decoded: { speed: 50 },
    fCnt: 7,
    fPort: 2,
    payload: Uint8Array.of(1, 2, 3),
    confirmed: true,
    receivedAt: Date.parse('2024-01-24T20:00:00.123Z'),
    timeSource: 'network',
    gateways: [
      { id: 'B827EBFFFE000002', rssi: -90, snr: 7.5, latitude: 52, longitude: 5 },
      { id: 'B827EBFFFE000001', rssi: -100, snr: -3 },
    ],
    radio: {
      ...{ frequencyHz: 868_100_000, spreadingFactor: 7, bandwidthHz: 125_000 },
      codingRate: '4/5',
    },
    trust: 'network',
  })
})

test('fields that are 0 are left out by the servers, and are 0', () => {
  const { fCnt: _c, fPort: _p, data: _d, confirmed: _k, ...bare } = chirpstackUplink()
  const uplink = uplinkOf(read(readChirpstack, bare, 'up'))
  assert.is(uplink.fCnt, 0)
  assert.is(uplink.fPort, 0)
  assert.is(uplink.payload.length, 0)
  assert.is(uplink.confirmed, false)
})

test('a body without a time is as of when it came, by our clock', () => {
  const { time: _, ...bare } = chirpstackUplink()
  const uplink = uplinkOf(read(readChirpstack, bare, 'up'))
  assert.is(uplink.receivedAt, NOW)
  assert.is(uplink.timeSource, 'clock')
})

test('ChirpStack in protobuf is refused with how to change it', () => {
  const [message] = readChirpstack({ event: 'up', body: Uint8Array.of(0x0a, 0x10, 0xff) }, context)
  assert.match(detailOf(message as ServerMessage), /protobuf can be told to send JSON/)
})

test('a request without ?event= is refused in words', () => {
  assert.match(detailOf(read(readChirpstack, chirpstackUplink())), /adds \?event=/)
})

test('The Things Stack: what is decoded and what is normalised stand beside each other', () => {
  const uplink = uplinkOf(read(readThingsStack, thingsStackUplink(), 'up'))
  assert.equal(uplink.decoded, {
    speed: 50,
    normalized_payload: [{ position: { latitude: 52, longitude: 5 } }],
  })
  assert.is(uplink.radio.frequencyHz, 868_300_000)
  assert.is(uplink.radio.codingRate, '4/5')
})

test('The Things Stack: the best gateway comes first, and one without an EUI has its name', () => {
  const { gateways } = uplinkOf(read(readThingsStack, thingsStackUplink(), 'up'))
  assert.equal(gateways, [
    { id: 'packetbroker', rssi: -110, snr: 0 },
    {
      ...{ id: 'B827EBFFFE000001', name: 'depot', rssi: -100, snr: -3 },
      time: Date.parse('2024-01-24T19:59:59.900Z'),
    },
  ])
})

test('Helium: numbers that a template made texts of are numbers', () => {
  const body = { ...heliumUplink(), fcnt: '12', port: '3', reported_at: '1706129684376' }
  const uplink = uplinkOf(read(readHelium, body))
  assert.is(uplink.fCnt, 12)
  assert.is(uplink.fPort, 3)
  assert.is(uplink.receivedAt, 1_706_129_684_376)
})

test('Helium: what a failed function says of a payload is no decoded payload', () => {
  const body = { ...heliumUplink(), decoded: { status: 'error', payload: { speed: 3 } } }
  assert.is(uplinkOf(read(readHelium, body)).decoded, undefined)
})

test('what is not to be believed is refused with the field that is wrong', () => {
  const cases: [ServerReader, object, RegExp][] = [
    [readChirpstack, { ...chirpstackUplink(), fCnt: -1 }, /fCnt is no whole number/],
    [readChirpstack, { ...chirpstackUplink(), fPort: 256 }, /fPort is no whole number/],
    [readChirpstack, { ...chirpstackUplink(), data: 7 }, /data is no base64/],
    [readChirpstack, { ...chirpstackUplink(), deviceInfo: {} }, /devEui is missing/],
    [readHelium, { ...heliumUplink(), port: '2.5' }, /port is no whole number/],
    [readHelium, { ...heliumUplink(), payload: undefined }, /payload is missing/],
    [readThingsStack, { end_device_ids: {} }, /neither device_id nor dev_eui/],
    [readThingsStack, { end_device_ids: { device_id: 'a' } }, /no uplink_message/],
  ]
  for (const [reader, body, why] of cases) {
    const detail = detailOf(read(reader, body, 'up'))
    assert.match(detail, /^malformed/)
    assert.match(detail, why)
  }
})

test('a payload of 256 bytes is none', () => {
  const data = Buffer.alloc(256).toString('base64')
  const detail = detailOf(read(readChirpstack, { ...chirpstackUplink(), data }, 'up'))
  assert.match(detail, /255 at most/)
})

test('texts of strangers are short and have no control characters', () => {
  const description = `a\u001b[31m${'x'.repeat(1000)}`
  const body = { ...chirpstackUplink(), code: 'UPLINK_MIC', level: 'ERROR', description }
  const message = read(readChirpstack, body, 'log')
  if (!('notice' in message)) throw new Error('no notice')
  assert.is(message.notice.isProblem, true)
  assert.ok(message.notice.detail.length < 300)
  assert.not.match(message.notice.detail, '\u001b')
})

test('a status tells the battery of the tracker, unless it has none', () => {
  const body = { ...chirpstackUplink(), batteryLevel: 88 }
  const battery = (extra: object) => {
    const message = read(readChirpstack, { ...body, ...extra }, 'status')
    return 'notice' in message ? message.notice.battery : 'none'
  }
  assert.is(battery({}), 0.88)
  assert.is(battery({ batteryLevelUnavailable: true }), undefined)
  assert.is(battery({ externalPowerSource: true }), undefined)
})

test('where the network says that a device is stands in no notice', () => {
  const location = { latitude: 52.123, longitude: 5.456, source: 'GEO_RESOLVER_RSSI' }
  const detail = detailOf(read(readChirpstack, { ...chirpstackUplink(), location }, 'location'))
  assert.match(detail, /GEO_RESOLVER_RSSI/)
  assert.not.match(detail, /52\.1/)
})

test('10,000 changed bodies: each is an uplink, refused or ignored, and nothing is thrown', () => {
  const bodies = [chirpstackUplink(), thingsStackUplink(), heliumUplink()].map(bytesOf)
  const random = randomOf(7)
  for (let at = 0; at < 10_000; at += 1) {
    const body = mutant(bodies, random)
    for (const [, reader] of shared) {
      const messages = reader({ event: 'up', body }, context)
      assert.is(messages.length, 1)
      const [message] = messages
      if (message === undefined || !('uplink' in message)) continue
      const { devEui, deviceId, fCnt = 0, payload, receivedAt } = message.uplink
      assert.ok(devEui !== undefined || deviceId !== undefined)
      assert.ok(Number.isInteger(fCnt) && payload.length <= 255 && receivedAt > 0)
    }
  }
})

test('an uplink that was delivered is known again by device, counter and payload', () => {
  const uplinks = new SeenUplinks()
  const first = uplinkOf(read(readChirpstack, chirpstackUplink(), 'up'))
  assert.ok(uplinks.isNew(first))
  uplinks.remember(first)
  assert.not(uplinks.isNew({ ...first, receivedAt: first.receivedAt + 48_000, gateways: [] }))
  assert.ok(uplinks.isNew({ ...first, fCnt: 8 }))
  assert.ok(uplinks.isNew({ ...first, payload: Uint8Array.of(1) }))
  assert.ok(uplinks.isNew({ ...first, receivedAt: first.receivedAt + 86_400_001 }))
})

test('10,000 uplinks are remembered, and no more', () => {
  const uplinks = new SeenUplinks()
  const first = uplinkOf(read(readChirpstack, chirpstackUplink(), 'up'))
  for (let fCnt = 0; fCnt <= 10_000; fCnt += 1) uplinks.remember({ ...first, fCnt })
  assert.ok(uplinks.isNew({ ...first, fCnt: 0 }))
  assert.not(uplinks.isNew({ ...first, fCnt: 1 }))
})

test('what was remembered under a wrong clock is known after it is right', () => {
  const uplinks = new SeenUplinks()
  const first = uplinkOf(read(readHelium, { ...heliumUplink(), reported_at: undefined }))
  uplinks.remember(first)
  const year = 365 * 86_400_000
  uplinks.shift(year, NOW - 1)
  assert.not(uplinks.isNew({ ...first, receivedAt: NOW + year + 5000 }))
})

test.run()
