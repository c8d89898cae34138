/** A quarter of an hour of what `npm run soak` does for a day. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('a clone with random quirks')
const SCRIPT = fileURLToPath(new URL('../soak/elm.ts', import.meta.url))

test('readings come back within ten seconds of each spell, and nothing is sent by itself', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', SCRIPT, '0.5', '11'])
  let output = ''
  child.stdout.on('data', (data) => {
    output += data
  })
  child.stderr.on('data', (data) => {
    output += data
  })
  const code = await new Promise((resolve) => child.once('close', resolve))
  assert.is(code, 0, output)
  assert.match(output, /readings came back after \d\.\d s at most, 0 times after more/)
  assert.match(output, /searches 0/)
})

test.run()
