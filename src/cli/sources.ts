/**
 * `odograph sources`: what is plugged in, what each says it is, and the lines of a configuration that
 * would use it. Ports that a gateway has open are told of and left alone.
 */
import { hostname } from 'node:os'
import { foundInterfaces, foundPorts } from '../device/identify/found-ports.ts'
import { type Identified, identify } from '../device/identify/identify.ts'
import { openLine } from '../device/open-line.ts'
import { messageOf } from '../model/errors.ts'
import { type CommandIo, parseCommand } from './command.ts'

interface Finding {
  path: string
  /** What it is, or why that is not known. */
  says: string
  type?: Identified['kind'] | 'socketcan'
  /** A source of the configuration. */
  source?: Record<string, string | number>
}

const names: Record<Identified['kind'], string> = {
  elm327: 'ELM327',
  slcan: 'SLCAN adapter',
  gvret: 'GVRET adapter',
  nmea: 'GNSS receiver',
}

export async function sources(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, {
    port: { type: 'string', multiple: true },
    baud: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  })
  const bauds = values.baud?.map(Number)
  const asked = values.port ?? (await foundPorts()).map(({ path }) => path)
  const say = (text: string) => void io.stderr.write(`${text}\n`)
  const findings: Finding[] = []
  for (const path of asked) {
    if (io.signal.aborted) return 130
    say(`asking ${path} …`)
    findings.push(await ask(path, bauds, io.signal))
  }
  if (values.port === undefined) findings.push(...(await interfaces()))
  if (values.json === true) io.stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`)
  else io.stdout.write(report(findings))
  return findings.some(({ source }) => source !== undefined) ? 0 : 1
}

async function ask(
  path: string,
  bauds: readonly number[] | undefined,
  signal: AbortSignal,
): Promise<Finding> {
  try {
    const found = await identify({ open: openLine, path, signal, ...(bauds ? { bauds } : {}) })
    if (found === undefined) return { path, says: 'answers nothing that is known here' }
    const { kind, baud, says } = found
    const isTcp = path.startsWith('tcp://')
    return {
      path,
      type: kind,
      says: `${names[kind]}${says === '' ? '' : ` (${says})`}${isTcp ? '' : ` at ${baud} baud`}`,
      source: {
        id: kind === 'nmea' ? 'gnss' : kind === 'elm327' ? 'obd' : 'can0',
        type: kind,
        port: path,
        ...(isTcp ? {} : { baud }),
        ...(kind === 'slcan' || kind === 'gvret' ? { bitrate: 500_000 } : {}),
      },
    }
  } catch (error) {
    return { path, says: messageOf(error).replace(`${path}: `, '') }
  }
}

async function interfaces(): Promise<Finding[]> {
  return (await foundInterfaces()).map(({ name, state }) => ({
    path: name,
    type: 'socketcan',
    says: `CAN interface of this system, ${state}`,
    source: { id: name, type: 'socketcan', interface: name },
  }))
}

function report(findings: readonly Finding[]): string {
  if (findings.length === 0) {
    return `No serial port and no CAN interface is there on ${hostname()}. Plug an adapter in, or name one with --port.\n`
  }
  const lines = findings.map(({ path, says }) => `${path}\n    ${says}`)
  const usable = findings.flatMap(({ source }) => (source === undefined ? [] : [yaml(source)]))
  const ready = usable.length === 0 ? [] : ['', 'For the configuration:', 'sources:', ...usable]
  return `${[...lines, ...ready].join('\n')}\n`
}

function yaml(source: Record<string, string | number>): string {
  const fields = Object.entries(source).map(([key, value]) => `${key}: ${value}`)
  return `  - { ${fields.join(', ')} }`
}
