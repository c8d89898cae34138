/**
 * The journal: one SQLite database, `journal.db` in the data folder, with write-ahead log. It is the
 * only source of truth; MQTT, REST and exports read it. Any SQLite tool opens it.
 *
 * record           one row a record, in the order in which they were stored
 *   seq            place in the journal; grows, is never used twice
 *   id             KSUID; the same data gives the same id, a repeat is ignored
 *   vehicle        id of the vehicle
 *   source         bus or channel of the newest reading in it
 *   boot, number   one run of the gateway (or one recording), and the count within it and vehicle
 *   monotonic      ms of that run's monotonic clock
 *   time           ms since 1970, UTC: when the newest reading in it was measured
 *   received       ms since 1970, UTC: when the gateway had it
 *   clock          how far the wall clock was known: none, rtc, network, gnss, recorded
 *   shift          ms that its times were moved by when the clock became known (restamp.ts)
 *   <signal>       a column for each common signal, in its unit; NULL is unknown
 *   rest           JSON object of all other signals, or NULL
 *   quality        JSON object of the signals whose quality is not "ok", or NULL
 *
 * block            sealed history: records that were rows of `record` and are none any more, up to a few
 *                  thousand of one vehicle and boot a row; `odograph sql` shows them as rows again
 *   num            its number
 *   vehicle, boot  of all its records
 *   first_seq, last_seq         places; other vehicles' records may lie between them
 *   first_number, last_number   numbers within the boot
 *   first_time, last_time       ms: earliest and latest time of measurement
 *   count          how many records
 *   extremes       JSON object: least and greatest value of each signal that is a number
 *   data           the records in order of time, then of seq: a columnar batch (columns/
 *                  batch-format.ts), as a raw deflate stream (RFC 1951)
 *
 * odometer_points  the readings of the vehicle's odometers, a row a vehicle and quarter of an hour (slot
 *                  = ms / 900000)
 *   points         JSON: by instrument, of each minute the first and the last (distance/slot-points.ts)
 *   state          JSON: what the count of distances goes on from behind the slot (distance-fold.ts)
 *
 * distance_slot    the odometer of record: what those points add up to, a row a slot with a reading. A
 *                  distance between two moments is a sum of rows, so any time zone's days can be cut
 *                  and they add up. All zones are whole quarters from UTC.
 *   first_time, last_time   ms: of its first reading and its last one
 *   km             what they add to the distance travelled; the way from the reading before the slot
 *                  to its first one belongs to it
 *   estimated_km, error_km   km of that which are estimates, and by which those may be wrong
 *
 * provisional_odometer   points of a boot that did not know the time (JSON); go to odometer_points when
 *                  it does
 *
 * counter_slot     run totals of engine hours and fuel used, likewise: what they have grown by since the
 *                  vehicle's first reading of them, over resets (decoder/vehicle/run-total.ts)
 *   counter        `engineHours` (h) or `fuelUsed` (l)
 *   slot           ms / 900000
 *   first_time, first, last_time, last   of its first reading and its last one: ms, run total
 *   estimated      1: some of what was added in it comes from engine speed or fuel rate
 *
 * provisional_counter   the same in minutes of a boot that did not know the time; goes to counter_slot
 *                  when it does, each minute as its first and its last reading
 *
 * vehicle_state    a row a vehicle: JSON of its newest status and odometer, when it was stored
 *                  (µs), and JSON of its run totals or NULL, to go on from after a restart
 * vehicle          the ids a vehicle goes by
 *
 * sent_frame       every different frame that went out to a bus, with why, once:
 *   num            its number in sent_time
 *   source, vehicle   the configured source that sent it, and whose bus that is
 *   id, extended   the CAN identifier; extended is 1 for one of 29 bits
 *   data           its bytes as they were on the wire
 *   kind, cause, requester   `request`, `flow-control` or `privileged`; why; who asked
 *   used           ms: some day on which it was sent, the last or the one before
 * sent_time        when a frame of sent_frame went out: a row for the times of about a minute
 *   frame          sent_frame.num
 *   first          ms since 1970, UTC: its first time
 *   count          how many times
 *   later          count - 1 numbers, each the ms since the time before it, as unsigned LEB128: seven
 *                  bits a byte, lowest first, bit 8 set in all bytes of a number but its last. First
 *                  and last time of a row are less than two minutes apart; times never go back
 *                  within a row. A day of polling at 20/s is so about 4.4 MB.
 *   boot           the run, while it did not know the time; NULL: the times are true
 *   Rows more than 30 days older than the newest are removed at the start and once a day.
 *
 * event            what happened to a vehicle (model/event.ts), in the order in which it was stored
 *   seq, id, vehicle   as in record
 *   time           ms since 1970, UTC: when it happened
 *   type, data     `dtc.set`, …; JSON object
 *   boot           as in sent_time
 *
 * data_read        who was shown location or identity (model/data-read.ts), a row for what one token asked
 *                  of one route within a minute
 *   seq            its number
 *   time           ms since 1970, UTC: the first time within the minute
 *   count          how often
 *   token, subject, address, route, vehicle, what   as in model/data-read.ts
 *   boot           as in sent_time
 *   Rows more than 90 days older than the newest are removed at the start and once a day.
 *
 * lora_uplink      what came by LoRa, a row an uplink of a known device, its payload decrypted
 *   seq            its number, in the order in which they came
 *   device         id of the device in the configuration
 *   received       ms since 1970, UTC: when it was on the air
 *   state          `open`: yet to be decoded; `done`; `failed`: it could not be decoded
 *   f_cnt, payload   its counter, where known, and its bytes
 *   uplink         JSON: all else of it (model/lora.ts)
 *   outcome        JSON: what its payload said, or why it could not be read; NULL while `open`
 *   boot           as in sent_time
 *   The counter that a device has used stands in `kept` (part `lora-counter`), in the same commit as the
 *   uplink that used it. Rows go when they are 90 days older than the newest, or 100,000 came after.
 *
 * kept             what a part of the gateway remembers of something over a restart: JSON
 * cursor           a row a sink of events (mqtt-events, …): the last seq of event that it has
 *                  acknowledged
 * lane             a row a sink of records (mqtt, …):
 *   live           every record up to this seq is acknowledged or stands in the backlog
 *   backlog        JSON array of what is still to be sent: {from, to}, `from` exclusive
 *
 * meta             what belongs to the file itself: `version`, its format; `clean`, there while nothing
 *                  was written since an orderly end
 *
 * A commit is one transaction over all of them: after a power cut the last whole commit stands.
 * `meta.version` counts the migrations below; they are applied in order and never edited.
 */

