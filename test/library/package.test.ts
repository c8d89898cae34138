/** The package as a program outside would use it: packed, unpacked, with its types. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('library')

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'odograph-library-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

/** The package as npm would publish it, unpacked where an importing program looks for it. */
test.before(() => {
  const npm = ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder]
  const name = execFileSync('npm', npm, { cwd: root, encoding: 'utf8' }).trim()
  execFileSync('tar', ['xzf', join(folder, name.split('\n').at(-1) ?? ''), '-C', folder])
  mkdirSync(join(folder, 'node_modules'))
  renameSync(join(folder, 'package'), join(folder, 'node_modules', 'odograph'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n')
})

function run(program: string): string {
  const file = join(folder, 'program.mjs')
  writeFileSync(file, program)
  return execFileSync(process.execPath, [file], { cwd: folder, encoding: 'utf8' }).trim()
}

test('the decoders need nothing but themselves', () => {
  const output = run(`
    import { BusDecoder, frameOf, groupName, dtcText } from 'odograph/decoder'
    const bus = new BusDecoder({
      bus: 'can0',
      reading: ({ signal, value, quality }) => console.log(signal, value, quality),
      issue: ({ code }) => console.log('issue', code),
    })
    bus.frame(frameOf(0x18fee017, [0xff, 0xff, 0xff, 0xff, 0x40, 0x42, 0x0f, 0x00]))
    bus.frame(frameOf(0x7e8, [0x04, 0x41, 0x0c, 0x1a, 0xf8, 0, 0, 0]))
    bus.frame(frameOf(0x7e8, [0x03, 0x7f, 0x01, 0x12, 0, 0, 0, 0]))
    console.log(groupName(65226).label, typeof dtcText('P0301'))
  `)
  assert.equal(output.split('\n'), [
    'tripDistance undefined absent',
    'odometer 125000 ok',
    'engineSpeed 1726 ok',
    'issue negative-response',
    'DM1 string',
  ])
})

test('a receiver reads what a gateway sent', () => {
  const event = { id: 'a', specversion: '1.0', sequence: '1' }
  const output = run(`
    import { messageEvents } from 'odograph/batch'
    console.log(messageEvents(Buffer.from('[${JSON.stringify(event)}]'))[0].id)
    try { messageEvents(Buffer.from('no')) } catch (error) { console.log(error.code) }
  `)
  assert.equal(output.split('\n'), ['a', 'batch-invalid'])
})

test('a DBC file is read and decoded', () => {
  const output = run(`
    import { compileDbc, frameOf, parseDbc } from 'odograph/decoder'
    const { dbc, problems } = parseDbc('BO_ 291 M: 8 A\\n SG_ S : 0|8@1+ (0.1,0) [0|0] "V" B\\n')
    compileDbc(dbc).decode(frameOf(291, [179]), (message, signal, raw, value, unit) =>
      console.log(problems.length, message.name, signal.name, raw, value, unit))
  `)
  assert.is(output, '0 M S 179 17.9 V')
})

test('the client needs nothing but fetch', () => {
  const output = run(`
    import { createClient, OdographApiError } from 'odograph/client'
    const answer = () => new Response('{"code":404,"message":"Device not found."}', { status: 404 })
    const client = createClient({ url: 'http://gateway', token: 'a', fetch: async () => answer() })
    await client.get('/v1/vehicle/{tokenId}/status', { path: { tokenId: '17' } }).catch((error) =>
      console.log(error instanceof OdographApiError, error.status, error.message))
  `)
  assert.is(output, 'true 404 Device not found.')
})

test('the types are there', () => {
  const file = join(folder, 'program.ts')
  writeFileSync(
    file,
    `import { BusDecoder, type Reading } from 'odograph/decoder'
    const kept: Reading[] = []
    new BusDecoder({ bus: 'can0', reading: (r) => kept.push({ ...r }), issue: () => undefined })
    import { createClient, type Schemas } from 'odograph/client'
    const client = createClient({ url: 'http://gateway' })
    export const status: Promise<Schemas['Status']> = client.get('/v1/vehicle/{tokenId}/status', {
      path: { tokenId: '17' },
    })
    // @ts-expect-error there is no such path
    void client.get('/v1/nothing')
    // @ts-expect-error a frame is no number
    new BusDecoder({ bus: 'can0', reading: () => undefined, issue: () => undefined }).frame(7)\n`,
  )
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022']
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')]
  execFileSync(process.execPath, [tsc, ...options, ...types, file], { cwd: folder })
})

test('nothing but the decoders is to be had from outside', () => {
  const output = run(`
    await import('odograph').catch(({ code }) => console.log(code))
    await import('odograph/dist/gateway.js').catch(({ code }) => console.log(code))
  `)
  assert.equal(output.split('\n'), [
    'ERR_PACKAGE_PATH_NOT_EXPORTED',
    'ERR_PACKAGE_PATH_NOT_EXPORTED',
  ])
})

test.run()
