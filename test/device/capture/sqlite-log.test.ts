import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { openDatabase } from '../../../src/database/sqlite.ts'
import { sqliteFormat } from '../../../src/device/capture/sqlite-log.ts'
import { plain, readBlocks, variousFrames } from '../../support/captured.ts'

const test = suite('sqlite recordings')

const folder = mkdtempSync(join(tmpdir(), 'odograph-sqlite-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

let made = 0
const newPath = () => join(folder, `${made++}.db`)
const read = (path: string) => readBlocks(sqliteFormat, readFileSync(path), path)

test('frames come back from what was written; flags the table has no column for do not', async () => {
  const path = newPath()
  const frames = variousFrames()
  const writer = sqliteFormat.fileWriter?.(path)
  for (const { frame, bus } of frames) writer?.frame(frame, bus)
  writer?.end()
  const { frames: found, issues } = await read(path)
  assert.equal(issues, [])
  assert.equal(
    found,
    frames.map(({ frame, bus }) => {
      const fd = frame.length > 8
      return plain({ ...frame, fd, brs: false, esi: false, sent: false }, bus)
    }),
  )
})

test('more rows than one page come in order, none twice', async () => {
  const path = newPath()
  const writer = sqliteFormat.fileWriter?.(path)
  const [first] = variousFrames()
  assert.ok(first)
  for (let i = 0; i < 12_001; i += 1) {
    writer?.frame({ ...first.frame, time: first.frame.time + i }, 'can0')
  }
  writer?.end()
  const { frames } = await read(path)
  assert.is(frames.length, 12_001)
  assert.ok(frames.every(({ time }, i) => time === first.frame.time + i))
})

test('a row that is no frame is an issue that names it, and the others are read', async () => {
  const path = newPath()
  sqliteFormat.fileWriter?.(path).end()
  const database = openDatabase(path, { readOnly: false })
  const insert = database.prepare('INSERT INTO messages VALUES (?, ?, ?, ?, ?, ?, ?)')
  insert.run(1.5, 0x123, 0, 0, 0, 2, Uint8Array.of(1, 2))
  insert.run(1.6, 0x1234, 0, 0, 0, 1, Uint8Array.of(1))
  insert.run(1.7, 0x123, 0, 0, 0, 3, Uint8Array.of(1, 2))
  insert.run(null, 0x123, 0, 0, 0, 1, Uint8Array.of(1))
  insert.run(1.8, 0x123, 0, 0, 0, 9, new Uint8Array(9))
  insert.run(1.9, 'x', 0, 0, 0, 0, null)
  insert.run(2, 0x1fffffff, 1, 0, 0, 0, null)
  database.close()
  const { frames, issues } = await read(path)
  assert.equal(
    frames.map(({ id, time, data }) => [id, time, data]),
    [
      [0x123, 1_500_000, '0102'],
      [0x1fffffff, 2_000_000, ''],
    ],
  )
  assert.equal(
    issues.map(({ code, at }) => `${code} ${at}`),
    [2, 3, 4, 5, 6].map((row) => `line-malformed file: row ${row}`),
  )
})

test('a database of something else is refused with what it should have been', async () => {
  const path = newPath()
  const database = openDatabase(path, { readOnly: false })
  database.exec('CREATE TABLE record (a)')
  database.close()
  let message = ''
  await read(path).catch((error) => {
    message = String(error)
  })
  assert.match(message, /not one of python-can/)
})

test('a damaged database is an error, not an exception of another kind', async () => {
  const path = newPath()
  writeFileSync(path, `SQLite format 3\0${'x'.repeat(5000)}`)
  let name = ''
  await read(path).catch((error) => {
    name = error.name
  })
  assert.is(name, 'OdographError')
})

test.run()
