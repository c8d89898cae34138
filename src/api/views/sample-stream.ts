/**
 * An even sample of a long window as the JSON of a search, in parts: each of its records stands in
 * another block of the journal, and the first are on their way while the next are looked for.
 */
import type { RecordPage, RecordQuery, RecordReader } from '../../model/ports.ts'
import type { StoredRecord } from '../../model/record.ts'
import { type HitView, hitOf, type SearchResult, searchResult } from './hits.ts'

const PART_RECORDS = 40
/** A window of no more records stands in a few blocks, which are opened once for all. */
const SHORT_RECORDS = 20_000

export interface SampleQuery {
  records: RecordReader
  query: RecordQuery
  limit: number
  order: 'asc' | 'desc'
}

/**
 * The first page tells the total and how many of the sample follow. The journal may have grown until
 * the next part is read: nothing is told twice, nor out of order.
 */
export async function* samplePages(sample: SampleQuery): AsyncGenerator<RecordPage> {
  const { records, query, limit, order } = sample
  const first = await records.sample(query, limit, { from: 0, to: 1 })
  const count = Math.min(first.total, limit)
  const size = first.total > SHORT_RECORDS ? PART_RECORDS : Math.max(count, 1)
  let last: StoredRecord | undefined
  for (let at = 0; at < Math.max(count, 1); at += size) {
    const end = Math.min(at + size, count)
    const part = order === 'asc' ? { from: at, to: end } : { from: count - end, to: count - at }
    const page = at === 0 && end <= 1 ? first : await records.sample(query, limit, part)
    const ordered = order === 'asc' ? page.records : page.records.toReversed()
    const isNews = (record: StoredRecord) => last === undefined || follows(record, last, order)
    const shown = ordered.filter(isNews)
    last = shown.at(-1) ?? last
    yield { total: first.total, records: shown }
  }
}

function follows(record: StoredRecord, last: StoredRecord, order: 'asc' | 'desc'): boolean {
  const later = record.time - last.time || record.seq - last.seq
  return order === 'asc' ? later > 0 : later < 0
}

/** `took`: ms until the answer begins, asked when it does. */
export async function* searchJson(
  pages: AsyncIterable<RecordPage>,
  view: HitView,
  took: () => number,
): AsyncGenerator<string> {
  let begun = false
  let separator = ''
  for await (const { total, records } of pages) {
    const hits = records.map((record) => hitOf(record, view))
    const text = hits.map((hit) => JSON.stringify(hit)).join(',')
    yield `${begun ? '' : head(searchResult(total, hits, took()))}${text === '' ? '' : separator}${text}`
    begun = true
    if (text !== '') separator = ','
  }
  yield TAIL
}

const TAIL = ']}}'

/** All that stands before the first hit. */
function head(result: SearchResult): string {
  const text = JSON.stringify({ ...result, hits: { ...result.hits, hits: [] } })
  return text.slice(0, -TAIL.length)
}
