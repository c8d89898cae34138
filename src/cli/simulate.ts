/**
 * `odograph simulate slcan`: a fake adapter on a pseudo-terminal, or on a real serial device, for a
 * gateway to open. Its bus carries the simulated vehicle, a recording in real time (`--file`), or
 * frames at a fixed rate (`--rate`).
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPlayback } from '../device/capture/playback.ts'
import { type AdapterLine, openDevice, openPty } from '../device/simulator/pty.ts'
import { SlcanAdapter, type SlcanFault, slcanFaults } from '../device/simulator/slcan-adapter.ts'
import { createSimulatedVehicle } from '../device/simulator/source.ts'
import { createSteadyTraffic } from '../device/simulator/steady-traffic.ts'
import { OdographError } from '../model/errors.ts'
import type { CanFrame } from '../model/frame.ts'
import type { Source } from '../model/ports.ts'
import { type CommandIo, parseCommand } from './command.ts'

interface Settings {
  link: string
  port: string | undefined
  file: string | undefined
  rate: number | undefined
  faults: SlcanFault[]
  seed: number
}

/** Beyond this the host is not reading, and the adapter loses frames as a real one does. */
const BUFFER_BYTES = 256 * 1024
const BAUD = 115_200
const FLUSH_MS = 20

export async function simulate(
  args: string[],
  io: Pick<CommandIo, 'stdout' | 'stderr' | 'signal'>,
): Promise<number> {
  const settings = parse(args)
  const say = (text: string) => void io.stderr.write(`${text}\n`)
  let line: AdapterLine | undefined
  let opened: () => void = () => undefined
  const firstOpen = new Promise<void>((resolve) => {
    opened = resolve
  })
  const adapter = new SlcanAdapter({
    write: (bytes) => line?.write(bytes),
    faults: settings.faults,
    seed: settings.seed,
  })
  const receive = (bytes: Uint8Array) => {
    const before = adapter.state
    adapter.receive(bytes)
    if (adapter.state === before) return
    say(stateText(adapter))
    if (adapter.state !== 'closed') opened()
  }
  line = await (settings.port === undefined
    ? openPty(settings.link, receive)
    : openDevice(settings.port, BAUD, receive))
  explain(settings, line.path, say)
  io.stdout.write(`ready ${line.path}\n`)

  const stop = aborted(io.signal)
  const gone = line.closed.then((reason) => {
    if (!io.signal.aborted) say(`the line is gone: ${reason}`)
  })
  const source = sourceOf(settings, say)
  // A recording is not played to nobody: it starts with the first opening of the channel.
  await Promise.race([firstOpen, stop, gone])
  const flusher = setInterval(() => adapter.flush(), FLUSH_MS)
  source.start({
    frame: feed(adapter, line),
    issue: (issue) => say(`${issue.code} at ${issue.at}: ${issue.detail ?? ''}`),
    health: () => undefined,
    end: () => say('the recording has ended; the bus is quiet until Ctrl-C'),
  })
  await Promise.race([stop, gone])
  clearInterval(flusher)
  await source.stop()
  await line.close()
  say(`${adapter.sent} frames sent`)
  return 0
}

function feed(adapter: SlcanAdapter, line: AdapterLine): (frame: CanFrame) => void {
  return (frame) => {
    if (line.pending > BUFFER_BYTES) adapter.overflow()
    else adapter.frame(frame)
  }
}

function sourceOf({ file, rate, seed }: Settings, say: (text: string) => void): Source {
  if (rate !== undefined) return createSteadyTraffic({ id: 'bus', rate })
  if (file === undefined) return createSimulatedVehicle({ id: 'bus', seed })
  return createPlayback({
    id: 'bus',
    path: file,
    speed: 1,
    retry: false,
    onError: (error) => say(error.message),
  })
}

function explain(
  { file, rate, faults }: Settings,
  path: string,
  say: (text: string) => void,
): void {
  const traffic =
    rate !== undefined ? `${rate} frames a second` : (file ?? 'a simulated vehicle on J1939')
  const suffix = faults.length === 0 ? '' : `, with faults: ${faults.join(', ')}`
  say(`SLCAN adapter at ${path}: ${traffic}${suffix}`)
  say('A gateway opens it with this in its configuration:')
  say(`  sources:\n    - id: can0\n      type: slcan\n      port: ${path}\n      bitrate: 250000`)
}

function stateText(adapter: SlcanAdapter): string {
  if (adapter.state === 'closed') return 'channel closed'
  return adapter.state === 'listen' ? 'channel opened, listen-only' : 'channel opened'
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

function parse(args: string[]): Settings {
  const { values, positionals } = parseCommand(
    args,
    {
      link: { type: 'string' },
      port: { type: 'string' },
      file: { type: 'string' },
      rate: { type: 'string' },
      fault: { type: 'string', multiple: true },
      seed: { type: 'string', default: '1' },
    },
    ['the adapter to be (slcan)'],
  )
  const [kind] = positionals
  if (kind !== 'slcan') {
    throw new OdographError('usage', `simulate ${kind}`, 'there is only slcan')
  }
  if (values.file !== undefined && values.rate !== undefined) {
    throw new OdographError('usage', '--file and --rate', 'use one of them')
  }
  return {
    link: values.link ?? join(tmpdir(), 'odograph-slcan'),
    port: values.port,
    file: values.file,
    rate: values.rate === undefined ? undefined : positive(values.rate, '--rate'),
    faults: (values.fault ?? []).flatMap((list) => list.split(',')).map(faultOf),
    seed: positive(values.seed, '--seed'),
  }
}

function faultOf(name: string): SlcanFault {
  if (Object.hasOwn(slcanFaults, name)) return name as SlcanFault
  const known = Object.entries(slcanFaults).map(([fault, text]) => `${fault} (${text})`)
  throw new OdographError('usage', `--fault ${name}`, `use ${known.join(', ')}`)
}

function positive(text: string, option: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new OdographError('usage', `${option} ${text}`, 'use a whole number above 0')
}
