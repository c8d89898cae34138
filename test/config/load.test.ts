import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { hostAndPort } from '../../src/config/address.ts'
import {
  checkConfig,
  type LoadedConfig,
  type LoadOptions,
  loadConfig,
} from '../../src/config/load.ts'
import { jsonSchema, vehicleSources } from '../../src/config/schema.ts'
import { OdographError } from '../../src/model/errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'odograph-test-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const file = join(folder, 'odograph.yaml')

function load(content: string | Uint8Array, options: Partial<LoadOptions> = {}): LoadedConfig {
  writeFileSync(file, content)
  const loaded = loadConfig({ file, environment: {}, ...options })
  return { ...loaded, findings: loaded.findings.map((text) => text.replace(`${folder}/`, '')) }
}

const lines = (...texts: string[]) => `${texts.join('\n')}\n`
const sim = (id: string) => `  - { id: ${id}, type: simulator }`
const ids = ({ config }: LoadedConfig) => config.sources.map(({ id }) => id)

const defaults = loadConfig({ environment: {} }).config

// ── what is right ───────────────────────────────────────────────────────────────────────────

test('without a file there are defaults, and they are safe: loopback, no sources', () => {
  const { config, findings } = loadConfig({ environment: {} })
  assert.equal(findings, [])
  assert.equal(config, {
    gateway: { owner: 'owner' },
    vehicles: [],
    sources: [],
    captures: {
      ...{ memoryMegabytes: 8, megabytes: 200, before: 60, after: 30, braking: 4 },
      triggers: ['trouble-code', 'harsh-braking', 'anomaly'],
      continuous: false,
    },
    flows: { start: false, listen: '127.0.0.1:1880' },
    geofences: [],
    governor: {
      requestsPerSecond: 20,
      requestsPerSecondAndUnit: 10,
      gapMs: 15,
      pgns: [],
      clearCodes: false,
    },
    parked: {
      standingMinutes: 10,
      probeMinutes: 0,
      lowVoltage: 11.8,
      lowVoltageSeconds: 60,
      shutdown: [],
    },
    records: { onChange: 1, interval: 60 },
    store: { commit: 5, sealAfter: 3600, maxMegabytes: 2000 },
    time: { trust: 'auto', provisional: 'hold' },
    mail: {},
    api: {
      listen: '127.0.0.1:8080',
      issuer: 'odograph',
      claimed: false,
      cors: [],
      metrics: false,
      tls: false,
      auth: { issuers: [] },
    },
    mqtt: {
      enabled: true,
      listen: '127.0.0.1:1883',
      root: 'odograph',
      encoding: 'json',
      batches: 'columns',
      deflate: false,
      window: 16,
      homeAssistant: false,
      commands: {
        enabled: false,
        allow: ['status/get', 'dtc/read', 'history/get', 'poll/boost', 'health/get'],
        privileges: [],
      },
    },
    trips: {
      ...{ standingMinutes: 5, gapMinutes: 15, offSeconds: 60 },
      ...{ stopSeconds: 60, startSpeed: 5 },
    },
    lora: { windowMs: 200, scriptMs: 250, devices: [] },
    sinks: [],
    update: { keys: [], confirmAfter: 60, giveUpAfter: 300 },
    log: { level: 'info', format: 'text' },
  })
})

