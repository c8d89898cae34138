import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { SignalState, VehicleStatus } from '../../src/model/record.ts'
import { isSignalName, type SignalName, signalNames, signals } from '../../src/model/signals.ts'
import type { TroubleCodeState } from '../../src/model/trouble-code.ts'
import {
  createHomeAssistant,
  type HomeAssistantOptions,
} from '../../src/uplink/mqtt/home-assistant.ts'
import { homeAssistantClass } from '../../src/uplink/mqtt/home-assistant-classes.ts'
import {
  type DiscoveryMessage,
  gatewayMessage,
  gatewayTopic,
  type Shown,
  vehicleMessage,
  vehicleTopic,
} from '../../src/uplink/mqtt/home-assistant-config.ts'
import type { Message } from '../../src/uplink/mqtt/in-flight.ts'
import { shownSignals, statusSignals } from '../../src/uplink/mqtt/status-signals.ts'
import { hasJinja, type Rendering, rendered } from '../support/jinja.ts'
import { CrankedTimers, MemoryLogger, settled, van } from '../support/mqtt-fixtures.ts'

/** What the documentation of Home Assistant's sensor integration accepts, of the classes used here. */
const accepted: Record<string, { units: (string | undefined)[]; states: (string | undefined)[] }> =
  {
    atmospheric_pressure: { units: ['kPa', 'hPa', 'bar', 'mbar', 'psi'], states: ['measurement'] },
    battery: { units: ['%'], states: ['measurement'] },
    current: { units: ['A', 'mA'], states: ['measurement'] },
    data_size: { units: ['B', 'kB', 'MB', 'GB'], states: ['measurement', 'total_increasing'] },
    distance: { units: ['km', 'm', 'mi'], states: ['measurement', 'total_increasing'] },
    duration: { units: ['d', 'h', 'min', 's'], states: ['measurement', 'total_increasing'] },
    energy_storage: { units: ['Wh', 'kWh', 'MWh'], states: ['measurement'] },
    enum: { units: [undefined], states: [undefined] },
    power: { units: ['W', 'kW'], states: ['measurement'] },
    pressure: { units: ['kPa', 'hPa', 'bar', 'mbar', 'psi'], states: ['measurement'] },
    speed: { units: ['km/h', 'm/s', 'mph'], states: ['measurement'] },
    temperature: { units: ['°C', '°F', 'K'], states: ['measurement'] },
    voltage: { units: ['V', 'mV'], states: ['measurement'] },
    volume: { units: ['L', 'm³', 'mL'], states: ['total_increasing', undefined] },
    weight: { units: ['kg', 'g'], states: ['measurement', 'total_increasing'] },
  }
const binaryClasses = ['battery_charging', 'power', 'problem', 'running']
/** Home Assistant's spelling of our units; a ratio becomes per cent. */
const spelling: Record<string, string> = { ratio: '%', l: 'L', 'l/h': 'L/h', 'km/l': 'km/L' }

const names = {
  prefix: 'homeassistant',
  root: 'odograph',
  gatewayId: 'gw1',
  version: '1.2.3',
  statusSeconds: 60,
  healthSeconds: 60,
}
const everything = new Set<Shown>([...signalNames, 'troubleCodes'])

function fullMessage(): DiscoveryMessage {
  const message = vehicleMessage(names, van, everything)
  assert.ok(message)
  return message as DiscoveryMessage
}

test('every signal is shown with a unit that its class accepts, and in its own', () => {
  const hidden: SignalName[] = []
  for (const name of signalNames) {
    const look = homeAssistantClass(name)
    const { unit, type } = signals[name]
    if (look === undefined) {
      hidden.push(name)
      continue
    }
    assert.is(look.platform, type === 'boolean' ? 'binary_sensor' : 'sensor', name)
    if (look.platform === 'binary_sensor') {
      assert.ok(look.deviceClass === undefined || binaryClasses.includes(look.deviceClass), name)
      continue
    }
    assert.is(look.unit ?? '', spelling[unit] ?? unit, name)
    assert.is(look.factor, unit === 'ratio' ? 100 : undefined, name)
    assert.is(look.stateClass === undefined || type === 'number', true, name)
    if (look.deviceClass === undefined) continue
    const class_ = accepted[look.deviceClass]
    assert.ok(class_?.units.includes(look.unit), `${name}: ${look.deviceClass} in ${look.unit}`)
    assert.ok(class_?.states.includes(look.stateClass), `${name}: ${look.stateClass}`)
  }
  assert.equal(hidden, ['latitude', 'longitude', 'hdop', 'vin', 'vinLast8'])
})

