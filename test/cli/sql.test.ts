/** `odograph sql`: what it answers, in which form, and that nothing is written. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sql } from '../../src/cli/sql.ts'
import { vehicleEvent } from '../../src/model/event.ts'
import type { NewRecord } from '../../src/model/record.ts'
import type { Journal } from '../../src/uplink/store/journal.ts'
import { refusal, runCommand } from '../support/command-run.ts'
import {
  checkpointOf,
  inFolder,
  newRecord,
  openJournal,
  START,
} from '../support/journal-records.ts'

const test = suite('odograph sql')

const DAY = 86_400_000

function fill(
  journal: Journal,
  count: number,
  fields: (number: number) => Partial<NewRecord>,
): void {
  for (let i = 0; i < count; i += 1) journal.append(newRecord(i, fields(i)), checkpointOf())
  journal.commit()
}

/** A journal of 5,000 records of a van, ten of a bus, and an event. */
function filled(folder: string): Journal {
  const journal = openJournal(folder)
  fill(journal, 5000, (i) => ({
    data: {
      speed: i % 100,
      ...(i % 2 ? { oilTemp: 90.5 } : {}),
      charging: i % 5 === 0,
      activity: 'driving',
    },
  }))
  fill(journal, 10, () => ({ vehicle: 'bus', data: { soc: 0.5 }, quality: { soc: 'estimated' } }))
  const event = { vehicle: 'van', time: START, type: 'voltage.low', data: { volts: 11.4 } } as const
  journal.event(vehicleEvent(event))
  journal.commit()
  return journal
}

const run = (folder: string, ...args: string[]) => runCommand(sql, [...args, '--data', folder])
const refused = (folder: string, ...args: string[]) => refusal(sql, [...args, '--data', folder])

test('every signal is a column of record, whether it occurs or not', () =>
  inFolder(async (folder) => {
    const journal = filled(folder)
    const { code, out, err } = await run(
      folder,
      `SELECT vehicle, count(*) AS n, max(speed) AS top, count(oilTemp) AS oil, avg(oilTemp) AS mean,
         sum(charging) AS charging, max(activity) AS doing, max(soc) AS soc, count(defLevel) AS def,
         max(quality) AS quality
       FROM record GROUP BY vehicle ORDER BY vehicle`,
      '--format',
      'jsonl',
    )
    assert.equal([code, err], [0, ''])
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const nothing = { top: null, oil: 0, mean: null, charging: null, doing: null, quality: null }
    assert.equal(rows, [
      { ...nothing, vehicle: 'bus', n: 10, soc: 0.5, def: 0, quality: '{"soc":"estimated"}' },
      {
        ...nothing,
        vehicle: 'van',
        n: 5000,
        top: 99,
        oil: 2500,
        mean: 90.5,
        charging: 1000,
        doing: 'driving',
        soc: null,
        def: 0,
      },
    ])
    journal.stop()
  }))

test('a table for people, CSV and JSON lines hold the same', () =>
  inFolder(async (folder) => {
    filled(folder).stop()
    const query = `SELECT seq, vehicle, oilTemp, 'a "b",' || char(10) || 'c' AS text, x'00ff' AS raw FROM record
      WHERE seq IN (9, 10, 5001) ORDER BY seq`
    assert.is(
      (await run(folder, query)).out,
      ` seq  vehicle  oilTemp  text      raw
────  ───────  ───────  ────────  ────
   9  van         NULL  a "b", c  00ff
  10  van         90.5  a "b", c  00ff
5001  bus         NULL  a "b", c  00ff
`,
    )
    assert.is(
      (await run(folder, query, '--format', 'csv')).out,
      `seq,vehicle,oilTemp,text,raw\r
9,van,,"a ""b"",\nc",00ff\r
10,van,90.5,"a ""b"",\nc",00ff\r
5001,bus,,"a ""b"",\nc",00ff\r
`,
    )
    const { out } = await run(folder, query, '--format', 'jsonl', '--vehicle', 'bus')
    assert.is(
      out,
      '{"seq":5001,"vehicle":"bus","oilTemp":null,"text":"a \\"b\\",\\nc","raw":"00ff"}\n',
    )
    assert.is((await run(folder, 'SELECT 1 AS one WHERE 0')).out, 'one\n───\n')
  }))

test('a table goes on past the rows that its widths were taken from', () =>
  inFolder(async (folder) => {
    filled(folder).stop()
    const { out } = await run(folder, 'SELECT seq FROM record ORDER BY seq')
    const lines = out.trimEnd().split('\n')
    assert.is(lines.length, 2 + 5010)
    assert.is(lines.at(-1), '5010')
  }))

test('the other tables of the journal are there as they are, without a window', () =>
  inFolder(async (folder) => {
    filled(folder).stop()
    const query = "SELECT type, json_extract(data, '$.volts') AS volts FROM event"
    const { out, err } = await run(folder, query, '--format', 'csv')
    assert.equal([out, err], ['type,volts\r\nvoltage.low,11.4\r\n', ''])
    const { out: joined } = await run(
      folder,
      'SELECT count(*) AS n FROM record JOIN event USING (vehicle) WHERE record.time >= event.time',
      '--format',
      'csv',
    )
    assert.is(joined, 'n\r\n5000\r\n')
  }))

