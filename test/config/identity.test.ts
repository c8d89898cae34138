import { spawnSync } from 'node:child_process'
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { dataFolder } from '../../src/config/data-folder.ts'
import { writeDurably } from '../../src/config/durable-file.ts'
import { loadIdentity, loadSigningKey, vehicleIds } from '../../src/config/identity.ts'
import { OdographError } from '../../src/model/errors.ts'
import { isKsuid } from '../../src/model/ksuid.ts'
import { inFolder } from '../support/journal-records.ts'

const MACHINE = '0123456789abcdef0123456789abcdef'

function machineFile(folder: string, content: string | undefined): string {
  const file = join(folder, 'machine-id')
  if (content !== undefined) writeFileSync(file, content)
  return file
}

/** The identity that a machine with this id gives itself in a new folder. */
async function identityOf(content: string | undefined) {
  let made: ReturnType<typeof loadIdentity> | undefined
  await inFolder((folder) => {
    made = loadIdentity(folder, machineFile(folder, content))
  })
  return made as ReturnType<typeof loadIdentity>
}

const modeOf = (path: string) => statSync(path).mode & 0o777

// ── the gateway's name ──────────────────────────────────────────────────────────────────────

test('an identity is made once and kept, whatever becomes of the machine id', () =>
  inFolder((folder) => {
    const file = machineFile(folder, `${MACHINE}\n`)
    const first = loadIdentity(folder, file)
    assert.match(first.gatewayId, /^gw-[0-9a-f]{8}$/)
    assert.match(first.seed, /^[0-9a-f]{64}$/)
    assert.equal(loadIdentity(folder, file), first)
    writeFileSync(file, `${MACHINE.replace('0', 'f')}\n`)
    assert.equal(loadIdentity(folder, file), first)
    rmSync(file)
    assert.equal(loadIdentity(folder, file), first)
  }))

test('the same machine gives the same identity again, another machine another', async () => {
  const first = await identityOf(MACHINE)
  assert.equal(await identityOf(`  ${MACHINE}\n`), first)
  const others = ['f'.repeat(32), MACHINE.replace('0', '1'), [...MACHINE].reverse().join('')]
  const all = [first, ...(await Promise.all(others.map(identityOf)))]
  assert.is(new Set(all.map(({ gatewayId }) => gatewayId)).size, 4)
  assert.is(new Set(all.map(({ seed }) => seed)).size, 4)
})

test('the machine id itself is in nothing that is kept', () =>
  inFolder((folder) => {
    const machine = machineFile(folder, MACHINE)
    loadIdentity(folder, machine)
    assert.not.match(readFileSync(join(folder, 'gateway.json'), 'utf8'), new RegExp(MACHINE))
  }))

const noMachineId: [name: string, content: string | undefined][] = [
  ['no file', undefined],
  ['an empty file', ''],
  ['a first boot of systemd', 'uninitialized\n'],
  ['half an id', MACHINE.slice(16)],
  ['an id with more behind it', `${MACHINE}\n${MACHINE}\n`],
  ['letters that are no digits', MACHINE.toUpperCase().replace('0', 'G')],
]

for (const [name, content] of noMachineId) {
  test(`without a machine id (${name}) chance serves, and what it gave is kept`, async () => {
    const [one, other] = [await identityOf(content), await identityOf(content)]
    assert.is.not(one.seed, other.seed)
    assert.is.not(one.gatewayId, other.gatewayId)
    await inFolder((folder) => {
      const file = machineFile(folder, content)
      assert.equal(loadIdentity(folder, file), loadIdentity(folder, file))
    })
  })
}

// ── files that were damaged ─────────────────────────────────────────────────────────────────

interface Kept {
  file: string
  load(folder: string): object
  /** Valid JSON that is not what it should be. */
  wrong: object[]
}

const whole = { kty: 'EC', crv: 'P-256', kid: 'k', alg: 'ES256', x: 'eA', y: 'eQ', d: 'ZA' }

