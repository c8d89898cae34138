/** The ignition input through stand-ins of the tools of libgpiod, found on the path. */
import {
  appendFileSync,
  chmodSync,
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
import { until } from '../support/gateway-process.ts'

const test = suite('ignition input')

const folder = mkdtempSync(join(tmpdir(), 'odograph-gpio-'))
const oldPath = process.env.PATH
const at = (name: string) => join(folder, name)

function tool(name: string, script: string): void {
  writeFileSync(at(name), `#!/bin/sh\n${script}\n`)
  chmodSync(at(name), 0o755)
}

function tools(version: string): void {
  tool('gpioget', `echo "$@" > ${at('get.args')}\ncat ${at('level')}`)
  tool(
    'gpiomon',
    `[ "$1" = --version ] && echo "gpiomon (libgpiod) v${version}" && exit 0\necho "$@" > ${at('mon.args')}\nexec tail -n 0 -f ${at('edges')}`,
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

function follow(activeLow = false) {
  const told: (boolean | undefined)[] = []
  const problems: string[] = []
  const input = new IgnitionInput({
    ...{ chip: 'gpiochip0', line: 17, activeLow },
    changed: (isOn) => told.push(isOn),
    problem: (sentence) => problems.push(sentence),
  })
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
    await until('the monitor', () => readFileSync(at('mon.args'), { flag: 'a+' }).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 150))
    writeFileSync(at('level'), '1\n')
    for (let bounce = 0; bounce < 5; bounce++) appendFileSync(at('edges'), 'event\n')
    await until('the change', () => told.length === 2)
    assert.equal(told, [false, true])
    assert.equal(problems, [])
    assert.is(readFileSync(at('get.args'), 'utf8').trim(), get)
    assert.is(readFileSync(at('mon.args'), 'utf8').trim(), monitor)
    input.stop()
  })
}

test('without the tools it is unknown, and what would help is told once', async () => {
  process.env.PATH = folder
  const { told, problems, input } = follow()
  await until('the problem', () => problems.length > 0)
  process.env.PATH = `${folder}${delimiter}${oldPath}`
  assert.equal(told, [undefined])
  assert.match(problems.join(), /sudo apt install gpiod/)
  input.stop()
})

test('a line that cannot be read is unknown', async () => {
  tools('1.6.3')
  tool('gpioget', 'echo "error opening line" >&2; exit 1')
  const { told, problems, input } = follow()
  await until('the problem', () => problems.length > 0)
  assert.equal(told, [undefined])
  assert.match(problems.join(), /cannot be read: line 17 of gpiochip0/)
  input.stop()
})

test.run()
