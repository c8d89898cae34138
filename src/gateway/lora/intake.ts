/**
 * Uplinks on their way to records. Each is stored first, with the counter that it used, in one commit;
 * what its payload says comes after that, and goes to its row and to the vehicle. What a power cut
 * leaves between the two is taken up at the next start.
 *
 *   uplink ─▶ journal ─▶ codec ─▶ fields ─▶ signals ─▶ a record of its own
 */

import { type MappedFields, mapFields } from '../../decoder/lora/field-map.ts'
import { loraBlock } from '../../decoder/lora/lora-block.ts'
import { messageOf } from '../../model/errors.ts'
import type { DecodedPayload, DecodeResult, LoraUplink } from '../../model/lora.ts'
import type { LoraOutcome, StoredUplink } from '../../model/lora-log.ts'
import type { Logger } from '../../model/ports.ts'
import type { ClockTrust, NewRecord } from '../../model/record.ts'
import type { Report } from '../../model/report.ts'
import type { Millis } from '../../model/time.ts'
import type { LoraLog } from '../../uplink/store/lora-log.ts'
import type { DeviceLog } from './device-log.ts'
import type { LoraDevice, LoraDevices } from './devices.ts'

export interface LoraIntakeOptions {
  devices: LoraDevices
  heard: DeviceLog
  journal: { lora: LoraLog; keep(part: string, owner: string, state: unknown): void }
  /** The present run, while it does not know the time. */
  provisional: () => string | undefined
  report: (vehicle: string, report: Report) => NewRecord | undefined
  /** There is something to be committed. */
  told: () => void
  logger: Logger
}

export const COUNTER = 'lora-counter'
/** Rows taken up at a start, at once. */
const RESUMED = 500

export class LoraIntake {
  readonly #options: LoraIntakeOptions
  /** Rows of uplinks that are not whole yet, by who sent them and their counter. */
  readonly #open = new Map<string, number>()
  /** By device: what is decoded, so that one comes after the other. */
  readonly #chains = new Map<string, Promise<void>>()

  constructor(options: LoraIntakeOptions) {
    this.#options = options
  }

  /** A counter was used: it and the uplink are stored together. */
  accepted(device: LoraDevice, uplink: LoraUplink): void {
    const { devEui, fCnt } = uplink
    if (devEui !== undefined && fCnt !== undefined) {
      this.#options.journal.keep(COUNTER, devEui, { fCnt })
    }
    this.#open.set(keyOf(uplink), this.#store(device, uplink))
  }

  /** All that heard it are known. */
  complete(device: LoraDevice, uplink: LoraUplink): void {
    const key = keyOf(uplink)
    const seq = this.#open.get(key) ?? this.#store(device, uplink)
    this.#open.delete(key)
    this.#options.heard.uplink(device.id, uplink)
    this.#process(device, seq, uplink)
  }

  /** One that came whole, from a network server. */
  whole(device: LoraDevice, uplink: LoraUplink): void {
    const seq = this.#store(device, uplink)
    this.#options.heard.uplink(device.id, uplink)
    this.#process(device, seq, uplink)
  }

  /** What the last run has left undone, and what could not be decoded then and may be now. */
  resume(): void {
    const { journal, devices } = this.#options
    for (const state of ['open', 'failed'] as const) {
      for (let after = 0; ; ) {
        const rows = journal.lora.undone(state, after, RESUMED)
        for (const row of rows) {
          const device = devices.byId(row.device)
          if (device !== undefined && mayNow(row, device)) this.#again(device, row)
        }
        const last = rows.at(-1)
        if (last === undefined || rows.length < RESUMED) break
        after = last.seq
      }
    }
  }

  /** Resolves when all that came is decoded. */
  async settled(): Promise<void> {
    await Promise.all(this.#chains.values())
  }

  #store(device: LoraDevice, uplink: LoraUplink): number {
    const { journal, provisional } = this.#options
    return journal.lora.add(device.id, uplink, provisional() ?? null)
  }

