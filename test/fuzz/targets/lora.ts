/**
 * LoRa, from whoever is near and whatever calls itself a gateway: datagrams, frames, stations, events
 * of network servers, lines of modems. Nothing that was changed on its way is an uplink.
 */
import * as assert from 'node:assert/strict'
import { LorawanReceiver } from '../../../src/decoder/lorawan/receiver.ts'
import { readStationMessage } from '../../../src/device/lora/basics-station/station-message.ts'
import { answerTo, parseDatagram, parsePushBody } from '../../../src/device/lora/gwmp/datagram.ts'
import { readRxpk } from '../../../src/device/lora/gwmp/rxpk.ts'
import { dialects } from '../../../src/device/lora/modem/dialects.ts'
import { readChirpstack } from '../../../src/device/lora/network-server/chirpstack.ts'
import { readHelium } from '../../../src/device/lora/network-server/helium.ts'
import { readThingsStack } from '../../../src/device/lora/network-server/things-stack.ts'
import type { LoraUplink } from '../../../src/model/lora.ts'
import { encodeUplink } from '../../support/lorawan-frames.ts'
import { chirpstackUplink, heliumUplink, thingsStackUplink } from '../../support/network-servers.ts'
import { bytesOf, hexBytes, type Target } from '../target.ts'

const NOW = Date.UTC(2026, 0, 1)
const jsonBytes = (value: object) => bytesOf(JSON.stringify(value))

const keys = {
  nwkSKey: hexBytes('0102030405060708090A0B0C0D0E0F10'),
  appSKey: hexBytes('1112131415161718191A1B1C1D1E1F20'),
}
const devAddr = '26011BDA'
const payload = Uint8Array.of(1, 2, 3, 4, 5)
const frame = encodeUplink({ devAddr, fCnt: 5, fPort: 2, payload }, keys)
const confirmed = encodeUplink({ devAddr, fCnt: 70_000, fPort: 2, payload }, keys)
const sent = new Set([frame, confirmed].map((bytes) => Buffer.from(bytes).toString('hex')))
const secrets = Object.values(keys).map((key) => Buffer.from(key).toString('hex'))

const rxpk = {
  ...{ freq: 868.1, stat: 1, datr: 'SF7BW125', codr: '4/5', lsnr: 5, rssi: -60, tmst: 7 },
  ...{ time: '2026-01-01T00:00:00.123456Z', data: Buffer.from(frame).toString('base64') },
  rsig: [{ ant: 0, rssic: -80, lsnr: 3 }],
}

function checkGateway(rssi = 0, snr = 0): void {
  assert.ok(rssi >= -250 && rssi <= 100 && snr >= -100 && snr <= 100)
}

const gwmp: Target = {
  name: 'gwmp',
  seeds: () => [
    Buffer.concat([
      hexBytes('02123400B827EBFFFE000001'),
      jsonBytes({ rxpk: [rxpk, rxpk], stat: { time: '2026-01-01 00:00:00 GMT', rxnb: 2 } }),
    ]),
    hexBytes('02123402B827EBFFFE000001'),
    Buffer.concat([hexBytes('02123405B827EBFFFE000001'), jsonBytes({ txpk_ack: { error: 'X' } })]),
  ],
  check(input) {
    const datagram = parseDatagram(input)
    if (datagram === undefined) return
    const answer = answerTo(datagram)
    if (answer !== undefined) assert.ok(Buffer.from(input).indexOf(answer.subarray(0, 3)) === 0)
    for (const value of parsePushBody(datagram.body).rxpk) {
      const read = readRxpk(value)
      if ('reason' in read) continue
      assert.ok(read.data.length <= 255)
      checkGateway(read.rssi, read.snr)
    }
  },
}