const kept: Kept[] = [
  {
    file: 'gateway.json',
    load: (folder) => loadIdentity(folder, join(folder, 'no-machine-id')),
    wrong: [
      { gatewayId: 'gw-1' },
      { seed: 'abc' },
      { gatewayId: 1, seed: 'abc' },
      { gatewayId: '', seed: '' },
    ],
  },
  {
    file: 'signing-key.json',
    load: loadSigningKey,
    wrong: [
      whole,
      { kty: 'EC', d: 'x', kid: 'y' },
      { ...whole, kty: 'oct' },
      { ...whole, alg: 'HS256' },
    ],
  },
]

for (const { file, load, wrong } of kept) {
  const contents: [name: string, content: (good: string) => string | Uint8Array][] = [
    ['empty', () => ''],
    ['half written', (good) => good.slice(0, good.length / 2)],
    ['zeros', (good) => new Uint8Array(good.length)],
    ['no JSON', () => 'gatewayId: x'],
    ['bytes that are no text', () => Uint8Array.from([0xff, 0xfe, 0x80, 0x00])],
    ...['null', '[]', '17', '"text"', '{}', ...wrong.map((value) => JSON.stringify(value))].map(
      (text): [string, () => string] => [text, () => text],
    ),
  ]
  for (const [name, content] of contents) {
    test(`a ${file} that is ${name} is moved aside as it is, and made anew`, () =>
      inFolder((folder) => {
        const path = join(folder, file)
        const good = load(folder)
        for (let round = 1; round <= 2; round += 1) {
          const damaged = Buffer.from(content(readFileSync(path, 'utf8')))
          writeFileSync(path, damaged)
          const anew = load(folder)
          assert.not.equal(anew, good)
          assert.equal(load(folder), anew, 'and kept')
          const aside = readdirSync(folder).filter((entry) => entry !== file)
          assert.is(aside.length, round, 'nothing that was moved aside is overwritten')
          assert.ok(aside.every((entry) => entry.startsWith(`${file}.unreadable`)))
          assert.ok(aside.some((entry) => readFileSync(join(folder, entry)).equals(damaged)))
          assert.ok(aside.every((entry) => (modeOf(join(folder, entry)) & 0o077) === 0))
        }
      }))
  }

  test(`a ${file} that cannot be read at all is an error that names it`, () =>
    inFolder((folder) => {
      mkdirSync(join(folder, file))
      assert.throws(
        () => load(folder),
        (error: unknown) =>
          error instanceof OdographError &&
          error.code === 'key-unreadable' &&
          error.subject === join(folder, file),
      )
    }))

  test(`${file} can be read by its owner alone, whatever the umask`, () =>
    inFolder((folder) => {
      const umask = process.umask(0)
      try {
        load(folder)
      } finally {
        process.umask(umask)
      }
      assert.is(modeOf(join(folder, file)), 0o600)
      assert.equal(readdirSync(folder), [file], 'no temporary file is left')
    }))
}

// ── the signing key ─────────────────────────────────────────────────────────────────────────

test('the signing key is made once, kept, and signs', () =>
  inFolder((folder) => {
    const key = loadSigningKey(folder)
    assert.equal(loadSigningKey(folder), key)
    assert.is(key.alg, 'ES256')
    assert.match(key.kid, /^[\w-]{16}$/)
    const privateKey = createPrivateKey({ key, format: 'jwk' })
    const signature = sign('sha256', Buffer.from('text'), privateKey)
    assert.ok(verify('sha256', Buffer.from('text'), createPublicKey(privateKey), signature))
  }))

test('every folder has a key of its own, on the same machine too', async () => {
  const kids = new Set<string>()
  for (let i = 0; i < 3; i += 1) {
    await inFolder((folder) => void kids.add(loadSigningKey(folder).kid))
  }
  assert.is(kids.size, 3)
})

// ── the ids of vehicles ─────────────────────────────────────────────────────────────────────

