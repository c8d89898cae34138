/**
 * The commands there are, each with what it takes and what it does. Nothing else can be done from
 * outside over MQTT; what reaches the vehicle goes through the governor, which decides for itself.
 */
import type { Requester } from '../../model/bus-request.ts'
import { statusEvent } from '../../model/cloud-event.ts'
import type { CommandHandlers, PageMark, VehicleCommands } from '../../model/ports.ts'
import { isSignalName, type SignalName } from '../../model/signals.ts'
import { isoTime, type Millis, microsToMillis } from '../../model/time.ts'
import type { TroubleCodeState } from '../../model/trouble-code.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { CommandError, unitAnswers } from './command-answer.ts'
import { questionOf } from './command-question.ts'
import { instant } from './command-request.ts'

type Parameters = Readonly<Record<string, unknown>>

export interface CommandContext {
  handlers: CommandHandlers
  parameters: Parameters
  requester: Requester
  /** Wall time. */
  now: Millis
}

interface Definition<Target> {
  /** The names of its parameters. */
  takes: readonly string[]
  /** Only reads what the gateway knows or asks the vehicle a reading question. */
  isReading: boolean
  /** The privilege that the configuration has to give to MQTT. */
  privilege?: number
  run(target: Target, context: CommandContext): unknown
}

/** "Commands", as in privilege tokens. */
export const COMMANDS_PRIVILEGE = 2

const HISTORY_RECORDS = { most: 500, usual: 100 }
const HISTORY_PARAMETERS = 'from to limit order after'.split(' ')
const HISTORY_MS: Millis = 24 * 3_600_000
const BOOST_SECONDS = { most: 600, usual: 60 }
const BOOST_SIGNALS = 32

export const vehicleCommands = {
  'status/get': {
    takes: [],
    isReading: true,
    run({ id }, { handlers }) {
      return handlers.status(id) ?? nothingKnown('nothing was measured yet')
    },
  },
  'dtc/read': {
    takes: ['all'],
    isReading: true,
    run({ id }, { handlers, parameters: { all = false } }) {
      if (typeof all !== 'boolean') throw malformed('all must be true or false')
      const report = handlers.troubleCodes.troubleCodes(id)
      if (report === undefined) nothingKnown('no control unit has said yet which codes it has')
      const codes = report.codes.filter(({ cleared }) => all || cleared === undefined)
      return { codes: codes.map(codeView), updated: isoTime(microsToMillis(report.updated)) }
    },
  },
  'history/get': {
    takes: HISTORY_PARAMETERS,
    isReading: true,
    run: readHistory,
  },
  'poll/boost': {
    takes: ['signals', 'seconds'],
    isReading: true,
    run({ id }, { handlers, parameters, now }) {
      const { seconds = BOOST_SECONDS.usual } = parameters
      if (!isWhole(seconds, 1, BOOST_SECONDS.most)) {
        throw malformed(`seconds must be a whole number from 1 to ${BOOST_SECONDS.most}`)
      }
      const signals = signalsOf(parameters.signals)
      const until = now + seconds * 1000
      reachable(handlers).watch(id, signals, until)
      return { signals, until: isoTime(until) }
    },
  },
  request: {
    takes: ['kind', 'pid', 'service', 'did', 'controlUnit', 'pgn', 'address'],
    isReading: false,
    privilege: COMMANDS_PRIVILEGE,
    async run({ id }, { handlers, parameters, requester }) {
      const question = questionOf(parameters)
      return { answers: unitAnswers(await reachable(handlers).ask(id, question, requester)) }
    },
  },
  'dtc/clear': {
    takes: [],
    isReading: false,
    privilege: COMMANDS_PRIVILEGE,
    async run({ id }, { handlers, requester }) {
      const answers = unitAnswers(await reachable(handlers).clearCodes(id, requester))
      if (answers.some(({ negative }) => negative === undefined)) return { answers }
      const said = answers.map(({ controlUnit, negative }) => `${controlUnit} (NRC ${negative})`)
      throw new CommandError('refused', `the control units refused it: ${said.join(', ')}`)
    },
  },
} as const satisfies Record<string, Definition<Vehicle>>

export const gatewayCommands = {
  'health/get': {
    takes: [],
    isReading: true,
    run(_gateway, { handlers }) {
      return handlers.health()
    },
  },
} as const satisfies Record<string, Definition<undefined>>

