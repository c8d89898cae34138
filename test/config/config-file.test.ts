/** A configuration file, whatever a power cut has made of it, and the copy of the last good one. */
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { goodConfigPath, keepGoodConfig } from '../../src/config/config-file.ts'
import { changedText, configPath, differingLines } from '../../src/config/config-text.ts'
import { type LoadedConfig, loadConfig } from '../../src/config/load.ts'
import { nearest } from '../../src/config/nearest.ts'
import { withoutSecrets } from '../../src/config/secrets.ts'
import { writeConfig } from '../../src/config/write-config.ts'
import { chance, inFolder } from '../support/journal-records.ts'

const test = suite('configuration file')

const GOOD = `# the van
vehicles:
  - id: van
    tokenId: "17"
sources:
  - { id: can0, type: slcan, vehicle: van, port: /dev/ttyACM0 }
api:
  listen: 127.0.0.1:9000 # the page
mqtt: { url: mqtt://broker, username: u, password: s3cret }
`

interface Place {
  file: string
  good: string
}

function within(run: (place: Place) => void): Promise<void> {
  return inFolder((folder) =>
    run({ file: join(folder, 'odograph.yaml'), good: goodConfigPath(folder) }),
  )
}

const load = ({ file, good }: Place): LoadedConfig => loadConfig({ file, good, environment: {} })

const ruined: [name: string, content: string | Uint8Array | undefined, says: RegExp][] = [
  ['empty', '', /the file is empty/],
  ['full of zeros', new Uint8Array(4096), /the file is empty/],
  ['half zeros', `${GOOD.slice(0, 80)}\0\0\0\0`, /zero bytes/],
  ['cut within a line', GOOD.slice(0, GOOD.indexOf(':9000')), /in the middle of a line/],
  ['no YAML', 'api: {listen: [\n', /odograph\.yaml:\d+:\d+: /],
  ['a list', '- a\n- b\n', /expected "key: value" lines/],
  ['missing', undefined, /does not exist/],
]

for (const [name, content, says] of ruined) {
  test(`a file that is ${name} gives way to the last configuration that worked`, () =>
    within((place) => {
      keepGoodConfig(place.good, GOOD)
      if (content !== undefined) writeFileSync(place.file, content)
      const { config, findings, origin } = load(place)
      assert.is(origin, 'last-known-good')
      assert.is(config.api.listen, '127.0.0.1:9000')
      assert.match(findings[0] ?? '', says)
      assert.match(findings.join(), 'the last configuration that worked is used instead')
    }))

  test(`a file that is ${name}, where none has worked before, leaves the defaults`, () =>
    within((place) => {
      if (content !== undefined) writeFileSync(place.file, content)
      const { config, findings, origin } = load(place)
      if (name === 'cut within a line') {
        assert.is(origin, 'file')
        return
      }
      assert.is(origin, 'defaults')
      assert.is(config.api.listen, '127.0.0.1:8080')
      assert.match(findings[0] ?? '', says)
    }))
}

test('a file that was shortened on purpose is taken as it is', () =>
  within((place) => {
    keepGoodConfig(place.good, GOOD)
    writeFileSync(place.file, GOOD.slice(0, GOOD.indexOf('mqtt:')))
    const { config, origin, findings } = load(place)
    assert.is(origin, 'file')
    assert.equal(findings, [])
    assert.is(config.mqtt.url, undefined)
  }))

test('a file with some keys that are wrong is used but for them', () =>
  within((place) => {
    keepGoodConfig(place.good, GOOD)
    writeFileSync(place.file, GOOD.replace('listen:', 'lisen:'))
    const { config, origin, findings } = load(place)
    assert.is(origin, 'file')
    assert.is(config.vehicles[0]?.id, 'van')
    assert.match(findings.join(), /api\.lisen: unknown key.*did you mean "listen"\?/)
  }))

test('cut at any byte, it is either what it was before or the last good one, or says what it lacks', () =>
  within((place) => {
    keepGoodConfig(place.good, GOOD)
    for (let length = 0; length < GOOD.length; length += 1) {
      writeFileSync(place.file, GOOD.slice(0, length))
      const { config, origin, findings } = load(place)
      const isWhole = GOOD[length - 1] === '\n' || GOOD.slice(length).trim() === ''
      if (origin === 'file') assert.ok(isWhole, `cut at ${length}`)
      else assert.is(config.mqtt.password, 's3cret', `cut at ${length}`)
      assert.ok(origin === 'file' || findings.length > 0)
    }
  }))

test('with bytes turned over, it always loads, and says so where anything is left out', () =>
  within((place) => {
    const random = chance(41)
    for (let round = 0; round < 400; round += 1) {
      const bytes = Buffer.from(GOOD)
      for (let i = 0; i <= random() * 3; i += 1) {
        bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256)
      }
      writeFileSync(place.file, bytes)
      const { config, findings, origin } = load(place)
      assert.ok(config.api.listen)
      assert.ok(origin === 'file' || findings.length > 0)
    }
  }))