import type { Database } from '../../database/sqlite.ts'
import { OdographError } from '../../model/errors.ts'
import type { SignalName } from '../../model/signals.ts'

export const SLOT_MS = 900_000
export const MINUTE_MS = 60_000

/** Signals with a column of their own, in the order of the columns. */
export const columnSignals = [
  'odometer',
  'speed',
  'engineSpeed',
  'engineLoad',
  'fuelPercentRemaining',
  'batteryVoltage',
  'coolantTemp',
  'ambientTemp',
  'barometricPressure',
  'engineHours',
  'latitude',
  'longitude',
] as const satisfies readonly SignalName[]

const WAL_ATTEMPTS = 50
const WAL_PAUSE_MS = 100

const migrations: readonly string[] = [
  `CREATE TABLE record (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     vehicle TEXT NOT NULL,
     source TEXT NOT NULL,
     boot TEXT NOT NULL,
     number INTEGER NOT NULL,
     monotonic INTEGER NOT NULL,
     time INTEGER NOT NULL,
     received INTEGER NOT NULL,
     clock TEXT NOT NULL,
     odometer REAL,
     speed REAL,
     engineSpeed REAL,
     engineLoad REAL,
     fuelPercentRemaining REAL,
     batteryVoltage REAL,
     coolantTemp REAL,
     ambientTemp REAL,
     barometricPressure REAL,
     engineHours REAL,
     latitude REAL,
     longitude REAL,
     rest TEXT,
     quality TEXT
   ) STRICT;
   CREATE INDEX record_by_time ON record (vehicle, time, seq);
   CREATE TABLE odometer_slot (
     vehicle TEXT NOT NULL,
     slot INTEGER NOT NULL,
     first_time INTEGER NOT NULL,
     first_km REAL NOT NULL,
     last_time INTEGER NOT NULL,
     last_km REAL NOT NULL,
     PRIMARY KEY (vehicle, slot)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE vehicle_state (
     vehicle TEXT PRIMARY KEY,
     status TEXT NOT NULL,
     odometer TEXT NOT NULL,
     stored INTEGER NOT NULL
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE vehicle (
     id TEXT PRIMARY KEY,
     token_id TEXT NOT NULL UNIQUE,
     user_device_id TEXT NOT NULL UNIQUE
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE cursor (sink TEXT PRIMARY KEY, seq INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,

  `CREATE TABLE sent_frame (
     num INTEGER PRIMARY KEY,
     source TEXT NOT NULL,
     vehicle TEXT NOT NULL,
     id INTEGER NOT NULL,
     extended INTEGER NOT NULL,
     data BLOB NOT NULL,
     kind TEXT NOT NULL,
     cause TEXT NOT NULL,
     requester TEXT NOT NULL,
     used INTEGER NOT NULL,
     UNIQUE (id, data, extended, source, vehicle, kind, cause, requester)
   ) STRICT;
   CREATE TABLE sent_time (
     frame INTEGER NOT NULL,
     first INTEGER NOT NULL,
     count INTEGER NOT NULL,
     later BLOB NOT NULL
   ) STRICT;
   CREATE INDEX sent_time_by_first ON sent_time (first);
   CREATE TABLE event (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     id TEXT NOT NULL UNIQUE,
     vehicle TEXT NOT NULL,
     time INTEGER NOT NULL,
     type TEXT NOT NULL,
     data TEXT NOT NULL
   ) STRICT;
   CREATE INDEX event_by_time ON event (vehicle, time, seq);
   CREATE TABLE kept (
     part TEXT NOT NULL,
     owner TEXT NOT NULL,
     state TEXT NOT NULL,
     PRIMARY KEY (part, owner)
   ) STRICT, WITHOUT ROWID;`,

  `ALTER TABLE record ADD COLUMN shift INTEGER NOT NULL DEFAULT 0;
   ALTER TABLE event ADD COLUMN boot TEXT;
   CREATE TABLE block (
     num INTEGER PRIMARY KEY,
     vehicle TEXT NOT NULL,
     boot TEXT NOT NULL,
     first_seq INTEGER NOT NULL,
     last_seq INTEGER NOT NULL,
     first_number INTEGER NOT NULL,
     last_number INTEGER NOT NULL,
     first_time INTEGER NOT NULL,
     last_time INTEGER NOT NULL,
     count INTEGER NOT NULL,
     extremes TEXT NOT NULL,
     data BLOB NOT NULL
   ) STRICT;
   CREATE INDEX block_by_time ON block (vehicle, first_time, last_time, first_seq, count);
   CREATE INDEX block_by_seq ON block (first_seq, last_seq);
   CREATE INDEX block_by_boot ON block (vehicle, boot, first_number, last_number);
   CREATE TABLE lane (sink TEXT PRIMARY KEY, live INTEGER NOT NULL, backlog TEXT NOT NULL)
     STRICT, WITHOUT ROWID;
   INSERT INTO lane SELECT sink, seq, '[]' FROM cursor WHERE sink = 'mqtt';
   DELETE FROM cursor WHERE sink = 'mqtt';
   CREATE INDEX record_provisional ON record (boot, seq) WHERE clock = 'none';
   CREATE INDEX event_provisional ON event (boot) WHERE boot IS NOT NULL;
   ALTER TABLE sent_time ADD COLUMN boot TEXT;
   CREATE INDEX sent_time_provisional ON sent_time (boot) WHERE boot IS NOT NULL;
   CREATE TABLE provisional_point (
     vehicle TEXT NOT NULL,
     boot TEXT NOT NULL,
     time INTEGER NOT NULL,
     km REAL NOT NULL,
     PRIMARY KEY (vehicle, boot, km)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE counter_slot (
     vehicle TEXT NOT NULL,
     counter TEXT NOT NULL,
     slot INTEGER NOT NULL,
     first_time INTEGER NOT NULL,
     first REAL NOT NULL,
     last_time INTEGER NOT NULL,
     last REAL NOT NULL,
     estimated INTEGER NOT NULL,
     PRIMARY KEY (vehicle, counter, slot)
   ) STRICT, WITHOUT ROWID;
   CREATE INDEX counter_slot_estimated ON counter_slot (vehicle, counter, slot) WHERE estimated = 1;
   CREATE TABLE provisional_counter (
     vehicle TEXT NOT NULL,
     boot TEXT NOT NULL,
     counter TEXT NOT NULL,
     minute INTEGER NOT NULL,
     first_time INTEGER NOT NULL,
     first REAL NOT NULL,
     last_time INTEGER NOT NULL,
     last REAL NOT NULL,
     estimated INTEGER NOT NULL,
     PRIMARY KEY (vehicle, boot, counter, minute)
   ) STRICT, WITHOUT ROWID;
   ALTER TABLE vehicle_state ADD COLUMN counters TEXT;`,

  // Distances were kept as they had added up; the series that were open go on from where they were.
  `CREATE TABLE odometer_points (
     vehicle TEXT NOT NULL,
     slot INTEGER NOT NULL,
     points TEXT NOT NULL,
     state TEXT NOT NULL,
     PRIMARY KEY (vehicle, slot)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE distance_slot (
     vehicle TEXT NOT NULL,
     slot INTEGER NOT NULL,
     first_time INTEGER NOT NULL,
     last_time INTEGER NOT NULL,
     km REAL NOT NULL,
     estimated_km REAL NOT NULL,
     error_km REAL NOT NULL,
     PRIMARY KEY (vehicle, slot)
   ) STRICT, WITHOUT ROWID;
   CREATE TABLE provisional_odometer (
     num INTEGER PRIMARY KEY,
     boot TEXT NOT NULL,
     time INTEGER NOT NULL,
     point TEXT NOT NULL
   ) STRICT;
   CREATE INDEX provisional_odometer_by_boot ON provisional_odometer (boot);
   INSERT INTO distance_slot
     SELECT vehicle, slot, first_time, last_time,
       last_km - ifnull(lag(last_km) OVER (PARTITION BY vehicle ORDER BY slot), first_km), 0, 0
     FROM odometer_slot;
   INSERT INTO odometer_points
     SELECT vehicle, slot,
       json_object('travelled', json_object('rank', 0, 'points', json_array(
         json_array(first_time - slot * 900000, first_km),
         json_array(last_time - slot * 900000, last_km)))),
       json_object('leader', 'travelled', 'series', json_object('travelled', json_object(
         'rank', 0, 'km', last_km, 'time', last_time, 'behind', 0)))
     FROM odometer_slot;
   UPDATE odometer_points SET state = ifnull((
     SELECT json_object('series', json_group_object(series.key, json_object(
         'rank', CAST(replace(series.key, rtrim(series.key, replace(series.key, '/', '')), '') AS INTEGER),
         'km', series.value ->> 'km', 'time', (series.value ->> 'time') / 1000,
         'behind', (odometer ->> 'travelled') - ((series.value ->> 'km') - (series.value ->> 'offset')))))
     FROM vehicle_state, json_each(odometer, '$.series') AS series
     WHERE vehicle_state.vehicle = odometer_points.vehicle AND series.value ->> 'offset' < 1e12
     HAVING count(*) > 0), state)
   WHERE (vehicle, slot) IN (SELECT vehicle, max(slot) FROM odometer_slot GROUP BY vehicle);
   INSERT INTO provisional_odometer
     SELECT NULL, boot, time, json_object('vehicle', vehicle, 'series', 'travelled',
       'rank', 0, 'time', time, 'km', km) FROM provisional_point;
   UPDATE vehicle_state SET odometer = json_object('time', odometer ->> 'time', 'series', (
     SELECT json_group_object(series.key, json_object(
       'km', series.value ->> 'km', 'time', series.value ->> 'time'))
     FROM json_each(odometer, '$.series') AS series));
   DROP TABLE odometer_slot;
   DROP TABLE provisional_point;`,

  `CREATE TABLE data_read (
     seq INTEGER PRIMARY KEY,
     time INTEGER NOT NULL,
     count INTEGER NOT NULL,
     token TEXT NOT NULL,
     subject TEXT NOT NULL,
     address TEXT NOT NULL,
     route TEXT NOT NULL,
     vehicle TEXT NOT NULL,
     what TEXT NOT NULL,
     boot TEXT
   ) STRICT;
   CREATE INDEX data_read_by_time ON data_read (time, seq);
   CREATE INDEX data_read_provisional ON data_read (boot) WHERE boot IS NOT NULL;`,

  `CREATE TABLE lora_uplink (
     seq INTEGER PRIMARY KEY,
     device TEXT NOT NULL,
     received INTEGER NOT NULL,
     state TEXT NOT NULL,
     f_cnt INTEGER,
     payload BLOB NOT NULL,
     uplink TEXT NOT NULL,
     outcome TEXT,
     boot TEXT
   ) STRICT;
   CREATE INDEX lora_uplink_by_device ON lora_uplink (device, seq);
   CREATE INDEX lora_uplink_undone ON lora_uplink (seq) WHERE state <> 'done';
   CREATE INDEX lora_uplink_provisional ON lora_uplink (boot) WHERE boot IS NOT NULL;`,
]

/**
 * Brings a database to the newest version, in one transaction: two processes may open a new file at
 * once. One that is of the newest version is not written to, so that it opens while another process
 * writes. Throws `store-failed` for a file of a later version.
 */
export function migrate(database: Database, path: string): void {
  // Only a file without a table takes it: pages that became free can then be given back. In any
  // other it would want to write, and wait for whoever writes.
  if (isEmpty(database)) database.exec('PRAGMA auto_vacuum = INCREMENTAL')
  useWriteAheadLog(database)
  // FULL: a commit is on the card when it returns. Pages of 4 KiB are what file systems and cards
  // write: smaller ones would halve what is written (test/bench/flash.ts), but a page that is torn
  // while the log is moved into the file would take its neighbours with it, and they are not in the
  // log. How often that is done (every 1000 pages, SQLite's own) changes what is written by 0.3 %.
  database.exec('PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 8388608')
  if (versionOf(database, path) === migrations.length) return
  database.exec('BEGIN IMMEDIATE')
  try {
    applyMigrations(database, versionOf(database, path))
    database.exec('COMMIT')
  } catch (error) {
    try {
      database.exec('ROLLBACK')
    } catch {
      // A full card has rolled it back already.
    }
    throw error
  }
}

/** On any other file the setting would wait for whoever writes to it. */
function isEmpty(database: Database): boolean {
  return database.prepare('PRAGMA page_count').get()?.page_count === 0
}

/** Going over to the log needs the file alone, and does not wait for it by itself. */
function useWriteAheadLog(database: Database): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      database.exec('PRAGMA journal_mode = WAL')
      return
    } catch (error) {
      if (attempt === WAL_ATTEMPTS || !/locked/.test(String(error))) throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_PAUSE_MS)
    }
  }
}

/** The format of the journal that this version writes. */
export const JOURNAL_FORMAT = migrations.length

/** The format of any journal, later ones included; 0 where there is none yet. */
export function formatOf(database: Database): number {
  const made = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'meta'").get()
  if (made === undefined) return 0
  return Number(database.prepare("SELECT value FROM meta WHERE key = 'version'").get()?.value ?? 0)
}

/** How many migrations it has had. Throws `store-failed` for a file of a later version. */
export function versionOf(database: Database, path: string): number {
  const version = formatOf(database)
  if (version <= migrations.length) return version
  const detail = `was written by a later version (format ${version}, this one knows ${migrations.length})`
  throw new OdographError('store-failed', path, detail)
}

/** For who only reads. Throws `store-failed` for a file of another version. */
export function requireVersion(database: Database, path: string): void {
  const version = versionOf(database, path)
  if (version === migrations.length) return
  const detail = `is of an earlier version (format ${version}, this one reads ${migrations.length}); starting the gateway once brings it up to date`
  throw new OdographError('store-failed', path, detail)
}

function applyMigrations(database: Database, version: number): void {
  database.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT) STRICT')
  const save = database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('version', ?)")
  for (let next = version; next < migrations.length; next += 1) {
    database.exec(migrations[next] as string)
    save.run(String(next + 1))
  }
}
