/**
 * `odograph replay FILE`: a recording through the pipeline of live data into a store, and a summary.
 * Its records carry the recording's own times; the same recording gives the same records, so playing
 * it twice into one store adds nothing.
 */

import { once } from 'node:events'
import { dataFolder, journalPath } from '../config/data-folder.ts'
import { loadIdentity } from '../config/identity.ts'
import { loadConfig } from '../config/load.ts'
import { findProfile } from '../config/profile.ts'
import type { Config } from '../config/schema.ts'
import { createPlayback } from '../device/capture/playback.ts'
import { Pipelines } from '../gateway/pipelines.ts'
import { recordingId } from '../gateway/recording-id.ts'
import { SourceLine } from '../gateway/source-line.ts'
import { vehicleProfiles } from '../gateway/vehicle-profiles.ts'
import { createVehicleRegister } from '../gateway/vehicles.ts'
import { createLogger } from '../logger.ts'
import { OdographError } from '../model/errors.ts'
import { type IssueCounter, issueTexts } from '../model/issue.ts'
import type { Logger } from '../model/ports.ts'
import type { Profile } from '../model/profile.ts'
import { Journal } from '../uplink/store/journal.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { ProgressBar } from './progress.ts'
import { speedOf } from './speed.ts'

interface Tally {
  frames: number
  messages: number
  readings: number
  records: number
}

export async function replay(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(
    args,
    {
      data: { type: 'string' },
      config: { type: 'string' },
      vehicle: { type: 'string', default: 'vehicle' },
      profile: { type: 'string' },
      speed: { type: 'string', default: 'max' },
    },
    ['FILE'],
  )
  const speed = speedOf(values.speed)
  const { config, findings } = loadConfig({ file: values.config, environment: process.env })
  for (const finding of findings) io.stderr.write(`${finding}\n`)
  const folder = dataFolder(values.data)
  const logger = createLogger({ level: 'error', format: 'text', write: (l) => io.stderr.write(l) })
  const journal = new Journal({
    path: journalPath(folder),
    commitEvery: config.store.commit * 1000,
    logger,
    now: () => Date.now(),
  })
  try {
    const vehicle = createVehicleRegister({
      config,
      identity: loadIdentity(folder),
      journal,
      conflict: (sentence) => io.stderr.write(`${sentence}\n`),
    }).resolve(values.vehicle)
    const { tally, issues } = await play({
      path: positionals[0] as string,
      speed,
      vehicle: vehicle.id,
      profile: profileFor(vehicle.id, values.profile, config, io),
      journal,
      config,
      logger,
      io,
    })
    if (!journal.commit()) throw new OdographError('store-failed', journal.path)
    const lines = [
      ...Object.entries(tally).map(([name, count]) => `${name.padEnd(9)} ${count}`),
      ...[...issues.counts].map(([code, count]) => `issue     ${count} × ${issueTexts[code]}`),
      `vehicle   ${vehicle.id}, tokenId ${vehicle.tokenId}, userDeviceId ${vehicle.userDeviceId}`,
    ]
    io.stdout.write(`${lines.join('\n')}\n`)
    return io.signal.aborted ? 130 : 0
  } finally {
    journal.stop()
  }
}

interface PlayOptions {
  path: string
  speed: number | 'max'
  vehicle: string
  profile: Profile | undefined
  journal: Journal
  config: Config
  logger: Logger
  io: CommandIo
}

/** Plays the whole recording; rejects if it cannot be read. */
async function play(options: PlayOptions): Promise<{ tally: Tally; issues: IssueCounter }> {
  const { path, speed, vehicle, profile, journal, config, logger, io } = options
  const clock = { now: () => Date.now(), monotonic: () => performance.now() }
  const bar = new ProgressBar(io.stderr)
  const pipelines = new Pipelines({
    journal,
    settings: {
      onChange: config.records.onChange * 1000,
      interval: config.records.interval * 1000,
    },
    clock,
    boot: '',
    clockTrust: () => 'recorded',
    issue: (issue) => line.issue(issue),
    recorded: () => undefined,
  })
  const pipeline = pipelines.recorded(vehicle, recordingId(path))
  let failure: OdographError | undefined
  const end = new AbortController()
  const ended = () => end.abort()
  const line = new SourceLine({
    source: createPlayback({
      id: 'replay',
      path,
      speed,
      retry: false,
      onProgress: (done, total) => bar.update(done, total),
      onError: (error) => {
        failure = error
        ended()
      },
    }),
    type: 'playback',
    vehicle,
    protocols: ['j1939', 'obd'],
    profile,
    pipeline,
    logger,
    now: clock.now,
    busName: (bus) => bus,
    ended,
  })
  journal.start()
  io.signal.addEventListener('abort', ended, { once: true })
  line.start()
  if (!end.signal.aborted) await once(end.signal, 'abort')
  await line.stop()
  pipelines.flush()
  bar.clear()
  if (failure !== undefined) throw failure
  const { readings, records } = pipeline
  const { frames, messages, issues } = line
  return { tally: { frames, messages, readings, records }, issues }
}

/** The profile asked for, else the one that the configuration names for the vehicle. */
function profileFor(
  vehicle: string,
  asked: string | undefined,
  config: Config,
  io: CommandIo,
): Profile | undefined {
  if (asked !== undefined) return findProfile(asked)
  return vehicleProfiles(config, (finding) => io.stderr.write(`${finding}\n`)).get(vehicle)
}