test('every kind of source has defaults, and a CAN adapter only listens', () => {
  const loaded = load(
    lines(
      'sources:',
      '  - { id: a, type: slcan, port: /dev/ttyACM0 }',
      '  - { id: b, type: playback, file: x.log }',
      '  - { id: c, type: simulator }',
      '  - { id: d, type: elm327, port: tcp://192.168.0.10:35000 }',
      '  - { id: e, type: gvret, port: /dev/ttyACM1 }',
      '  - { id: f, type: socketcan }',
      '  - { id: g, type: nmea, port: /dev/ttyAMA0 }',
      '  - { id: h, type: gpsd }',
    ),
  )
  assert.equal(loaded.findings, [])
  const common = { vehicle: 'vehicle', protocols: ['j1939', 'obd'] }
  const safe = { ...common, listenOnly: true, poll: true }
  const port = '/dev/ttyACM0'
  assert.equal(loaded.config.sources, [
    {
      ...{ ...safe, id: 'a', type: 'slcan', port },
      ...{ baud: 115_200, bitrate: 500_000, filters: 'none' },
    },
    { ...common, id: 'b', type: 'playback', file: 'x.log', speed: 1 },
    { ...safe, id: 'c', type: 'simulator', model: 'truck' },
    { ...safe, id: 'd', type: 'elm327', port: 'tcp://192.168.0.10:35000', filters: 'decoded' },
    {
      ...{ ...safe, id: 'e', type: 'gvret', port: '/dev/ttyACM1' },
      ...{ baud: 1_000_000, bitrate: 500_000 },
    },
    { ...safe, id: 'f', type: 'socketcan', interface: 'can0', filters: 'none' },
    { id: 'g', vehicle: 'vehicle', type: 'nmea', port: '/dev/ttyAMA0', baud: 9600 },
    { id: 'h', vehicle: 'vehicle', type: 'gpsd', address: '127.0.0.1:2947' },
  ])
})

const whole = lines(
  'gateway: { id: gw-1, owner: me }',
  'vehicles:',
  "  - { id: van, tokenId: '17', userDeviceId: 2CRmDbXBHTVYHbVbTpVbZZZZZZZ, year: 2019 }",
  'sources:',
  '  - { id: can0, type: slcan, port: /dev/x, bitrate: 250000, protocols: [j1939], vehicle: van }',
  '  - { id: old, type: playback, file: a.log.gz, speed: max, vehicle: van }',
  'records: { onChange: 0.5, interval: 300 }',
  'store: { commit: 10 }',
  "api: { listen: '[::1]:0', issuer: here }",
  'mqtt: { url: mqtts://broker:8883, username: u, password: p, encoding: cbor, window: 1 }',
  'log: { level: debug, format: json }',
)

test('a whole configuration is taken as it is', () => {
  const { config, findings } = load(whole)
  assert.equal(findings, [])
  assert.is(config.sources[1]?.type === 'playback' && config.sources[1].speed, 'max')
  assert.is(config.api.listen, '[::1]:0')
  assert.is(config.mqtt.password, 'p')
  assert.is(config.vehicles[0]?.tokenId, '17')
})

const harmless: [name: string, content: string][] = [
  ['a file of comments', '# nothing\n\n# at all\n'],
  ['a byte order mark', '\ufefflog: { level: info }\n'],
  ['Windows line ends', 'log:\r\n  level: info\r\n'],
  ['JSON, which is YAML', '{"log": {"level": "info"}}'],
  ['no newline at the end', 'log:\n  level: info'],
]

for (const [name, content] of harmless) {
  test(`${name} is no mistake`, () => {
    const { config, findings } = load(content)
    assert.equal(findings, [])
    assert.equal(config, defaults)
  })
}

// ── what is broken ──────────────────────────────────────────────────────────────────────────

interface Broken {
  name: string
  content: string | Uint8Array
  /** Every finding, in order. */
  says: RegExp[]
  /** Of the sources, those that are left. */
  keeps?: string[]
  also?: (loaded: LoadedConfig) => void
}

const atBeginning = [/^odograph\.yaml:1:1: expected "key: value" lines$/]
const keptLog = ({ config }: LoadedConfig) => assert.is(config.log.level, 'debug')

