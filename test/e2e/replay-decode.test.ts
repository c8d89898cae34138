import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../src/database/sqlite.ts'
import { Command, Folder, odograph } from '../support/gateway-process.ts'
import { candumpLog, truckDrive } from '../support/recordings.ts'

const test = suite('replay and decode')

function recordsOf(data: string): object[] {
  const database = openDatabase(join(data, 'journal.db'), { readOnly: true })
  const rows = database.prepare('SELECT * FROM record ORDER BY seq').all()
  database.close()
  return rows
}

test('the same recording gives identical records in two empty stores, plain or compressed', async () => {
  const folder = new Folder()
  try {
    const log = candumpLog(truckDrive(30))
    const plain = folder.file('drive.log', log)
    const a = join(folder.path, 'a')
    const b = join(folder.path, 'b')
    const first = await odograph('replay', plain, '--data', a, '--vehicle', '17')
    const second = await odograph('replay', plain, '--data', b, '--vehicle', '17')
    assert.is(first.code, 0, first.stderr)
    assert.is(second.code, 0)
    assert.equal(recordsOf(a), recordsOf(b))
    assert.match(first.stdout, /frames {4}150\n/)
    assert.match(first.stdout, /tokenId 17/)
    assert.ok(recordsOf(a).length >= 29)

    const compressed = join(folder.path, 'drive.log.gz')
    writeFileSync(compressed, gzipSync(log))
    const c = join(folder.path, 'c')
    await odograph('replay', compressed, '--data', c, '--vehicle', '17')
    const values = (rows: object[]) =>
      rows.map((row) => ({ ...row, id: undefined, boot: undefined }))
    assert.equal(values(recordsOf(c)), values(recordsOf(a)))
  } finally {
    folder.remove()
  }
})

test('playing a recording twice into one store adds nothing', async () => {
  const folder = new Folder()
  try {
    const file = folder.file('drive.log', candumpLog(truckDrive(20)))
    const data = join(folder.path, 'data')
    await odograph('replay', file, '--data', data)
    const once = recordsOf(data)
    const again = await odograph('replay', file, '--data', data)
    assert.is(again.code, 0, again.stderr)
    assert.equal(recordsOf(data), once)
  } finally {
    folder.remove()
  }
})

test('records hold the values of the recording and a distance that was driven', async () => {
  const folder = new Folder()
  try {
    const file = folder.file('drive.log', candumpLog(truckDrive(101)))
    const data = join(folder.path, 'data')
    await odograph('replay', file, '--data', data)
    const rows = recordsOf(data) as Record<string, number>[]
    const last = rows.at(-1) as Record<string, number>
    assert.is(last.speed, 72)
    assert.is(last.fuelPercentRemaining, 0.5)
    assert.is(last.batteryVoltage, 13.8)
    assert.is(last.odometer, 100_002)
    assert.is(last.longitude, 11.5)
    const database = openDatabase(join(data, 'journal.db'), { readOnly: true })
    const sum = database.prepare('SELECT total(km) AS km FROM distance_slot').get()
    database.close()
    assert.ok(Math.abs(Number(sum?.km) - 2) < 0.011)
  } finally {
    folder.remove()
  }
})

test('engine hours are counted, fuel is estimated from its rate, and a repeat adds nothing', async () => {
  const folder = new Folder()
  try {
    const engine = Array.from({ length: 101 }, (_, s) => [
      { at: s + 0.6, id: 0x18fee500, data: s < 50 ? '80380100FFFFFFFF' : '81380100FFFFFFFF' },
      { at: s + 0.7, id: 0x18fef200, data: '9001FFFFFFFFFFFF' },
    ]).flat()
    const frames = [...truckDrive(101), ...engine].sort((a, b) => a.at - b.at)
    const file = folder.file('engine.log', candumpLog(frames))
    const data = join(folder.path, 'data')
    for (let round = 0; round < 2; round += 1) {
      await odograph('replay', file, '--data', data)
      const database = openDatabase(join(data, 'journal.db'), { readOnly: true })
      const sql = `SELECT counter, max(last) - min(first) AS used, max(estimated) AS estimated
        FROM counter_slot GROUP BY counter ORDER BY counter`
      const [hours, fuel, ...others] = database.prepare(sql).all()
      database.close()
      assert.is(others.length, 0)
      assert.ok(Math.abs(Number(hours?.used) - 0.05) < 1e-9)
      assert.is(hours?.estimated, 0)
      // 20 l/h for 100 s, less what came before the first record.
      assert.ok(Math.abs(Number(fuel?.used) - (20 * 100) / 3600) < 0.07, `${fuel?.used}`)
      assert.is(fuel?.estimated, 1)
    }
  } finally {
    folder.remove()
  }
})

