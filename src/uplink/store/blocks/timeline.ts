/**
 * The records of a vehicle and window in order of time, then of seq, whether they stand in blocks or
 * in rows. Each has a place, from 0 on; blocks are opened only where a place in them is wanted, so
 * that a year answers like an hour. Holds for one read transaction.
 */
import type { Database, Row } from '../../../database/sqlite.ts'
import type { PageMark, RecordQuery } from '../../../model/ports.ts'
import type { StoredRecord } from '../../../model/record.ts'
import type { Millis } from '../../../model/time.ts'
import type { BlockCache } from './block-cache.ts'
import { blockStretch, lowerBound, mergedStretch, rowStretch, type Stretch } from './stretch.ts'

/** Blocks, or blocks and rows, whose times overlap those of no other. */
interface Cluster {
  first: Millis
  last: Millis
  /** Places before it. */
  before: number
  count: number
  blocks: readonly BlockEntry[]
  rows: Stretch | undefined
}

interface BlockEntry {
  num: number
  first: Millis
  last: Millis
  count: number
}

export class Timeline {
  readonly count: number
  readonly #query: RecordQuery
  readonly #cache: BlockCache
  readonly #clusters: readonly Cluster[]
  #opened: { cluster: Cluster; stretch: Stretch } | undefined

  constructor(database: Database, cache: BlockCache, query: RecordQuery) {
    this.#query = query
    this.#cache = cache
    this.#clusters = this.#counted(
      clustersOf(blocksOf(database, query), rowStretch(database, query)),
    )
    const last = this.#clusters.at(-1)
    this.count = last === undefined ? 0 : last.before + last.count
  }

  at(place: number): StoredRecord {
    const cluster = this.#clusterAt(place)
    return this.#stretchOf(cluster).record(place - cluster.before)
  }

  /** Places from `start` to before `end`, ascending, or the other way round. */
  *records(start: number, end: number, order: 'asc' | 'desc' = 'asc'): Generator<StoredRecord> {
    if (order === 'desc') {
      for (let place = end - 1; place >= start; place--) yield this.at(place)
      return
    }
    for (let place = start; place < end; ) {
      const cluster = this.#clusterAt(place)
      const stretch = this.#stretchOf(cluster)
      const { before, count } = cluster
      for (const stop = Math.min(end, before + count); place < stop; place++) {
        yield stretch.record(place - before)
      }
    }
  }

  /** How many records were measured before a time. */
  before(time: Millis): number {
    return this.#find({ time, seq: Number.NEGATIVE_INFINITY })
  }

  /** How many records stand before a mark. */
  beforeMark({ time, seq }: PageMark): number {
    return this.#find({ time, seq })
  }

  #find({ time, seq }: PageMark): number {
    const cluster = this.#clusters[firstIndex(this.#clusters, ({ last }) => last >= time)]
    if (cluster === undefined) return this.count
    if (cluster.first > time) return cluster.before
    const { times, seqs } = this.#stretchOf(cluster)
    let index = lowerBound(times, time)
    while (index < times.length && times[index] === time && (seqs[index] as number) < seq) index++
    return cluster.before + index
  }

  #clusterAt(place: number): Cluster {
    const after = firstIndex(this.#clusters, ({ before }) => before > place)
    return this.#clusters[after - 1] as Cluster
  }

  #stretchOf(cluster: Cluster): Stretch {
    if (this.#opened?.cluster !== cluster) {
      this.#opened = { cluster, stretch: this.#open(cluster) }
    }
    return this.#opened.stretch
  }

  #open({ blocks, rows }: Cluster): Stretch {
    const views = blocks.flatMap(({ num }) => this.#cache.open(num) ?? [])
    const stretches = views.map((view) => blockStretch(view, this.#query))
    return mergedStretch(rows === undefined ? stretches : [...stretches, rows])
  }

  /** A cluster that the window cuts has to be opened to be counted. */
  #counted(clusters: readonly Cluster[]): Cluster[] {
    const { from, to } = this.#query
    let before = 0
    return clusters.flatMap((cluster) => {
      const isCut = cluster.first < from || cluster.last >= to
      const count = isCut ? this.#open(cluster).times.length : cluster.count
      if (count === 0) return []
      const counted = { ...cluster, before, count }
      before += count
      return [counted]
    })
  }
}

function blocksOf(database: Database, { vehicle, from, to }: RecordQuery): BlockEntry[] {
  return database
    .prepare(
      `SELECT num, first_time, last_time, count FROM block
       WHERE vehicle = ? AND first_time < ? AND last_time >= ? ORDER BY first_time, first_seq`,
    )
    .all(vehicle, to, from)
    .map(entryOf)
}

function entryOf(row: Row): BlockEntry {
  const [num, first, last, count] = [row.num, row.first_time, row.last_time, row.count].map(Number)
  return { num, first, last, count } as BlockEntry
}

function clustersOf(blocks: readonly BlockEntry[], rows: Stretch): Cluster[] {
  const clusters: Cluster[] = []
  for (const block of blocks)
    add(clusters, { ...block, before: 0, blocks: [block], rows: undefined })
  if (rows.times.length === 0) return clusters
  const first = rows.times[0] as Millis
  const last = rows.times.at(-1) as Millis
  const own = { first, last, before: 0, count: rows.times.length, blocks: [], rows }
  const ordered = [...clusters, own].toSorted((a, b) => a.first - b.first)
  const all: Cluster[] = []
  for (const cluster of ordered) add(all, cluster)
  return all
}

/** In order of their first times. */
function add(clusters: Cluster[], next: Cluster): void {
  const previous = clusters.at(-1)
  if (previous === undefined || previous.last < next.first) {
    clusters.push(next)
    return
  }
  previous.last = Math.max(previous.last, next.last)
  previous.count += next.count
  previous.blocks = [...previous.blocks, ...next.blocks]
  previous.rows ??= next.rows
}

/** Of the first one that holds, in a list where all after it hold, too; its length if none does. */
function firstIndex<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (holds(list[middle] as T)) high = middle
    else low = middle + 1
  }
  return low
}
