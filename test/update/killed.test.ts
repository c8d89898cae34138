/** A power cut at any moment of an update leaves a version that runs: the one before, or the new one. */
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { onBench, type UpdateBench } from '../support/update-trees.ts'

const test = suite('updates that are cut off')

const TARGET = fileURLToPath(new URL('../support/update-target.mjs', import.meta.url))

function argsOf(bench: UpdateBench, file: string, running: string, dies = -1): string[] {
  return [TARGET, file, bench.keys.pub, bench.versions, running, String(dies)]
}

/** 1.1.0 has confirmed itself. */
function updated(bench: UpdateBench): void {
  const { status, stderr } = spawnSync(
    process.execPath,
    argsOf(bench, bench.update('1.1.0'), '1.0.0'),
    { encoding: 'utf8' },
  )
  assert.is(status, 0, stderr)
  const choice = { packaged: '1.0.0', current: '1.1.0', previous: null }
  spawnSync(process.execPath, [
    '-e',
    `require('fs').writeFileSync(${JSON.stringify(join(bench.versions, 'choice.json'))}, ${JSON.stringify(JSON.stringify(choice))})`,
  ])
  assert.is(bench.start('run'), 'runs 1.1.0 -')
}

const EITHER = /^runs (1\.1\.0 -|1\.2\.0 1\.2\.0)$/

test('killed before each of its steps', () =>
  onBench((bench) => {
    updated(bench)
    const file = bench.update('1.2.0')
    const whole = join(bench.root, 'whole')
    cpSync(bench.versions, whole, { recursive: true })
    const seen = new Map<string, number>()
    let steps = 0
    for (let dies = 0; ; dies += 1) {
      const { signal, stdout } = spawnSync(process.execPath, argsOf(bench, file, '1.1.0', dies), {
        encoding: 'utf8',
      })
      const said = bench.start('run')
      assert.match(said, EITHER, `killed at ${dies}`)
      seen.set(said, (seen.get(said) ?? 0) + 1)
      if (signal === null) {
        steps = Number(/steps (\d+)/.exec(stdout)?.[1])
        break
      }
      rmSync(bench.versions, { recursive: true })
      cpSync(whole, bench.versions, { recursive: true })
    }
    assert.ok(steps >= 12, `${steps} steps`)
    assert.is(seen.get('runs 1.1.0 -'), steps - 1)
    assert.is(seen.get('runs 1.2.0 1.2.0'), 2)
  }))

test('killed at any time, again and again, on what the kill before has left', () =>
  onBench(async (bench) => {
    updated(bench)
    const files = ['1.2.0', '1.3.0', '1.4.0'].map((version) => bench.update(version))
    for (let turn = 0; turn < 25; turn += 1) {
      const file = files[turn % files.length] as string
      const child = spawn(process.execPath, argsOf(bench, file, '1.1.0'), {
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      const ended = new Promise((resolve) => child.on('close', resolve))
      await new Promise((resolve) => child.stdout.once('data', resolve))
      await pause(Math.random() * 15)
      child.kill('SIGKILL')
      await ended
      assert.match(bench.start('run'), /^runs (1\.1\.0 -|1\.[234]\.0 1\.[234]\.0)$/)
      assert.is(bench.start('stats'), 'runs 1.1.0 -')
    }
    const last = spawnSync(process.execPath, argsOf(bench, files[0] as string, '1.1.0'))
    assert.is(last.status, 0)
    assert.is(bench.start('run'), 'runs 1.2.0 1.2.0')
  }))

test.run()
