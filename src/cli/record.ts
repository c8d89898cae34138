/**
 * `odograph record`: raw frames as a file. Of the running gateway what it holds in memory of the time
 * before, and what comes; with `--source` straight from an adapter, which then has to be free. Nothing is
 * ever sent to the bus.
 */
import { writeFileSync } from 'node:fs'
import { setTimeout as passed } from 'node:timers/promises'
import { dataFolderPath } from '../config/data-folder.ts'
import { loadConfig } from '../config/load.ts'
import { type Config, type SourceConfig, vehicleSources } from '../config/schema.ts'
import { createSource } from '../device/create-source.ts'
import type { Capture } from '../model/capture.ts'
import { OdographError } from '../model/errors.ts'
import { captureTarget, formatFor } from './capture-target.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { OwnGateway } from './own-gateway.ts'

const LOOK_MS = 300
const BEFORE = 60
const FOR = 30

interface Shown extends Omit<Capture, 'at' | 'from' | 'to' | 'vehicle'> {
  at: string
}

export async function record(args: string[], io: CommandIo): Promise<number> {
  const isList = args.includes('--list')
  const { values, positionals } = parseCommand(
    args,
    {
      config: { type: 'string' },
      data: { type: 'string' },
      vehicle: { type: 'string' },
      source: { type: 'string' },
      before: { type: 'string' },
      for: { type: 'string' },
      cause: { type: 'string' },
      list: { type: 'boolean' },
      force: { type: 'boolean' },
    },
    isList ? [] : ['OUT'],
  )
  const { config } = loadConfig({ file: values.config, environment: process.env })
  const seconds = secondsOf('--for', values.for, values.source === undefined ? FOR : undefined)
  const [out = ''] = positionals
  if (values.source !== undefined) {
    return await fromAdapter({ config, id: values.source, out, seconds, io })
  }
  const gateway = new OwnGateway(config, dataFolderPath(values.data))
  const { id, tokenId } = await gateway.vehicle(values.vehicle)
  const path = `/v1/vehicle/${encodeURIComponent(tokenId)}/captures`
  if (isList) return await list(gateway, path, io)
  if (!out.endsWith('.log.gz')) {
    throw new OdographError('usage', out, 'the gateway keeps candump logs: use a name in .log.gz')
  }
  const begun = await gateway.json<Shown>({
    ...{ method: 'POST', path },
    body: {
      cause: values.cause ?? 'recorded by the command line',
      before: secondsOf('--before', values.before, BEFORE),
      after: seconds,
    },
  })
  io.stderr.write(`recording ${id} for ${seconds} s; it goes on if this is stopped\n`)
  const ready = await until(gateway, path, begun.id, io)
  if (ready === undefined) {
    io.stderr.write('no frame came, neither before nor since\n')
    return 1
  }
  const { body } = await gateway.ask({ path: `${path}/${encodeURIComponent(begun.id)}` })
  write(out, body, values.force === true)
  io.stderr.write(`${ready.frames} frames in ${out}\n`)
  return 0
}

async function list(gateway: OwnGateway, path: string, io: CommandIo): Promise<number> {
  const captures = await gateway.json<Shown[]>({ path })
  if (captures.length === 0) io.stderr.write('none is kept\n')
  for (const { id, frames, bytes, state, cause } of captures) {
    const size = state === 'ready' ? `${frames} frames, ${Math.ceil(bytes / 1000)} kB` : state
    io.stdout.write(`${id}  ${size}  ${cause}\n`)
  }
  return 0
}

/** Undefined: it is gone without having become one. */
async function until(
  gateway: OwnGateway,
  path: string,
  id: string,
  io: CommandIo,
): Promise<Shown | undefined> {
  for (;;) {
    const found = (await gateway.json<Shown[]>({ path })).find((one) => one.id === id)
    if (found === undefined || found.state === 'ready') return found
    await passed(LOOK_MS, undefined, { signal: io.signal })
  }
}

function write(out: string, content: Uint8Array, force: boolean): void {
  try {
    writeFileSync(out, content, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST'
    const detail = isThere ? 'is there already; --force writes over it' : undefined
    throw new OdographError('file-unwritable', out, detail, error)
  }
}

interface FromAdapter {
  config: Config
  id: string
  out: string
  /** Undefined: until Ctrl-C. */
  seconds: number | undefined
  io: CommandIo
}

async function fromAdapter({ config, id, out, seconds, io }: FromAdapter): Promise<number> {
  const settings = sourceOf(config, id)
  const target = captureTarget(formatFor(out, undefined), out, io)
  const source = createSource({ ...settings, listenOnly: true } as SourceConfig, [])
  let frames = 0
  const timeout = seconds === undefined ? [] : [AbortSignal.timeout(seconds * 1000)]
  const end = AbortSignal.any([io.signal, ...timeout])
  source.start({
    frame(frame) {
      frames += 1
      target.writer.frame(frame, source.buses[frame.bus] ?? id)
    },
    issue: ({ code, detail }) => io.stderr.write(`${code}: ${detail ?? ''}\n`),
    health: ({ state, detail }) => io.stderr.write(`${state}: ${detail}\n`),
    end: () => undefined,
  })
  await new Promise((resolve) => end.addEventListener('abort', resolve, { once: true }))
  await source.stop()
  target.writer.end()
  if (frames === 0) target.discard()
  else target.finish()
  io.stderr.write(frames === 0 ? 'no frame came\n' : `${frames} frames in ${out}\n`)
  return frames === 0 ? 1 : 0
}

function sourceOf(config: Config, id: string): SourceConfig {
  const sources = vehicleSources(config).filter(({ type }) => type !== 'nmea' && type !== 'gpsd')
  const found = sources.find((source) => source.id === id)
  if (found !== undefined) return found
  const known = sources.map((source) => source.id).join(', ') || 'none'
  throw new OdographError('usage', `--source ${id}`, `the configuration has: ${known}`)
}

function secondsOf<T extends number | undefined>(
  option: string,
  text: string | undefined,
  fallback: T,
): number | T {
  if (text === undefined) return fallback
  const seconds = Number(text)
  if (text.trim() !== '' && seconds >= 0 && seconds <= 3600) return seconds
  throw new OdographError('usage', `${option} ${text}`, 'use seconds from 0 to 3600')
}
