/** A serial port before it is opened: whether it is there, may be opened, and is free. */
import { statSync } from 'node:fs'
import { foundPorts } from '../../device/identify/found-ports.ts'
import type { SourceReport } from '../../model/ports.ts'
import type { Examination } from './examination.ts'
import { type Finding, failure, note, ok, warning } from './finding.ts'
import { holderNames, holdersOf } from './processes.ts'
import type { World } from './world.ts'

interface Line {
  id: string
  port: string
}

export function isNetwork(port: string): boolean {
  return port.startsWith('tcp://')
}

/** What keeps it from being opened; nothing where it can be. */
export async function portProblem(
  { id, port }: Line,
  { world, gateway }: Examination,
): Promise<Finding[]> {
  if (isNetwork(port)) return []
  const found = statOf(port)
  if (found === undefined) return [await missing(id, port)]
  if (!world.mayUse(port)) return [denied(id, port, found.gid, world)]
  if (gateway.state === 'running' || gateway.state === 'untold') return []
  const holders = holdersOf(world, world.leadsTo(port))
  return holders.length === 0 ? [] : [busy(id, port, holderNames(holders))]
}

export function busy(source: string, port: string, names: string): Finding {
  const end = names.includes('odograph')
    ? 'a gateway runs whose API is elsewhere: name its configuration (--config) and data folder (--data)'
    : 'end it, or give it another port'
  return failure('port-busy', `${source}: another program has ${port}`, {
    source,
    cause: names === '' ? 'who it is, only root can see' : `it is open in ${names}`,
    remedy: names === '' ? `sudo fuser -v ${port} names it; end it` : end,
  })
}

/** ModemManager opens every new port of USB and talks to it as to a modem. */
export async function modemManager({ id, port }: Line, { world }: Examination): Promise<Finding[]> {
  if (!/\/tty(USB|ACM)\d+$/.test(world.leadsTo(port))) return []
  const { state, output } = await world.run('systemctl', ['is-active', 'ModemManager'])
  if (state !== 'done' || output.trim() !== 'active') return []
  return [
    warning('modem-manager', `${id}: ModemManager tries every new serial port for a modem`, {
      source: id,
      cause: 'it sends to the adapter for half a minute after it was plugged in',
      remedy: 'sudo systemctl disable --now ModemManager, where no modem is used',
    }),
  ]
}

/** The running gateway has the port: what it says is what can be known. */
export function bySource(
  { id }: Pick<Line, 'id'>,
  { gateway }: Examination,
): Finding[] | undefined {
  if (gateway.state === 'untold') {
    return [note('source-untold', `${id}: the running gateway has it`, { source: id })]
  }
  if (gateway.state !== 'running') return undefined
  const report = gateway.health.sources.find((source) => source.id === id)
  if (report === undefined) {
    const remedy = 'restart the gateway: sudo systemctl restart odograph'
    const cause = 'it was started with another configuration'
    return [
      warning('source-untold', `${id}: the running gateway does not know it`, {
        source: id,
        cause,
        remedy,
      }),
    ]
  }
  return [...stateFindings(report), ...lossFindings(report)]
}

function stateFindings({ id, state, detail, frames, reopened }: SourceReport): Finding[] {
  const evidence = `${frames} frames, opened again ${reopened} times`
  if (state === 'waiting') {
    return [
      failure('source-failed', `${id} does not work`, { source: id, cause: detail, evidence }),
    ]
  }
  if (state === 'silent') {
    return [silentBus(id, evidence, detail)]
  }
  return [ok('source-ok', `${id}: ${detail}`, { source: id, evidence })]
}

export function silentBus(id: string, evidence: string, cause?: string): Finding {
  return warning('bus-silent', `${id}: no frame comes from the bus`, {
    source: id,
    cause:
      cause ??
      'the ignition is off, CAN-H and CAN-L are swapped or not connected, the bit rate is another one, or a gateway in the vehicle keeps its buses from the socket',
    remedy:
      'switch the ignition on; measure 60 ohms between CAN-H and CAN-L with it off; try bitrate 250000 and 500000',
    evidence,
  })
}

function lossFindings({ id, issues }: SourceReport): Finding[] {
  const lost = issues.find(({ code }) => code === 'adapter-overflow')
  if (lost === undefined) return []
  return [
    warning('frames-lost', `${id}: the adapter has lost frames ${lost.count} times`, {
      source: id,
      cause: lost.newest,
      remedy: 'filters: decoded in the configuration of the source, or a faster serial line (baud)',
    }),
  ]
}

async function missing(source: string, port: string): Promise<Finding> {
  const others = (await foundPorts()).map(({ path }) => path)
  return failure('port-missing', `${source}: there is no serial port ${port}`, {
    source,
    cause: 'the adapter is not plugged in, has another name now, or gets no power',
    remedy:
      others.length === 0
        ? 'plug it in; dmesg | tail tells whether USB sees it'
        : `odograph sources asks those that are there: ${others.join(', ')}`,
  })
}

function denied(source: string, port: string, gid: number, world: World): Finding {
  const groups = (world.read('/etc/group') ?? '').split('\n').map((line) => line.split(':'))
  const group = groups.find(([, , id]) => id === String(gid))?.[0] ?? String(gid)
  const helps = group === 'root' || group === '0' ? undefined : group
  return failure('port-denied', `${source}: ${world.user} may not open ${port}`, {
    source,
    cause: helps === undefined ? 'it belongs to root alone' : `the group ${helps} may`,
    remedy:
      helps === undefined
        ? 'a udev rule that gives it to the group dialout'
        : `sudo usermod -aG ${helps} ${world.user}, then log in anew or restart the gateway`,
  })
}

function statOf(path: string): { gid: number } | undefined {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}