test('what worked is kept for its owner alone, and written again only when it has changed', () =>
  within(({ good }) => {
    keepGoodConfig(good, GOOD)
    assert.is(statSync(good).mode & 0o777, 0o600)
    const before = statSync(good).ino
    keepGoodConfig(good, GOOD)
    assert.is(statSync(good).ino, before)
    keepGoodConfig(good, `${GOOD}\n`)
    assert.is.not(statSync(good).ino, before)
  }))

// ── changing it ─────────────────────────────────────────────────────────────────────────────

test('a change keeps comments and order', () => {
  const after = changedText(GOOD, [
    { path: configPath('api.listen'), value: '0.0.0.0:80' },
    { path: configPath('log.level'), value: 'debug' },
    { path: configPath('vehicles.0.make'), value: 'VW' },
    { path: configPath('mqtt.username'), value: undefined },
  ])
  assert.equal(differingLines(GOOD, after), [
    '-sources:',
    '-  - { id: can0, type: slcan, vehicle: van, port: /dev/ttyACM0 }',
    '-api:',
    '-  listen: 127.0.0.1:9000 # the page',
    '-mqtt: { url: mqtt://broker, username: u, password: s3cret }',
    '+    make: VW',
    '+sources:',
    '+  - { id: can0, type: slcan, vehicle: van, port: /dev/ttyACM0 }',
    '+api:',
    '+  listen: 0.0.0.0:80 # the page',
    '+mqtt: { url: mqtt://broker, password: s3cret }',
    '+log:',
    '+  level: debug',
  ])
})

test('only what is valid is written, and the one before is kept', () =>
  within(({ file }) => {
    writeFileSync(file, GOOD)
    chmodSync(file, 0o640)
    const bad = GOOD.replace('127.0.0.1:9000', 'nowhere')
    assert.match(
      writeConfig({ file, before: GOOD, after: bad })[0] ?? '',
      /8:11: api\.listen: write/,
    )
    assert.is(readFileSync(file, 'utf8'), GOOD)
    const after = GOOD.replace('9000', '9001')
    assert.equal(writeConfig({ file, before: GOOD, after, dryRun: true }), [])
    assert.is(readFileSync(file, 'utf8'), GOOD)
    assert.equal(writeConfig({ file, before: GOOD, after }), [])
    assert.is(readFileSync(file, 'utf8'), after)
    assert.is(readFileSync(`${file}.bak`, 'utf8'), GOOD)
    assert.is(statSync(file).mode & 0o777, 0o640)
  }))

test('a folder that cannot be written leaves the file as it was, and nothing beside it', () =>
  inFolder((folder) => {
    const file = join(folder, 'sub', 'odograph.yaml')
    writeFileSync(join(folder, 'sub'), 'a file where a folder should be')
    assert.throws(() => writeConfig({ file, before: '', after: 'log: { level: info }\n' }))
    assert.equal(readdirSync(folder), ['sub'])
    assert.not(existsSync(file))
  }))

// ── words ───────────────────────────────────────────────────────────────────────────────────

const words: [typed: string, meant: string | undefined][] = [
  ['passwrod', 'password'],
  ['Listen', 'listen'],
  ['lstn', undefined],
  ['url', 'url'],
  ['xyz', undefined],
]

for (const [typed, meant] of words) {
  test(`"${typed}" is taken for ${meant ?? 'nothing'}`, () => {
    assert.is(nearest(typed, ['password', 'listen', 'url']), meant)
  })
}

test('secrets are not shown, wherever they stand', () => {
  const shown = withoutSecrets({
    mqtt: { url: 'mqtts://user:pass@host/', password: 'x', passwordFile: '/etc/p' },
    sinks: [{ token: 'abc' }],
  })
  assert.equal(shown, {
    mqtt: { url: 'mqtts://user:(set)@host/', password: '(set)', passwordFile: '/etc/p' },
    sinks: [{ token: '(set)' }],
  })
})

test('a file with a secret that everybody can read is told', () =>
  within(({ file, good }) => {
    const secret = `${file}.secret`
    writeFileSync(secret, 'x', { mode: 0o644 })
    chmodSync(secret, 0o644)
    writeFileSync(file, `mqtt: { url: mqtt://b, passwordFile: ${secret} }\n`)
    assert.match(load({ file, good }).findings.join(), `chmod 600 ${secret} helps`)
    chmodSync(secret, 0o600)
    assert.equal(load({ file, good }).findings, [])
  }))

test('--set wins over the file and the environment, and is told by name where it is wrong', () =>
  within(({ file }) => {
    writeFileSync(file, GOOD)
    const environment = { ODOGRAPH__API__LISTEN: '127.0.0.1:1' }
    const set = ['api.listen=127.0.0.1:2', 'mqtt.password=0123', 'vehicles.0.year=2020']
    const { config, findings } = loadConfig({ file, environment, set })
    assert.is(config.api.listen, '127.0.0.1:2')
    assert.is(config.mqtt.password, '0123')
    assert.is(config.vehicles[0]?.year, 2020)
    assert.equal(findings, [])
    const wrong = loadConfig({ file, environment: {}, set: ['log.level=loud'] })
    assert.match(wrong.findings.join(), /^--set log\.level: log\.level: /)
  }))

test.run()
