/**
 * `odograph explain SIGNAL`: from a value to the frames behind it, out of what the running gateway holds in
 * memory or keeps in captures; with a recording, out of that.
 */
import { dataFolderPath } from '../config/data-folder.ts'
import { loadConfig } from '../config/load.ts'
import { findProfile } from '../config/profile.ts'
import { type FrameFinding, FramesBehind } from '../decoder/frames-behind.ts'
import { readCapture } from '../device/capture/capture-file.ts'
import { OdographError } from '../model/errors.ts'
import { isSignalName, type SignalName, signalNames, signals } from '../model/signals.ts'
import { microsToMillis, millisToMicros } from '../model/time.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { hex, idText } from './decode/kinds.ts'
import { OwnGateway } from './own-gateway.ts'

interface Explanation {
  signal: string
  label: string
  unit: string
  reading: { value?: unknown; quality: string; time: string; source: string; sender: number }
  frames: { time: string; bus: string; id: string; data: string }[]
  said: Said[]
  capture?: string
}

interface Said {
  definition: string
  label: string
  raw?: number
  value?: number | string
  unit: string
  text?: string
  matches?: boolean
}

export async function explain(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(
    args,
    {
      config: { type: 'string' },
      data: { type: 'string' },
      vehicle: { type: 'string' },
      at: { type: 'string' },
      bus: { type: 'string' },
      file: { type: 'string' },
      profile: { type: 'string' },
      json: { type: 'boolean' },
    },
    ['SIGNAL'],
  )
  const [signal = ''] = positionals
  if (!isSignalName(signal)) {
    throw new OdographError('usage', signal, `is no signal; there are ${signalNames.join(', ')}`)
  }
  const at = values.at === undefined ? undefined : momentOf(values.at)
  const found =
    values.file === undefined
      ? await fromGateway(signal, at, values)
      : await fromFile(signal, at, { ...values, file: values.file, io })
  io.stdout.write(values.json === true ? `${JSON.stringify(found, undefined, 2)}\n` : textOf(found))
  return 0
}

interface Choices {
  config?: string | undefined
  data?: string | undefined
  vehicle?: string | undefined
  bus?: string | undefined
  profile?: string | undefined
}

async function fromGateway(
  signal: SignalName,
  at: number | undefined,
  { config: file, data, vehicle, bus }: Choices,
): Promise<Explanation> {
  const { config } = loadConfig({ file, environment: process.env })
  const gateway = new OwnGateway(config, dataFolderPath(data))
  const { tokenId } = await gateway.vehicle(vehicle)
  const query = new URLSearchParams({
    signal,
    ...(at === undefined ? {} : { at: new Date(at).toISOString() }),
    ...(bus === undefined ? {} : { bus }),
  })
  return await gateway.json<Explanation>({ path: `/v1/vehicle/${tokenId}/explain?${query}` })
}

async function fromFile(
  signal: SignalName,
  at: number | undefined,
  { file, bus, profile, io }: Choices & { file: string; io: CommandIo },
): Promise<Explanation> {
  const behind = new FramesBehind({
    ...{ signal, bus, protocols: () => ['j1939', 'obd'] as const },
    profile: profile === undefined ? undefined : findProfile(profile),
  })
  const until = at === undefined ? Number.POSITIVE_INFINITY : millisToMicros(at) + 999
  const sinks = {
    frame(frame: Parameters<FramesBehind['frame']>[0], buses: readonly string[]) {
      if (frame.time <= until) behind.frame(frame, buses[frame.bus] ?? '')
    },
    issue: () => undefined,
  }
  await readCapture(file, sinks, { signal: io.signal })
  if (behind.finding === undefined) {
    throw new OdographError('file-unreadable', file, `no frame in it says ${signal}`)
  }
  return viewOf(signal, behind.finding)
}

function viewOf(signal: SignalName, { reading, frames, said }: FrameFinding): Explanation {
  const { value, quality, time, source, sender } = reading
  const { label, unit } = signals[signal]
  return {
    ...{ signal, label, unit },
    reading: {
      ...(value === undefined ? {} : { value }),
      quality,
      time: timeText(time),
      source,
      sender,
    },
    frames: frames.map((frame) => ({
      ...{ time: timeText(frame.time), bus: frame.bus },
      ...{ id: idText(frame), data: hex(frame.data) },
    })),
    said: [...said],
  }
}

function textOf({ label, unit, reading, frames, said, capture }: Explanation): string {
  const { value, quality, time, source, sender } = reading
  const shown = value === undefined ? quality : `${value} ${unit} (${quality})`
  const lines = [
    `${label}: ${shown}, ${time}, ${source}, sender ${sender}`,
    '',
    ...frames.map((frame) => `  ${frame.time}  ${frame.bus}  ${frame.id}#${frame.data}`),
    '',
    ...said.map(saidLine),
    ...(capture === undefined ? [] : ['', `in the capture ${capture}`]),
  ]
  return `${lines.join('\n')}\n`
}

function saidLine({ definition, label, raw, value, unit, text, matches }: Said): string {
  const from = raw === undefined ? '' : `  raw ${raw}`
  const words = text === undefined || text === value ? '' : ` (${text})`
  return `${matches === true ? '▸' : ' '} ${definition}  ${label}  ${value ?? '—'} ${unit}${words}${from}`
}

function momentOf(text: string): number {
  const time = Date.parse(text)
  if (/^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(time)) return time
  throw new OdographError('usage', `--at ${text}`, 'use a time such as 2026-03-01T08:00:00Z')
}

function timeText(time: number): string {
  const millis = microsToMillis(time)
  return new Date(millis)
    .toISOString()
    .replace('Z', `${String(time - millis * 1000).padStart(3, '0')}Z`)
}
