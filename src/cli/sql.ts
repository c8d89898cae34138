/**
 * `odograph sql "SELECT …"`: one query to the journal of a gateway that may be running. `record` holds
 * the records of a window of time, wherever in the journal they stand; the other tables are there as
 * they are. The journal is open for reading alone, and nothing but a query is taken.
 */
import { dataFolderPath } from '../config/data-folder.ts'
import type { Database, Statement } from '../database/sqlite.ts'
import { messageOf, OdographError } from '../model/errors.ts'
import { isoTime, type Millis } from '../model/time.ts'
import { span } from '../uplink/store/queries.ts'
import { vehiclesWithRecords } from '../uplink/store/read-range.ts'
import type { Reading } from '../uplink/store/reading.ts'
import { fillRecordTable } from '../uplink/store/sql-table.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { chosenVehicle, isDatabaseError, withJournal } from './journal.ts'
import { LineWriter } from './lines.ts'
import { type ResultFormat, resultFormats, resultLines } from './result-lines.ts'
import { ALL_TIME, timeRange } from './time-range.ts'

const DEFAULT_MS: Millis = 7 * 86_400_000
/** Everything else could write, if only to a file of its own (`VACUUM INTO`). */
const QUERY = /^(?:\s|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*(?:select|with|values|explain)\b/i
/** Texts, quoted names and remarks: a semicolon in them ends nothing. */
const APART = /'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)/g
const TURN = 1000

export async function sql(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(
    args,
    {
      vehicle: { type: 'string' },
      from: { type: 'string' },
      to: { type: 'string' },
      format: { type: 'string', default: 'table' },
      data: { type: 'string' },
    },
    ['SQL'],
  )
  const [text] = positionals as [string]
  const format = formatOf(values.format)
  if (!QUERY.test(text)) {
    throw new OdographError(
      'usage',
      'SQL',
      'only a query can be asked: SELECT, WITH, VALUES, EXPLAIN',
    )
  }
  // SQLite would do the first and keep silent about the rest.
  if (/;\s*[^\s;]/.test(text.replace(APART, ' '))) {
    throw new OdographError('usage', 'SQL', 'one query at a time')
  }
  return await withJournal(dataFolderPath(values.data), async (reading) => {
    const { database } = reading
    if (/\brecord(_here)?\b/i.test(text)) await fill(reading, values, io)
    database.exec('PRAGMA query_only = ON')
    const statement = asked(() => prepared(database, text))
    await print(statement, format, io)
    return 0
  })
}

function formatOf(text: string): ResultFormat {
  const format = resultFormats.find((name) => name === text)
  if (format !== undefined) return format
  throw new OdographError('usage', `--format ${text}`, `use ${resultFormats.join(', ')}`)
}

interface Window {
  vehicle?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

/** Makes the table `record`, and says what it leaves out if nobody asked for that. */
async function fill(reading: Reading, asked: Window, io: CommandIo): Promise<void> {
  const vehicles =
    asked.vehicle === undefined
      ? vehiclesWithRecords(reading.database)
      : [chosenVehicle(reading.database, asked.vehicle)]
  const spans = vehicles.map((vehicle) => span(reading, vehicle)).filter((one) => one !== undefined)
  const last = Math.max(...spans.map((one) => one.last))
  const first = Math.min(...spans.map((one) => one.first))
  const isDefault = asked.from === undefined && asked.to === undefined && spans.length > 0
  const fallback = isDefault ? { from: last - DEFAULT_MS, to: ALL_TIME.to } : ALL_TIME
  const window = timeRange(asked, Date.now(), fallback)
  const count = await fillRecordTable(
    reading,
    vehicles.map((vehicle) => ({ vehicle, ...window })),
    { pause: () => turn(io.signal) },
  )
  if (isDefault && first < window.from) {
    const since = isoTime(window.from)
    io.stderr.write(
      `record: ${count} since ${since}; --from takes more (the first: ${isoTime(first)})\n`,
    )
  }
}

async function turn(signal: AbortSignal): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
  signal.throwIfAborted()
}

/** Throws `usage` with what SQLite says of it. */
function asked<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (!isDatabaseError(error)) throw error
    throw new OdographError('usage', 'SQL', messageOf(error), error)
  }
}

function prepared(database: Database, text: string): Statement {
  const statement = database.prepare(text)
  const names = statement.columns().map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice === undefined) return statement
  // A row would hold only one of them.
  throw new OdographError('usage', 'SQL', `two columns are called ${twice}; name them with AS`)
}

async function print(statement: Statement, format: ResultFormat, io: CommandIo): Promise<void> {
  const lines = new LineWriter(io.stdout)
  const names = statement.columns().map(({ name }) => name)
  const texts = resultLines(format, names, statement.iterate())
  for (let count = 1; ; count += 1) {
    const { value, done } = asked(() => texts.next())
    if (done === true) break
    lines.line(value)
    await lines.pressure()
    if (count % TURN === 0) await turn(io.signal)
  }
  await lines.flushed()
}
