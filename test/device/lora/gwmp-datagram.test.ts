/** Datagrams and rxpk of packet forwarders, without a socket. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  answerTo,
  parseDatagram,
  parsePushBody,
  txAckError,
} from '../../../src/device/lora/gwmp/datagram.ts'
import { type HeardFrame, readRxpk } from '../../../src/device/lora/gwmp/rxpk.ts'
import { recording } from '../../support/needs.ts'
import { hexOf } from '../../support/packet-forwarder.ts'

const test = suite('packet forwarder datagrams')

const EUI = 'B827EBFFFE000001'

function bytes(hex: string, text = ''): Uint8Array {
  return Buffer.concat([Buffer.from(hex, 'hex'), Buffer.from(text)])
}

const good = {
  tmst: 1,
  freq: 868.1,
  stat: 1,
  modu: 'LORA',
  datr: 'SF7BW125',
  codr: '4/5',
  lsnr: 5.5,
  rssi: -60,
  size: 4,
  data: '3q2+7w==',
}

function heard(change: object): HeardFrame {
  const frame = readRxpk({ ...good, ...change })
  assert.not('reason' in frame, JSON.stringify(frame))
  return frame as HeardFrame
}

function refused(value: unknown): string {
  const frame = readRxpk(value)
  return 'reason' in frame ? frame.reason : 'none'
}

const answers: [what: string, datagram: string, answer: string | undefined][] = [
  ['PUSH_DATA', `02ABCD00${EUI}`, '02ABCD01'],
  ['PUSH_DATA of version 1', `01000000${EUI}`, '01000001'],
  ['PUSH_DATA with broken JSON', `02FFFF00${EUI}7B22`, '02FFFF01'],
  ['PULL_DATA', `02123402${EUI}`, '02123404'],
  ['PULL_DATA of version 1', `01123402${EUI}`, '01123404'],
  ['PULL_DATA with more behind it', `02123402${EUI}FFFF`, '02123404'],
  ['TX_ACK', `02123405${EUI}`, undefined],
]

for (const [what, datagram, answer] of answers) {
  test(`${what} is answered with ${answer ?? 'nothing'}`, () => {
    const parsed = parseDatagram(bytes(datagram))
    assert.ok(parsed)
    assert.is(parsed.gateway, EUI)
    const answered = answerTo(parsed)
    assert.is(answered && hexOf(answered), answer)
  })
}

const strange: [what: string, datagram: string][] = [
  ['nothing', ''],
  ['one byte', '02'],
  ['a header without its EUI', '02ABCD00'],
  ['an EUI that is a byte short', `02ABCD02${EUI.slice(2)}`],
  ['version 0', `00ABCD00${EUI}`],
  ['version 3', `03ABCD00${EUI}`],
  ['an answer of a server', '02ABCD01'],
  ['PUSH_ACK with an EUI', `02ABCD01${EUI}`],
  ['PULL_RESP', `02ABCD03${EUI}7B7D`],
  ['PULL_ACK', `02ABCD04${EUI}`],
  ['an unknown type', `02ABCD06${EUI}`],
]

for (const [what, datagram] of strange) {
  test(`${what} is no datagram of a gateway`, () => {
    assert.is(parseDatagram(bytes(datagram)), undefined)
  })
}

const bodies: [text: string, rxpk: number, error: RegExp | undefined][] = [
  ['', 0, undefined],
  ['{}', 0, undefined],
  ['{}\0', 0, undefined],
  ['\0', 0, undefined],
  ['{"rxpk":null}', 0, undefined],
  ['{"rxpk":[]}', 0, undefined],
  ['{"rxpk":[1,{}]}', 2, undefined],
  ['{"rxpk":{}}', 0, /rxpk is no list/],
  ['{"rxpk":[', 0, /no JSON object/],
  ['[]', 0, /no JSON object/],
  ['null', 0, /no JSON object/],
  [`${'['.repeat(20_000)}`, 0, /no JSON object/],
]

for (const [text, rxpk, error] of bodies) {
  test(`a PUSH_DATA with ${JSON.stringify(text.slice(0, 20))} has ${rxpk} packets`, () => {
    const body = parsePushBody(Buffer.from(text))
    assert.is(body.rxpk.length, rxpk)
    if (error === undefined) assert.is(body.error, undefined)
    else assert.match(body.error ?? '', error)
  })
}

test('what a gateway says of itself is kept where it can be true', () => {
  const stat = {
    time: '2024-02-03 04:05:06 GMT',
    lati: 46.24,
    long: 3.2523,
    alti: 145,
    rxnb: 12,
    rxok: 9,
    rxfw: 9,
    ackr: 100,
    dwnb: 0,
    txnb: -1,
    temp: 23.2,
  }
  assert.equal(parsePushBody(Buffer.from(JSON.stringify({ stat }))).stat, {
    time: Date.UTC(2024, 1, 3, 4, 5, 6),
    latitude: 46.24,
    longitude: 3.2523,
    altitude: 145,
    received: 12,
    ok: 9,
    forwarded: 9,
    acknowledgedPercent: 100,
    downlinks: 0,
    temperature: 23.2,
  })
  const nowhere = { stat: { lati: 0, long: 0, time: '1970-01-01 00:00:00 GMT' } }
  assert.equal(parsePushBody(Buffer.from(JSON.stringify(nowhere))).stat, {})
})

test('a gateway may say why it sent no downlink, or nothing', () => {
  assert.is(txAckError(Buffer.from('{"txpk_ack":{"error":"TOO_LATE"}}')), 'TOO_LATE')
  for (const text of ['', '\0', '{"txpk_ack":{"error":"NONE"}}', '{"txpk_ack":1}', '{']) {
    assert.is(txAckError(Buffer.from(text)), undefined)
  }
})

test('only a frame with a right checksum is one', () => {
  for (const stat of [-1, 0, 2, '1', null, undefined]) {
    assert.is(refused({ ...good, stat }), 'crc', String(stat))
  }
})

test('what is no rxpk, or has no data that can be read, is malformed', () => {
  for (const value of [null, 1, 'x', [], true]) assert.is(refused(value), 'malformed')
  const tooLong = Buffer.alloc(256).toString('base64')
  for (const data of [undefined, null, 7, '', '====', '%%%', 'A', 'AAAAA', 'AA AA', tooLong]) {
    assert.is(refused({ ...good, data }), 'malformed', String(data).slice(0, 10))
  }
})

test('base64 is taken padded or not, with either alphabet', () => {
  for (const data of ['-_-_8A==', '-_-_8A', '+/+/8A==', '+/+/8A']) {
    assert.is(hexOf(heard({ data }).data), 'FBFFBFF0', data)
  }
})

test('a size that disagrees does no harm and is told', () => {
  const frame = heard({ size: 9 })
  assert.is(frame.data.length, 4)
  assert.match(frame.warning ?? '', /size says 9, data has 4/)
  assert.is(heard({ size: 4 }).warning, undefined)
  assert.is(heard({ size: undefined }).warning, undefined)
})

test('frequencies are rounded, not cut off', () => {
  for (let hertz = 863_000_000; hertz <= 928_000_000; hertz += 12_500) {
    assert.is(heard({ freq: hertz / 1e6 }).radio.frequencyHz, hertz)
  }
  for (const freq of [undefined, null, '868.1', -1, 0, 1e300]) {
    assert.is(heard({ freq }).radio.frequencyHz, undefined, String(freq))
  }
})

const rates: [datr: unknown, factor: number | undefined, bandwidth: number | undefined][] = [
  ['SF7BW125', 7, 125_000],
  ['SF12BW500', 12, 500_000],
  ['SF5BW250', 5, 250_000],
  ['SF13BW125', undefined, undefined],
  ['SF7BW999', undefined, undefined],
  ['sf7', undefined, undefined],
  [50_000, undefined, undefined],
  ['M0CW137', undefined, undefined],
  [undefined, undefined, undefined],
]

for (const [datr, factor, bandwidth] of rates) {
  test(`of the data rate ${datr} is known what is known, and the payload is kept`, () => {
    const { radio, data } = heard({ datr })
    assert.is(radio.spreadingFactor, factor)
    assert.is(radio.bandwidthHz, bandwidth)
    assert.is(data.length, 4)
  })
}

test('coding rates are written one way, and left out where they are none', () => {
  assert.is(heard({ codr: '4/6' }).radio.codingRate, '4/6')
  assert.is(heard({ codr: '2/3' }).radio.codingRate, '4/6')
  for (const codr of ['OFF', 'constructor', '', 5, undefined]) {
    assert.is(heard({ codr }).radio.codingRate, undefined)
  }
})

test('of several antennas the best counts: by SNR, then by RSSI', () => {
  const rsig = [
    { ant: 0, rssic: -80, lsnr: -3 },
    { ant: 1, rssic: -90, lsnr: 7 },
    { ant: 2, rssic: -70, lsnr: 7 },
    'broken',
    { ant: 3 },
  ]
  const frame = heard({ rsig, rssi: undefined, lsnr: undefined })
  assert.is(frame.rssi, -70)
  assert.is(frame.snr, 7)
  assert.is(heard({ rsig: [] }).rssi, -60)
})

test('the time is that of the receiver, never that of the counter', () => {
  const utc = Date.UTC(2024, 0, 24, 20, 54, 44, 376)
  assert.is(heard({ tmst: 1_706_129_684_376 }).time, undefined)
  assert.is(heard({ time: '2024-01-24T20:54:44.376456Z' }).time, utc)
  // 1980-01-06 and 18 leap seconds make up the difference.
  assert.is(heard({ tmms: 1_390_164_902_376 }).time, utc)
  assert.is(heard({ time: '', tmms: 1_390_164_902_376 }).time, utc)
  assert.is(heard({ time: '2024-01-24T21:54:44.376+01:00' }).time, utc)
  for (const time of ['', 'now', null, 5, '1980-01-06T00:00:00Z', '2024-13-44T00:00:00Z']) {
    assert.is(heard({ time }).time, undefined, String(time))
  }
  for (const tmms of [0, -1, 1e300, '1390164902376', null]) {
    assert.is(heard({ tmms }).time, undefined, String(tmms))
  }
})

interface Vector {
  id: string
  name: string
  hex: string
  expect: {
    drop?: boolean
    reply?: string | null
    gatewayEui: string
    parseError?: boolean
    warnings?: string[]
    droppedCrc?: number
    droppedMalformed?: number
    error?: string | null
    rxpk?: ({ phyPayload: string; time?: string | null } & Record<string, unknown>)[]
    stat?: Record<string, unknown>
  }
}

const file = recording('lora/gwmp-datagrams.json')
const vectors =
  file === undefined ? [] : (JSON.parse(readFileSync(file, 'utf8')).vectors as Vector[])

for (const { id, name, hex, expect } of vectors) {
  test(`${id}: ${name}`, () => {
    const datagram = parseDatagram(bytes(hex))
    assert.is(datagram === undefined, expect.drop === true)
    if (datagram === undefined) return
    const answer = answerTo(datagram)
    assert.is(answer === undefined ? null : hexOf(answer), expect.reply ?? null)
    assert.is(datagram.gateway, expect.gatewayEui)
    if (datagram.type === 'TX_ACK') assert.is(txAckError(datagram.body), expect.error ?? undefined)
    if (datagram.type !== 'PUSH_DATA') return
    const { rxpk, stat, error } = parsePushBody(datagram.body)
    assert.is(error !== undefined, expect.parseError === true)
    const read = rxpk.map(readRxpk)
    const count = (reason: string) =>
      read.filter((r) => 'reason' in r && r.reason === reason).length
    assert.is(count('crc'), expect.droppedCrc ?? 0)
    assert.is(count('malformed'), expect.droppedMalformed ?? 0)
    const frames = read.filter((r): r is HeardFrame => !('reason' in r))
    assert.is(frames.length, expect.rxpk?.length)
    const warned = frames.filter(({ warning }) => warning !== undefined).length
    assert.is(warned, expect.warnings?.length ?? 0)
    for (const [i, wanted] of (expect.rxpk ?? []).entries()) sameFrame(frames[i], wanted)
    if (expect.stat !== undefined) sameStat(stat, expect.stat)
  })
}

function sameFrame(
  frame: HeardFrame | undefined,
  wanted: NonNullable<Vector['expect']['rxpk']>[number],
): void {
  assert.ok(frame)
  assert.is(hexOf(frame.data), wanted.phyPayload)
  assert.is(frame.rssi ?? null, wanted.rssi ?? null)
  assert.is(frame.snr ?? null, wanted.snr ?? null)
  assert.is(frame.radio.frequencyHz ?? null, wanted.frequencyHz ?? null)
  assert.is(frame.radio.spreadingFactor ?? null, wanted.spreadingFactor ?? null)
  assert.is(frame.radio.bandwidthHz ?? null, wanted.bandwidthHz ?? null)
  if (wanted.codingRate !== undefined) assert.is(frame.radio.codingRate, wanted.codingRate)
  if (wanted.time !== undefined) {
    assert.is(frame.time ?? null, wanted.time === null ? null : Date.parse(wanted.time))
  }
}

function sameStat(stat: object | undefined, wanted: Record<string, unknown>): void {
  const names: Record<string, string> = {
    rxReceived: 'received',
    rxOk: 'ok',
    rxForwarded: 'forwarded',
    temperatureC: 'temperature',
  }
  const got = stat as Record<string, unknown>
  for (const [name, value] of Object.entries(wanted)) {
    const expected = name === 'time' ? Date.parse(String(value)) : value
    assert.is(got[names[name] ?? name], expected, name)
  }
}

test.run()
