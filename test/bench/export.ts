/**
 * What an export costs: fourteen days of records at 1 Hz with 12 signals, as JSON lines by the
 * export's own serialiser and by `JSON.stringify(statusEvent())`, and in the other formats, without
 * the reading; memory after each. `export.ts [RECORDS [FORMAT]]`.
 */
import { statusEvent } from '../../src/model/cloud-event.ts'
import type { StoredRecord } from '../../src/model/record.ts'
import { recordId } from '../../src/model/record-id.ts'
import type { Vehicle } from '../../src/model/vehicle.ts'
import { exportFormats, exportWriter, pump } from '../../src/uplink/export/export.ts'
import type { ExportOutput } from '../../src/uplink/export/output.ts'
import { columnSignals } from '../../src/uplink/store/schema.ts'

const START = Date.UTC(2026, 2, 1)
const RECORDS = Number(process.argv[2] ?? 14 * 86_400)
const only = process.argv[3]

const vehicle: Vehicle = {
  id: 'van',
  tokenId: '123456789',
  userDeviceId: '2bcDEFghijKLMNopqrSTUVwxyz0',
  owner: 'owner',
  make: 'Ford',
  model: 'Transit',
  year: 2019,
}

/** ms of processor time: others may have the machine too. */
function now(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Counts, and lets go. */
class Nowhere implements ExportOutput {
  bytes = 0

  write(piece: string | Uint8Array): void {
    this.bytes += typeof piece === 'string' ? Buffer.from(piece).length : piece.length
  }

  pressure(): undefined {
    return undefined
  }
}

const id = recordId({ vehicle: 'van', boot: 'boot', number: 1, time: START, receivedAt: START })

/** A drive that never ends: what moves moves, what is slow stays for a while. */
function* records(count: number): Generator<StoredRecord> {
  for (let i = 0; i < count; i += 1) {
    const time = START + i * 1000 + (i % 37)
    const wave = Math.sin(i / 300)
    yield {
      seq: i + 1,
      id,
      vehicle: 'van',
      source: 'can0',
      boot: 'boot',
      number: i,
      monotonic: i * 1000,
      time,
      receivedAt: time + 4,
      clockTrust: 'gnss',
      data: {
        odometer: Math.round(123_456_000 + i * 20) / 1000,
        speed: Math.round((60 + 50 * wave) * 256) / 256,
        engineSpeed: Math.round((1500 + 700 * wave) * 8) / 8,
        engineLoad: Math.round((0.5 + 0.4 * wave) * 250) / 250,
        fuelPercentRemaining: Math.round((1 - i / count) * 250) / 250,
        batteryVoltage: Math.round((13.8 + 0.2 * wave) * 20) / 20,
        coolantTemp: Math.round(88 + 3 * wave),
        ambientTemp: Math.round((12 + 5 * Math.sin(i / 13_751)) * 32) / 32,
        barometricPressure: Math.round((101 + Math.sin(i / 50_000)) * 2) / 2,
        engineHours: Math.round((4321 + i / 3600) * 20) / 20,
        latitude: Math.round((48 + i / 1e5) * 1e7) / 1e7,
        longitude: Math.round((11 + i / 7e4) * 1e7) / 1e7,
      },
    }
  }
}

function told(name: string, ms: number, bytes: number): void {
  const each = ((ms / RECORDS) * 1000).toFixed(2)
  const memory = Math.round(process.memoryUsage().rss / 1e6)
  const size = (bytes / 1e6).toFixed(1)
  console.log(
    `${name.padEnd(28)} ${(ms / 1000).toFixed(2)} s  ${each} µs a record  ${size} MB  rss ${memory} MB`,
  )
}

let began = now()
for (const _ of records(RECORDS));
const making = now() - began
told('making the records (deducted)', making, 0)

for (const format of exportFormats) {
  if (only !== undefined && format !== only) continue
  const output = new Nowhere()
  const signals = format === 'csv' || format === 'parquet' ? columnSignals : undefined
  began = now()
  const writer = exportWriter(format, output, { vehicle, signals, createdBy: 'odograph' })
  await pump(records(RECORDS), writer, output)
  told(format, now() - began - making, output.bytes)
}

if (only === undefined) {
  const output = new Nowhere()
  began = now()
  for (const record of records(RECORDS)) {
    output.write(`${JSON.stringify(statusEvent(record, vehicle))}\n`)
  }
  told('JSON.stringify(statusEvent)', now() - began - making, output.bytes)
}