test('without dates record holds the week up to the newest one, and says what it leaves out', () =>
  inFolder(async (folder) => {
    const journal = openJournal(folder)
    fill(journal, 20, (i) => ({ time: START + i * DAY, receivedAt: START + i * DAY }))
    journal.stop()
    const query = 'SELECT count(*) AS n, min(time) AS first FROM record'
    const week = await run(folder, query, '--format', 'csv')
    assert.is(week.out, `n,first\r\n8,${START + 12 * DAY}\r\n`)
    assert.is(
      week.err,
      'record: 8 since 2026-03-13T00:00:00.000Z; --from takes more (the first: 2026-03-01T00:00:00.000Z)\n',
    )
    const all = await run(folder, query, '--format', 'csv', '--from', '1970-01-01')
    assert.equal([all.out, all.err], [`n,first\r\n20,${START}\r\n`, ''])
    const some = await run(
      folder,
      query,
      '--format',
      'csv',
      '--from',
      '2026-03-02',
      '--to',
      '2026-03-03',
    )
    assert.is(some.out, `n,first\r\n2,${START + DAY}\r\n`)
  }))

test('nothing can be written, neither to the journal nor beside it', () =>
  inFolder(async (folder) => {
    filled(folder).stop()
    const journal = join(folder, 'journal.db')
    const before = createHash('sha256').update(readFileSync(journal)).digest('hex')
    const beside = join(folder, 'beside.db')
    const only = /^usage: SQL: only a query can be asked/
    const cases: [text: string, said: RegExp][] = [
      ['DELETE FROM record', only],
      ['/* x */ -- y\n UPDATE event SET time = 0', only],
      ['DROP TABLE record', only],
      [`ATTACH '${journal}' AS j`, only],
      [`VACUUM INTO '${beside}'`, only],
      ['PRAGMA query_only = OFF', only],
      ['PRAGMA journal_mode = DELETE', only],
      ['', only],
      ['\n-- SELECT', only],
      ['WITH a AS (SELECT 1) DELETE FROM main.record', /^usage: SQL: attempt to write a readonly/],
      ['WITH a AS (SELECT 1) INSERT INTO event VALUES (9, 9, 9, 9, 9, 9, 9)', /readonly/],
      ['WITH a AS (SELECT 1) DELETE FROM record_here', /^usage: SQL: attempt to write a readonly/],
      ['SELECT 1; DELETE FROM main.record', /^usage: SQL: one query at a time/],
      ["SELECT writefile('x', 'y')", /^usage: SQL: no such function: writefile/],
      ["SELECT load_extension('x')", /^usage: SQL: /],
    ]
    for (const [text, said] of cases) assert.match(await refused(folder, text), said, text)
    assert.is(createHash('sha256').update(readFileSync(journal)).digest('hex'), before)
    assert.not.ok(existsSync(beside))
    // A closing remark is no second query.
    assert.is(
      (await run(folder, 'SELECT 1 AS "o;ne"; -- done; it is', '--format', 'csv')).out,
      'o;ne\r\n1\r\n',
    )
  }))

test('what SQL does not understand is told in its words', () =>
  inFolder(async (folder) => {
    filled(folder).stop()
    const cases: [args: string[], said: RegExp][] = [
      [['SELECT nope FROM record'], /^usage: SQL: no such column: nope/],
      [['SELECT * FROM nope'], /^usage: SQL: no such table: nope/],
      [['SELECT (1'], /^usage: SQL: incomplete input/],
      [['SELECT 1 AS a, 2 AS a'], /^usage: SQL: two columns are called a; name them with AS/],
      [['SELECT 9223372036854775807 AS big'], /^usage: SQL: .*too large/],
      [["SELECT json('{')"], /^usage: SQL: malformed JSON/],
      [['SELECT 1', '--format', 'xml'], /^usage: --format xml: use table, csv, jsonl/],
      [['SELECT 1 FROM record', '--from', 'x'], /^usage: --from x: use a day/],
      [['SELECT 1 FROM record', '--vehicle', 'tram'], /^vehicle-unknown: --vehicle tram/],
      [[], /^usage: SQL: is missing/],
    ]
    for (const [args, said] of cases) assert.match(await refused(folder, ...args), said)
  }))

test('a folder without a journal is named, and stays without one', () =>
  inFolder(async (folder) => {
    const said = await refused(folder, 'SELECT 1')
    assert.is(said, `store-failed: ${folder}/journal.db: there is no journal`)
    assert.not.ok(existsSync(join(folder, 'journal.db')))
  }))

test('a journal without records has an empty table of them', () =>
  inFolder(async (folder) => {
    openJournal(folder).stop()
    const { out, err } = await run(
      folder,
      'SELECT count(speed) AS n FROM record',
      '--format',
      'csv',
    )
    assert.equal([out, err], ['n\r\n0\r\n', ''])
  }))

test.run()