test('at a speed the recording takes its time', async () => {
  const folder = new Folder()
  try {
    const file = folder.file('drive.log', candumpLog(truckDrive(10)))
    const started = Date.now()
    const args = ['replay', file, '--data', join(folder.path, 'data'), '--speed', '10']
    const result = await odograph(...args)
    assert.is(result.code, 0, result.stderr)
    assert.ok(Date.now() - started >= 900)
  } finally {
    folder.remove()
  }
})

test('Ctrl-C ends a replay and keeps what was played', async () => {
  const folder = new Folder()
  try {
    const file = folder.file('drive.log', candumpLog(truckDrive(600)))
    const data = join(folder.path, 'data')
    const command = new Command(['replay', file, '--data', data, '--speed', '20'])
    await new Promise((resolve) => setTimeout(resolve, 2500))
    const result = await command.stop('SIGINT')
    assert.is(result.code, 130, result.stderr)
    const rows = recordsOf(data)
    assert.ok(rows.length > 5 && rows.length < 590, `${rows.length} records`)
  } finally {
    folder.remove()
  }
})

test('decode prints readings as JSON lines with every documented field', async () => {
  const folder = new Folder()
  try {
    const file = folder.file(
      'few.log',
      candumpLog([
        { at: 0, id: 0x18fef100, data: 'FF0050FFFFFFFFFF' },
        { at: 1, id: 0x18fef100, data: 'FFFFFFFFFFFFFFFF' },
        { at: 2, id: 0x7e8, data: '03410C' },
        { at: 3, id: 0x7e8, data: '04410C1AF8AAAAAA' },
      ]),
    )
    const result = await odograph('decode', file, '--signal', 'speed,engineSpeed')
    assert.is(result.code, 0)
    assert.equal(
      result.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [
        {
          ts: 1_750_000_000,
          signal: 'speed',
          value: 80,
          unit: 'km/h',
          quality: 'ok',
          source: 'can0',
        },
        {
          ts: 1_750_000_001,
          signal: 'speed',
          value: null,
          unit: 'km/h',
          quality: 'absent',
          source: 'can0',
        },
        {
          ts: 1_750_000_003,
          signal: 'engineSpeed',
          value: 1726,
          unit: 'rpm',
          quality: 'ok',
          source: 'can0',
        },
      ],
    )
    assert.match(result.stderr, /4 data frames/)
    assert.match(result.stderr, /1 × /)
  } finally {
    folder.remove()
  }
})

const unreadable: [name: string, args: (folder: Folder) => string[], code: number, says: RegExp][] =
  [
    ['a missing file', () => ['decode', '/no/such/file'], 1, /\/no\/such\/file.*does not exist/],
    ['a folder', (folder) => ['decode', folder.path], 1, /is a directory/],
    ['an empty file', (folder) => ['decode', folder.file('empty', '')], 1, /empty/],
    [
      'another format',
      (folder) => ['decode', folder.file('x.md', '# Hello\nworld\n')],
      1,
      /candump/,
    ],
    ['an unknown kind', () => ['decode', 'x', '--what', 'nothing'], 2, /use one of readings, spn/],
    ['an unknown option', () => ['decode', 'x', '--wat'], 2, /--wat/],
    ['no file', () => ['decode'], 2, /FILE.*missing/],
    ['an unknown command', () => ['decipher'], 2, /no such command/],
    ['a bad speed', () => ['replay', 'x', '--speed', '0'], 2, /above 0/],
    [
      'bad privileges',
      () => ['token', 'create', '--vehicle', '1', '--privileges', '9'],
      2,
      /1 to 8/,
    ],
  ]

for (const [name, args, code, says] of unreadable) {
  test(`${name} ends with one clear sentence and a code`, async () => {
    const folder = new Folder()
    try {
      const result = await odograph(...args(folder))
      assert.is(result.code, code)
      assert.match(result.stderr, says)
      assert.not.match(result.stderr, /\n {4}at /)
      assert.is(result.stdout, '')
    } finally {
      folder.remove()
    }
  })
}

test('damaged lines are counted and told with their place, and the rest is read', async () => {
  const folder = new Folder()
  try {
    const log = candumpLog(truckDrive(3)).split('\n')
    log[2] = (log[2] as string).slice(0, -3)
    log[4] = (log[4] as string).replace('#', '#ZZ')
    const file = folder.file('damaged.log', log.join('\n'))
    const result = await odograph('decode', file)
    assert.is(result.code, 0)
    assert.match(result.stderr, /13 data frames/)
    assert.match(result.stderr, /2 × .*damaged\.log:5/)
  } finally {
    folder.remove()
  }
})

test('the version is that of the package', async () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const result = await odograph('--version')
  assert.is(result.stdout, `${JSON.parse(text).version}\n`)
})

test.run()
