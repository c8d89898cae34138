/** What the journal knows of the vehicles: their voltage, and what they can be asked. */
import type { Database } from '../../database/sqlite.ts'
import type { Examination } from './examination.ts'
import { type Finding, note, ok, warning } from './finding.ts'

/** Below it a battery of 12 V with nothing running is less than half full. */
const LOW_12 = 11.8
const LOW_24 = 23.6
/** Between the two: no vehicle of 12 V charges so high, and none of 24 V has sunk so low and starts. */
const HIGHEST_12 = 16
const LOWEST_24 = 18
const HIGHEST_24 = 32
const LOWEST_12 = 6

export function vehicleFindings(database: Database, { loaded }: Examination): Finding[] {
  return [
    ...voltages(database),
    ...supported(
      database,
      loaded.config.sources.map(({ id }) => id),
    ),
  ]
}

interface NewestValue {
  value?: unknown
}

function voltages(database: Database): Finding[] {
  return database
    .prepare('SELECT vehicle, status FROM vehicle_state')
    .all()
    .flatMap(({ vehicle, status }) => {
      const { batteryVoltage } = JSON.parse(String(status)) as { batteryVoltage?: NewestValue }
      const value = batteryVoltage?.value
      return typeof value === 'number' ? [voltage(String(vehicle), value)] : []
    })
}

function voltage(vehicle: string, volts: number): Finding {
  const evidence = `batteryVoltage of ${vehicle}: ${volts} V`
  const isBetween = volts > HIGHEST_12 && volts < LOWEST_24
  if (volts < LOWEST_12 || volts > HIGHEST_24 || isBetween) {
    return warning('voltage-implausible', `${vehicle}: ${volts} V is the voltage of no vehicle`, {
      cause: 'a clone adapter that measures wrong, or a profile with a wrong factor',
      remedy: 'measure at the battery; an ELM327 is calibrated with AT CV',
      evidence,
    })
  }
  if (volts < LOW_12 || (volts >= LOWEST_24 && volts < LOW_24)) {
    return warning('voltage-low', `${vehicle}: the battery is low (${volts} V)`, {
      cause: 'it was not charged for long, is old, or something draws current',
      remedy:
        'charge and test the battery; parked.lowVoltage decides when the gateway stops asking',
      evidence,
    })
  }
  return ok('voltage-ok', `${vehicle}: ${volts} V`)
}

/** As the poller has kept it (device/poller/support.ts). */
interface Kept {
  support?: { units?: { pids?: unknown[] }[] }
}

function supported(database: Database, sources: readonly string[]): Finding[] {
  const find = database.prepare("SELECT state FROM kept WHERE part = 'polling' AND owner = ?")
  return sources.flatMap((source) => {
    const state = find.get(source)?.state
    if (state === undefined) return []
    const { support } = JSON.parse(String(state)) as Kept
    const units = support?.units ?? []
    const pids = units.reduce((sum, unit) => sum + (unit.pids?.length ?? 0), 0)
    const what = `${source}: ${units.length} control units answer, with ${pids} PIDs`
    return [note('pids-known', what, { source })]
  })
}