const broken: Broken[] = [
  // The file is no YAML: nothing of it can be trusted.
  {
    name: 'a bracket that is never closed',
    content: lines('sources: [', sim('a'), 'log: {}'),
    says: [/^odograph\.yaml:\d+:\d+: ./, /^odograph\.yaml:\d+:\d+: ./],
  },
  {
    name: 'tabs for indentation',
    content: 'log:\n\tlevel: debug\n',
    says: [/^odograph\.yaml:2:1: Tabs are not allowed as indentation$/],
  },
  {
    name: 'a key that is there twice',
    content: 'log: { level: debug }\nmqtt: {}\nlog: {}\n',
    says: [/^odograph\.yaml:3:1: Map keys must be unique$/],
  },
  {
    name: 'two documents',
    content: 'log: {}\n---\nmqtt: {}\n',
    says: [/^odograph\.yaml:2:1: .*multiple documents/],
  },
  { name: 'a list', content: '- a\n- b\n', says: atBeginning },
  { name: 'a text', content: 'hello\n', says: atBeginning },
  { name: 'a number', content: '17\n', says: atBeginning },
  { name: 'an empty file', content: '', says: [/^odograph\.yaml:1:1: the file is empty$/] },
  {
    name: 'zeros, as a cut leaves a file',
    content: new Uint8Array(512),
    says: [/^odograph\.yaml:1:1: the file is empty$/],
  },
  {
    name: 'bytes that are no text',
    content: Uint8Array.from({ length: 256 }, (_, i) => (i * 37 + 128) & 255),
    says: [/^odograph\.yaml:\d+:\d+: ./],
  },
  {
    name: 'UTF-16',
    content: Buffer.from('\ufefflog:\n  level: debug\n', 'utf16le'),
    says: [/^odograph\.yaml:1:1: holds zero bytes.*UTF-16/],
  },
  {
    name: 'an alias without its anchor',
    content: 'log: { level: debug }\nmqtt: *nowhere\n',
    says: [/^odograph\.yaml:2:7: Unresolved alias.*nowhere/],
  },
  {
    name: 'an alias within its own anchor',
    content: lines('sources: &all', '  - *all', sim('b')),
    says: [/^odograph\.yaml:2:5: sources\.0/],
    keeps: ['b'],
  },
  // Keys.
  {
    name: 'a misspelt section',
    content: '# comment\nlog: { level: debug }\nmqt:\n  url: mqtt://x\n',
    says: [/^odograph\.yaml:4:3: mqt: unknown key; known here are gateway, vehicles, .*mqtt/],
    also: keptLog,
  },
  {
    name: 'a misspelt key',
    content: 'log:\n  level: debug\n  formt: json\n',
    says: [
      /^odograph\.yaml:3:10: log\.formt: unknown key; known here are level, format; did you mean "format"\?$/,
    ],
    also: keptLog,
  },
  {
    name: 'a key of another kind of source',
    content: lines('sources:', '  - id: a', '    type: simulator', '    port: /dev/x', sim('b')),
    says: [/^odograph\.yaml:4:11: sources\.0\.port: unknown key; known here are id, .*type/],
    keeps: ['b'],
  },
  {
    name: 'keys that other languages treat in a special way',
    content: lines('__proto__: { a: 1 }', 'constructor: 2', 'toString: 3', 'log: {level: debug}'),
    says: [/:1:\d+: __proto__: /, /:2:\d+: constructor: /, /:3:\d+: toString: /],
    also: keptLog,
  },
  // Values.
  {
    name: 'sections that were emptied',
    content: 'sources:\nmqtt:\nlog: { level: debug }\n',
    says: [/:1:9: sources: .*expected array.*null/, /:2:6: mqtt: .*expected object.*null/],
    also: keptLog,
  },
  {
    name: 'a list for a section, a section for a list',
    content: 'mqtt: [url]\nvehicles: { id: van }\nlog: { level: debug }\n',
    says: [/:2:11: vehicles: .*expected array/, /:1:7: mqtt: .*expected object/],
    also: keptLog,
  },
  {
    name: 'values of the wrong type',
    content: lines('mqtt:', '  enabled: "no"', '  window: many', '  username: 17', 'log: []'),
    says: [
      /:2:12: mqtt\.enabled: .*expected boolean, received string/,
      /:4:13: mqtt\.username: .*expected string, received number/,
      /:3:11: mqtt\.window: .*expected number, received string/,
      /:5:6: log: .*expected object/,
    ],
  },
  {
    name: 'a value that is not among those there are',
    content: 'log:\n  level: debug\n  format: xml\n',
    says: [/:3:11: log\.format: .*"text"\|"json"/],
    also: keptLog,
  },
  {
    name: 'numbers out of range, and such as are none',
    content: lines(
      'records: { onChange: 0, interval: .nan }',
      'store: { commit: .inf }',
      'log: { level: debug }',
    ),
    says: [
      /:1:22: records\.onChange: .*>=0\.1/,
      /:1:35: records\.interval: .*expected number/,
      /:2:18: store\.commit: .*expected number/,
    ],
    also(loaded) {
      keptLog(loaded)
      assert.equal(loaded.config.records, defaults.records)
    },
  },
  {
    name: 'a number that is wrong twice over, which takes nothing else with it',
    content: 'mqtt:\n  window: 99999999999999999999\n  password: secret\n',
    says: [/:2:11: mqtt\.window: .*int/, /:2:11: mqtt\.window: .*<=1000/],
    also({ config }) {
      assert.is(config.mqtt.password, 'secret')
      assert.is(config.mqtt.window, 16)
    },
  },
  ...['127.0.0.1', ':8080', 'host:', 'a b:80', '127.0.0.1:port', '::1:80', '1:123456'].map(
    (listen): Broken => ({
      name: `the address "${listen}"`,
      content: `log: { level: debug }\napi:\n  listen: "${listen}"\n`,
      says: [/^odograph\.yaml:3:11: api\.listen: write HOST:PORT, for example 127\.0\.0\.1:8080$/],
      also(loaded) {
        keptLog(loaded)
        assert.is(loaded.config.api.listen, '127.0.0.1:8080')
      },
    }),
  ),
  {
    name: 'ports that there are not',
    content: 'api: { listen: "127.0.0.1:65536" }\nmqtt: { listen: "[::1]:99999" }\n',
    says: [
      /:1:16: api\.listen: a port is a number from 0 to 65535$/,
      /:2:17: mqtt\.listen: a port is a number from 0 to 65535$/,
    ],
  },
  {
    name: 'a broker without its protocol',
    content: 'mqtt: { url: "broker:1883", root: fleet }\n',
    says: [/:1:14: mqtt\.url: use mqtt:\/\/, mqtts:\/\/, ws:\/\/ or wss:\/\/$/],
    also: ({ config }) => assert.equal([config.mqtt.url, config.mqtt.root], [undefined, 'fleet']),
  },
  // Elements of lists.
  {
    name: 'one broken source of three',
    content: lines('sources:', sim('a'), '  - { id: b, type: slcan }', sim('c')),
    says: [/^odograph\.yaml:3:5: sources\.1\.port: .*expected string/],
    keeps: ['a', 'c'],
  },
  {
    name: 'one source of three, broken in four ways',
    content: lines(
      'sources:',
      sim('a'),
      '  - id: b!',
      '    type: slcan',
      '    baud: -1',
      '    bitrate: 123',
      '    bogus: 1',
      sim('c'),
      sim('d'),
    ),
    says: [
      /:3:9: sources\.1\.id: use 1 to 64 letters/,
      /:3:5: sources\.1\.port: .*expected string/,
      /:5:11: sources\.1\.baud: .*>0/,
      /:6:14: sources\.1\.bitrate: use a bit rate that SLCAN has: 10000, .*1000000/,
      /:7:12: sources\.1\.bogus: unknown key/,
    ],
    keeps: ['a', 'c', 'd'],
  },
  {
    name: 'a source of a type that there is not, and one of none',
    content: lines('sources:', '  - { id: a, type: can }', '  - { id: b }', sim('c')),
    says: [
      /:2:20: sources\.0\.type: .*'slcan' \| 'elm327' \| .* \| 'simulator'/,
      /:3:5: sources\.1\.type: .*'slcan' \| 'elm327' \| .* \| 'simulator'/,
    ],
    keeps: ['c'],
  },
  {
    name: 'sources that are none',
    content: lines('sources:', '  - can0', '  -', '  - [1]', '  - 17', sim('c')),
    says: [/:2:5: sources\.0/, /:3:\d+: sources\.1/, /:4:5: sources\.2/, /:5:5: sources\.3/],
    keeps: ['c'],
  },
  {
    name: 'ids that are there twice',
    content: lines('sources:', sim('a'), sim('b'), sim('a'), 'vehicles: [{id: v}, {id: v}]'),
    says: [
      /^odograph\.yaml:4:11: sources\.2\.id: "a" is taken; every source needs an id of its own$/,
      /^odograph\.yaml:5:26: vehicles\.1\.id: "v" is taken; every vehicle needs/,
    ],
    keeps: ['a', 'b'],
    also: ({ config }) => assert.is(config.vehicles.length, 1),
  },
  {
    name: 'an id that is there twice, after a source that is broken',
    content: lines('sources:', '  - {}', sim('a'), '  - {}', sim('a'), sim('c')),
    says: [/:2:5: sources\.0/, /:4:5: sources\.2/, /^odograph\.yaml:5:11: sources\.3\.id: "a" is/],
    keeps: ['a', 'c'],
  },
  {
    name: 'vehicles that are broken',
    content: lines(
      'vehicles:',
      '  - { id: a, tokenId: 17 }',
      '  - { id: b, year: 19 }',
      '  - { id: c, userDeviceId: short }',
      "  - { id: d, tokenId: 'x' }",
      '  - { id: e, make: Ford }',
    ),
    says: [
      /:2:23: vehicles\.0\.tokenId: .*expected string/,
      /:3:20: vehicles\.1\.year: .*>=1900/,
      /:4:28: vehicles\.2\.userDeviceId: a KSUID of 27 letters and digits/,
      /:5:23: vehicles\.3\.tokenId: a decimal number in quotes/,
    ],
    also: ({ config }) => assert.equal(config.vehicles, [{ id: 'e', make: 'Ford' }]),
  },
]