  #again(device: LoraDevice, { seq, uplink, state }: StoredUplink): void {
    this.#process(device, seq, uplink, state === 'failed')
  }

  #process(device: LoraDevice, seq: number, uplink: LoraUplink, isAgain = false): void {
    const waiting = this.#chains.get(device.id)
    const run = () => {
      const result = decode(device, uplink)
      if (!(result instanceof Promise)) return this.#finish(device, seq, uplink, result, isAgain)
      return result.then((done) => this.#finish(device, seq, uplink, done, isAgain))
    }
    const ran = waiting === undefined ? run() : waiting.then(run)
    if (!(ran instanceof Promise)) return
    const chain = ran
      .catch((error: unknown) => {
        const fields = { device: device.id, detail: messageOf(error) }
        this.#options.logger.error(fields, 'an uplink could not be taken')
      })
      .finally(() => {
        if (this.#chains.get(device.id) === chain) this.#chains.delete(device.id)
      })
    this.#chains.set(device.id, chain)
  }

  #finish(
    device: LoraDevice,
    seq: number,
    uplink: LoraUplink,
    result: DecodeResult,
    isAgain: boolean,
  ): void {
    const { journal, report, heard, logger, told } = this.#options
    told()
    const codec = codecOf(device)
    if ('error' in result && isAgain) {
      journal.lora.finish(seq, 'failed', uplink, { codec, error: result.error })
      return
    }
    if ('error' in result) {
      heard.decodeError(device.id, uplink.receivedAt, result.error)
      logger.warn({ device: device.id, codec }, `an uplink could not be decoded: ${result.error}`)
    }
    const { decoded } = 'error' in result ? { decoded: nothing } : result
    const mapped = mapFields(decoded, device.map, { receivedAt: uplink.receivedAt })
    const { trackerBattery } = mapped
    if (trackerBattery !== undefined) heard.of(device.id).battery = trackerBattery
    const record = report(device.vehicle, reportOf(uplink, mapped))
    const outcome = outcomeOf(codec, decoded, mapped, record)
    const failed = 'error' in result ? { error: result.error } : {}
    const state = 'error' in result ? 'failed' : 'done'
    journal.lora.finish(seq, state, uplink, { ...outcome, ...failed })
  }
}

const nothing: DecodedPayload = { fields: {}, warnings: [] }

function decode(device: LoraDevice, uplink: LoraUplink): DecodeResult | Promise<DecodeResult> {
  const { payload, fPort, receivedAt, decoded } = uplink
  // A sign of life: MAC commands alone.
  const isSilent = payload.length === 0 && decoded === undefined
  if (isSilent) return { decoded: nothing }
  if (device.codec !== undefined) {
    return device.codec.decode({ bytes: payload, fPort: fPort ?? 0, time: receivedAt })
  }
  if (decoded !== undefined) return { decoded: { fields: decoded, warnings: [] } }
  const error =
    'no codec is configured for the device, and its network server sent nothing decoded; the payload is kept'
  return { error }
}

/** Another codec than the one that could not read it. */
function mayNow({ state, outcome }: StoredUplink, device: LoraDevice): boolean {
  return state === 'open' || outcome?.codec !== codecOf(device)
}

/** Which one it is, its version too. */
function codecOf({ codec, codecName }: LoraDevice): string {
  return codec?.name ?? codecName
}

function reportOf(uplink: LoraUplink, { readings, time }: MappedFields): Report {
  const { source, receivedAt, replay = false } = uplink
  const clockTrust = trustOf(uplink)
  return {
    ...{ source, time, receivedAt, values: readings, lora: loraBlock(uplink) },
    ...(clockTrust && { clockTrust }),
    isPast: replay,
  }
}

function trustOf({ timeSource }: LoraUplink): ClockTrust | undefined {
  if (timeSource === 'clock') return undefined
  return timeSource === 'gateway' ? 'gnss' : 'network'
}

function outcomeOf(
  codec: string,
  { fields, warnings }: DecodedPayload,
  mapped: MappedFields,
  record: NewRecord | undefined,
): LoraOutcome {
  const told = [...warnings, ...mapped.warnings]
  const signals = [...new Set(mapped.readings.map(({ signal }) => signal))]
  const dropped = mapped.dropped.map(({ path, why }) => `${path}: ${why}`)
  return {
    codec,
    ...(Object.keys(fields).length > 0 && { fields }),
    ...(told.length > 0 && { warnings: told }),
    ...(signals.length > 0 && { signals }),
    ...(dropped.length > 0 && { dropped }),
    measured: mapped.time satisfies Millis,
    ...(record && { record: record.id }),
  }
}

function keyOf({ devEui, devAddr, fCnt }: LoraUplink): string {
  return `${devEui} ${devAddr} ${fCnt}`
}
