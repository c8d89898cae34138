/** The support archive of a gateway that is full of secrets: none of them is in it, in any form. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { redactor } from '../../src/cli/bundle/redact.ts'
import { tarOf } from '../../src/cli/bundle/tar.ts'
import { bundleIn } from '../../src/cli/bundle.ts'
import { systemWorld, type World } from '../../src/cli/doctor/world.ts'
import { jsonSchema } from '../../src/config/schema.ts'
import { openDatabase } from '../../src/database/sqlite.ts'
import { refusal, runCommand } from '../support/command-run.ts'
import { Folder, freePort, startGateway, until } from '../support/gateway-process.ts'
import { testWith } from '../support/needs.ts'

const test = suite('bundle')

const HEX = '0123456789abcdeffedcba9876543210'
const PLATE = 'KA-PA777'
const DEV_EUI = '70B3D57ED005A1B2'
const PLACE = [52.520008, 13.404954] as const
const JWT = 'eyJhbGciOiJFUzI1NiIsImtpZCI6IngifQ.eyJzdWIiOiJvd25lciJ9.c2lnbmF0dXJlLW9mLWEtdG9rZW4'

/** Every key of the schema that holds a secret or names a file that does; a new one has to come here. */
const schemaSecrets = [
  ...['bearerFile', 'headerFiles', 'keyFile', 'keyPassphraseFile', 'keysFile', 'password'],
  ...['passwordFile', 'secretFile', 'signatureFile', 'tokenFile'],
]

function secretKeys(node: unknown, found = new Set<string>()): Set<string> {
  if (typeof node !== 'object' || node === null) return found
  for (const [key, inner] of Object.entries(node)) {
    if (key === 'properties') {
      for (const name of Object.keys(inner as object)) {
        // `update.keys` are public ones.
        if (name === 'keys') continue
        if (
          /(password|passphrase|secret|token|bearer|signature|keys?)(Files?)?$/i.test(name) ||
          name === 'headerFiles'
        ) {
          found.add(name)
        }
      }
    }
    secretKeys(inner, found)
  }
  return found
}

class Secrets {
  readonly all = new Map<string, string>()
  readonly folder: Folder

  constructor(folder: Folder) {
    this.folder = folder
  }

  /** A secret of that name, which is then looked for. */
  of(name: string): string {
    return this.keep(name, `hush-${name}-${this.all.size}-Q7`)
  }

  keep(name: string, value: string): string {
    this.all.set(name, value)
    return value
  }

  file(name: string): string {
    return this.folder.file(`file-${this.all.size}`, `${this.of(name)}\n`)
  }
}