test('the message of the gateway has classes and units that are accepted, too', () => {
  for (const [id, component] of Object.entries(gatewayMessage(names).components)) {
    assert.is(component.entity_category, 'diagnostic', id)
    if (component.platform !== 'sensor' || component.device_class === undefined) continue
    const class_ = accepted[String(component.device_class)]
    assert.ok(class_?.units.includes(component.unit_of_measurement as string | undefined), id)
    assert.ok(class_?.states.includes(component.state_class as string | undefined), id)
  }
})

test('what only grows is a total, and what is measured is not', () => {
  const totals = Object.entries(fullMessage().components)
    .filter(([, { state_class }]) => state_class === 'total_increasing')
    .map(([id]) => id)
    .sort()
  assert.equal(totals, ['engineHours', 'fuelUsed', 'idleFuelUsed', 'idleHours', 'odometer'])
})

test('a message has what discovery of devices wants, and stays small', () => {
  const message = fullMessage()
  assert.equal(message.device, {
    identifiers: ['odograph_gw1_van'],
    name: 'van',
    manufacturer: 'Ford',
    model: 'Transit 2019',
    sw_version: '1.2.3',
    via_device: 'odograph_gw1',
  })
  assert.equal(message.origin, { name: 'Odograph', sw_version: '1.2.3' })
  assert.is(message.availability_topic, 'odograph/gw1/availability')
  assert.not('state_topic' in message, 'the tracker would take it over')
  assert.not('state_topic' in (message.components.position ?? {}))
  for (const [id, { state_topic }] of Object.entries(message.components)) {
    if (id !== 'position') assert.is(state_topic, 'odograph/van/status', id)
  }
  const { odometer, speed, soc } = message.components
  assert.equal(odometer, {
    platform: 'sensor',
    unique_id: 'odograph_gw1_van_odometer',
    name: 'Odometer',
    default_entity_id: 'sensor.van_odometer',
    device_class: 'distance',
    unit_of_measurement: 'km',
    state_class: 'total_increasing',
    suggested_display_precision: 0,
    icon: 'mdi:counter',
    state_topic: 'odograph/van/status',
    value_template: "{{ value_json.get('signals', {}).get('odometer') }}",
  })
  assert.is(speed?.expire_after, 85)
  assert.is(soc?.unit_of_measurement, '%')
  // 128 KiB is what the narrowest of the usual brokers (AWS IoT Core) takes
  const bytes = Buffer.byteLength(JSON.stringify(message))
  assert.ok(bytes < 32 * 1024, `${bytes} bytes with every signal there is`)
  assert.ok(Buffer.byteLength(JSON.stringify(gatewayMessage(names))) < 4096)
})

test('ids are unique, stable and of letters that Home Assistant takes, whatever things are called', () => {
  const ids = ['a.b', 'a_b', 'a-b', 'A.b', 'van']
  const seen = new Set<string>()
  for (const id of ids) {
    const topic = vehicleTopic(names, id)
    assert.match(topic, /^homeassistant\/device\/[A-Za-z0-9_-]+\/config$/)
    const message = vehicleMessage(names, { ...van, id }, everything)
    for (const { unique_id, default_entity_id } of Object.values(message?.components ?? {})) {
      assert.not(seen.has(unique_id), unique_id)
      seen.add(unique_id)
      assert.match(String(default_entity_id), /^[a-z_]+\.[a-z0-9_]+$/)
    }
  }
  assert.is(new Set(ids.map((id) => vehicleTopic(names, id))).size, ids.length)
  // a gateway g with the vehicle v_x, and a gateway g_v with the vehicle x
  const one = vehicleTopic({ ...names, gatewayId: 'g' }, 'v_x')
  assert.is.not(one, vehicleTopic({ ...names, gatewayId: 'g_v' }, 'x'))
})

test('only what was shown has a component, and without anything there is no device', () => {
  assert.is(vehicleMessage(names, van, new Set()), undefined)
  assert.is(vehicleMessage(names, van, new Set(['vin', 'latitude'])), undefined)
  const message = vehicleMessage(names, van, new Set(['speed', 'latitude', 'longitude', 'vin']))
  assert.equal(Object.keys(message?.components ?? {}), ['speed', 'position'])
})

const templates = hasJinja() ? test : test.skip

