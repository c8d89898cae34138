/**
 * An OBDb signal set (https://github.com/OBDb, format version 3) as the polled part of a profile.
 *
 *   commands[]  hdr: 3 digits (identifier) or 4 (bits 8–23 of a 29-bit one), pri, tst: its other
 *               bits · rax: who answers · cmd: {service: PID} · freq: seconds · filter: model years
 *   signals[]   fmt: bix first bit, counted from the most significant one of the first data byte ·
 *               len bits · blsb bytes reversed · value = raw × mul ÷ div + add · nullmin, nullmax:
 *               values from there on mean "not available" · map: words
 */
import type { CanAddress, PolledMessage, ProfileSignal } from '../../model/profile.ts'
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
import { scalingOf } from './obdb-format.ts'

export interface ObdbOptions extends ProfileAbout {
  /** Commands of other model years are left out; without it, none is. */
  year?: number | undefined
}

const metrics: Readonly<Record<string, SignalName>> = {
  distanceSinceDTCsCleared: 'distanceSinceClear',
  electricRange: 'range',
  engineCoolantTemperature: 'coolantTemp',
  engineLoad: 'engineLoad',
  engineOilTemperature: 'oilTemp',
  frontLeftTirePressure: 'tirePressureFrontLeft',
  frontRightTirePressure: 'tirePressureFrontRight',
  fuelRange: 'range',
  fuelRate: 'fuelRate',
  fuelTankLevel: 'fuelPercentRemaining',
  isCharging: 'charging',
  massAirFlow: 'massAirFlow',
  odometer: 'odometer',
  rearLeftTirePressure: 'tirePressureBackLeft',
  rearRightTirePressure: 'tirePressureBackRight',
  shortTermFuelTrim: 'shortFuelTrim',
  speed: 'speed',
  starterBatteryVoltage: 'batteryVoltage',
  stateOfCharge: 'soc',
  throttlePosition: 'throttlePosition',
  tractionBatteryCapacity: 'batteryCapacity',
  tractionBatteryVoltage: 'tractionVoltage',
  transmissionFluidTemperature: 'transmissionTemp',
}

export function importObdb(input: unknown, options: ObdbOptions): ImportResult {
  const { year, ...about } = options
  const problems: ImportProblem[] = []
  const commands = isLoose(input) ? looseList(input.commands) : []
  if (commands.length === 0) problems.push({ at: about.id, text: 'has no "commands"' })
  for (const synthetic of isLoose(input) ? looseList(input.synthetics) : []) {
    problems.push({ at: textIn(synthetic, 'id') ?? '', text: 'is computed from other signals' })
  }
  const polled = commands
    .filter((command) => isOfYear(command.filter, year))
    .flatMap((command) => commandOf(command, problems))
  return withoutFaults({ profile: { ...about, passive: [], polled, evidence: [] }, problems })
}

function isOfYear(filter: unknown, year: number | undefined): boolean {
  if (year === undefined || !isLoose(filter)) return true
  const from = numberIn(filter, 'from')
  const to = numberIn(filter, 'to')
  if (Array.isArray(filter.years) && filter.years.includes(year)) return true
  if (from === undefined && to === undefined) return false
  // From later than to: everything but the years between.
  if (from !== undefined && to !== undefined && from >= to) return year >= from || year <= to
  return year >= (from ?? year) && year <= (to ?? year)
}

function commandOf(command: Loose, problems: ImportProblem[]): PolledMessage[] {
  const header = textIn(command, 'hdr') ?? ''
  const [[service, pid] = ['', '']] = isLoose(command.cmd) ? Object.entries(command.cmd) : []
  const data = `${service}${typeof pid === 'string' ? pid : ''}`.toUpperCase()
  const at = `${header}.${data}`
  const refuse = (text: string) => {
    problems.push({ at, text })
    return []
  }
  if (!/^((01|21)[0-9A-F]{2}|22[0-9A-F]{4})$/.test(data)) return refuse('its command is none')
  if (command.eax !== undefined) return refuse('uses extended addressing')
  if (textIn(command, 'proto')?.startsWith('9141')) return refuse('is not for CAN')
  const request = requestOf(command, header)
  if (request === undefined) return refuse(`"${header}" is no header`)
  const response = responseOf(command, request)
  if (response.note !== undefined) problems.push({ at, text: response.note })
  const signals = looseList(command.signals).flatMap((signal) => signalOf(signal, at, problems))
  if (signals.length === 0) return refuse('has no signals that could be converted')
  const every = numberIn(command, 'freq')
  return [
    {
      name: nameFrom(`ecu${header}_${data}`),
      request: { ...request, data },
      response: response.address,
      ...(every !== undefined && every > 0 ? { every } : {}),
      signals,
    },
  ]
}

function requestOf(command: Loose, header: string): CanAddress | undefined {
  if (/^[0-7][0-9A-F]{2}$/i.test(header)) return { id: hexOf(header), extended: false }
  if (!/^[0-9A-F]{4}$/i.test(header)) return undefined
  const priority = hexOf(textIn(command, 'pri') ?? '18') & 0x1f
  const tester = hexOf(textIn(command, 'tst') ?? 'F1') & 0xff
  return { id: priority * 0x100_0000 + hexOf(header) * 0x100 + tester, extended: true }
}

/** Who answers: as the file says, else as ISO 15765-4 says, else as most makers do. */
function responseOf(command: Loose, { id, extended }: CanAddress) {
  const given = textIn(command, 'rax')
  if (given !== undefined && /^[0-9A-F]+$/i.test(given)) {
    const known = hexOf(given)
    if (!extended) return { address: { id: known & 0x7ff, extended } }
    return { address: { id: 0x18da_f100 + (known & 0xff), extended } }
  }
  if (extended) {
    const isPhysical = ((id >> 16) & 0xff) === 0xda
    const address = { id: 0x18da_f100 + (isPhysical ? (id >> 8) & 0xff : 0x10), extended }
    return isPhysical ? { address } : { address, note: 'who answers is assumed: 18DAF110' }
  }
  if (id === 0x7df) return { address: { id: 0x7e8, extended }, note: 'who answers is assumed: 7E8' }
  const address = { id: (id + 8) & 0x7ff, extended }
  if (id >= 0x7e0 && id <= 0x7e7) return { address }
  return { address, note: 'who answers is assumed: 8 above the request' }
}

function signalOf(signal: Loose, command: string, problems: ImportProblem[]): ProfileSignal[] {
  const id = textIn(signal, 'id') ?? ''
  const at = `${command} ${id}`.trim()
  const scaling = isLoose(signal.fmt) ? scalingOf(signal.fmt) : 'has no format'
  if (typeof scaling === 'string') {
    problems.push({ at, text: scaling })
    return []
  }
  const label = textIn(signal, 'name')
  const metric = textIn(signal, 'suggestedMetric') ?? ''
  const maps = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined
  const isUseful = maps !== 'charging' || scaling.layout.length === 1
  return [
    {
      name: nameFrom(id),
      ...(label === undefined ? {} : { label }),
      ...scaling,
      ...(maps !== undefined && isUseful ? { maps } : {}),
    },
  ]
}

function hexOf(text: string): number {
  return Number.parseInt(text, 16)
}
