/** A CAN interface of Linux, as `ip` tells it. */
import type { SourceConfig } from '../../config/schema.ts'
import {
  type InterfaceState,
  interfaceProblem,
  interfaceState,
  type RunTool,
} from '../../device/socketcan/interface-state.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { Examination } from './examination.ts'
import { type Finding, type FindingId, failure, note, ok } from './finding.ts'
import { bySource } from './port.ts'
import { busErrors, busOff } from './serial.ts'
import type { World } from './world.ts'

type CanSource = Extract<SourceConfig, { type: 'socketcan' }>

export async function canInterface(
  source: CanSource,
  examination: Examination,
): Promise<Finding[]> {
  const { id, interface: name } = source
  try {
    const state = await interfaceState(name, toolOf(examination.world))
    const problem = interfaceProblem(state, source)
    if (problem !== undefined) return [problemFinding(source, state, problem)]
    const controller = state.controller ?? ''
    if (controller === 'BUS-OFF') return [busOff(id, '')]
    if (/PASSIVE|WARNING/.test(controller))
      return [busErrors(id, `the controller of ${name} is ${controller}`)]
    const rate = state.bitrate === undefined ? '' : ` at ${state.bitrate / 1000} kbit/s`
    const fine = ok('interface-ok', `${id}: ${name} is up${rate}`, { source: id })
    return [fine, ...(bySource(source, examination) ?? [])]
  } catch (error) {
    if (!(error instanceof OdographError)) throw error
    if (error.code !== 'port-missing') {
      return [
        note('source-untold', `${id}: ${name} cannot be looked at`, {
          source: id,
          cause: messageOf(error),
        }),
      ]
    }
    return [
      failure('interface-missing', `${id}: there is no CAN interface ${name}`, {
        source: id,
        cause: 'the hat has no overlay, or an adapter of USB is not plugged in',
        remedy:
          'dtoverlay=mcp2515-can0,oscillator=… (or mcp251xfd) in /boot/firmware/config.txt, then restart; ip link shows it',
      }),
    ]
  }
}

function problemFinding(source: CanSource, state: InterfaceState, problem: string): Finding {
  const { id } = source
  if (state.controller === 'BUS-OFF') return { ...busOff(id, ''), remedy: problem }
  const isRate =
    source.bitrate !== undefined && state.bitrate !== undefined && state.bitrate !== source.bitrate
  const found: FindingId = !state.isUp
    ? 'interface-down'
    : isRate
      ? 'interface-bitrate'
      : 'interface-mode'
  return failure(found, `${id}: ${state.name} is not as it should be`, {
    source: id,
    cause: problem,
    remedy: commandOf(problem),
  })
}

/** The sentence has the command in it. */
function commandOf(problem: string): string {
  return /`([^`]+)`/.exec(problem)?.[1] ?? problem
}

function toolOf(world: World): RunTool {
  return async (program, args) => {
    const { state, output } = await world.run(program, args)
    if (state === 'done') return output
    throw Object.assign(
      new Error(`${program} failed`),
      state === 'absent' ? { code: 'ENOENT' } : {},
    )
  }
}
