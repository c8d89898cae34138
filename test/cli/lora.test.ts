/** `odograph lora`: devices added durably, payloads decoded, uplinks shown. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Command, type Finished, Folder, odograph } from '../support/gateway-process.ts'

const test = suite('odograph lora')

const keys = JSON.stringify({ nwkSKey: '11'.repeat(16), appSKey: '22'.repeat(16) })

async function inFolder(run: (folder: Folder) => Promise<void>): Promise<void> {
  const folder = new Folder()
  try {
    await run(folder)
  } finally {
    folder.remove()
  }
}

function added(folder: Folder, args: string[], stdin?: string): Promise<Finished> {
  const config = join(folder.path, 'odograph.yaml')
  const command = new Command(
    ['lora', 'add', ...args, '--config', config, '--data', join(folder.path, 'data')],
    {},
    stdin,
  )
  return command.finished
}

test('a device is written into the configuration, its keys into a file for nobody else', () =>
  inFolder(async (folder) => {
    const config = folder.file('odograph.yaml', '# mine\nvehicles: [{ id: van }]\n')
    const args = ['tracker', '--vehicle', 'van', '--dev-eui', '0011223344556677']
    const more = ['--dev-addr', '26011BDA', '--codec', 'dm-g62', '--f-cnt', '12', '--keys', '-']
    const { code, stdout, stderr } = await added(folder, [...args, ...more], keys)
    assert.is(code, 0, stderr)
    const file = join(folder.path, 'data', 'lora-keys', 'tracker.json')
    assert.is(readFileSync(file, 'utf8'), keys)
    assert.is(statSync(file).mode & 0o777, 0o600)
    assert.not.match(stdout + stderr, '1111')
    const text = readFileSync(config, 'utf8')
    assert.match(text, /^# mine/)
    const checked = await odograph('config', 'check', config)
    assert.is(checked.code, 0, checked.stderr)
    const again = await added(folder, ['other', '--dev-eui', '00112233445566FF'])
    assert.is(again.code, 0, again.stderr)
    assert.match(readFileSync(config, 'utf8'), /tracker[\s\S]*other/)
  }))

const refused: [what: string, args: string[], stdin: string | undefined, says: RegExp][] = [
  ['an EUI that is none', ['t', '--dev-eui', 'xyz'], undefined, /devEui: write 16 hex/],
  ['keys that are none', ['t', '--dev-eui', '0011223344556677', '--keys', '-'], '{}', /no session/],
  ['keys as an argument', ['t', '--keys', '1122'], undefined, /give them on standard input/],
  ['no id', [], undefined, /ID/],
]

for (const [what, args, stdin, says] of refused) {
  test(`${what}: nothing is written`, () =>
    inFolder(async (folder) => {
      const config = folder.file('odograph.yaml', 'vehicles: []\n')
      const { code, stderr } = await added(folder, args, stdin)
      assert.ok(code !== 0)
      assert.match(stderr, says)
      assert.is(readFileSync(config, 'utf8'), 'vehicles: []\n')
      assert.not.ok(existsSync(join(folder.path, 'data', 'lora-keys', 't.json')))
    }))
}

test('the same id twice is refused', () =>
  inFolder(async (folder) => {
    folder.file('odograph.yaml', 'lora: { devices: [{ id: t, name: a }] }\n')
    const { code, stderr } = await added(folder, ['t', '--name', 'b'])
    assert.is(code, 2)
    assert.match(stderr, /t.* is configured already/)
  }))

test('any payload can be read by any codec, with words on what is wrong', () =>
  inFolder(async (folder) => {
    const lpp = await odograph('lora', 'decode', '017404F7', '--codec', 'cayenne-lpp')
    assert.is(lpp.code, 0, lpp.stderr)
    assert.match(lpp.stdout, /12\.71/)
    const script = folder.file(
      'c.js',
      'function decodeUplink(i) { return { data: { speed: i.bytes[0], p: i.fPort } } }',
    )
    const read = await odograph(
      ...['lora', 'decode', '2A', '--codec', `script:${script}`, '--port', '7'],
    )
    assert.match(read.stdout, /"p":7/)
    assert.match(read.stdout, /"signal":"speed","value":42/)
    const loop = folder.file('loop.js', 'while (true);')
    const hung = await odograph('lora', 'decode', '2A', '--codec', `script:${loop}`)
    assert.is(hung.code, 1)
    assert.match(hung.stderr, /timeout: the script took longer than 250 ms/)
    const cases: [string[], RegExp][] = [
      [['2G', '--codec', 'dm-g62'], /pairs of hexadecimal digits/],
      [['2A', '--codec', 'g62'], /known are cayenne-lpp, dm-g62/],
      [['2A'], /needs --device ID/],
      [['2A', '--device', 'x'], /is not configured; configured are none/],
      [['2A', '--codec', 'network'], /not in these bytes/],
    ]
    for (const [args, says] of cases) {
      const { code, stderr } = await odograph('lora', 'decode', ...args)
      assert.ok(code !== 0)
      assert.match(stderr, says)
    }
  }))

test.run()