function configurationOf(secrets: Secrets, api: number): string {
  const { folder } = secrets
  const keysFile = folder.file(
    'device.json',
    JSON.stringify({
      nwkSKey: HEX,
      appSKey: secrets.keep('appSKey', 'ffeeddccbbaa99887766554433221100'),
    }),
  )
  secrets.keep('nwkSKey', HEX)
  return `
gateway: { owner: ${secrets.keep('owner', 'jane.doe')}, email: ${secrets.keep('email', 'jane.doe@fleet.example')} }
vehicles: [{ id: ${secrets.keep('plate', PLATE)}, tokenId: '${secrets.keep('tokenId', '918273645')}', odometer: 48151.5 }]
sources:
  - { id: sim0, type: simulator, vehicle: ${PLATE} }
  - { id: station, type: basics-station, region: EU868, listen: '127.0.0.1:0', tokenFile: ${secrets.file('tokenFile')} }
  - id: server
    type: chirpstack
    webhook: { secretFile: ${secrets.file('secretFile')} }
lora:
  devices: [{ id: ${secrets.keep('device', 'trailer-of-jane')}, devEui: '${secrets.keep('devEui', DEV_EUI)}', keysFile: ${keysFile} }]
geofences: [{ id: ${secrets.keep('fence', 'home-of-jane')}, circle: { latitude: ${PLACE[0]}, longitude: ${PLACE[1]}, radius: 100 } }]
api: { listen: '127.0.0.1:${api}' }
mail: { url: 'smtp://${secrets.keep('mail host', 'mail.fleet.example')}', from: ${secrets.keep('sender', 'gateway@fleet.example')}, passwordFile: ${secrets.file('mail passwordFile')} }
mqtt:
  url: 'mqtt://${secrets.keep('user', 'fleetuser')}:${secrets.keep('url password', 'Pa55:w%rd').replace('%', '%25').replace(':', '%3A')}@${secrets.keep('host', 'broker.fleet.example')}'
  root: ${secrets.keep('root', 'acmefleet')}
  password: ${secrets.of('password')}
  keyPassphraseFile: ${secrets.file('keyPassphraseFile')}
sinks:
  - name: hook
    type: webhook
    url: https://${secrets.keep('hook host', 'hooks.fleet.example')}/${secrets.of('path')}
    bearerFile: ${secrets.file('bearerFile')}
    signatureFile: ${secrets.file('signatureFile')}
    headers: { X-Customer: ${secrets.of('header')} }
    headerFiles: { X-Key: ${secrets.file('headerFiles')} }
    certFile: ${folder.path}/none.pem
    keyFile: ${secrets.file('keyFile')}
log: { level: debug }
`
}

/** Lines as they might stand in a log, whatever wrote them. */
function logOf(secrets: Secrets): string {
  const latitude = secrets.keep('latitude', '48.137154')
  const longitude = secrets.keep('longitude', '11.576124')
  const vin = secrets.keep('vin in the log', '1FTEW1EP5JFA12345')
  const values = [...secrets.all.values()]
  return [
    '08:00:01 info  odograph starts  version=0.1.0 data=/var/lib/odograph',
    `08:00:02 warn  position lat=${latitude} lon=${longitude}, {"latitude":${latitude}} near ${secrets.keep('village', '48.14')},`.replace(
      'near 48.14',
      'lat: 48.14',
    ),
    `08:00:03 info  the vehicle says VIN ${vin}`,
    `08:00:04 info  GET /v1/user/status?access_token=${secrets.keep('jwt', JWT)}`,
    `08:00:05 info  Authorization: Bearer ${JWT} from ${secrets.keep('address', '203.0.113.77')}`,
    `08:00:06 warn  mail to ${secrets.keep('stranger', 'somebody@elsewhere.example')} failed`,
    `08:00:07 info  key ${secrets.keep('spaced', 'DE AD BE EF 00 11 22 33')} mac ${secrets.keep('mac', 'dc:a6:32:0b:1c:2d')}`,
    `08:00:08 info  unknown device ${secrets.keep('other eui', 'A84041FFFF184D55')}, battery 12.41 V`,
    `08:00:09 info  /home/${secrets.keep('person', 'janedoe')}/odograph.yaml is read`,
    ...values.map((value) => `08:00:10 debug said ${value} and ${JSON.stringify({ value })}`),
    ...values.map(
      (value) =>
        `08:00:11 debug b64 ${Buffer.from(value).toString('base64')} hex ${Buffer.from(value).toString('hex')}`,
    ),
    ...values.map(
      (value) => `08:00:12 debug inside ${Buffer.from(`x${value}yz`).toString('base64')}`,
    ),
    ...values.map((value) => `08:00:13 debug url ${encodeURIComponent(value)}`),
    '08:00:14 info  connected to the broker  version=5 window=16 ttyUSB0 can0 ELM327',
  ].join('\n')
}

