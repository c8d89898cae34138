/**
 * A CAN interface of Linux as `ip -details -json link show` of iproute2 tells it, and what is to be
 * done where it is not as it should be. Nothing is configured here: that needs root.
 */
import { execFile } from 'node:child_process'
import { OdographError, systemCode } from '../../model/errors.ts'
import type { BusState } from '../../model/transmit.ts'

export interface InterfaceState {
  name: string
  isUp: boolean
  /** A bus in the computer alone, without a controller. */
  isVirtual: boolean
  isListenOnly: boolean
  /** `ERROR-ACTIVE`, `ERROR-WARNING`, `ERROR-PASSIVE`, `BUS-OFF`, `STOPPED`; absent for virtual ones. */
  controller?: string
  bitrate?: number
  /** After bus-off the controller starts again by itself after so many ms; 0: never. */
  restartMs?: number
}

export type RunTool = (program: string, args: readonly string[]) => Promise<string>

interface LinkJson {
  ifname?: string
  flags?: string[]
  linkinfo?: {
    info_kind?: string
    info_data?: {
      ctrlmode?: string[]
      state?: string
      restart_ms?: number
      bittiming?: { bitrate?: number }
    }
  }
}

const LIMIT_MS = 3000

export const runTool: RunTool = (program, args) =>
  new Promise((resolve, reject) => {
    execFile(program, args, { timeout: LIMIT_MS }, (error, stdout) => {
      if (error) reject(error)
      else resolve(stdout)
    })
  })

/** Throws `port-missing` where there is no such interface, `port-failed` where it cannot be told. */
export async function interfaceState(
  name: string,
  run: RunTool = runTool,
): Promise<InterfaceState> {
  let text: string
  try {
    text = await run('ip', ['-details', '-json', 'link', 'show', name])
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      const detail = 'its state cannot be read: `ip` is missing: sudo apt install iproute2'
      throw new OdographError('port-failed', name, detail, error)
    }
    throw new OdographError('port-missing', name, missingText(name), error)
  }
  const [link] = linksOf(text)
  if (link === undefined) throw new OdographError('port-missing', name, missingText(name))
  return stateOf(name, link)
}

/** What is wrong with it for the purpose, with the commands that help; undefined: nothing. */
export function interfaceProblem(
  state: InterfaceState,
  wanted: { listenOnly: boolean; bitrate?: number | undefined },
): string | undefined {
  const { name, isUp, isVirtual, isListenOnly, controller, bitrate } = state
  if (!isUp) return `it is down; ${setUp(state, wanted)} helps`
  if (isVirtual) return undefined
  if (controller === 'BUS-OFF' && !state.restartMs) {
    return `its controller is off the bus and does not start again by itself; \`sudo ip link set ${name} type can restart\` helps, and restart-ms 100 for the next time`
  }
  if (wanted.bitrate !== undefined && bitrate !== undefined && bitrate !== wanted.bitrate) {
    return `it has the bit rate ${bitrate} and not ${wanted.bitrate}; ${setUp(state, wanted)} helps`
  }
  if (wanted.listenOnly && !isListenOnly) {
    return `it is not in listen-only mode and would acknowledge frames of the vehicle; ${setUp(state, wanted)} helps, or \`listenOnly: false\` in the configuration`
  }
  if (!wanted.listenOnly && isListenOnly) {
    return `it is in listen-only mode and cannot send; ${setUp(state, wanted)} helps, or \`listenOnly: true\` in the configuration`
  }
  return undefined
}

/** What the state of the controller means for who wants to send. */
export function busStateOf({ controller = 'ERROR-ACTIVE' }: InterfaceState): BusState {
  if (controller === 'BUS-OFF') return 'off'
  return controller === 'ERROR-ACTIVE' ? 'ok' : 'errors'
}

function setUp(
  { name, bitrate }: InterfaceState,
  wanted: { listenOnly: boolean; bitrate?: number | undefined },
): string {
  const rate = wanted.bitrate ?? bitrate ?? 500_000
  const mode = `listen-only ${wanted.listenOnly ? 'on' : 'off'}`
  const type = `type can bitrate ${rate} ${mode} restart-ms 100`
  return `\`sudo ip link set ${name} down && sudo ip link set ${name} ${type} && sudo ip link set ${name} up\``
}

function missingText(name: string): string {
  return `there is no such CAN interface; a hat needs its overlay in config.txt (mcp2515-can0, mcp251xfd), and \`ip link\` shows then that ${name} is there`
}

function linksOf(text: string): LinkJson[] {
  try {
    const links: unknown = JSON.parse(text)
    return Array.isArray(links) ? (links as LinkJson[]) : []
  } catch {
    // An old `ip` without JSON tells nothing that could be used.
    return []
  }
}

function stateOf(name: string, { flags = [], linkinfo }: LinkJson): InterfaceState {
  const { info_kind: kind, info_data: data } = linkinfo ?? {}
  return {
    name,
    isUp: flags.includes('UP'),
    isVirtual: kind === 'vcan' || kind === 'vxcan',
    isListenOnly: data?.ctrlmode?.includes('LISTEN-ONLY') === true,
    ...(data?.state === undefined ? {} : { controller: data.state }),
    ...(data?.bittiming?.bitrate === undefined ? {} : { bitrate: data.bittiming.bitrate }),
    ...(data?.restart_ms === undefined ? {} : { restartMs: data.restart_ms }),
  }
}
