/** Texts of Basics Station and what it is told of a region, without a socket. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  radioOf,
  routerConfig,
  stationRegions,
} from '../../../src/device/lora/basics-station/region.ts'
import {
  readRouterQuery,
  readStationMessage,
  type StationFrame,
} from '../../../src/device/lora/basics-station/station-message.ts'
import { chance } from '../../support/journal-records.ts'
import { recording } from '../../support/needs.ts'
import { hexOf } from '../../support/packet-forwarder.ts'

const test = suite('Basics Station messages')

const updf = {
  msgtype: 'updf',
  MHdr: 64,
  DevAddr: 0x26011fb4,
  FCtrl: 0x82,
  FCnt: 0x1234,
  FOpts: '0307',
  FPort: 2,
  FRMPayload: 'CAFE',
  MIC: -2,
  DR: 5,
  Freq: 868_100_000,
  upinfo: { rctx: 0, xtime: 1, gpstime: 0, rssi: -61, snr: 9.25 },
}
const HEX = '40B41F01268234120307' + '02CAFE' + 'FEFFFFFF'

function frameOf(message: object | string): StationFrame {
  const text = typeof message === 'string' ? message : JSON.stringify(message)
  const frame = readStationMessage(text)
  assert.is(frame.kind, 'frame', JSON.stringify(frame))
  return frame as StationFrame
}

function detailOf(message: unknown): string {
  const read = readStationMessage(JSON.stringify(message))
  return read.kind === 'malformed' ? read.detail : `it is ${read.kind}`
}

test('a frame is put together from its fields', () => {
  assert.equal(frameOf(updf), {
    kind: 'frame',
    data: Uint8Array.from(Buffer.from(HEX, 'hex')),
    dataRate: 5,
    frequencyHz: 868_100_000,
    rssi: -61,
    snr: 9.25,
  })
})

test('names of fields are taken in any case', () => {
  const lower = Object.fromEntries(
    Object.entries(updf).map(([name, v]) => [name === 'msgtype' ? name : name.toLowerCase(), v]),
  )
  const odd = JSON.stringify(updf).replace('MHdr', 'Mhdr').replace('FCnt', 'Fcnt')
  assert.is(hexOf(frameOf(lower).data), HEX)
  assert.is(hexOf(frameOf(odd).data), HEX)
})

test('a frame without port ends with its options', () => {
  assert.is(
    hexOf(frameOf({ ...updf, FPort: -1, FRMPayload: '' }).data),
    '40B41F01268234120307FEFFFFFF',
  )
  assert.is(hexOf(frameOf({ ...updf, FPort: 0 }).data), '40B41F0126823412030700CAFEFEFFFFFF')
})

test('any frame comes back from the fields that a station makes of it', () => {
  const random = chance(868)
  const byte = () => Math.floor(random() * 256)
  for (let i = 0; i < 2000; i++) {
    const options = byte() % 16
    const payload = byte() % 100
    const bytes = Buffer.from(Array.from({ length: 13 + options + payload }, byte))
    const port = 8 + options
    const message = {
      msgtype: 'updf',
      MHdr: bytes[0],
      DevAddr: bytes.readInt32LE(1),
      FCtrl: bytes[5],
      FCnt: bytes.readUInt16LE(6),
      FOpts: bytes.toString('hex', 8, port),
      FPort: bytes[port],
      FRMPayload: bytes.toString('hex', port + 1, bytes.length - 4),
      MIC: bytes.readInt32LE(bytes.length - 4),
    }
    assert.is(hexOf(frameOf(message).data), hexOf(bytes))
  }
})

test('join requests come back, with EUIs as dashes, ID6 or plain hex', () => {
  const jreq = {
    msgtype: 'jreq',
    MHdr: 0,
    JoinEui: '01-02-03-04-05-06-07-08',
    DevEui: 'b827:ebff:fe3e:f725',
    DevNonce: 0x1234,
    MIC: -1,
  }
  const hex = '00' + '0807060504030201' + '25F73EFEFFEB27B8' + '3412' + 'FFFFFFFF'
  assert.is(hexOf(frameOf(jreq).data), hex)
  const { JoinEui, DevEui, ...rest } = jreq
  assert.is(hexOf(frameOf({ ...rest, JoinEUI: '0102030405060708', DevEUI: DevEui }).data), hex)
  assert.is(hexOf(frameOf({ ...jreq, msgtype: 'rejoin', MHdr: 192 }).data), `C0${hex.slice(2)}`)
  assert.match(detailOf({ ...jreq, DevEui: 'x' }), /no EUI/)
  assert.match(detailOf({ ...jreq, DevNonce: 70_000 }), /DevNonce/)
})

const wrong: [change: object, detail: RegExp][] = [
  [{ MHdr: 256 }, /MHdr/],
  [{ MHdr: undefined }, /MHdr/],
  [{ FCtrl: -1 }, /FCtrl/],
  [{ FCnt: 65_536 }, /FCnt/],
  [{ FCnt: 1.5 }, /FCnt/],
  [{ DevAddr: 2 ** 32 }, /DevAddr/],
  [{ MIC: -(2 ** 31) - 1 }, /MIC/],
  [{ MIC: 'x' }, /MIC/],
  [{ FOpts: '0' }, /FOpts/],
  [{ FOpts: '00'.repeat(16) }, /FOpts/],
  [{ FRMPayload: 'XY' }, /FRMPayload/],
  [{ FRMPayload: 5 }, /FRMPayload/],
  [{ FRMPayload: '00'.repeat(250) }, /too long/],
  [{ FPort: 256 }, /FPort/],
  [{ FPort: -1 }, /without FPort/],
  [{ msgtype: 5 }, /msgtype/],
]

for (const [change, detail] of wrong) {
  test(`with ${JSON.stringify(change).slice(0, 40)} it is malformed`, () => {
    assert.match(detailOf({ ...updf, ...change }), detail)
  })
}

test('what is no JSON object is malformed', () => {
  for (const text of ['', '{"msgtype":', 'null', '[]', '5', '[['.repeat(4000)]) {
    assert.is(readStationMessage(text).kind, 'malformed')
  }
})

test('the time is that of GPS, else that of the gateway, else none', () => {
  const at = (upinfo: object) => frameOf({ ...updf, upinfo }).time
  assert.is(at({ gpstime: 0 }), undefined)
  assert.is(at({ gpstime: 0, rxtime: 1706129684.376 }), 1_706_129_684_376)
  assert.is(at({ gpstime: 1_390_164_902_376_456, rxtime: 5 }), 1_706_129_684_376)
  assert.is(at({ gpstime: null, rxtime: 'x' }), undefined)
  assert.is(at({ gpstime: 1, rxtime: 12 }), undefined, '1980 and 1970 are no times')
  assert.is(frameOf({ ...updf, upinfo: 5 }).time, undefined)
})

test('the time of a station is echoed digit by digit', () => {
  const text = '{"msgtype":"timesync","txtime":9223372036854775807}'
  assert.equal(readStationMessage(text), { kind: 'timesync', txtime: '9223372036854775807' })
  assert.is(readStationMessage('{"msgtype":"timesync","txtime":1.5}').kind, 'malformed')
  assert.is(readStationMessage('{"msgtype":"timesync"}').kind, 'malformed')
})

test('what is no uplink has its own kind', () => {
  for (const msgtype of ['propdf', 'dndf', 'jacc']) {
    assert.is(readStationMessage(JSON.stringify({ msgtype })).kind, 'foreign')
  }
  assert.equal(readStationMessage('{"msgtype":"dntxed"}'), { kind: 'other', name: 'dntxed' })
  assert.equal(readStationMessage('{"msgtype":"version","station":"2.0.6\\n","model":"rpi"}'), {
    kind: 'version',
    model: 'rpi 2.0.6?',
  })
  assert.equal(readStationMessage('{"msgtype":"version"}'), { kind: 'version', model: 'unknown' })
})

const queries: [text: string, eui: string | undefined][] = [
  ['{"router":"b827:ebff:fe3e:f725"}', 'B827EBFFFE3EF725'],
  ['{"router":"B8-27-EB-FF-FE-3E-F7-25"}', 'B827EBFFFE3EF725'],
  // More than a double holds.
  ['{"router":13269834311785183013}', 'B827EBFFFE3EF725'],
  ['{"router":1}', '0000000000000001'],
  ['{"router":99999999999999999999}', undefined],
  ['{"router":1.5}', undefined],
  ['{"router":-1}', undefined],
  ['{"router":"x"}', undefined],
  ['{}', undefined],
  ['{', undefined],
]

for (const [text, eui] of queries) {
  test(`${text} asks for ${eui ?? 'nothing that is known'}`, () => {
    const query = readRouterQuery(text)
    assert.is(query?.eui, eui)
    if (query !== undefined) assert.ok(text.includes(`:${query.router}}`))
  })
}

interface Conf {
  region: string
  freq_range: [number, number]
  DRs: [number, number, number][]
  sx1301_conf: Record<string, { enable: boolean; freq: number; radio: number; if: number }>[]
}

/** Hz of all channels that are listened on. */
function channelsOf(conf: Conf, pattern: RegExp): number[] {
  const chip = conf.sx1301_conf[0] ?? {}
  return Object.entries(chip)
    .filter(([name, { enable }]) => pattern.test(name) && enable)
    .map(([, { radio, if: offset }]) => (chip[`radio_${radio}`]?.freq ?? 0) + offset)
}