/** All forms in which a value is looked for. */
function formsOf(value: string): string[] {
  const bytes = Buffer.from(value)
  const base64 = bytes.toString('base64').replace(/=+$/, '')
  // The last sign of an incomplete group depends on what follows.
  const cut = bytes.length % 3 === 0 ? base64 : base64.slice(0, -1)
  const inside = Buffer.from(`x${value}`).toString('base64').slice(2, -4)
  const hex = bytes.toString('hex')
  return [
    value,
    encodeURIComponent(value),
    cut,
    cut.replaceAll('+', '-').replaceAll('/', '_'),
    inside,
    hex,
    hex.toUpperCase(),
  ]
}

function unpacked(archive: string, into: string): string {
  mkdirSync(into)
  execFileSync('tar', ['-xzf', archive, '-C', into])
  const [top = ''] = readdirSync(into)
  return join(into, top)
}

test('the list of secret keys is that of the schema', () => {
  const found = [...secretKeys(jsonSchema())].filter((name) => name !== 'passwords')
  assert.equal(found.sort(), [...schemaSecrets].sort())
})

testWith(
  test,
  'tar',
  'a gateway full of secrets: none is in its bundle, in any encoding',
  async () => {
    const folder = new Folder()
    try {
      const secrets = new Secrets(folder)
      const port = await freePort()
      const config = folder.file('odograph.yaml', configurationOf(secrets, port))
      const gateway = await startGateway(folder, [
        '--config',
        config,
        '--listen',
        `127.0.0.1:${port}`,
      ])
      const data = join(folder.path, 'data')
      await until('a position and a VIN', () => {
        const database = openDatabase(join(data, 'journal.db'), { readOnly: true })
        try {
          const row = database.prepare('SELECT status FROM vehicle_state').get()
          const status = JSON.parse(String(row?.status ?? '{}'))
          if (status.vin === undefined || status.latitude === undefined) return false
          secrets.keep('VIN', status.vin.value)
          secrets.keep('true latitude', String(status.latitude.value))
          return true
        } finally {
          database.close()
        }
      })
      secrets.keep('token', gateway.token)
      const own = (name: string) => JSON.parse(readFileSync(join(data, name), 'utf8'))
      secrets.keep('signing key', own('signing-key.json').d)
      secrets.keep('seed', own('gateway.json').seed)
      secrets.keep('gateway', own('gateway.json').gatewayId)
      const log = logOf(secrets)
      const real = systemWorld()
      const world: World = {
        ...real,
        run: async (program, args) =>
          program === 'journalctl' ? { state: 'done', output: log } : real.run(program, args),
      }
      const file = join(folder.path, 'report.tar.gz')
      const args = [file, '--config', config, '--data', data, '--no-send']
      const ran = await runCommand((given, io) => bundleIn(given, io, world), args)
      assert.is(ran.code, 0, ran.err)
      assert.is(statSync(file).mode & 0o777, 0o600)
      const at = unpacked(file, join(folder.path, 'unpacked'))
      const texts = readdirSync(at).map(
        (name) => [name, readFileSync(join(at, name), 'utf8')] as const,
      )
      assert.equal(texts.map(([name]) => name).sort(), [
        'README.txt',
        'config.yaml',
        'doctor.json',
        'health.json',
        'journal.json',
        'log.txt',
        'machine.json',
        'service.txt',
      ])
      const found: string[] = []
      for (const [name, value] of secrets.all) {
        for (const form of formsOf(value)) {
          if (form.length < 4) continue
          for (const [text, content] of texts) {
            if (content.includes(form)) found.push(`${name} as ${form} in ${text}`)
          }
        }
      }
      for (const coordinate of PLACE) {
        for (const [text, content] of texts) {
          if (content.includes(String(coordinate).slice(0, 5)))
            found.push(`${coordinate} in ${text}`)
        }
      }
      assert.equal(found, [])
      const textOf = (name: string) => texts.find(([text]) => text === name)?.[1] ?? ''
      assert.match(
        textOf('log.txt'),
        /connected to the broker {2}version=5 window=16 ttyUSB0 can0 ELM327/,
      )
      assert.match(textOf('log.txt'), /battery 12\.41 V/)
      assert.is(JSON.parse(textOf('health.json')).sources[0].type, 'simulator')
      assert.ok(JSON.parse(textOf('journal.json')).tables.record > 0)
      assert.ok(
        JSON.parse(textOf('doctor.json')).some(
          ({ id }: { id: string }) => id === 'gateway-running',
        ),
      )
      assert.match(textOf('config.yaml'), /radius|geofences: 1 \(hidden\)/)
      await gateway.command.stop()
    } finally {
      folder.remove()
    }
  },
)

