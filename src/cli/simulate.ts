/**
 * `odograph simulate KIND`: a fake adapter on a pseudo-terminal, a real serial device or a TCP port,
 * for a gateway to open; `gpsd` is a service on a TCP port. An adapter's bus carries a simulated
 * vehicle; that of an SLCAN adapter may instead carry a recording in real time (`--file`) or frames
 * at a fixed rate (`--rate`).
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AdapterLine, openDevice, openPty } from '../device/simulator/pty.ts'
import { openTcpLine } from '../device/simulator/tcp-line.ts'
import type { CommandIo } from './command.ts'
import { fakeAdapter } from './simulate/adapter.ts'
import { simulateGpsd } from './simulate/gpsd.ts'
import { parseSettings, type SimulateSettings } from './simulate/settings.ts'

const BAUD = 115_200

export async function simulate(
  args: string[],
  io: Pick<CommandIo, 'stdout' | 'stderr' | 'signal'>,
): Promise<number> {
  const settings = parseSettings(args)
  if (settings.kind === 'gpsd') return simulateGpsd(settings, io)
  const say = (text: string) => void io.stderr.write(`${text}\n`)
  let line: AdapterLine | undefined
  const adapter = fakeAdapter(settings, {
    write: (bytes) => line?.write(bytes),
    pending: () => line?.pending ?? 0,
    say,
  })
  line = await openLineOf(settings, (bytes) => adapter.receive(bytes))
  explain(settings, line.path, say)
  io.stdout.write(`ready ${line.path}\n`)
  const stop = aborted(io.signal)
  const gone = line.closed.then((reason) => {
    if (!io.signal.aborted) say(`the line is gone: ${reason}`)
  })
  adapter.start()
  await Promise.race([stop, gone])
  await adapter.stop()
  await line.close()
  say(adapter.summary())
  return 0
}

function openLineOf(
  { kind, link, port, tcp }: SimulateSettings,
  data: (bytes: Uint8Array) => void,
): Promise<AdapterLine> {
  if (tcp !== undefined) return openTcpLine(tcp, data)
  if (port !== undefined) return openDevice(port, BAUD, data)
  return openPty(link ?? join(tmpdir(), `odograph-${kind}`), data)
}

function explain(settings: SimulateSettings, path: string, say: (text: string) => void): void {
  const { kind, rate, file, vehicle, faults } = settings
  const traffic =
    rate !== undefined ? `${rate} frames a second` : (file ?? `a simulated ${vehicle}`)
  const suffix = faults.length === 0 ? '' : `, with faults: ${faults.join(', ')}`
  say(`${kind} at ${path}: ${traffic}${suffix}`)
  say('A gateway opens it with this in its configuration:')
  say(['  sources:', ...configuration(settings, path).map((text) => `    ${text}`)].join('\n'))
}

function configuration({ kind, vehicle }: SimulateSettings, path: string): string[] {
  const bitrate = vehicle === 'truck' ? 250_000 : 500_000
  const port = `port: ${path}`
  if (kind === 'nmea') return ['- id: gnss', '  type: nmea', `  ${port}`]
  const type = kind === 'stn' ? 'elm327' : kind
  const source = [`- id: ${type === 'elm327' ? 'obd' : 'can0'}`, `  type: ${type}`, `  ${port}`]
  const asking = vehicle === 'truck' ? [] : ['  listenOnly: false']
  return [...source, ...(type === 'elm327' ? [] : [`  bitrate: ${bitrate}`]), ...asking]
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}
