/**
 * History in constant memory: pages of records, one after the other, as they are asked for; and
 * the same as lines of NDJSON or CSV. Generators are read only as fast as the client takes them.
 */
import type { PageMark, RecordReader } from '../../model/ports.ts'
import type { StoredRecord } from '../../model/record.ts'
import { signalNames } from '../../model/signals.ts'
import type { TimeWindow } from '../time-window.ts'
import { type HitView, hitOf } from './hits.ts'
import { estimatedRange } from './range.ts'
import { isVisible } from './visibility.ts'

const PAGE_RECORDS = 500

export interface StreamOptions {
  window: TimeWindow
  order: 'asc' | 'desc'
  after?: PageMark | undefined
  /** At most so many records; undefined: all of the window. */
  limit?: number | undefined
  /** One record for each of so many buckets of time, instead of all. */
  buckets?: number | undefined
}

export async function* recordPages(
  records: RecordReader,
  vehicle: string,
  options: StreamOptions,
): AsyncGenerator<StoredRecord[]> {
  const { window, order, buckets } = options
  const query = { vehicle, ...window }
  if (buckets !== undefined) {
    const page = await records.buckets(query, buckets)
    yield order === 'asc' ? page.records : page.records.toReversed()
    return
  }
  let after = options.after
  for (let left = options.limit ?? Number.POSITIVE_INFINITY; left > 0; ) {
    const limit = Math.min(PAGE_RECORDS, left)
    const page = await records.page(query, { limit, order, total: false, ...(after && { after }) })
    const last = page.records.at(-1)
    if (last === undefined) return
    yield page.records
    if (page.records.length < limit) return
    left -= page.records.length
    after = { time: last.time, seq: last.seq }
  }
}

/** One hit a line. */
export async function* ndjson(
  pages: AsyncIterable<StoredRecord[]>,
  view: HitView,
): AsyncGenerator<string> {
  for await (const page of pages) {
    if (page.length > 0)
      yield page.map((record) => `${JSON.stringify(hitOf(record, view))}\n`).join('')
  }
}

/** RFC 4180: a header, then one record a line; a signal that is not known is an empty field. */
export async function* csv(
  pages: AsyncIterable<StoredRecord[]>,
  view: HitView,
): AsyncGenerator<string> {
  const columns = csvColumns(view)
  // Not before the first page is there: until then a failure can still be answered as one.
  let header = line(['timestamp', 'time', 'id', 'source', ...columns])
  for await (const page of pages) {
    const lines = page.map((record) => {
      const { _source: event } = hitOf(record, view)
      const values = columns.map((column) => event.data[column])
      return line([event.data.timestamp, event.time, event.id, event.source, ...values])
    })
    yield `${header}${lines.join('')}`
    header = ''
  }
  if (header !== '') yield header
}

function csvColumns({ vehicle, seen, only }: HitView): string[] {
  const columns: string[] = signalNames.filter((name) => isVisible(name, seen))
  if (seen.nonLocation && estimatedRange(vehicle, 1) !== undefined && !columns.includes('range')) {
    columns.push('range')
  }
  return columns.filter((column) => only === undefined || only.has(column))
}

function line(values: readonly unknown[]): string {
  return `${values.map(field).join(',')}\r\n`
}

function field(value: unknown): string {
  const text = value === undefined ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