for (const { name, content, says, keeps = [], also } of broken) {
  test(`${name}: told with its place, and the rest is used`, () => {
    const loaded = load(content)
    assert.is(loaded.findings.length, says.length, loaded.findings.join('\n'))
    for (const [index, pattern] of says.entries())
      assert.match(loaded.findings[index] ?? '', pattern)
    assert.equal(ids(loaded), keeps)
    also?.(loaded)
  })
}

test('of a hundred mistakes fifty are told, the others counted, and what is right is used', () => {
  const wrong = Array.from({ length: 100 }, (_, i) => `  - { id: s${i}, type: simulator, oops: 1 }`)
  const loaded = load(lines('log: { level: debug }', 'sources:', sim('a'), ...wrong, sim('z')))
  assert.is(loaded.findings.length, 51)
  assert.match(loaded.findings[0] ?? '', /^odograph\.yaml:4:\d+: sources\.1\.oops: /)
  assert.is(loaded.findings[50], 'and 50 more findings like these')
  assert.equal(ids(loaded), ['a', 'z'])
  keptLog(loaded)
})

test('fifty mistakes are told, each', () => {
  const wrong = Array.from({ length: 50 }, (_, i) => `key${i}: 1`)
  const { findings, config } = load(lines(...wrong, 'log: { level: debug }'))
  assert.is(findings.length, 50)
  for (const [index, finding] of findings.entries()) {
    assert.ok(finding.startsWith(`odograph.yaml:${index + 1}:`), finding)
  }
  assert.is(config.log.level, 'debug')
})