testWith(
  test,
  'tar',
  'the archive is one that tar reads, with names, sizes and contents',
  async () => {
    const folder = new Folder()
    try {
      const files = [
        { name: 'a/empty', content: '' },
        { name: 'a/block', content: 'x'.repeat(512) },
        { name: 'a/ümlaut'.normalize('NFC').replace('ü', 'u'), content: 'ü✓\n' },
      ]
      const path = join(folder.path, 'some.tar')
      writeFileSync(path, tarOf(files, Date.UTC(2026, 2, 1)))
      const listed = execFileSync('tar', ['-tvf', path], {
        encoding: 'utf8',
        env: { ...process.env, TZ: 'UTC' },
      })
      assert.match(listed, /-rw------- .* 512 2026-03-01 00:00 a\/block/)
      execFileSync('tar', ['-xf', path, '-C', folder.path])
      for (const { name, content } of files) {
        assert.is(readFileSync(join(folder.path, name), 'utf8'), content)
      }
      assert.throws(() => tarOf([{ name: 'n'.repeat(101), content: '' }], 0), /too long/)
    } finally {
      folder.remove()
    }
  },
)

test('an archive that is there is not written over without --force', async () => {
  const folder = new Folder()
  try {
    const file = folder.file('old.tar.gz', 'old')
    const command: Parameters<typeof refusal>[0] = (args, io) => bundleIn(args, io, systemWorld())
    assert.match(await refusal(command, [file, '--data', dirname(file)]), /--force/)
    assert.is(readFileSync(file, 'utf8'), 'old')
  } finally {
    folder.remove()
  }
})

const texts: [text: string, shown: string][] = [
  [
    '2026-03-01T08:00:00.123Z info  source=can0 state=running',
    '2026-03-01T08:00:00.123Z info  source=can0 state=running',
  ],
  ['1500 frames at 115200 baud, 12.41 V', '1500 frames at 115200 baud, 12.41 V'],
  ['45.465965,9.144912', '(hidden),(hidden)'],
  ['{"lat":45.46,"lon":-9.1}', '{"lat":(hidden),"lon":(hidden)}'],
  ['WVWZZZ1JZXW000001', '(hidden)'],
  ['see mqtts://broker.example:8883 now', 'see mqtts://(host):8883 now'],
  ['http://127.0.0.1:8080 answers', 'http://127.0.0.1:8080 answers'],
  ['peer 10.1.2.3 gone', 'peer (address) gone'],
  ['550e8400-e29b-41d4-a716-446655440000', '(hidden)'],
  ['/dev/serial/by-id/usb-FTDI_FT232R_USB_UART_A50285BIX-if00-port0', '(hidden)'],
  ['key=AAAAB3NzaC1yc2EAAAADAQABAAABAQ==', 'key=(hidden)=='],
]

for (const [text, shown] of texts) {
  test(`without knowing anything, ${text} becomes ${shown}`, () => {
    assert.is(redactor(new Map())(text), shown)
  })
}

test('what is known goes, whatever is around it', () => {
  const redact = redactor(
    new Map([
      ['hunter2', '(secret)'],
      [hostname(), '(machine)'],
    ]),
  )
  assert.is(redact('a hunter2b'), 'a (secret)b')
  assert.not.match(redact(Buffer.from('the hunter2 is').toString('base64')), /aHVudGVyMg/)
})

test.run()
