/** The ignition input through stand-ins of the tools of libgpiod, found on the path. */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { IgnitionInput } from '../../src/device/gpio/ignition-input.ts'
import { type After, systemAfter } from '../../src/device/supervisor.ts'
import { until } from '../support/gateway-process.ts'

const test = suite('ignition input')

const folder = mkdtempSync(join(tmpdir(), 'odograph-gpio-'))
const oldPath = process.env.PATH
const at = (name: string) => join(folder, name)

function tool(name: string, script: string): void {
  writeFileSync(at(name), `#!/bin/sh\n${script}\n`)
  chmodSync(at(name), 0o755)
}

/** As in the kernel, a line belongs to one process at a time. */
function tools(version: string): void {
  tool(
    'gpioget',
    `[ -e ${at('held')} ] && echo "Device or resource busy" >&2 && exit 1\necho "$@" > ${at('get.args')}\ncat ${at('level')}`,
  )
  tool(
    'gpiomon',
    `[ "$1" = --version ] && echo "gpiomon (libgpiod) v${version}" && exit 0
echo "$@" > ${at('mon.args')}
trap 'rm -f ${at('held')}; : > ${at('edges')}; kill $!; exit 0' TERM
tail -n +1 -f ${at('edges')} &
tail=$!
touch ${at('held')}
wait $tail
rm -f ${at('held')}`,
  )
}

test.before.each(() => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder)
  writeFileSync(at('level'), '0\n')
  writeFileSync(at('edges'), '')
  process.env.PATH = `${folder}${delimiter}${oldPath}`
})

test.after(() => {
  process.env.PATH = oldPath
  rmSync(folder, { recursive: true, force: true })
})

/** Minutes are seconds. */
const faster: After = (delayMs, run) => systemAfter(delayMs / 60, run)

function follow(activeLow = false, options: { line?: string; after?: After } = {}) {
  const told: (boolean | undefined)[] = []
  const problems: string[] = []
  const input = new IgnitionInput(
    {
      ...{ chip: 'gpiochip0', line: options.line ?? 17, activeLow },
      changed: (isOn) => told.push(isOn),
      problem: (sentence) => problems.push(sentence),
    },
    options.after,
  )
  input.start()
  return { told, problems, input }
}

const versions: [version: string, get: string, monitor: string][] = [
  ['1.6.3', '--active-low gpiochip0 17', '--line-buffered --active-low gpiochip0 17'],
  ['2.1', '--numeric --active-low -c gpiochip0 17', '--active-low -c gpiochip0 17'],
]

for (const [version, get, monitor] of versions) {
  test(`libgpiod ${version}: the level at the start, and each change once it has settled`, async () => {
    tools(version)
    const { told, problems, input } = follow(true)
    await until('the level', () => told.length === 1)
    assert.equal(told, [false])
    await until('the monitor', () => existsSync(at('held')))
    writeFileSync(at('level'), '1\n')
    for (let bounce = 0; bounce < 5; bounce++) appendFileSync(at('edges'), 'event\n')
    await until('the change', () => told.length === 2)
    assert.equal(told, [false, true])
    assert.equal(problems, [])
    assert.is(readFileSync(at('get.args'), 'utf8').trim(), get)
    assert.is(readFileSync(at('mon.args'), 'utf8').trim(), monitor)
    input.stop()
    await input.ended
  })
}

test('an edge that nobody saw is found out all the same', async () => {
  tools('2.1')
  const { told, input } = follow(false, { after: faster })
  await until('the monitor', () => existsSync(at('held')))
  writeFileSync(at('level'), '1\n')
  await until('the change', () => told.length === 2)
  assert.equal(told, [false, true])
  input.stop()
  await input.ended
})

test('a monitor that ends is told of and started again', async () => {
  tools('2.1')
  tool(
    'gpiomon',
    `[ "$1" = --version ] && echo "v2.1" && exit 0\n[ -e ${at('well')} ] && exec tail -f ${at('edges')}\nexit 1`,
  )
  const { told, problems, input } = follow(false, { after: faster })
  await until('the problem', () => problems.length > 0)
  assert.equal(problems, ['gpiomon has ended'])
  assert.equal(told.slice(0, 2), [false, undefined])
  writeFileSync(at('well'), '')
  await until('a level', () => told.at(-1) === false)
  input.stop()
  await input.ended
})

test('version 1 is given chip and number of a line that has a name', async () => {
  tools('1.6.3')
  tool('gpiofind', '[ "$1" = GPIO17 ] && echo "gpiochip4 17"')
  const { told, input } = follow(false, { line: 'GPIO17' })
  await until('the level', () => told.length === 1)
  assert.is(readFileSync(at('get.args'), 'utf8').trim(), 'gpiochip4 17')
  input.stop()
  await input.ended
})

test('without the tools it is unknown, and what would help is told once', async () => {
  process.env.PATH = folder
  const { told, problems, input } = follow()
  await until('the problem', () => problems.length > 0)
  process.env.PATH = `${folder}${delimiter}${oldPath}`
  assert.equal(told, [undefined])
  assert.match(problems.join(), /sudo apt install gpiod/)
  input.stop()
  await input.ended
})

test('a line that cannot be read is unknown', async () => {
  tools('1.6.3')
  tool('gpioget', 'echo "error opening line" >&2; exit 1')
  const { told, problems, input } = follow()
  await until('the problem', () => problems.length > 0)
  assert.equal(told, [undefined])
  assert.match(problems.join(), /cannot be read: line 17 of gpiochip0/)
  input.stop()
  await input.ended
})

test.run()
