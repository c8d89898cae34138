/**
 * Tests again in the newest Node-RED, on the Node.js that it needs: both are a package of their own in
 * test/node-red-5, for this project's own Node.js may be older.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as assert from 'uvu/assert'
import { type Suite, testWhere } from './needs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = `${root}test/node-red-5`
const node = `${folder}/node_modules/node-linux-${process.arch}/bin/node`
const isThere = existsSync(node) && existsSync(`${folder}/node_modules/node-red`)
const NEEDS = '`npm ci --ignore-scripts` in test/node-red-5'

/** A file of test/flows. */
export function testAgain(suite: Suite, name: string): void {
  testWhere(suite, [isThere, NEEDS], name, async () => {
    const { code, output } = await run(name)
    assert.is(code, 0, output)
    assert.match(output, /Skipped: +0/)
  })
}

function run(name: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(node, ['--import', 'tsx', `test/flows/${name}.test.ts`], {
      cwd: root,
      env: { ...process.env, ODOGRAPH_NODE_RED: `${folder}/package.json`, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    process.once('exit', () => child.kill('SIGKILL'))
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data) => {
        output += data
      })
    }
    child.on('close', (code) => resolve({ code, output }))
  })
}
