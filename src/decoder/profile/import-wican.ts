/**
 * A WiCAN vehicle profile (https://github.com/meatpiHQ/wican-fw) as the polled part of a profile.
 *
 *   car_model · init: ELM327 commands before the first request · pids[]: pid: service, PID and, as
 *   ELM327 takes it, one more digit for the number of frames of the answer · pid_init: commands
 *   before this request · parameters: {NAME: "expression"} or [{name, expression, unit, min, max}]
 *
 * Currents and powers are converted but feed no signal: what their sign means is not said there.
 */
import type { PolledMessage, ProfileSignal } from '../../model/profile.ts'
import type { SignalName } from '../../model/signals.ts'
import {
  type ImportProblem,
  type ImportResult,
  isLoose,
  type Loose,
  looseList,
  nameFrom,
  numberIn,
  type ProfileAbout,
  textIn,
  withoutFaults,
} from './import.ts'
import { fieldOf } from './linear.ts'
import { didSize } from './profile-decoder.ts'
import { unitOf } from './units.ts'
import { elmSettings } from './wican-elm.ts'
import { type BytePlace, parseExpression } from './wican-expression.ts'

export interface WicanOptions extends ProfileAbout {
  /** Which car of a collection, by its `car_model`. */
  car?: string | undefined
}

/** Parameters of ours, and the unit they have where the file says none. */
const parameters: Readonly<Record<string, { maps: SignalName; unit: string; rank?: number }>> = {
  CHARGING: { maps: 'charging', unit: '' },
  COOLANT_TMP: { maps: 'coolantTemp', unit: '°C' },
  ENGINE_OIL_TEMP: { maps: 'oilTemp', unit: '°C' },
  ENGINE_RPM: { maps: 'engineSpeed', unit: 'rpm' },
  FUEL: { maps: 'fuelPercentRemaining', unit: '%' },
  HV_V: { maps: 'tractionVoltage', unit: 'V' },
  INTAKE_AIR_TMP: { maps: 'intakeTemp', unit: '°C' },
  LV_V: { maps: 'batteryVoltage', unit: 'V' },
  MAF: { maps: 'massAirFlow', unit: 'g/s' },
  ODOMETER: { maps: 'odometer', unit: 'km' },
  ODOMETER_MI: { maps: 'odometer', unit: 'mi' },
  PARK_BRAKE: { maps: 'parkingBrake', unit: '' },
  RANGE: { maps: 'range', unit: 'km' },
  SOC: { maps: 'soc', unit: '%', rank: 20 },
  SOC_D: { maps: 'soc', unit: '%' },
  SPEED: { maps: 'speed', unit: 'km/h' },
  THROTTLE: { maps: 'throttlePosition', unit: '%' },
  TMP_A: { maps: 'ambientTemp', unit: '°C' },
  TRAN_F_TEMP: { maps: 'transmissionTemp', unit: '°C' },
  TYRE_P_FL: { maps: 'tirePressureFrontLeft', unit: 'psi' },
  TYRE_P_FR: { maps: 'tirePressureFrontRight', unit: 'psi' },
  TYRE_P_RL: { maps: 'tirePressureBackLeft', unit: 'psi' },
  TYRE_P_RR: { maps: 'tirePressureBackRight', unit: 'psi' },
}

export function importWican(input: unknown, options: WicanOptions): ImportResult {
  const { car, ...about } = options
  const problems: ImportProblem[] = []
  const source = carOf(input, car, problems)
  if (source?.extends !== undefined) {
    problems.push({ at: about.id, text: `what it extends is not read: ${String(source.extends)}` })
  }
  const polled = looseList(source?.pids).flatMap((pid) =>
    pidOf(pid, (source && textIn(source, 'init')) ?? '', problems),
  )
  return withoutFaults({ profile: { ...about, passive: [], polled, evidence: [] }, problems })
}