const unreadable: [name: string, path: string, says: RegExp][] = [
  ['a file that does not exist', join(folder, 'none.yaml'), /none\.yaml: .*does not exist$/],
  ['a folder', folder, /: the configuration cannot be read: EISDIR/],
  ['a path through a file', join(file, 'x'), /: the configuration cannot be read: ENOTDIR/],
  ['a path with a zero in it', `${folder}/a\u0000b`, /: the configuration cannot be read: /],
]

for (const [name, path, says] of unreadable) {
  test(`${name} is told, and there are defaults`, () => {
    writeFileSync(file, '')
    mkdirSync(folder, { recursive: true })
    const { config, findings } = loadConfig({ file: path, environment: {} })
    assert.is(findings.length, 1)
    assert.ok(findings[0]?.startsWith(path))
    assert.match(findings[0] ?? '', says)
    assert.equal(config, defaults)
  })
}

// ── malice ──────────────────────────────────────────────────────────────────────────────────

/** Ten levels of nine aliases each: three billion elements. */
const bomb = lines(
  'a0: &a0 [x, x, x, x, x, x, x, x, x]',
  ...Array.from({ length: 10 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]`),
)

const malicious: [name: string, content: string][] = [
  ['an alias bomb', bomb],
  ['lists in lists in lists', `sources: ${'['.repeat(50_000)}${']'.repeat(50_000)}`],
  ['lists that never end', `sources: ${'['.repeat(50_000)}`],
  ['maps in maps in maps', `mqtt: ${'{a: '.repeat(20_000)}1${'}'.repeat(20_000)}`],
  ['depth by indentation', Array.from({ length: 2000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ['depth that the parser just survives', `gateway: ${'['.repeat(300)}${']'.repeat(300)}`],
  ['a line of a megabyte', `log: { level: "${'x'.repeat(1_000_000)}" }`],
  ['two thousand keys', lines(...Array.from({ length: 2000 }, (_, i) => `k${i}: 1`))],
  ['ten thousand broken lines', 'log: {\n'.repeat(10_000)],
  ['a long address', `api: { listen: "${'a:'.repeat(50_000)}" }`],
]

for (const [name, content] of malicious) {
  test(`${name}: neither hangs nor throws nor drowns the log`, () => {
    const { config, findings } = load(content)
    assert.ok(findings.length > 0 && findings.length <= 51)
    assert.ok(
      findings.every((text) => text.length < 1000),
      'a finding is a sentence',
    )
    assert.match(findings[0] ?? '', /^odograph\.yaml:\d+:\d+: /)
    assert.equal(config.sources, [])
  })
}

// ── environment and overrides ───────────────────────────────────────────────────────────────

type Setting = [
  variable: string,
  text: string,
  section: keyof LoadedConfig['config'],
  field: object,
]

const settings: Setting[] = [
  ['MQTT__URL', 'mqtt://h:1', 'mqtt', { url: 'mqtt://h:1' }],
  ['mqtt__url', 'mqtt://h:1', 'mqtt', { url: 'mqtt://h:1' }],
  ['MQTT__CA_FILE', '/etc/ca.pem', 'mqtt', { caFile: '/etc/ca.pem' }],
  ['MQTT__ENABLED', 'false', 'mqtt', { enabled: false }],
  ['MQTT__WINDOW', '99', 'mqtt', { window: 99 }],
  ['RECORDS__ON_CHANGE', '0.5', 'records', { onChange: 0.5 }],
  ['STORE__COMMIT', '1e1', 'store', { commit: 10 }],
  ['API__LISTEN', '0.0.0.0:80', 'api', { listen: '0.0.0.0:80' }],
  ['GATEWAY__ID', '17', 'gateway', { id: '17' }],
  ['MQTT__PASSWORD', '', 'mqtt', { password: '' }],
  ...[
    '12345',
    '007',
    '1e3',
    'true',
    'null',
    '~',
    '!secret',
    '&a',
    '*b',
    'a #b',
    "'q'",
    'k: v',
    '%',
    ' ',
  ].map((text): Setting => ['MQTT__PASSWORD', text, 'mqtt', { password: text }]),
]

for (const [variable, text, section, field] of settings) {
  test(`ODOGRAPH__${variable}=${text} sets its field, and only that`, () => {
    const { config, findings } = load('mqtt: { username: me }\n', {
      environment: { [`ODOGRAPH__${variable}`]: text },
    })
    assert.equal(findings, [])
    assert.equal(config, {
      ...defaults,
      mqtt: { ...defaults.mqtt, username: 'me' },
      [section]: {
        ...defaults[section],
        ...(section === 'mqtt' ? { username: 'me' } : {}),
        ...field,
      },
    })
  })
}

test('the environment wins over the file', () => {
  const environment = { ODOGRAPH__LOG__LEVEL: 'error', ODOGRAPH__MQTT__URL: undefined, LOG: 'x' }
  const { config, findings } = load('log: { level: debug, format: json }\n', { environment })
  assert.equal(findings, [])
  assert.equal(config.log, { level: 'error', format: 'json' })
})

test('the environment mends what is broken in the file, and stands in for one that is missing', () => {
  const environment = { ODOGRAPH__LOG__LEVEL: 'debug' }
  for (const content of ['log: { level: loud }', 'log: [', 'log:']) {
    assert.is(load(content, { environment }).config.log.level, 'debug', content)
  }
  const { config } = loadConfig({ file: join(folder, 'none.yaml'), environment })
  assert.is(config.log.level, 'debug')
})

const badVariables: [variable: string, text: string, says: RegExp][] = [
  ['ODOGRAPH__MQTT__WINDOW', 'many', /^ODOGRAPH__MQTT__WINDOW: mqtt\.window: .*expected number/],
  ['ODOGRAPH__MQTT__PASWORD', 'x', /^ODOGRAPH__MQTT__PASWORD: mqtt\.pasword: unknown key; known/],
  [
    'ODOGRAPH__MQT__URL',
    'x',
    /^ODOGRAPH__MQT__URL: use ODOGRAPH__SECTION__FIELD; .*gateway, .*mqtt/,
  ],
  ['ODOGRAPH__SOURCES__PORT', 'x', /^ODOGRAPH__SOURCES__PORT: use ODOGRAPH__SECTION__FIELD/],
  ['ODOGRAPH__MQTT', 'x', /^ODOGRAPH__MQTT: use ODOGRAPH__SECTION__FIELD/],
  ['ODOGRAPH__MQTT__', 'x', /^ODOGRAPH__MQTT__: use/],
  ['ODOGRAPH__', 'x', /^ODOGRAPH__: use/],
  ['ODOGRAPH__MQTT__URL__X', 'x', /^ODOGRAPH__MQTT__URL__X: use/],
  ['ODOGRAPH____PROTO____X', 'x', /^ODOGRAPH____PROTO____X: use/],
]

for (const [variable, text, says] of badVariables) {
  for (const withFile of [true, false]) {
    test(`${variable}=${text} is told by its name ${withFile ? 'with' : 'without'} a file`, () => {
      const environment = { [variable]: text }
      const { config, findings } = withFile
        ? load(lines('sources:', sim('a'), 'mqtt: { root: fleet }'), { environment })
        : loadConfig({ environment })
      assert.is(findings.length, 1, findings.join('\n'))
      assert.match(findings[0] ?? '', says)
      assert.is(config.sources.length, withFile ? 1 : 0)
      assert.is(config.mqtt.root, withFile ? 'fleet' : 'odograph')
    })
  }
}

test('a secret is never part of a finding', () => {
  const content = 'mqtt: { password: 123454321, url: "h://user:s3cret@x", s3cret: 1 }\n'
  const { findings } = load(content, { environment: { ODOGRAPH__MQTT__WINDOW: 'hunter2' } })
  assert.is(findings.length, 4)
  assert.not.match(findings.join('\n').replace('mqtt.s3cret', ''), /123454321|s3cret|hunter2/)
})

test('overrides win over environment and file, and see what is left of them', () => {
  let seen: unknown
  const { config, findings } = load(
    lines('sources:', '  - {}', sim('a'), 'api: { listen: nope }'),
    {
      environment: { ODOGRAPH__LOG__LEVEL: 'warn', ODOGRAPH__API__ISSUER: 'env' },
      overrides: (input) => {
        seen = structuredClone(input.sources)
        input.api = { ...input.api, listen: '127.0.0.1:1' }
        input.log = { ...input.log, level: 'error' }
      },
    },
  )
  assert.equal(seen, [{ id: 'a', type: 'simulator' }])
  assert.is(findings.length, 2, 'what was wrong in the file is told all the same')
  const { listen, issuer } = config.api
  assert.equal([listen, issuer], ['127.0.0.1:1', 'env'])
  assert.is(config.log.level, 'error')
  assert.is(config.sources.length, 1)
})

test('overrides get an object to write to when there is nothing at all', () => {
  const { config } = loadConfig({
    environment: {},
    overrides: (input) => {
      input.sources = [{ id: 'sim0', type: 'simulator' }]
    },
  })
  assert.is(vehicleSources(config)[0]?.vehicle, 'vehicle')
})

test('what one loading changes in its result is not in that of the next', () => {
  const first = loadConfig({ environment: {} }).config
  first.sources.push({ id: 'x', type: 'nmea', vehicle: 'v', port: '/dev/x', baud: 9600 })
  first.mqtt.root = 'changed'
  assert.equal(loadConfig({ environment: {} }).config, defaults)
  const [source] = load(lines('sources:', sim('a'))).config.sources
  assert.ok(source?.type === 'simulator')
  source.protocols.pop()
  const [again] = load(lines('sources:', sim('a'))).config.sources
  assert.equal(again?.type === 'simulator' && again.protocols, ['j1939', 'obd'])
})

test('an object can be checked without a file: findings name the field', () => {
  const { config, findings } = checkConfig({ log: { level: 'loud', format: 'json' }, x: 1 })
  assert.equal(config.log, { level: 'info', format: 'json' })
  assert.is(findings.length, 2)
  assert.match(findings.join('\n'), /^log\.level: .*\nx: unknown key/)
})

test('an issuer that is wrong leaves the others, and is told by its place', () => {
  const issuers = [{ issuer: 'https://a.example', jwks: 'https://a.example/keys' }, { issuer: 7 }]
  const { config, findings } = checkConfig({ api: { cors: [], auth: { issuers } } })
  assert.match(findings.join('\n'), /^api\.auth\.issuers\.1\.issuer: /m)
  assert.is(config.api.auth.issuers.length, 1)
})

test('of the words of a command none is taken out alone', () => {
  const { config, findings } = checkConfig({ parked: { shutdown: ['sudo', 7, 'poweroff'] } })
  assert.is(findings.length, 1)
  assert.equal(config.parked.shutdown, [])
})

// ── the schema and addresses ────────────────────────────────────────────────────────────────

interface JsonSchemaNode {
  description?: string
  properties?: Record<string, JsonSchemaNode>
  required?: string[]
  items?: JsonSchemaNode
  oneOf?: JsonSchemaNode[]
  anyOf?: JsonSchemaNode[]
  additionalProperties?: boolean
}

test('the JSON Schema is JSON, knows every section, describes, and asks for nothing', () => {
  const schema = JSON.parse(JSON.stringify(jsonSchema())) as JsonSchemaNode & { $schema: string }
  assert.equal(schema, jsonSchema())
  assert.match(schema.$schema, /json-schema\.org/)
  assert.equal(Object.keys(schema.properties ?? {}), Object.keys(defaults))
  assert.is(schema.additionalProperties, false)
  assert.equal(schema.required ?? [], [])
  const kinds = schema.properties?.sources?.items
  const sources = kinds?.oneOf ?? kinds?.anyOf ?? []
  assert.is(sources.length, 14)
  for (const source of sources) {
    assert.ok(source.description)
    assert.ok(source.properties?.id?.description)
    assert.not((source.required ?? []).includes('vehicle'), 'what has a default is not required')
  }
  assert.match(schema.properties?.store?.properties?.commit?.description ?? '', /power cut/)
  assert.ok(schema.properties?.vehicles?.items?.properties?.tokenId?.description)
})

const addresses: [text: string, host: string, port: number][] = [
  ['127.0.0.1:8080', '127.0.0.1', 8080],
  ['localhost:0', 'localhost', 0],
  ['[::1]:65535', '::1', 65_535],
  ['[fe80::1%eth0]:1', 'fe80::1%eth0', 1],
]

test('addresses are a host and a port, IPv6 in brackets', () => {
  for (const [text, host, port] of addresses) assert.equal(hostAndPort(text), { host, port })
})

for (const text of [
  '',
  ':1',
  'h',
  'h:',
  'h:65536',
  'h:123456',
  '::1:80',
  'h:-1',
  'h:1x',
  '[::1]',
]) {
  test(`"${text}" is no address, and what is one is told`, () => {
    assert.throws(
      () => hostAndPort(text),
      (error: unknown) =>
        error instanceof OdographError &&
        error.code === 'usage' &&
        /HOST:PORT, for example 127\.0\.0\.1:8080/.test(error.message),
    )
  })
}

test('every address that the configuration takes can be listened on', () => {
  const texts = [
    '127.0.0.1:0',
    'localhost:65535',
    '[::1]:8080',
    '0.0.0.0:00080',
    'h:65536',
    '[:1',
    '[x]:1',
  ]
  for (const listen of texts) {
    const { config } = checkConfig({ api: { listen }, mqtt: { listen } })
    hostAndPort(config.api.listen)
    hostAndPort(config.mqtt.listen)
  }
})

test.run()
