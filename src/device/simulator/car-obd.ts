/**
 * OBD-II services of a simulated control unit (SAE J1979 and ISO 15031-5 as public knowledge):
 * 01 current data · 02 freeze frame · 03 07 0A codes · 04 clear · 06 monitor tests · 09 information.
 */

import { frozenPids, isSupportBase, type PidContext, pidEncoders, supportBits } from './car-pids.ts'
import { codeBytes, POSITIVE, type Reply, refuse, textBytes } from './car-reply.ts'
import type { UnitFacts } from './car-unit-facts.ts'

const FROZEN_CODE = 0x02
const MAX_PIDS = 6

/** Undefined: silence. The request begins with its service. */
export function obdReply(unit: UnitFacts, request: Uint8Array, context: PidContext): Reply {
  const [service = 0, ...rest] = request
  switch (service) {
    case 0x01:
      return currentData(unit, rest, context)
    case 0x02:
      return freezeFrame(rest, context)
    case 0x03:
      return codes(service, rest, context.codes.stored)
    case 0x04:
      return context.state.engine === 'running' || context.state.speed > 0
        ? refuse('conditionsNotCorrect')
        : { data: [service + POSITIVE] }
    case 0x06:
      return monitorTests(unit, rest)
    case 0x07:
      return codes(service, rest, context.codes.pending)
    case 0x09:
      return information(unit, rest)
    case 0x0a:
      return codes(service, rest, context.codes.permanent)
    default:
      return refuse('serviceNotSupported')
  }
}

function currentData(unit: UnitFacts, pids: readonly number[], context: PidContext): Reply {
  if (pids.length === 0 || pids.length > MAX_PIDS) return refuse('wrongLength')
  const { multiPid = 'all', deadPids = [] } = unit.habits
  if (pids.length > 1 && multiPid === 'none') return undefined
  const asked = multiPid === 'first' ? pids.slice(0, 1) : pids
  const parts = asked.flatMap((pid) => pidBytes(unit, pid, context) ?? [])
  if (parts.length > 0) return { data: [0x01 + POSITIVE, ...parts] }
  return asked.some((pid) => deadPids.includes(pid)) ? undefined : refuse('subFunctionNotSupported')
}

/** The PID and its data. */
function pidBytes(unit: UnitFacts, pid: number, context: PidContext): number[] | undefined {
  const { deadPids = [] } = unit.habits
  const announced = [...unit.pids, ...deadPids]
  if (isSupportBase(announced, pid)) return [pid, ...supportBits(announced, pid)]
  if (!unit.pids.includes(pid) || deadPids.includes(pid)) return undefined
  const encode = pidEncoders[pid]
  return encode && [pid, ...encode(context)]
}

/** PIDs come in pairs with the number of the frame; there is one frame, 0. */
function freezeFrame(rest: readonly number[], context: PidContext): Reply {
  if (rest.length !== 2) return refuse('wrongLength')
  const [pid = 0, frame = 0] = rest
  const { frozen } = context.codes
  if (frame !== 0) return refuse('subFunctionNotSupported')
  const answer = (data: readonly number[]): Reply => ({
    data: [0x02 + POSITIVE, pid, frame, ...data],
  })
  if (pid === FROZEN_CODE) return answer(frozen === undefined ? [0, 0] : codeBytes(frozen.code))
  const supported = [FROZEN_CODE, ...frozenPids]
  if (isSupportBase(supported, pid)) return answer(supportBits(supported, pid))
  const encode = frozenPids.includes(pid) ? pidEncoders[pid] : undefined
  if (encode === undefined || frozen === undefined) return refuse('subFunctionNotSupported')
  return answer(encode({ ...context, state: frozen.state }))
}

function codes(service: number, rest: readonly number[], list: readonly string[]): Reply {
  if (rest.length > 0) return refuse('wrongLength')
  return { data: [service + POSITIVE, list.length, ...list.flatMap(codeBytes)] }
}

/** Monitor, test, unit and scaling, value, least, greatest. */
const tests: readonly (readonly [number, number, number, number, number, number])[] = [
  // Oxygen sensor 1: voltages in steps of 0.122 mV, and a time.
  [0x01, 0x01, 0x0a, 3700, 2800, 4600],
  [0x01, 0x05, 0x10, 42, 0, 110],
  // Catalyst: oxygen storage as a ratio.
  [0x21, 0x80, 0x20, 96, 0, 160],
  // EVAP, Pa with a sign.
  [0x3a, 0x81, 0xfe, 64_876, 64_036, 0],
  // Misfires: averages and counts of a cylinder.
  [0xa2, 0x0b, 0x24, 0, 0, 65_535],
  [0xa2, 0x0c, 0x24, 1, 0, 65_535],
]

function monitorTests(unit: UnitFacts, rest: readonly number[]): Reply {
  if (rest.length !== 1) return refuse('wrongLength')
  const [monitor = 0] = rest
  if (!unit.hasMonitorTests) return refuse('serviceNotSupported')
  const monitors = [...new Set(tests.map(([number]) => number))]
  if (isSupportBase(monitors, monitor)) {
    return { data: [0x06 + POSITIVE, monitor, ...supportBits(monitors, monitor)] }
  }
  const found = tests.filter(([number]) => number === monitor)
  if (found.length === 0) return refuse('subFunctionNotSupported')
  const data = found.flatMap(([number, test, unitAndScale, ...values]) => [
    ...[number, test, unitAndScale],
    ...values.flatMap((value) => [value >> 8, value & 0xff]),
  ])
  return { data: [0x06 + POSITIVE, ...data] }
}

const VIN = 2
const CALIBRATION = 4
const CALIBRATION_LENGTH = 16
const CHECK_SUM = 6
const NAME = 10
const NAME_LENGTH = 20

function information(unit: UnitFacts, rest: readonly number[]): Reply {
  if (rest.length !== 1) return refuse('wrongLength')
  const [kind = 0] = rest
  const { identity, vin, hasVin } = unit
  const kinds: Readonly<Record<number, number[]>> = {
    ...(hasVin ? { [VIN]: [1, ...textBytes(vin)] } : {}),
    [CALIBRATION]: [1, ...textBytes(identity.calibration, CALIBRATION_LENGTH)],
    [CHECK_SUM]: [1, ...identity.checkSum],
    [NAME]: [1, ...textBytes(identity.name, NAME_LENGTH)],
  }
  const data = kind === 0 ? supportBits(Object.keys(kinds).map(Number), 0) : kinds[kind]
  if (data === undefined) return refuse('subFunctionNotSupported')
  return { data: [0x09 + POSITIVE, kind, ...data] }
}