for (const region of stationRegions) {
  test(`${region} is a configuration that a concentrator can have`, () => {
    for (let subBand = 1; subBand <= 8; subBand++) {
      const conf = routerConfig(region, subBand) as Conf
      assert.is(conf.DRs.length, 16)
      assert.ok(conf.DRs.every((rate) => rate.length === 3))
      const [least, most] = conf.freq_range
      const all = channelsOf(conf, /^chan_/)
      assert.ok(all.length >= 3)
      assert.ok(all.every((hertz) => hertz >= least && hertz <= most))
      const chip = Object.entries(conf.sx1301_conf[0] ?? {})
      assert.is(chip.length, 12)
      const offsets = chip.filter(([name, c]) => name.startsWith('chan_') && c.enable)
      assert.ok(
        offsets.every(([, c]) => Math.abs(c.if) <= 400_000),
        'within reach of its radio',
      )
    }
  })
}

test('the channels are those of the region', () => {
  const of = (region: 'EU868' | 'US915' | 'AU915', subBand?: number) =>
    channelsOf(routerConfig(region, subBand) as Conf, /multiSF/).map((hertz) => hertz / 1e6)
  assert.equal(of('EU868'), [868.1, 868.3, 868.5, 867.1, 867.3, 867.5, 867.7, 867.9])
  assert.equal(of('US915'), [903.9, 904.1, 904.3, 904.5, 904.7, 904.9, 905.1, 905.3])
  assert.equal(of('US915', 1), [902.3, 902.5, 902.7, 902.9, 903.1, 903.3, 903.5, 903.7])
  assert.equal(of('AU915'), [916.8, 917, 917.2, 917.4, 917.6, 917.8, 918, 918.2])
  const wide = (region: 'US915' | 'AU915', subBand: number) =>
    channelsOf(routerConfig(region, subBand) as Conf, /std/)[0]
  assert.is(wide('US915', 2), 904_600_000)
  assert.is(wide('AU915', 2), 917_500_000)
  assert.is(wide('US915', 8), 914_200_000)
})

