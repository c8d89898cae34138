/** Places that were given once are not given again, even where what stood in them is lost. */
import type { Database } from '../../database/sqlite.ts'

/** Greatest places by table. */
export type Places = Record<string, number>

/** Each asked for by itself: any of them may be unreadable. */
const sources: readonly (readonly [table: string, sql: string])[] = [
  ['record', "SELECT seq AS place FROM sqlite_sequence WHERE name = 'record'"],
  ['record', 'SELECT seq AS place FROM record ORDER BY seq DESC LIMIT 1'],
  ['record', 'SELECT max(seq) AS place FROM record INDEXED BY record_by_time'],
  ['record', 'SELECT max(last_seq) AS place FROM block INDEXED BY block_by_seq'],
  ['record', 'SELECT max(last_seq) AS place FROM block NOT INDEXED'],
  ['record', 'SELECT max(live) AS place FROM lane'],
  ['record', "SELECT max(value ->> 'to') AS place FROM lane, json_each(lane.backlog)"],
  ['record', "SELECT seq AS place FROM cursor WHERE sink = 'mqtt'"],
  ['event', "SELECT seq AS place FROM sqlite_sequence WHERE name = 'event'"],
  ['event', 'SELECT seq AS place FROM event ORDER BY seq DESC LIMIT 1'],
  ['event', 'SELECT max(seq) AS place FROM event INDEXED BY event_by_time'],
  ['event', "SELECT max(seq) AS place FROM cursor WHERE sink <> 'mqtt'"],
  ['block', 'SELECT num AS place FROM block ORDER BY num DESC LIMIT 1'],
  ['block', 'SELECT max(rowid) AS place FROM block INDEXED BY block_by_seq'],
  ['lora_uplink', 'SELECT seq AS place FROM lora_uplink ORDER BY seq DESC LIMIT 1'],
  ['data_read', 'SELECT seq AS place FROM data_read ORDER BY seq DESC LIMIT 1'],
  ['sent_frame', 'SELECT num AS place FROM sent_frame ORDER BY num DESC LIMIT 1'],
  ['sent_time', 'SELECT max(rowid) AS place FROM sent_time INDEXED BY sent_time_by_first'],
]

/** A damaged number must not use up all the places there are: a thousand years at 1000 a second. */
const HIGHEST = 2 ** 45

export function highestPlaces(database: Database): Places {
  const places: Places = {}
  for (const [table, sql] of sources) {
    const place = placeOf(database, sql)
    places[table] = Math.max(places[table] ?? 0, place)
  }
  return places
}

function placeOf(database: Database, sql: string): number {
  try {
    const place = Number(database.prepare(sql).get()?.place ?? 0)
    return Number.isSafeInteger(place) && place <= HIGHEST ? place : 0
  } catch {
    return 0
  }
}

/** New rows of the journal come after all places that were ever given. */
export function keepPlaces(target: Database, damaged: Places): void {
  const salvaged = highestPlaces(target)
  for (const table of ['record', 'event']) {
    const place = Math.max(salvaged[table] ?? 0, damaged[table] ?? 0)
    target.prepare('DELETE FROM sqlite_sequence WHERE name = ?').run(table)
    target.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(table, place)
  }
}