templates('templates give the value where it is known and None where it is not', () => {
  const values: Record<string, unknown> = {}
  for (const name of signalNames) {
    const { type, unit } = signals[name]
    values[name] =
      name === 'activity' ? 'parked' : type === 'number' ? 0.5 : type === 'text' ? 'why' : true
    if (unit === 'ratio') values[name] = 0.357
  }
  const known = { signals: values, troubleCodes: 2 }
  const asked: (Rendering & { expected: string; id: string })[] = []
  for (const [id, component] of Object.entries(fullMessage().components)) {
    const template = String(component.value_template)
    if (id === 'position') continue
    const unit = isSignalName(id) ? signals[id].unit : ''
    const shown = id === 'fault' ? 'True' : id === 'troubleCodes' ? '2' : String(values[id])
    const expected = unit === 'ratio' ? '35.7' : shown === 'true' ? 'True' : shown
    asked.push({ id, template, value: known, expected })
    for (const value of [{ signals: {} }, {}, { odometer: 1 }]) {
      asked.push({ id, template, value, expected: 'None' })
    }
  }
  const template = String(fullMessage().components.activity?.value_template)
  const value = { signals: { activity: 'unknown' } }
  asked.push({ id: 'activity', template, value, expected: 'None' })
  const results = rendered(asked)
  for (const [i, { id, expected }] of asked.entries()) assert.is(results[i], expected, id)
})

templates('a position is where it is known, with how far it may be off', () => {
  const template = String(fullMessage().components.position?.json_attributes_template)
  const place = { latitude: 52.5, longitude: 13.4 }
  const cases: [unknown, unknown][] = [
    [{ signals: { ...place, hdop: 1.1 } }, { ...place, gps_accuracy: 5.5 }],
    [{ signals: place }, { ...place, gps_accuracy: 20 }],
    [{ signals: { latitude: 0, longitude: 0 } }, { latitude: 0, longitude: 0, gps_accuracy: 20 }],
    [{ signals: { latitude: 52.5 } }, {}],
    [{}, {}],
  ]
  const results = rendered(cases.map(([value]) => ({ template, value })))
  assert.equal(
    results.map((text) => JSON.parse(text)),
    cases.map(([, expected]) => expected),
  )
})

templates('the templates of the gateway read its health', () => {
  const health = {
    status: 'degraded',
    findings: ["can0: no such device 'can0'"],
    uptimeSeconds: 61,
    clockTrust: 'rtc',
    store: { records: 12, bytes: 4096 },
    mqtt: { unsent: 3 },
  }
  const { components } = gatewayMessage(names)
  const all = Object.values(components)
  assert.equal(
    rendered(all.map((one) => ({ template: String(one.value_template), value: health }))),
    ['True', 'rtc', '3', '12', '4096', '61'],
  )
  const empty = all.map((one) => ({ template: String(one.value_template), value: {} }))
  assert.equal(rendered(empty).slice(1), ['None', 'None', 'None', 'None', 'None'])
  const template = String(components.problem?.json_attributes_template)
  const [attributes = ''] = rendered([{ template, value: health }])
  assert.equal(JSON.parse(attributes), { findings: health.findings })
})

const NOW = Date.UTC(2026, 2, 1)

function state(value: SignalState['value'], ageSeconds = 0, more: Partial<SignalState> = {}) {
  const time = (NOW - ageSeconds * 1000) * 1000
  return { value, quality: 'ok', time, source: 'can0', sender: 0, rank: 0, ...more } as const
}

test('the status carries what is still true: momentary values while fresh, lasting ones always', () => {
  const status: VehicleStatus = {
    speed: state(50, 11),
    engineSpeed: state(900, 9),
    odometer: state(1234.5, 86_400),
    latitude: state(52.5, 86_400),
    coolantTemp: state(80, 5, { period: 100_000 }),
    charging: state(false, 1),
    soc: state(0.5, 0, { quality: 'error' }),
    oil: state(0.5, 0, { quality: 'absent' }),
    vin: state('WDB9634031L123456'),
  }
  const { signals: values, ...rest } = statusSignals(status, NOW)
  assert.equal(values, { engineSpeed: 900, odometer: 1234.5, latitude: 52.5, charging: false })
  assert.equal(rest, {})
  const code = { code: 'P0301' } as TroubleCodeState
  const report = { codes: [code, { ...code, cleared: 5 }], updated: 6 }
  assert.is(statusSignals({}, NOW, report).troubleCodes, 1)
  assert.equal(shownSignals(status, report).sort(), [
    'charging',
    'coolantTemp',
    'engineSpeed',
    'latitude',
    'odometer',
    'speed',
    'troubleCodes',
  ])
})

/** Discovery against a broker that keeps what is retained. */
function discovery(options: Partial<HomeAssistantOptions> = {}) {
  const timers = new CrankedTimers()
  const retained = new Map<string, string>()
  const published: Message[] = []
  const shown = new Set<Shown>(['odometer'])
  const memory = { state: undefined as unknown, online: true }
  const create = (more: Partial<HomeAssistantOptions> = {}) =>
    createHomeAssistant({
      ...names,
      enabled: true,
      vehicles: () => [van],
      shown: () => shown,
      publish(message) {
        if (!memory.online) return Promise.reject(new Error('no connection'))
        published.push(message)
        if (message.payload === '') retained.delete(message.topic)
        else retained.set(message.topic, String(message.payload))
        return Promise.resolve()
      },
      kept: {
        kept: () => structuredClone(memory.state),
        keep: (kept) => {
          memory.state = JSON.parse(JSON.stringify(kept))
        },
      },
      timers,
      random: () => 0.5,
      logger: new MemoryLogger(),
      ...options,
      ...more,
    })
  const components = () =>
    Object.keys(JSON.parse(retained.get(VAN) ?? '{"components":{}}').components)
  return { timers, retained, published, shown, memory, create, components }
}

