/** The units, the udev rules and the polkit rule, as systemd reads them. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runInNewContext } from 'node:vm'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { hasProgram, testWhere, testWith } from '../support/needs.ts'

const test = suite('units')

const hardware = fileURLToPath(new URL('../../hardware', import.meta.url))
const units = readdirSync(join(hardware, 'systemd'))
const read = (path: string) => readFileSync(join(hardware, path), 'utf8')
const rules = read('udev/60-odograph.rules')

/** Exposure as `systemd-analyze security` counts it: 0 to 10. */
const MOST_EXPOSED = 2

/** Verified where the command exists; here it is not installed. */
function verified(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'odograph-units-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      const runs = text.replaceAll('/usr/bin/odograph', '/bin/true')
      writeFileSync(join(folder, name), runs)
    }
    const paths = Object.keys(files).map((name) => join(folder, name))
    const env = { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` }
    const args = ['verify', '--man=no', ...paths]
    const { status, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8', env })
    const ours = stderr.split('\n').filter((line) => line.includes('odograph'))
    return status === 0 ? ours.join('\n') : stderr
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

testWith(test, 'systemd-analyze', 'systemd finds nothing to complain about in the units', () => {
  assert.equal(units, ['odograph-flows.service', 'odograph.service'])
  assert.is(verified(Object.fromEntries(units.map((unit) => [unit, read(`systemd/${unit}`)]))), '')
})

testWith(test, 'systemd-analyze', 'nor in the mounts of a root that is only read', () => {
  const mounts = ['var-lib-odograph.mount', 'etc-odograph.mount']
  assert.is(
    verified(Object.fromEntries(mounts.map((unit) => [unit, read(`read-only-root/${unit}`)]))),
    '',
  )
})

testWith(test, 'systemd-analyze', 'it does find a misspelt setting', () => {
  const text = read('systemd/odograph.service').replace('ProtectHome=', 'ProtectHom=')
  assert.match(verified({ 'odograph.service': text }), /ProtectHom/)
})

for (const unit of units) {
  testWith(test, 'systemd-analyze', `${unit} is exposed by ${MOST_EXPOSED} of 10 at most`, () => {
    const args = ['security', '--offline=true', '--no-pager', join(hardware, 'systemd', unit)]
    const said = execFileSync('systemd-analyze', args, { encoding: 'utf8' })
    const exposure = Number(/Overall exposure level .*: ([\d.]+)/.exec(said)?.[1])
    assert.ok(exposure <= MOST_EXPOSED, `${exposure}`)
  })

  test(`${unit} never gives up, is nobody of importance, and lets Node.js compile`, () => {
    const lines = read(`systemd/${unit}`).split('\n')
    for (const line of [
      'StartLimitIntervalSec=0',
      'Restart=always',
      'User=odograph',
      'CapabilityBoundingSet=',
      'NoNewPrivileges=yes',
      'DevicePolicy=closed',
      'ProtectSystem=strict',
    ]) {
      assert.ok(lines.includes(line), line)
    }
    assert.not(lines.some((line) => line.startsWith('MemoryDenyWriteExecute=')))
    // It would fail where the group gpio is missing.
    assert.not(lines.some((line) => line.startsWith('SupplementaryGroups=')))
  })
}

test('the drivers whose ports may be opened are loaded before the gateway starts', () => {
  const unit = read('systemd/odograph.service')
  for (const [device, module] of [
    ['ttyUSB', 'usbserial'],
    ['ttyACM', 'cdc_acm'],
    ['rfcomm', 'rfcomm'],
  ]) {
    assert.match(unit, `DeviceAllow=char-${device} rw`)
    for (const key of ['After', 'Wants']) {
      assert.match(unit, new RegExp(`^${key}=.*modprobe@${module}\\.service`, 'm'))
    }
  }
})

test('the tools that the gateway starts may do what they do at their start', () => {
  // `ip` of Debian ends, without a word, where it cannot give up its capabilities.
  const filters = read('systemd/odograph.service')
    .split('\n')
    .filter((line) => line.startsWith('SystemCallFilter='))
  assert.ok(filters.indexOf('SystemCallFilter=capset') > filters.findIndex((f) => f.includes('~')))
})

const knowsRules =
  spawnSync('udevadm', ['verify', '--help'], { encoding: 'utf8' }).status === 0 &&
  hasProgram('udevadm')

test('udev finds nothing to complain about in the rules', () => {
  // Rules that udevadm cannot check yet (before systemd 254) are checked by the tests below alone.
  if (!knowsRules) return
  const file = join(hardware, 'udev/60-odograph.rules')
  const { status, stdout, stderr } = spawnSync('udevadm', ['verify', file], { encoding: 'utf8' })
  assert.is(status, 0, stdout + stderr)
})

interface Term {
  key: string
  operator: string
  value: string
}

/** `KEY=="value", KEY{attribute}="value"` */
const lines: Term[][] = rules
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const terms = [...line.matchAll(/([A-Z_]+(?:\{[^}]+\})?)(==|!=|\+=|:=|=)"([^"]*)"(?:, |$)/g)]
    assert.is(terms.map(([text]) => text).join(''), line)
    return terms.map(([, key = '', operator = '', value = '']) => ({ key, operator, value }))
  })

function termOf(line: Term[], key: string, operator = '=='): string | undefined {
  return line.find((term) => term.key === key && term.operator === operator)?.value
}

test('every rule is written as udev reads it, and every jump has an end', () => {
  const labels = lines.flatMap((line) => termOf(line, 'LABEL', '=') ?? [])
  for (const line of lines) {
    const target = termOf(line, 'GOTO', '=')
    if (target !== undefined) assert.ok(labels.includes(target), target)
  }
})

const kinds = lines.filter((line) => termOf(line, 'ENV{ODOGRAPH_KIND}', '=') !== undefined)

for (const [ids, product, kind] of [
  ['16d0:117e', '', 'can'],
  ['ad50:60c4', '', 'can'],
  ['0403:ffa8', '', 'can'],
  ['1546:01a7', '', 'gnss'],
  ['1546:01a9', '', 'gnss'],
  ['0403:6001', '', 'port'],
  ['0403:6015', 'FT230X Basic UART', 'port'],
  ['0403:6015', 'OBDLink SX', 'obd'],
  ['1a86:7523', '', 'port'],
  ['10c4:ea60', '', 'port'],
  ['067b:2303', '', 'port'],
  ['239a:8029', 'WisCore RAK4631 Board', 'lora'],
  ['239a:8029', 'Feather nRF52840 Express', ''],
  ['2c7c:0125', 'EC25', ''],
] as const) {
  test(`${ids} ${product} is ${kind || 'none of ours'}`, () => {
    const [vendor = '', model = ''] = ids.split(':')
    let found = ''
    for (const line of kinds) {
      const isIt =
        matches(termOf(line, 'ATTRS{idVendor}'), vendor) &&
        matches(termOf(line, 'ATTRS{idProduct}'), model) &&
        matches(termOf(line, 'ATTRS{product}'), product)
      if (isIt) found = termOf(line, 'ENV{ODOGRAPH_KIND}', '=') ?? ''
    }
    assert.is(found, kind)
  })
}

/** As far as the rules use them: `|`, `*` at the end, `[5-9]`. */
function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined) return true
  return pattern.split('|').some((one) => new RegExp(`^${one.replaceAll('*', '.*')}$`).test(text))
}

test('a converter is never said to be an adapter', () => {
  const converters = ['0403:6001', '0403:6015', '1a86:7523', '10c4:ea60', '067b:2303']
  for (const line of kinds) {
    if (termOf(line, 'ENV{ODOGRAPH_KIND}', '=') === 'port') continue
    if (termOf(line, 'ATTRS{product}') !== undefined) continue
    for (const ids of converters) {
      const [vendor = '', model = ''] = ids.split(':')
      const isIt =
        matches(termOf(line, 'ATTRS{idVendor}'), vendor) &&
        matches(termOf(line, 'ATTRS{idProduct}'), model)
      assert.not(isIt, ids)
    }
  }
})

for (const [user, action, answer] of [
  ['odograph', 'org.freedesktop.login1.power-off', 'yes'],
  ['odograph', 'org.freedesktop.login1.power-off-multiple-sessions', 'yes'],
  ['odograph', 'org.freedesktop.login1.reboot', undefined],
  ['odograph', 'org.freedesktop.systemd1.manage-units', undefined],
  ['nobody', 'org.freedesktop.login1.power-off', undefined],
] as const) {
  test(`polkit answers ${user} with ${answer ?? 'nothing'} to ${action}`, () => {
    const asked: ((action: object, subject: object) => unknown)[] = []
    const polkit = {
      addRule: (rule: (typeof asked)[number]) => asked.push(rule),
      Result: { YES: 'yes', NOT_HANDLED: undefined },
    }
    runInNewContext(read('polkit/60-odograph.rules'), { polkit })
    assert.equal(
      asked.map((rule) => rule({ id: action }, { user })),
      [answer],
    )
  })
}

testWhere(
  test,
  [process.platform === 'linux', 'Linux'],
  'the shell finds nothing wrong in the scripts of the package',
  () => {
    for (const script of ['deb/postinst', 'deb/prerm', 'deb/postrm', 'polkit/power-off']) {
      execFileSync('sh', ['-n', join(hardware, script)])
    }
  },
)

test.run()