test('vehicles get a decimal tokenId and a KSUID, the same ones every time', () => {
  const identity = { gatewayId: 'gw-1', seed: 'a'.repeat(64) }
  const other = { gatewayId: 'gw-1', seed: 'b'.repeat(64) }
  const names = ['van', 'bus', 'Van', 'a.b-c_d', 'x'.repeat(64), ...Array(500).keys()].map(String)
  const tokens = new Set<string>()
  const users = new Set<string>()
  for (const name of names) {
    const made = vehicleIds(identity, name)
    assert.equal(vehicleIds({ ...identity }, name), made)
    assert.match(made.tokenId, /^[1-9]\d{8}$/)
    assert.ok(isKsuid(made.userDeviceId))
    assert.is.not(vehicleIds(other, name).tokenId, made.tokenId)
    tokens.add(made.tokenId)
    users.add(made.userDeviceId)
  }
  assert.is(tokens.size, names.length)
  assert.is(users.size, names.length)
})

const IDS = { tokenId: '138559589', userDeviceId: '2aKVLKNInraOHZhSAdnVdjf7sFc' }

test('these ids stay as they are: they are in the applications of users', () => {
  assert.equal(vehicleIds({ gatewayId: 'gw-1', seed: 'a'.repeat(64) }, 'van'), IDS)
})

// ── durable files ───────────────────────────────────────────────────────────────────────────

test('a durable file is the old one or the new one, and nothing else is left', () =>
  inFolder((folder) => {
    const path = join(folder, 'new', 'folder', 'file')
    for (const content of ['first', '', 'ä'.repeat(100_000), 'last']) {
      writeDurably(path, content)
      assert.is(readFileSync(path, 'utf8'), content)
      assert.equal(readdirSync(join(folder, 'new', 'folder')), ['file'])
      assert.is(modeOf(path), 0o600)
    }
    writeDurably(path, 'public', 0o644)
    assert.is(modeOf(path) & ~0o022, 0o644 & ~0o022)
  }))

test('a durable file that cannot take its name leaves all as it was', () =>
  inFolder((folder) => {
    const path = join(folder, 'taken')
    mkdirSync(path)
    writeFileSync(join(path, 'inside'), 'old')
    assert.throws(() => writeDurably(path, 'new'), /taken/)
    assert.equal(readdirSync(folder), ['taken'])
    assert.is(readFileSync(join(path, 'inside'), 'utf8'), 'old')
    assert.throws(() => writeDurably(join(path, 'inside', 'file'), 'new'))
    assert.is(readFileSync(join(path, 'inside'), 'utf8'), 'old')
  }))

test('a durable file that does not fit on the card keeps its old content, whole', () =>
  inFolder((folder) => {
    const path = join(folder, 'file')
    writeFileSync(path, 'old')
    const source = new URL('../../src/config/durable-file.ts', import.meta.url).href
    // A limit on the size of files makes the kernel write less than it is asked to, as a card does
    // that is nearly full. The signal that comes with it would otherwise end the process.
    const script = `
      process.on('SIGXFSZ', () => undefined)
      const { writeDurably } = await import('${source}')
      try {
        writeDurably(process.argv[1], 'x'.repeat(100_000))
        console.log('written')
      } catch (error) {
        console.log(error.code)
      }`
    const limited = 'ulimit -f 32 && exec "$0" --import tsx --input-type=module -e "$1" "$2"'
    const { stdout, stderr } = spawnSync('sh', ['-c', limited, process.execPath, script, path], {
      encoding: 'utf8',
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    })
    assert.is(stdout.trim(), 'EFBIG', stderr)
    assert.is(readFileSync(path, 'utf8'), 'old')
    assert.equal(readdirSync(folder), ['file'])
  }))

test('the data folder is made, with what is above it, and may be there already', () =>
  inFolder((folder) => {
    const path = join(folder, 'a', 'b')
    assert.is(dataFolder(path), path)
    assert.is(dataFolder(path), path)
    assert.is(modeOf(path) & 0o007, 0, 'not for everybody')
    writeFileSync(join(folder, 'file'), '')
    assert.throws(
      () => dataFolder(join(folder, 'file')),
      (error: OdographError) =>
        error.code === 'store-failed' && /cannot be made/.test(error.message),
    )
  }))

test.run()