const VAN = 'homeassistant/device/gw1_van/config'
const GATEWAY = 'homeassistant/device/gw1/config'

test('it announces on every connection, retained, at QoS 1, the gateway first', async () => {
  const { create, published } = discovery()
  const home = create()
  home.connected()
  home.disconnected()
  home.connected()
  assert.equal(
    published.map(({ topic }) => topic),
    [GATEWAY, VAN, GATEWAY, VAN],
  )
  assert.ok(published.every(({ qos, retain }) => qos === 1 && retain))
  assert.is(gatewayTopic(names), GATEWAY)
})

test('a signal that is seen for the first time is announced ten seconds later, once for many', async () => {
  const { create, published, shown, timers, components } = discovery()
  const home = create()
  home.connected()
  assert.equal(components(), ['odometer'])
  const before = published.length
  for (const name of ['speed', 'soc', 'gear'] as const) {
    shown.add(name)
    home.statusChanged('van')
  }
  await timers.advance(9_999)
  assert.is(published.length, before)
  await timers.advance(1)
  assert.is(published.length, before + 1)
  assert.equal(components(), ['odometer', 'speed', 'soc', 'gear'])
  home.statusChanged('van')
  await timers.advance(60_000)
  assert.is(published.length, before + 1, 'nothing new, nothing published')
})

test('what was shown once stays announced, over a restart and while it is not there', () => {
  const { create, shown, components } = discovery()
  shown.add('speed')
  create().connected()
  shown.clear()
  create().connected()
  assert.equal(components(), ['odometer', 'speed'])
})

test('Home Assistant that starts is told again, after a moment of chance', async () => {
  const { create, published, timers } = discovery()
  const home = create()
  assert.equal(home.filters(), ['homeassistant/status'])
  home.connected()
  const topic = 'homeassistant/status'
  home.received({ topic, payload: Buffer.from('offline'), retain: false })
  home.received({ topic, payload: Buffer.from('online'), retain: false })
  home.received({ topic, payload: Buffer.from('online'), retain: true })
  await timers.advance(2_499)
  assert.is(published.length, 2)
  await timers.advance(1)
  assert.is(published.length, 4)
  home.received({ topic, payload: Buffer.from('online'), retain: false })
  home.disconnected()
  assert.is(timers.armed, 0)
})

test('switched off it takes back what it left, and is then silent', async () => {
  const { create, retained, published, memory } = discovery()
  create().connected()
  assert.equal([...retained.keys()], [GATEWAY, VAN])
  const off = create({ enabled: false })
  assert.equal(off.filters(), [])
  memory.online = false
  off.connected()
  await settled()
  off.disconnected()
  assert.is(retained.size, 2, 'not reached yet')
  memory.online = true
  off.connected()
  await settled()
  assert.is(retained.size, 0)
  const count = published.length
  create({ enabled: false }).connected()
  off.statusChanged('van')
  assert.is(published.length, count)
})

test('a vehicle that is gone and another prefix are taken back, too', async () => {
  const { create, retained } = discovery()
  const bus = { ...van, id: 'bus' }
  create({ vehicles: () => [van, bus] }).connected()
  assert.is(retained.size, 3)
  create().connected()
  await settled()
  assert.equal([...retained.keys()], [GATEWAY, VAN])
  create({ prefix: 'ha' }).connected()
  await settled()
  assert.equal([...retained.keys()], ['ha/device/gw1/config', 'ha/device/gw1_van/config'])
})

test('what was kept by another version is read as far as it goes', () => {
  for (const kept of [null, 5, 'x', [], { topics: 3, shown: [] }, { shown: { van: ['bad', 7] } }]) {
    const { create, memory, components } = discovery()
    memory.state = kept
    create().connected()
    assert.equal(components(), ['odometer'])
  }
})

test('without a memory it announces all the same', async () => {
  const broken = () => {
    throw new Error('disk I/O error')
  }
  const { create, components, shown, timers } = discovery()
  const home = create({ kept: { kept: broken, keep: broken } })
  home.connected()
  assert.equal(components(), ['odometer'])
  shown.add('speed')
  home.statusChanged('van')
  await timers.advance(10_000)
  assert.equal(components(), ['odometer', 'speed'])
})

test.run()
