/** The journal, opened for reading alone: the gateway may be running. */
import { existsSync, statSync } from 'node:fs'
import { journalPath } from '../../config/data-folder.ts'
import { type Database, openDatabase } from '../../database/sqlite.ts'
import { messageOf } from '../../model/errors.ts'
import type { Millis } from '../../model/time.ts'
import { damageOf, faultsOf, findDamage, isDamage } from '../../uplink/store/check.ts'
import { requireVersion } from '../../uplink/store/schema.ts'
import type { Check, Examination } from './examination.ts'
import { type Finding, failure, note, ok, warning } from './finding.ts'
import { vehicleFindings } from './vehicle.ts'

/** Every page of more takes minutes on a card: what an unclean end left is looked at then, no more. */
const WHOLE_LIMIT = 300_000_000
/** About a second of reading. */
const LONG = 30_000_000
const HOUR: Millis = 3_600_000
const OLD: Millis = 24 * HOUR
const GROWING: Millis = HOUR

export const journal: Check = {
  name: 'journal',
  isBlocking({ folder }) {
    const path = journalPath(folder)
    return existsSync(path) && statSync(path).size > LONG
  },
  run(examination) {
    const path = journalPath(examination.folder)
    if (!existsSync(path)) return [note('journal-missing', `There is no journal at ${path} yet`)]
    let database: Database | undefined
    try {
      database = openDatabase(path, { readOnly: true })
      const damage = damageIn(database, path)
      if (damage !== undefined) return [damaged(path, damage)]
      return [
        ok('journal-ok', `The journal is whole (${statSync(path).size} bytes)`),
        ...contents(database, path, examination),
      ]
    } catch (error) {
      if (isDamage(error)) return [damaged(path, damageOf(error))]
      return [
        failure('journal-unreadable', `The journal ${path} cannot be opened`, {
          cause: messageOf(error),
          remedy: 'run the doctor as the user of the service: sudo -u odograph odograph doctor',
        }),
      ]
    } finally {
      database?.close()
    }
  },
}

function damageIn(database: Database, path: string): string | undefined {
  if (statSync(path).size > WHOLE_LIMIT) return findDamage(database)
  return faultsOf(database) ?? findDamage(database)
}

function damaged(path: string, damage: string): Finding {
  return failure('journal-damaged', `The journal ${path} is damaged`, {
    cause: damage,
    remedy:
      'odograph backup, if it still can; then restart the gateway: it keeps the damaged file and takes over all that can be read',
  })
}

function contents(database: Database, path: string, examination: Examination): Finding[] {
  try {
    requireVersion(database, path)
  } catch (error) {
    return [note('journal-version', messageOf(error), { remedy: 'start the gateway once' })]
  }
  return [
    ...age(database, examination),
    ...backlog(database, examination),
    ...vehicleFindings(database, examination),
  ]
}

function age(database: Database, { world, gateway }: Examination): Finding[] {
  const newest = Math.max(
    numberOf(database, 'SELECT max(received) AS n FROM record'),
    numberOf(database, 'SELECT max(last_time) AS n FROM block'),
  )
  if (newest <= 0) return []
  const old = world.wall() - newest
  if (old < OLD) return []
  const what = `The newest record is ${durationText(old)} old`
  if (gateway.state !== 'running') return [note('journal-old', what)]
  const cause = 'a vehicle that stands makes none; one that is driven does'
  return [note('journal-old', what, { cause, remedy: 'see what the sources say above' })]
}

/** How far each sink is, and since when the first record that it has not got has been waiting. */
function backlog(database: Database, { world }: Examination): Finding[] {
  const newest = numberOf(database, "SELECT seq AS n FROM sqlite_sequence WHERE name = 'record'")
  const findings = database.prepare('SELECT sink, live, backlog FROM lane').all()
  return findings.map(({ sink, live, backlog: waiting }) => {
    const ranges = JSON.parse(String(waiting)) as { from: number; to: number }[]
    const sent = ranges[0]?.from ?? Number(live)
    const unsent = ranges.reduce((sum, { from, to }) => sum + to - from, newest - Number(live))
    const since = Math.min(
      numberOf(database, 'SELECT min(received) AS n FROM record WHERE seq > ?', sent) || Infinity,
      numberOf(database, 'SELECT min(first_time) AS n FROM block WHERE last_seq > ?', sent) ||
        Infinity,
    )
    const waited = world.wall() - since
    if (unsent === 0 || waited < GROWING) {
      return ok('backlog-ok', `${sink}: nothing has been waiting for long`)
    }
    return warning(
      'backlog-growing',
      `${unsent} records wait for ${sink}, the oldest for ${durationText(waited)}`,
      {
        cause: 'the broker or sink has not taken them: see what is said of it below',
        remedy:
          'nothing is lost while the journal has room (store.maxMegabytes); they are sent when it can be reached',
        evidence: `sent up to ${sent} of ${newest}`,
      },
    )
  })
}

function numberOf(database: Database, sql: string, ...values: number[]): number {
  return Number(database.prepare(sql).get(...values)?.n ?? 0)
}

export function durationText(ms: Millis): string {
  const hours = ms / HOUR
  if (hours < 1) return `${Math.round(hours * 60)} minutes`
  return hours < 48 ? `${Math.round(hours)} hours` : `${Math.round(hours / 24)} days`
}