const lorawan: Target = {
  name: 'lorawan',
  seeds: () => [frame, confirmed, hexBytes('00F0DEBC9A78563412EFCDAB8967452301AABB01020304')],
  check(input) {
    const told: unknown[] = []
    const take = (uplink: LoraUplink) => {
      assert.ok(sent.has(Buffer.from(input).toString('hex')), 'a changed frame was accepted')
      told.push(uplink)
    }
    const receiver = new LorawanReceiver({
      sessions: [{ version: '1.0', devEui: '00', devAddr, policy: { reset: 'reject' }, ...keys }],
      windowMs: 0,
      accepted: take,
      complete: () => undefined,
      rejected: (reject) => told.push(reject),
      notice: (notice) => told.push(notice),
    })
    const gateway = { id: 'A' }
    receiver.frame({ source: 'f', data: input, gateway, radio: {}, receivedAt: NOW })
    assert.equal(told.length, 1)
    const text = JSON.stringify(told).toLowerCase()
    for (const secret of secrets) assert.ok(!text.includes(secret))
  },
}

const updf = {
  ...{ msgtype: 'updf', MHdr: 64, DevAddr: -10, FCtrl: 128, FCnt: 400, FOpts: 'AB', FPort: 7 },
  ...{ FRMPayload: 'CAFE', MIC: -20, DR: 5, Freq: 868_100_000 },
  upinfo: { rctx: 0, xtime: 1, gpstime: 0, rssi: -61, snr: 9.25, rxtime: 1706129684.376 },
}

const station: Target = {
  name: 'station',
  seeds: () => [
    jsonBytes(updf),
    jsonBytes({ msgtype: 'version', station: '2.0.6', model: 'rpi', protocol: 2 }),
    jsonBytes({ msgtype: 'jreq', MHdr: 0, JoinEui: '::1', DevEui: '::2', DevNonce: 7, MIC: 1 }),
    bytesOf('{"msgtype":"timesync","txtime":9007199254740993}'),
  ],
  check(input) {
    readStationMessage(Buffer.from(input).toString('utf8'))
  },
}

const servers: Target = {
  name: 'servers',
  seeds: () => [chirpstackUplink(), thingsStackUplink(), heliumUplink()].map(jsonBytes),
  check(input) {
    for (const read of [readChirpstack, readThingsStack, readHelium]) {
      for (const event of ['up', 'join', 'log', 'status', 'location']) {
        const messages = read({ event, body: input }, { source: 's', receivedAt: NOW })
        assert.equal(messages.length, 1)
        const [message] = messages
        if (message === undefined || !('uplink' in message)) continue
        const { devEui, deviceId, payload: bytes, gateways } = message.uplink
        assert.ok(devEui === undefined ? deviceId !== undefined : /^[0-9A-F]{16}$/.test(devEui))
        assert.ok(bytes.length <= 255)
        for (const { rssi, snr } of gateways) checkGateway(rssi, snr)
      }
    }
  },
}

const modems: Target = {
  name: 'modems',
  seeds: () =>
    [
      '+EVT:RXP2P:-82:2:CB1CA5D3\r\n+EVT:RXP2P, RSSI -52, SNR 7\r\n+EVT:1220D8\r\n',
      'at+recv=0,-50,6,3:E7236F\r\nInitialization OK\r\n',
      '+TEST: LEN:2, RSSI:-78, SNR:-17\r\n+TEST: RX "6078"\r\n',
      'ok\r\nradio_rx  7AD406\r\nradio_err\r\nbusy\r\n',
    ].map(bytesOf),
  check(input) {
    const text = Buffer.from(input).toString('latin1')
    const digits = text.replace(/[^0-9a-f]/gi, '').toLowerCase()
    for (const dialect of dialects) {
      const reader = dialect.reader()
      for (const line of text.split(/[\r\n]+/)) {
        const heard = reader.line(line.trim())
        if (heard === undefined || !('packet' in heard) || heard.packet === undefined) continue
        const { bytes } = heard.packet
        assert.ok(bytes.length > 0 && bytes.length <= 255)
        assert.ok(digits.includes(Buffer.from(bytes).toString('hex')), 'bytes that nobody wrote')
      }
    }
  },
}

export const lora: readonly Target[] = [gwmp, lorawan, station, servers, modems]
