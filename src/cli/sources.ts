/**
 * `odograph sources`: what is plugged in, what each says it is, and the lines of a configuration that
 * would use it. Ports that a gateway has open are told of and left alone.
 */
import { hostname } from 'node:os'
import { foundPorts } from '../device/identify/found-ports.ts'
import { askPort, canInterfaces, type FoundAdapter } from './adapters.ts'
import { type CommandIo, parseCommand } from './command.ts'

export async function sources(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, {
    port: { type: 'string', multiple: true },
    baud: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  })
  const bauds = values.baud?.map(Number)
  const asked = values.port ?? (await foundPorts()).map(({ path }) => path)
  const say = (text: string) => void io.stderr.write(`${text}\n`)
  const findings: FoundAdapter[] = []
  for (const path of asked) {
    if (io.signal.aborted) return 130
    say(`asking ${path} …`)
    findings.push(await askPort(path, bauds, io.signal))
  }
  if (values.port === undefined) findings.push(...(await canInterfaces()))
  if (values.json === true) io.stdout.write(`${JSON.stringify(findings, undefined, 2)}\n`)
  else io.stdout.write(report(findings))
  return findings.some(({ source }) => source !== undefined) ? 0 : 1
}

function report(findings: readonly FoundAdapter[]): string {
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
