/** LoRa devices as the gateway has them: whose an uplink is, their keys, and what was heard of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkConfig } from '../../src/config/load.ts'
import type { LoraDeviceConfig } from '../../src/config/lora-schema.ts'
import { loraCodecs } from '../../src/gateway/lora/codecs.ts'
import { keysOf, readDeviceKeys } from '../../src/gateway/lora/device-keys.ts'
import { DeviceLog } from '../../src/gateway/lora/device-log.ts'
import { LoraDevices } from '../../src/gateway/lora/devices.ts'
import type { LoraReject } from '../../src/model/lora.ts'

const test = suite('LoRa devices of the gateway')

const folder = mkdtempSync(join(tmpdir(), 'odograph-keys-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const [nwkSKey, appSKey] = ['11'.repeat(16), '22'.repeat(16)]

function keysFile(name: string, keys: object): string {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(keys))
  return path
}

function configsOf(...devices: object[]): LoraDeviceConfig[] {
  const { config, findings } = checkConfig({ lora: { devices } })
  assert.equal(findings, [])
  return config.lora.devices
}

function devicesOf(...devices: object[]): { devices: LoraDevices; findings: string[] } {
  const findings: string[] = []
  const codecs = loraCodecs(250)
  const made = new LoraDevices({
    devices: configsOf(...devices),
    codec: (name) => codecs.codec(name),
    lastFCnt: (devEui) => (devEui.endsWith('1') ? 500 : undefined),
    found: (sentence) => findings.push(sentence),
  })
  return { devices: made, findings }
}

const one = { id: 'one', devEui: '0000000000000001', devAddr: '26000001' }
const two = { id: 'two', devEui: '0000000000000002', name: 'van-17' }

test('an uplink is of the device with its EUI, else with its name, else with its address', () => {
  const { devices } = devicesOf(one, two)
  const idOf = (uplink: object) => devices.of(uplink)?.id
  assert.is(idOf({ devEui: one.devEui }), 'one')
  assert.is(idOf({ deviceId: 'van-17' }), 'two')
  assert.is(idOf({ devEui: '0000000000000009', deviceId: 'van-17' }), 'two')
  assert.is(idOf({ devAddr: '26000001' }), 'one')
  // Addresses are not of one device alone: one with another EUI is another.
  assert.is(idOf({ devEui: '0000000000000009', devAddr: '26000001' }), undefined)
  assert.is(idOf({ deviceId: 'unknown' }), undefined)
})

test('a session goes on where the journal left its counter, or where the configuration says', () => {
  const keys = keysFile('session.json', { nwkSKey, appSKey })
  const { devices } = devicesOf(
    { ...one, keysFile: keys, fCnt: 7 },
    { ...two, devAddr: '26000002', keysFile: keys, fCnt: 9 },
    { id: 'three', devEui: '0000000000000003', devAddr: '26000003', keysFile: keys },
  )
  assert.equal(
    devices.sessions.map(({ devEui, lastFCnt }) => [devEui, lastFCnt]),
    [
      [one.devEui, 500],
      [two.devEui, 9],
      ['0000000000000003', undefined],
    ],
  )
})

const left: [what: string, devices: object[], finding: RegExp][] = [
  ['an unknown codec', [{ ...one, codec: 'cayenne' }], /codec cayenne: .*known are cayenne-lpp/],
  ['a script that is missing', [{ ...one, codec: 'script:/none.js' }], /\/none\.js: .*ENOENT/],
  ['a map to no signal', [{ ...one, map: { a: 'sped' } }], /sped.*speed/],
  ['a second device with an EUI', [one, { id: 'b', devEui: one.devEui }], /has the EUI of another/],
  ['a second device with a name', [two, { id: 'b', name: 'van-17' }], /has the name of another/],
  ['no way to tell it', [{ id: 'b' }], /needs devEui, or name/],
  [
    'keys without an address',
    [{ id: 'b', devEui: one.devEui, keysFile: keysFile('a.json', { nwkSKey, appSKey }) }],
    /devAddr and devEui say whose they are/,
  ],
]

for (const [what, devices, finding] of left) {
  test(`a device with ${what} is left out, with a finding, and the others stay`, () => {
    const other = { id: 'other', devEui: '00000000000000FF' }
    const { devices: made, findings } = devicesOf(other, ...devices)
    assert.is(findings.length, 1)
    assert.match(findings[0] ?? '', finding)
    assert.match(findings[0] ?? '', /It is left out\.$/)
    assert.ok(made.byId('other'))
  })
}

const secret = 'AB'.repeat(16)
const wrong: [what: string, text: string, finding: RegExp][] = [
  ['no JSON', `{"nwkSKey":"${secret}"`, /is no JSON$/],
  ['a list', `["${secret}"]`, /is no JSON object/],
  ['a key that is too short', `{"nwkSKey":"${secret.slice(2)}"}`, /nwkSKey has to be 32 hex/],
  ['a key that is no text', '{"appSKey":7}', /appSKey has to be 32 hex/],
  ['an unknown key', `{"NwkSKey":"${secret}"}`, /unknown key "NwkSKey"; known are nwkSKey/],
  ['half a session', `{"nwkSKey":"${secret}"}`, /nwkSKey and appSKey are needed/],
]

for (const [what, text, finding] of wrong) {
  test(`a file of keys with ${what} is refused without a word of what stands in it`, () => {
    try {
      keysOf(text, 'keys.json')
      assert.unreachable()
    } catch (error) {
      const message = (error as Error).message
      assert.match(message, finding)
      assert.not.ok(message.toUpperCase().includes(secret.slice(2, 20)))
    }
  })
}

test('keys are of LoRaWAN 1.0, of 1.1 with or without the serving key, or for joins alone', () => {
  const all = { fNwkSIntKey: secret, sNwkSIntKey: secret, nwkSEncKey: secret, appSKey: secret }
  assert.is(readDeviceKeys(keysFile('v10.json', { nwkSKey, appSKey })).session?.version, '1.0')
  assert.is(keysOf(JSON.stringify(all), 'f').session?.version, '1.1')
  const { sNwkSIntKey: _, ...without } = all
  assert.is(keysOf(JSON.stringify(without), 'f').session?.version, '1.1')
  const join = keysOf(JSON.stringify({ appKey: secret }), 'f')
  assert.is(join.session, undefined)
  assert.is(join.appKey?.length, 16)
})

const reject = (changes: Partial<LoraReject> = {}): LoraReject => ({
  ...{ reason: 'mic', source: 'air', time: 1000, devAddr: '26000001' },
  ...changes,
})

test('rejects count for all, and for the device whose they seem to be', () => {
  const log = new DeviceLog()
  assert.is(log.reject(reject(), 'one'), true)
  assert.is(log.reject(reject(), 'one'), false)
  log.reject(reject({ reason: 'unknown_devaddr', devAddr: '26009999' }))
  assert.equal(log.rejects, { mic: 2, unknown_devaddr: 1 })
  assert.equal(log.of('one').rejects, { mic: 2 })
  assert.equal(log.of('two').rejects, {})
  assert.equal(
    log.strangers.map(({ key, count }) => [key, count]),
    [['26009999', 1]],
  )
})

test('of strangers and rejects the newest are kept, and no more than there is room for', () => {
  const log = new DeviceLog()
  for (let at = 0; at < 500; at += 1) {
    log.reject(reject({ devAddr: at.toString(16).padStart(8, '0'), time: at }))
  }
  assert.is(log.strangers.length, 100)
  assert.is(log.strangers[0]?.last, 499)
  assert.is(log.newestRejects.length, 50)
  assert.is(log.newestRejects.at(-1)?.time, 499)
})

test('a join request of nobody known is a stranger; of a device it is a notice', () => {
  const log = new DeviceLog()
  const join = { kind: 'join', source: 'air', time: 5, detail: 'wants to join' } as const
  log.notice({ ...join, devEui: '0000000000000009' })
  log.notice({ ...join, devEui: one.devEui }, 'one')
  assert.equal(
    log.strangers.map(({ key, detail }) => [key, detail]),
    [['0000000000000009', 'wants to join']],
  )
  assert.is(log.of('one').notices.length, 1)
})

test('ten notices of a device are kept, and its battery from the last that told it', () => {
  const log = new DeviceLog()
  for (let at = 0; at < 12; at += 1) {
    const battery = at === 3 ? { battery: 0.5 } : {}
    log.notice({ kind: 'status', source: 'air', time: at, detail: `${at}`, ...battery }, 'one')
  }
  assert.is(log.of('one').notices.length, 10)
  assert.is(log.of('one').notices[0]?.detail, '2')
  assert.equal(log.of('one').battery, { fraction: 0.5 })
})

test.run()
