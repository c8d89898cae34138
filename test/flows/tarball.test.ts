/** The palette as users get it: packed, installed from its tarball, loaded from the user folder. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NodeRed, sink, tab } from '../support/node-red.ts'

const test = suite('palette tarball')

const palette = fileURLToPath(new URL('../../dist/flows', import.meta.url))

test('it is packed, installed without anything else, and loads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'odograph-tarball-'))
  const npm = (args: string[], cwd: string) =>
    execFileSync('npm', [...args, '--loglevel=error'], { cwd, encoding: 'utf8' })
  const packed = JSON.parse(npm(['pack', palette, '--json', '--pack-destination', folder], folder))
  const [{ filename, files }] = packed as [{ filename: string; files: { path: string }[] }]
  const paths = files.map(({ path }) => path)
  for (const path of ['LICENSE', 'README.md', 'nodes/signal-in.html', 'lib/odograph-library.js']) {
    assert.ok(paths.includes(path), path)
  }
  assert.not(paths.some((path) => path.endsWith('.ts')))
  const userDir = join(folder, 'user')
  execFileSync('mkdir', [userDir])
  writeFileSync(join(userDir, 'package.json'), '{"name":"user","version":"1.0.0","private":true}')
  npm(['install', '--offline', '--no-audit', '--no-fund', join(folder, filename)], userDir)
  const red = await NodeRed.start({ userDir, palette: join(folder, 'nothing') })
  try {
    const ours = (await red.sets()).filter(({ module }) => module === '@odograph/node-red-odograph')
    assert.is(ours.length, 13)
    const node = { id: 'decode', type: 'odograph-decode', wires: [['sink'], []] }
    await red.deploy(tab(node, sink()))
    red.send('decode', { payload: '18FEE017#FFFFFFFF40420F00' })
    assert.is((await red.message('sink', ({ topic }) => topic === 'odometer')).payload, 125_000)
    assert.equal(red.errors, [])
  } finally {
    await red.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

test.run()
