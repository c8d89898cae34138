/** What `odograph simulate` is told. */
import { hostAndPort } from '../../config/address.ts'
import { elmFaults } from '../../device/simulator/elm-faults.ts'
import { gnssFaults } from '../../device/simulator/gnss.ts'
import { gpsdFaults } from '../../device/simulator/gpsd-lines.ts'
import { gvretFaults } from '../../device/simulator/gvret-adapter.ts'
import { type ScenarioName, scenarios } from '../../device/simulator/physics-scenario.ts'
import {
  type SimulatedVehicleName,
  simulatedVehicles,
} from '../../device/simulator/simulated-bus.ts'
import { slcanFaults } from '../../device/simulator/slcan-adapter.ts'
import {
  type SlcanDialectName,
  slcanDialects,
} from '../../device/simulator/slcan-adapter-dialects.ts'
import { OdographError } from '../../model/errors.ts'
import { parseCommand } from '../command.ts'

/** Adapters, and what can go wrong with each. */
export const adapterKinds = {
  slcan: slcanFaults,
  elm327: elmFaults,
  stn: elmFaults,
  gvret: gvretFaults,
  nmea: gnssFaults,
  gpsd: gpsdFaults,
} as const satisfies Record<string, Readonly<Record<string, string>>>

export type AdapterKind = keyof typeof adapterKinds

export interface SimulateSettings {
  kind: AdapterKind
  link: string | undefined
  port: string | undefined
  tcp: { host: string; port: number } | undefined
  file: string | undefined
  rate: number | undefined
  vehicle: SimulatedVehicleName
  scenario: ScenarioName | undefined
  dialect: SlcanDialectName
  version: string | undefined
  singlePid: boolean
  faults: string[]
  seed: number
}

/** Throws `usage`, naming what would be accepted. */
export function parseSettings(args: string[]): SimulateSettings {
  const { values, positionals } = parseCommand(
    args,
    {
      link: { type: 'string' },
      port: { type: 'string' },
      tcp: { type: 'string' },
      file: { type: 'string' },
      rate: { type: 'string' },
      vehicle: { type: 'string' },
      scenario: { type: 'string' },
      dialect: { type: 'string', default: 'lawicel' },
      version: { type: 'string' },
      'single-pid': { type: 'boolean', default: false },
      fault: { type: 'string', multiple: true },
      seed: { type: 'string', default: '1' },
    },
    [`the adapter to be (${Object.keys(adapterKinds).join(', ')})`],
  )
  const kind = oneOf(adapterKinds, positionals[0] ?? '', 'simulate')
  if (values.file !== undefined && values.rate !== undefined) {
    throw new OdographError('usage', '--file and --rate', 'use one of them')
  }
  if ((values.file ?? values.rate) !== undefined && kind !== 'slcan') {
    throw new OdographError('usage', '--file and --rate', 'go with simulate slcan')
  }
  const faults = (values.fault ?? []).flatMap((list) => list.split(','))
  const usual = kind === 'slcan' || kind === 'gvret' ? 'truck' : 'car'
  return {
    kind,
    link: values.link,
    port: values.port,
    tcp: values.tcp === undefined ? undefined : hostAndPort(values.tcp),
    file: values.file,
    rate: values.rate === undefined ? undefined : positive(values.rate, '--rate'),
    vehicle: oneOf(simulatedVehicles, values.vehicle ?? usual, '--vehicle'),
    scenario:
      values.scenario === undefined ? undefined : oneOf(scenarios, values.scenario, '--scenario'),
    dialect: oneOf(slcanDialects, values.dialect, '--dialect'),
    version: values.version,
    singlePid: values['single-pid'],
    faults: faults.map((name) => oneOf(adapterKinds[kind], name, '--fault')),
    seed: positive(values.seed, '--seed'),
  }
}

function oneOf<T extends object>(table: T, name: string, option: string): keyof T & string {
  if (Object.hasOwn(table, name)) return name as keyof T & string
  const known = Object.entries(table).map(([key, text]) =>
    typeof text === 'string' ? `${key} (${text})` : key,
  )
  throw new OdographError('usage', `${option} ${name}`, `use ${known.join(', ')}`)
}

function positive(text: string, option: string): number {
  const number = Number(text)
  if (Number.isInteger(number) && number > 0) return number
  throw new OdographError('usage', `${option} ${text}`, 'use a whole number above 0')
}