export type CommandName = keyof typeof vehicleCommands | keyof typeof gatewayCommands

export const commandNames = [
  ...Object.keys(vehicleCommands),
  ...Object.keys(gatewayCommands),
] as readonly CommandName[]

/** A command with what it is for, ready to run. */
export interface FoundCommand {
  name: CommandName
  isReading: boolean
  privilege: number | undefined
  takes: readonly string[]
  run(context: CommandContext): unknown
}

/** `vehicle` is absent where the gateway is spoken to. Undefined where there is no such command. */
export function findCommand(name: string, vehicle: Vehicle | undefined): FoundCommand | undefined {
  if (vehicle === undefined) return found<undefined>(gatewayCommands, name, undefined)
  return found<Vehicle>(vehicleCommands, name, vehicle)
}

function found<Target>(
  table: Readonly<Record<string, Definition<Target>>>,
  name: string,
  target: Target,
): FoundCommand | undefined {
  const definition = Object.hasOwn(table, name) ? table[name] : undefined
  if (definition === undefined) return undefined
  const { isReading, privilege, takes } = definition
  return {
    name: name as CommandName,
    isReading,
    privilege,
    takes,
    run: (context) => definition.run(target, context),
  }
}

async function readHistory(vehicle: Vehicle, context: CommandContext): Promise<object> {
  const { handlers, parameters, now } = context
  const { limit = HISTORY_RECORDS.usual, order = 'asc' } = parameters
  if (!isWhole(limit, 1, HISTORY_RECORDS.most)) {
    throw malformed(`limit must be a whole number from 1 to ${HISTORY_RECORDS.most}`)
  }
  if (order !== 'asc' && order !== 'desc') throw malformed('order must be "asc" or "desc"')
  const to = timeOf('to', parameters.to) ?? now + 1
  const from = timeOf('from', parameters.from) ?? to - HISTORY_MS
  if (from >= to) throw malformed('from must be before to')
  const after = markOf(parameters.after)
  // one more than asked for tells whether there is a next page
  const page = await handlers.records.page(
    { vehicle: vehicle.id, from, to },
    { limit: limit + 1, order, total: false, ...(after === undefined ? {} : { after }) },
  )
  const records = page.records.slice(0, limit)
  const last = page.records.length > limit ? records.at(-1) : undefined
  return {
    records: records.map((record) => statusEvent(record, vehicle)),
    ...(last === undefined ? {} : { next: `${last.time}.${last.seq}` }),
  }
}

function codeView({ firstSeen, lastSeen, cleared, ...state }: TroubleCodeState): object {
  return {
    ...state,
    firstSeen: isoTime(microsToMillis(firstSeen)),
    lastSeen: isoTime(microsToMillis(lastSeen)),
    ...(cleared === undefined ? {} : { cleared: isoTime(microsToMillis(cleared)) }),
  }
}

function reachable({ vehicle }: CommandHandlers): VehicleCommands {
  if (vehicle !== undefined) return vehicle
  throw new CommandError('refused', 'this gateway is not set up to send anything to a vehicle')
}

function nothingKnown(detail: string): never {
  throw new CommandError('no-data', detail)
}

function malformed(detail: string): CommandError {
  return new CommandError('malformed', detail)
}

function isWhole(value: unknown, min: number, max: number): value is number {
  return Number.isInteger(value) && Number(value) >= min && Number(value) <= max
}

function timeOf(name: string, value: unknown): Millis | undefined {
  if (value === undefined) return undefined
  const time = instant(value)
  if (time !== undefined) return time
  throw malformed(`${name} must be a time with a zone (2026-01-25T13:00:00Z), or Unix seconds`)
}

function markOf(value: unknown): PageMark | undefined {
  if (value === undefined) return undefined
  const [, time, seq] = /^(\d{1,15})\.(\d{1,15})$/.exec(String(value)) ?? []
  if (typeof value !== 'string' || time === undefined || seq === undefined) {
    throw malformed('after must be the next of the answer before')
  }
  return { time: Number(time), seq: Number(seq) }
}

function signalsOf(value: unknown): SignalName[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > BOOST_SIGNALS) {
    throw malformed(`signals must be a list of 1 to ${BOOST_SIGNALS} names`)
  }
  return value.map((name: unknown) => {
    if (typeof name === 'string' && isSignalName(name)) return name
    throw malformed(`${JSON.stringify(name)?.slice(0, 60)} is no signal`)
  })
}