function carOf(input: unknown, car: string | undefined, problems: ImportProblem[]) {
  if (!isLoose(input)) return undefined
  if (!Array.isArray(input.cars)) return input
  const cars = looseList(input.cars)
  const named = cars.filter((entry) => textIn(entry, 'car_model') === car)
  const [found] = cars.length === 1 ? cars : named
  if (found === undefined) {
    problems.push({ at: car ?? 'cars', text: `is none of the ${cars.length} cars of this file` })
  }
  return found
}

function pidOf(pid: Loose, init: string, problems: ImportProblem[]): PolledMessage[] {
  const at = textIn(pid, 'pid') ?? ''
  const refuse = (text: string) => {
    problems.push({ at, text })
    return []
  }
  const [, data, frames] =
    /^((?:01|09|1A|21)[0-9A-F]{2}|22[0-9A-F]{4})([0-9A-F])?$/.exec(
      at.toUpperCase().replaceAll(' ', ''),
    ) ?? []
  if (data === undefined) return refuse('is no reading service with one PID or DID')
  const settings = elmSettings(init, textIn(pid, 'pid_init') ?? '')
  if (typeof settings === 'string') return refuse(settings)
  if (settings.note !== undefined) problems.push({ at, text: settings.note })
  const entries = parametersOf(pid.parameters)
  const highest = Math.max(0, ...entries.map(({ expression }) => highestByte(expression)))
  const isSegmented = highest > 7 || Number.parseInt(frames ?? '1', 16) > 1
  const place = placeOf(data, isSegmented)
  const signals = entries.flatMap((entry) => signalOf(entry, at, place, problems))
  if (signals.length === 0) return refuse('has no parameters that could be converted')
  const { request, response } = settings
  const ecu = request.id.toString(16).toUpperCase().padStart(3, '0')
  const name = nameFrom(`ecu${ecu}_${data}`)
  return [{ name, request: { ...request, data }, response, signals }]
}

interface Parameter {
  name: string
  expression: string
  more: Loose
}

function parametersOf(value: unknown): Parameter[] {
  const listed = looseList(value).map((more) => ({
    name: textIn(more, 'name') ?? '',
    expression: textIn(more, 'expression') ?? '',
    more,
  }))
  if (!isLoose(value)) return listed
  return Object.entries(value).map(([name, expression]) => ({
    name,
    expression: String(expression),
    more: {},
  }))
}

function highestByte(expression: string): number {
  const numbers = [...expression.matchAll(/[BS](\d+)/g)].map(([, number]) => Number(number))
  return Math.max(0, ...numbers)
}

/** From a byte of the frames to one of the data: a PCI of one byte, or of two and then one each. */
function placeOf(data: string, isSegmented: boolean): BytePlace {
  const before = 1 + didSize(Number.parseInt(data.slice(0, 2), 16))
  return (byte) => {
    const [frame, index] = [Math.floor(byte / 8), byte % 8]
    const pci = isSegmented && frame === 0 ? 2 : 1
    if (index < pci) return undefined
    const payload = frame === 0 ? index - pci : 6 + (frame - 1) * 7 + index - 1
    return payload < before ? undefined : payload - before
  }
}

function signalOf(
  { name, expression, more }: Parameter,
  pid: string,
  place: BytePlace,
  problems: ImportProblem[],
): ProfileSignal[] {
  const refuse = (text: string) => {
    problems.push({ at: `${pid} ${name}`, text: `${expression}: ${text}` })
    return []
  }
  try {
    const field = fieldOf(parseExpression(expression, place))
    if (field === undefined) return refuse('is no field of neighbouring bits')
    const known = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    const unit = unitOf(textIn(more, 'unit') ?? known?.unit ?? '')
    const layout = { ...field, min: numberIn(more, 'min'), max: numberIn(more, 'max'), unit }
    const { maps, rank } = known ?? {}
    return [
      {
        name: nameFrom(name),
        layout,
        ...(maps === undefined ? {} : { maps }),
        ...(rank === undefined ? {} : { rank }),
      },
    ]
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error))
  }
}
