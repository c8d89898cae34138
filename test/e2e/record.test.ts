/** `odograph record` and `odograph explain` at a real gateway, and without one. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Folder, odograph, startGateway, until } from '../support/gateway-process.ts'

async function withGateway(
  run: (folder: Folder, options: string[], url: string) => Promise<void>,
): Promise<void> {
  const folder = new Folder()
  try {
    const config = folder.file(
      'odograph.yaml',
      'sources: [{ id: sim0, type: simulator, vehicle: truck }]\n',
    )
    const gateway = await startGateway(folder, ['--config', config])
    const { host } = new URL(gateway.url)
    // Where it listens now stands in no file.
    const other = folder.file(
      'with-port.yaml',
      `api: { listen: "${host}" }\nsources: [{ id: sim0, type: simulator, vehicle: truck }]\n`,
    )
    await until('an odometer', async () => {
      const { body } = await gateway.get('/v1/gateway/health')
      return (body as { sources: { frames: number }[] }).sources[0]?.frames ?? 0 > 100
    })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await run(folder, ['--config', other, '--data', join(folder.path, 'data')], gateway.url)
  } finally {
    folder.remove()
  }
}

test('a recording of the running gateway is a candump log, and is listed', () =>
  withGateway(async (folder, options) => {
    const out = join(folder.path, 'noise.log.gz')
    const made = await odograph('record', out, '--for', '1', '--cause', 'odd noise', ...options)
    assert.is(made.code, 0, made.stderr)
    const lines = gunzipSync(readFileSync(out)).toString().trim().split('\n')
    assert.ok(lines.length > 40, String(lines.length))
    assert.match(lines[0] as string, /^\(\d+\.\d{6}\) sim0 [0-9A-F]{8}#[0-9A-F]*$/)
    const list = await odograph('record', '--list', ...options)
    assert.match(list.stdout, /request.*frames.*odd noise/)
    const again = await odograph('record', out, '--for', '0', ...options)
    assert.is(again.code, 1)
    assert.match(again.stderr, /is there already; --force/)
    const decoded = await odograph('decode', out)
    assert.match(decoded.stdout, /"signal":"odometer"/)
  }))

test('a value is explained by its frame, at the gateway and in a recording', () =>
  withGateway(async (folder, options) => {
    const live = await odograph('explain', 'odometer', ...options)
    assert.is(live.code, 0, live.stderr)
    assert.match(live.stdout, /^Odometer: \d+[.\d]* km \(ok\)/)
    assert.match(live.stdout, /sim0 {2}18FE(E0|C1)17#[0-9A-F]{16}/)
    assert.match(live.stdout, /▸ SPN \d+/)
    const out = join(folder.path, 'x.log.gz')
    await odograph('record', out, '--for', '0', ...options)
    const json = await odograph('explain', 'engineSpeed', '--file', out, '--json')
    const found = JSON.parse(json.stdout)
    assert.is(found.frames[0].id, '0CF00400')
    assert.ok(
      found.said.some(
        (one: { definition: string; matches?: boolean }) => one.definition === 'SPN 190',
      ),
    )
  }))

test('straight from a source, in the format that the name asks for', async () => {
  const folder = new Folder()
  try {
    const config = folder.file('odograph.yaml', 'sources: [{ id: sim0, type: simulator }]\n')
    const out = join(folder.path, 'drive.asc')
    const made = await odograph('record', out, '--source', 'sim0', '--config', config, '--for', '1')
    assert.is(made.code, 0, made.stderr)
    assert.match(readFileSync(out, 'utf8'), /^date [\s\S]*base hex/)
  } finally {
    folder.remove()
  }
})

/** What is wrong is told, with what would be accepted. */
const wrong: [args: string[], code: number, says: RegExp][] = [
  [['explain', 'nothing'], 2, /is no signal; there are odometer/],
  [['explain', 'odometer', '--at', 'noon', '--data', '/nowhere'], 2, /use a time such as/],
  [['explain', 'odometer', '--data', '/nowhere'], 1, /not its data folder/],
  [['record', 'x.asc', '--data', '/nowhere'], 1, /not its data folder/],
  [['record', 'x.log.gz', '--for', 'long'], 2, /use seconds from 0 to 3600/],
  [['record', 'x.log', '--source', 'can9'], 2, /the configuration has: none/],
  [['record'], 2, /OUT: is missing/],
]
for (const [args, code, says] of wrong) {
  test(`odograph ${args.join(' ')} is refused`, async () => {
    const { code: ended, stderr, stdout } = await odograph(...args)
    assert.is(ended, code, stderr)
    assert.match(stderr, says)
    assert.is(stdout, '')
  })
}

test.run()