test('a data rate means what the region makes of it', () => {
  assert.equal(radioOf('EU868', 0), { spreadingFactor: 12, bandwidthHz: 125_000 })
  assert.equal(radioOf('EU868', 5), { spreadingFactor: 7, bandwidthHz: 125_000 })
  assert.equal(radioOf('EU868', 6), { spreadingFactor: 7, bandwidthHz: 250_000 })
  assert.equal(radioOf('EU868', 7), {}, 'FSK')
  assert.equal(radioOf('US915', 0), { spreadingFactor: 10, bandwidthHz: 125_000 })
  assert.equal(radioOf('US915', 4), { spreadingFactor: 8, bandwidthHz: 500_000 })
  assert.equal(radioOf('US915', 13), { spreadingFactor: 7, bandwidthHz: 500_000 })
  assert.equal(radioOf('AU915', 6), { spreadingFactor: 8, bandwidthHz: 500_000 })
  assert.equal(radioOf('AU915', 8), { spreadingFactor: 12, bandwidthHz: 500_000 })
  for (const rate of [15, 99, -1, 1.5, undefined, '5']) assert.equal(radioOf('IN865', rate), {})
})

interface Vector {
  id: string
  name: string
  text: string
  expect: Record<string, unknown>
}

const file = recording('lora/basicstation.json')
const vectors =
  file === undefined ? [] : (JSON.parse(readFileSync(file, 'utf8')).vectors as Vector[])

for (const { id, name, text, expect } of vectors) {
  test(`${id}: ${name}`, () => {
    const message = readStationMessage(text)
    if (expect.drop === true) assert.ok(['foreign', 'malformed', 'other'].includes(message.kind))
    if (expect.answer === 'router_config') assert.is(message.kind, 'version')
    if (expect.phyPayload === undefined) return
    const frame = frameOf(text)
    assert.is(hexOf(frame.data), expect.phyPayload)
    for (const field of ['frequencyHz', 'dataRate', 'rssi', 'snr'] as const) {
      if (expect[field] !== undefined) assert.is(frame[field], expect[field], field)
    }
    if (expect.rxTime !== undefined) assert.is(frame.time, Date.parse(String(expect.rxTime)))
  })
}

test.run()
