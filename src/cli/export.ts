/**
 * `odograph export`: the records of one vehicle as a file of another kind, read from the journal of a
 * gateway that may be running. A file is written beside its name and gets it when it is whole; none is
 * overwritten without `--force`.
 */
import { existsSync } from 'node:fs'
import { dataFolderPath } from '../config/data-folder.ts'
import { loadConfig } from '../config/load.ts'
import { FileOutput, StreamOutput } from '../device/capture/capture-output.ts'
import { OdographError } from '../model/errors.ts'
import type { RecordQuery } from '../model/ports.ts'
import { isSignalName, type SignalName, signalNames } from '../model/signals.ts'
import type { Vehicle } from '../model/vehicle.ts'
import { type ExportFormat, type ExportOptions, exportFormats } from '../uplink/export/export.ts'
import { exportRange } from '../uplink/export/export-range.ts'
import type { ExportOutput } from '../uplink/export/output.ts'
import { span } from '../uplink/store/queries.ts'
import { signalsInRange } from '../uplink/store/read-range.ts'
import type { Reading } from '../uplink/store/reading.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { chosenVehicle, vehicleOf, withJournal } from './journal.ts'
import { ProgressBar } from './progress.ts'
import { timeRange } from './time-range.ts'

const options = {
  format: { type: 'string' },
  vehicle: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  signals: { type: 'string' },
  units: { type: 'boolean', default: false },
  points: { type: 'boolean', default: false },
  out: { type: 'string' },
  force: { type: 'boolean', default: false },
  data: { type: 'string' },
  config: { type: 'string' },
} as const

interface Choice {
  format: ExportFormat
  signals: SignalName[] | undefined
  units: boolean
  points: boolean
}

export async function exportRecords(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, options)
  const choice = choiceOf(values)
  const window = timeRange(values, Date.now())
  const { out } = values
  if (out === undefined && choice.format === 'parquet' && io.stdout.isTTY === true) {
    throw new OdographError(
      'usage',
      'parquet',
      'is nothing for a terminal; use --out FILE or a pipe',
    )
  }
  if (out !== undefined && existsSync(out) && !values.force) {
    throw new OdographError('usage', `--out ${out}`, 'is there already; use --force to replace it')
  }
  const folder = dataFolderPath(values.data)
  const { config, findings } = loadConfig({ file: values.config, environment: process.env })
  for (const finding of findings) io.stderr.write(`${finding}\n`)
  return await withJournal(folder, async (reading) => {
    const { database } = reading
    const id = chosenVehicle(database, values.vehicle)
    const query = { vehicle: id, ...window }
    const vehicle =
      // Only events name more of it than what it is called here.
      choice.format === 'jsonl'
        ? vehicleOf(database, folder, config, id)
        : { id, tokenId: '', userDeviceId: '', owner: config.gateway.owner }
    const count = await write(reading, query, vehicle, { choice, out, io })
    if (count === 0) io.stderr.write(`no record of ${id} in this window\n`)
    else if (out !== undefined) io.stderr.write(`${count} records of ${id} in ${out}\n`)
    return 0
  })
}

interface Target {
  choice: Choice
  out: string | undefined
  io: CommandIo
}

async function write(
  reading: Reading,
  query: RecordQuery,
  vehicle: Vehicle,
  { choice, out, io }: Target,
): Promise<number> {
  const isTable = choice.format === 'csv' || choice.format === 'parquet'
  const signals = choice.signals ?? (isTable ? signalsInRange(reading, query) : undefined)
  const file = out === undefined ? undefined : FileOutput.open(out)
  const output = file === undefined ? new StreamOutput(io.stdout) : fileOutput(file)
  const settings: ExportOptions = {
    ...choice,
    signals,
    vehicle,
    createdBy: `odograph ${io.version}`,
  }
  const bar = new ProgressBar(io.stderr)
  // Where the result goes to the same terminal, the bar would stand between the lines.
  const isBarred = out !== undefined || io.stdout.isTTY !== true
  try {
    const { first = 0, last = 0 } = span(reading, query.vehicle) ?? {}
    const start = Math.max(first, query.from)
    const length = Math.min(last, query.to) - start
    const count = await exportRange({
      ...{ reading, query, format: choice.format, options: settings, output, signal: io.signal },
      progress: (time) => isBarred && bar.update(time - start, length),
    })
    bar.clear()
    file?.finish()
    return count
  } catch (error) {
    bar.clear()
    file?.discard()
    throw error
  }
}

/** Writing to a card waits by itself. */
function fileOutput(file: FileOutput): ExportOutput {
  return { write: (piece) => file.write(piece), pressure: () => undefined }
}

interface Values {
  format?: string | undefined
  signals?: string | undefined
  units: boolean
  points: boolean
}

/** Throws `usage` for what does not go together. */
function choiceOf(values: Values): Choice {
  const format = exportFormats.find((name) => name === values.format)
  const { units, points } = values
  if (format === undefined) {
    const detail = `${values.format === undefined ? 'is missing; ' : ''}use ${exportFormats.join(', ')}`
    throw new OdographError('usage', `--format ${values.format ?? ''}`.trim(), detail)
  }
  const refuse = (option: string, where: string) => {
    throw new OdographError('usage', option, `goes with ${where}, not with ${format}`)
  }
  if (units && format !== 'csv') refuse('--units', 'csv')
  if (points && format !== 'geojson') refuse('--points', 'geojson')
  if (values.signals !== undefined && (format === 'gpx' || (format === 'geojson' && !points))) {
    refuse('--signals', 'jsonl, csv, parquet, and geojson with --points')
  }
  return { format, units, points, signals: signalsOf(values.signals) }
}

function signalsOf(text: string | undefined): SignalName[] | undefined {
  if (text === undefined) return undefined
  const names = new Set(text.split(',').map((name) => name.trim()))
  names.delete('')
  const unknown = [...names].find((name) => !isSignalName(name))
  if (unknown !== undefined || names.size === 0) {
    const detail = `no such signal; there are ${signalNames.join(', ')}`
    throw new OdographError('usage', `--signals ${unknown ?? ''}`.trim(), detail)
  }
  return [...names].filter(isSignalName)
}
