/** What the configuration says of LoRa: devices and sources, and what is wrong with them. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkConfig } from '../../src/config/load.ts'
import { loraSources, vehicleSources } from '../../src/config/schema.ts'

const test = suite('the configuration of LoRa')

const tracker = { id: 'tracker', devEui: '0011223344556677' }

test('a device needs an id alone; all else has a default or is optional', () => {
  const { config, findings } = checkConfig({ lora: { devices: [{ id: 'tracker' }] } })
  assert.equal(findings, [])
  assert.equal(config.lora.devices, [
    { id: 'tracker', vehicle: 'vehicle', reset: 'reject', codec: 'network', map: {} },
  ])
})

test('EUIs and addresses are upper case, however they are written', () => {
  const device = { id: 't', devEui: 'aabbccddeeff0011', devAddr: '26011bda' }
  const { config } = checkConfig({ lora: { devices: [device] } })
  assert.is(config.lora.devices[0]?.devEui, 'AABBCCDDEEFF0011')
  assert.is(config.lora.devices[0]?.devAddr, '26011BDA')
})

test('a field map takes a name, a name with scale and offset, or null', () => {
  const map = { 1: 'speed', 'a.b': { signal: 'odometer', scale: 0.1 }, c: null }
  const { config, findings } = checkConfig({ lora: { devices: [{ ...tracker, map }] } })
  assert.equal(findings, [])
  assert.equal(config.lora.devices[0]?.map, map)
})

test('sources of LoRa are told from those of a vehicle', () => {
  const { config, findings } = checkConfig({
    sources: [
      { id: 'sim', type: 'simulator' },
      { id: 'air', type: 'semtech-udp' },
      { id: 'lns', type: 'basics-station', region: 'US915' },
      { id: 'depot', type: 'chirpstack', webhook: { secretFile: '/etc/secret' } },
      { id: 'ttn', type: 'things-stack', mqtt: { url: 'mqtts://eu1.cloud.thethings.network' } },
      { id: 'console', type: 'helium', mqtt: { url: 'wss://broker/mqtt' } },
      { id: 'stick', type: 'lora-modem', port: '/dev/ttyUSB0', frequencyHz: 868_100_000 },
    ],
  })
  assert.equal(findings, [])
  assert.equal(
    vehicleSources(config).map(({ id }) => id),
    ['sim'],
  )
  assert.equal(
    loraSources(config).map(({ id }) => id),
    ['air', 'lns', 'depot', 'ttn', 'console', 'stick'],
  )
  const [air, lns, , , , stick] = loraSources(config)
  assert.ok(air?.type === 'semtech-udp' && air.listen === '127.0.0.1:1700')
  assert.ok(lns?.type === 'basics-station' && lns.listen === '127.0.0.1:3001')
  assert.ok(stick?.type === 'lora-modem' && stick.modem === 'auto' && stick.syncWord === 0x34)
})

const wrong: [what: string, config: Record<string, unknown>, finding: RegExp][] = [
  [
    'an EUI of 15 digits',
    { lora: { devices: [{ id: 't', devEui: '001122334455667' }] } },
    /lora\.devices.*devEui: write 16 hexadecimal digits, in quotes/,
  ],
  [
    'an EUI that YAML took for a number',
    { lora: { devices: [{ id: 't', devEui: 1_122_334_455_667_788 }] } },
    /devEui: /,
  ],
  ['a policy that is none', { lora: { devices: [{ id: 't', reset: 'yes' }] } }, /reset: /],
  ['a window of a minute', { lora: { windowMs: 60_000 } }, /lora\.windowMs: /],
  [
    'a target that is no signal',
    { lora: { devices: [{ id: 't', map: { a: 7 } }] } },
    /name of a signal, \{ signal, scale, offset \}, or null/,
  ],
  ['an unknown key', { lora: { devices: [{ id: 't', deveui: 'x' }] } }, /devEui/],
  [
    'a modem with an odd bandwidth',
    { sources: [{ id: 'm', type: 'lora-modem', port: '/dev/a', bandwidthHz: 62_500 }] },
    /use 125000, 250000 or 500000/,
  ],
  ['a station without a region', { sources: [{ id: 's', type: 'basics-station' }] }, /region/],
  [
    'a broker that is an http address',
    { sources: [{ id: 's', type: 'helium', mqtt: { url: 'http://x' } }] },
    /use mqtt:\/\//,
  ],
]

for (const [what, config, finding] of wrong) {
  test(`${what} is found, by its place`, () => {
    const { findings } = checkConfig(config)
    assert.match(findings.join('\n'), finding)
  })
}

test('of two devices with one id the second is left out', () => {
  const { config, findings } = checkConfig({
    lora: { devices: [{ id: 'bad', devEui: 'x' }, tracker, { ...tracker, name: 'again' }] },
  })
  assert.match(
    findings.join('\n'),
    /lora\.devices\.2\.id: "tracker" is taken; every device needs an id/,
  )
  assert.equal(config.lora.devices.length, 1)
})

test('a device that is wrong leaves the others', () => {
  const { config, findings } = checkConfig({
    lora: { windowMs: 100, devices: [{ id: 'bad', devEui: 'x' }, tracker] },
  })
  assert.is(findings.length, 1)
  assert.equal(
    config.lora.devices.map(({ id }) => id),
    ['tracker'],
  )
  assert.is(config.lora.windowMs, 100)
})

test.run()
