import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { deflateSync, gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { OdographError } from '../../src/model/errors.ts'
import { createFileDrop, type FileDropSettings } from '../../src/uplink/sinks/file-drop.ts'
import type { Sink, SinkMessage } from '../../src/uplink/sinks/sink.ts'
import {
  failureOf,
  type SinkBench,
  sinkContract,
  sinkMessage,
  untilReachable,
} from '../contracts/sink.ts'
import { HandClock } from '../support/hand-clock.ts'
import { silent } from '../support/journal-records.ts'
import { mayMount, mountMemory, remount, unmount } from '../support/mounts.ts'
import { testWhere } from '../support/needs.ts'

const test = suite('file drop')

/** Paths of the files below a folder, in order; none where there is no folder. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
}

interface Bench extends SinkBench {
  /** Holds `stick`, which the sink writes to. */
  home: string
  stick: string
}

async function makeBench(settings: Partial<FileDropSettings> = {}): Promise<Bench> {
  const home = mkdtempSync(join(tmpdir(), 'odograph-test-'))
  const stick = join(home, 'stick')
  mkdirSync(stick)
  const clock = new HandClock()
  const sink = createFileDrop(
    { name: 'usb', folder: stick, requireMount: false, keepFree: 0, ...settings },
    { gateway: 'gw1', clock, timers: clock, logger: silent },
  )
  return {
    ...{ home, stick, clock, sink },
    received: async () => filesBelow(stick).map((file) => readFileSync(join(stick, file))),
    goAway: async () => renameSync(stick, `${stick}-away`),
    comeBack: async () => renameSync(`${stick}-away`, stick),
    awayKind: 'offline',
    refusedMessage: () => sinkMessage(1, { vehicle: '../../etc' }),
    accept: () => undefined,
    close: async () => {
      await sink.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

sinkContract(test, 'file drop', makeBench)

async function withDrop(
  run: (bench: Bench) => Promise<void>,
  settings: Partial<FileDropSettings> = {},
): Promise<void> {
  const bench = await makeBench(settings)
  bench.sink.start()
  await untilReachable(bench, true)
  try {
    await run(bench)
  } finally {
    await bench.close()
  }
}

// ── names and contents ──────────────────────────────────────────────────────────────────────

const day = Date.UTC(2026, 2, 1)
const span = { firstSeq: 7, lastSeq: 12_345_678_901, firstTime: day + 86_399_999 }

const names: [fields: Partial<SinkMessage>, path: string][] = [
  [{}, 'van/2026-03-01/live-0000000001-0000000001.json'],
  [{ span }, 'van/2026-03-01/live-0000000007-12345678901.json'],
  [
    { lane: 'backlog', contentType: 'application/cloudevents-batch+cbor' },
    'van/2026-03-01/backlog-0000000001-0000000001.cbor',
  ],
  [
    { contentType: 'application/vnd.odograph.batch+cbor', vehicle: 'bus.2' },
    'bus.2/2026-03-01/live-0000000001-0000000001.cbor',
  ],
  [
    { lane: 'events', contentType: 'application/x-ndjson; charset=utf-8' },
    'van/2026-03-01/events-0000000001-0000000001.jsonl',
  ],
  [
    { contentType: 'application/jsonl', contentEncoding: 'deflate', payload: deflateSync('x') },
    'van/2026-03-01/live-0000000001-0000000001.jsonl.gz',
  ],
  [{ contentType: 'text/plain' }, 'van/2026-03-01/live-0000000001-0000000001.bin'],
]

for (const [fields, path] of names) {
  test(`a message becomes ${path}`, () =>
    withDrop(async ({ sink, stick }) => {
      await sink.deliver(sinkMessage(1, fields))
      assert.equal(filesBelow(join(stick, 'gw1')), [path])
    }))
}

test('without a place in the journal the key makes the name, and the clock the day', () =>
  withDrop(async ({ sink, stick }) => {
    const { span: _, ...message } = sinkMessage(1, { key: '../gw live/7' })
    await sink.deliver(message)
    assert.equal(filesBelow(stick), ['gw1/van/2026-03-01/live-.._gw_live_7.json'])
  }))

test('a deflated batch becomes a gzip file with the same content', () =>
  withDrop(async ({ sink, stick }) => {
    const plain = Buffer.from('{"a":1}\n'.repeat(1000))
    const payload = deflateSync(plain)
    await sink.deliver(sinkMessage(1, { payload, contentEncoding: 'deflate' }))
    const [file = ''] = filesBelow(stick)
    assert.equal(gunzipSync(readFileSync(join(stick, file))), plain)
  }))

test('a batch that cannot be decompressed is refused and leaves nothing', () =>
  withDrop(async ({ sink, stick }) => {
    const message = sinkMessage(1, { contentEncoding: 'deflate', payload: Buffer.from('no zlib') })
    const failure = await failureOf(sink.deliver(message))
    assert.is(failure.kind, 'refused')
    assert.match(failure.message, 'cannot be decompressed')
    assert.equal(filesBelow(stick), [])
  }))

for (const vehicle of ['', '.', '..', '.hidden', 'a/b', 'a\\b', 'a\0b', 'x'.repeat(200)]) {
  test(`a vehicle called ${JSON.stringify(vehicle.slice(0, 9))} cannot leave its folder`, () =>
    withDrop(async ({ sink, home }) => {
      assert.is((await failureOf(sink.deliver(sinkMessage(1, { vehicle })))).kind, 'refused')
      assert.equal(filesBelow(home), [])
    }))
}

test('a gateway whose name is no folder is a mistake of the configuration', () => {
  const clock = new HandClock()
  const settings = { name: 'usb', folder: '/x', requireMount: true, keepFree: 0 }
  const make = () =>
    createFileDrop(settings, { gateway: '../x', clock, timers: clock, logger: silent })
  assert.throws(make, (error: unknown) => (error as OdographError).code === 'config-invalid')
})

test('a message that is delivered again takes the place of the first', () =>
  withDrop(async ({ sink, stick }) => {
    await sink.deliver(sinkMessage(1))
    await sink.deliver(sinkMessage(1))
    assert.is(filesBelow(stick).length, 1)
  }))

test('files are not for everybody on the gateway', () =>
  withDrop(async ({ sink, stick }) => {
    await sink.deliver(sinkMessage(1))
    const [file = ''] = filesBelow(stick)
    assert.is(statSync(join(stick, file)).mode & 0o007, 0)
  }))

// ── the stick ───────────────────────────────────────────────────────────────────────────────

test('a folder that is not there is waited for, and never made', async () => {
  const bench = await makeBench()
  await bench.goAway()
  bench.sink.start()
  while (!/is not there$/.test(bench.sink.health().detail)) await bench.clock.advance(1_000)
  assert.is(bench.sink.health().state, 'offline')
  await bench.clock.advance(60_000)
  assert.not(existsSync(bench.stick))
  await bench.comeBack()
  await untilReachable(bench, true)
  await bench.close()
})

test('a file in place of the folder is told', async () => {
  const bench = await makeBench()
  await bench.goAway()
  writeFileSync(bench.stick, '')
  bench.sink.start()
  const failure = await failureOf(bench.sink.deliver(sinkMessage(1)))
  assert.is(failure.kind, 'offline')
  while (!/is not a folder$/.test(bench.sink.health().detail)) await bench.clock.advance(1_000)
  await bench.close()
})

test('what a power cut left half written is removed', async () => {
  const bench = await makeBench()
  const writing = join(bench.stick, 'gw1/.writing')
  mkdirSync(writing, { recursive: true })
  writeFileSync(join(writing, 'van_2026-03-01_live-1-2.json'), '[{"id":')
  bench.sink.start()
  await untilReachable(bench, true)
  assert.equal(filesBelow(bench.stick), [])
  await bench.close()
})

test('a link on the stick leads nothing elsewhere', () =>
  withDrop(async ({ sink, stick, home }) => {
    const precious = join(home, 'precious')
    writeFileSync(precious, 'keep me')
    await sink.deliver(sinkMessage(1))
    const name = 'van_2026-03-01_live-0000000002-0000000002.json'
    symlinkSync(precious, join(stick, 'gw1/.writing', name))
    await sink.deliver(sinkMessage(2))
    assert.is(readFileSync(precious, 'utf8'), 'keep me')
    assert.equal(
      filesBelow(stick).map((file) => file.slice(-13)),
      ['00000001.json', '00000002.json'],
    )
  }))

test('a stick that is pulled at any moment holds no half file under a final name', () =>
  withDrop(async (bench) => {
    const payload = Buffer.alloc(1_500_000, 'abc')
    const outcomes = { delivered: 0, failed: 0 }
    for (let pull = 0; pull < 60; pull += 1) {
      const delivered = bench.sink.deliver(sinkMessage(pull, { payload }))
      const outcome = delivered.then(
        () => 'delivered' as const,
        () => 'failed' as const,
      )
      for (let turns = 0; turns < pull; turns += 1) await turn()
      await bench.goAway()
      const how = await outcome
      outcomes[how] += 1
      const files = filesBelow(`${bench.stick}-away`).filter((file) => !/\.writing/.test(file))
      for (const file of files) {
        assert.is(statSync(join(`${bench.stick}-away`, file)).size, payload.length, file)
      }
      const name = `live-${String(pull).padStart(10, '0')}`
      const isThere = files.some((file) => file.includes(name))
      if (how === 'delivered') assert.ok(isThere, `${name} was acknowledged`)
      assert.not(existsSync(bench.stick), 'the folder was made anew')
      await bench.comeBack()
      await untilReachable(bench, true)
      for (const file of files) rmSync(join(bench.stick, file))
    }
    assert.ok(outcomes.failed > 0, JSON.stringify(outcomes))
    await bench.sink.deliver(sinkMessage(100, { payload }))
    assert.is(filesBelow(bench.stick).length, 1)
  }))

test('room that has to stay free stays free', () => {
  const { bavail, bsize } = statfsSync(tmpdir())
  return withDrop(
    async ({ sink, stick }) => {
      const failure = await failureOf(sink.deliver(sinkMessage(1)))
      assert.is(failure.kind, 'retry')
      assert.match(failure.message, /is full: only [\d.]+ MB are free, and [\d.]+ MB stay free$/)
      assert.is(sink.health().state, 'waiting')
      assert.equal(filesBelow(stick), [])
    },
    { keepFree: bavail * bsize * 2 },
  )
})

test('where files may take so much, the oldest days of all vehicles make room', () =>
  withDrop(
    async ({ sink, stick }) => {
      const others = join(stick, 'gw1/van/notes')
      mkdirSync(others, { recursive: true })
      writeFileSync(join(others, 'mine.txt'), Buffer.alloc(5_000))
      const drop = (number: number, vehicle: string, bytes = 1_000) => {
        const firstTime = day + number * 86_400_000
        const of = { firstSeq: number, lastSeq: number, firstTime }
        return sink.deliver(
          sinkMessage(number, { span: of, vehicle, payload: Buffer.alloc(bytes) }),
        )
      }
      for (const number of [1, 2, 3]) await drop(number, number === 2 ? 'bus' : 'van')
      await drop(4, 'van')
      const left = () => filesBelow(join(stick, 'gw1')).map((file) => file.slice(0, 14))
      assert.equal(left(), ['bus/2026-03-03', 'van/2026-03-04', 'van/2026-03-05', 'van/notes/mine'])
      const failure = await failureOf(drop(4, 'van', 3_001))
      assert.is(left().length, 4, 'days went for nothing')
      assert.is(failure.kind, 'retry')
      assert.match(failure.message, /maxBytes \(3000\) is too little/)
      // takes the place of the file of before
      await drop(4, 'van', 1_500)
      assert.equal(left(), ['van/2026-03-04', 'van/2026-03-05', 'van/notes/mine'])
    },
    { maxBytes: 3_000 },
  ))

test('what a stick holds from before counts too', async () => {
  const bench = await makeBench({ maxBytes: 3_000 })
  const old = join(bench.stick, 'gw1/van/2020-01-01')
  mkdirSync(old, { recursive: true })
  writeFileSync(join(old, 'live-1-2.json'), Buffer.alloc(2_900))
  bench.sink.start()
  await untilReachable(bench, true)
  await bench.sink.deliver(sinkMessage(1, { payload: Buffer.alloc(200) }))
  assert.not(existsSync(old))
  await bench.close()
})

test('a folder that is only a folder does not count where a mount is required', async () => {
  const bench = await makeBench({ requireMount: true })
  bench.sink.start()
  while (!/nothing is mounted/.test(bench.sink.health().detail)) await bench.clock.advance(1_000)
  assert.is((await failureOf(bench.sink.deliver(sinkMessage(1)))).kind, 'offline')
  assert.equal(filesBelow(bench.stick), [])
  await bench.close()
})

const mounts: [isSo: boolean, what: string] = [mayMount(), 'the right to mount']

/** Runs with a drop whose folder is a mount point with nothing mounted yet. */
async function withMounts(run: (bench: Bench, sink: Sink) => Promise<void>): Promise<void> {
  const bench = await makeBench({ requireMount: true })
  bench.sink.start()
  let isMounted = false
  bench.comeBack = async () => {
    mountMemory(bench.stick)
    isMounted = true
  }
  bench.goAway = async () => {
    unmount(bench.stick)
    isMounted = false
  }
  try {
    await run(bench, bench.sink)
  } finally {
    await bench.sink.stop()
    if (isMounted) unmount(bench.stick)
    await bench.close()
  }
}

testWhere(test, mounts, 'only the mounted stick is written to, never the card below', () =>
  withMounts(async (bench, sink) => {
    await bench.comeBack()
    await untilReachable(bench, true)
    await sink.deliver(sinkMessage(1))
    assert.is(filesBelow(bench.stick).length, 1)
    await bench.goAway()
    assert.is((await failureOf(sink.deliver(sinkMessage(2)))).kind, 'offline')
    await untilReachable(bench, false)
    assert.equal(filesBelow(bench.stick), [], 'files on the card')
    await bench.comeBack()
    await untilReachable(bench, true)
    await sink.deliver(sinkMessage(2))
    assert.is(filesBelow(bench.stick).length, 1)
  }),
)

testWhere(test, mounts, 'a stick that is unmounted while it is written leaves the card empty', () =>
  withMounts(async (bench, sink) => {
    for (let pull = 0; pull < 40; pull += 1) {
      await bench.comeBack()
      await untilReachable(bench, true)
      const delivered = sink.deliver(sinkMessage(1, { payload: Buffer.alloc(400_000) }))
      const outcome = delivered.catch(() => undefined)
      for (let turns = 0; turns < pull; turns += 1) await turn()
      await bench.goAway()
      await outcome
      assert.equal(filesBelow(bench.stick), [], `files on the card after ${pull} turns`)
      await untilReachable(bench, false)
    }
  }),
)

testWhere(test, mounts, 'a read-only and a full stick are told, and taken when they are well', () =>
  withMounts(async (bench, sink) => {
    await bench.comeBack()
    await untilReachable(bench, true)
    remount(bench.stick, 'ro')
    const readOnly = await failureOf(sink.deliver(sinkMessage(1)))
    assert.is(readOnly.kind, 'retry', readOnly.message)
    assert.match(readOnly.message, /is read-only/)
    remount(bench.stick, 'rw')
    await sink.deliver(sinkMessage(1))
    const full = await failureOf(sink.deliver(sinkMessage(2, { payload: Buffer.alloc(2_000_000) })))
    assert.is(full.kind, 'retry', full.message)
    assert.match(full.message, /is full/)
    assert.is(filesBelow(bench.stick).length, 1)
    remount(bench.stick, 'size=8m')
    await sink.deliver(sinkMessage(2, { payload: Buffer.alloc(2_000_000) }))
    assert.is(filesBelow(bench.stick).length, 2)
  }),
)

test.run()
