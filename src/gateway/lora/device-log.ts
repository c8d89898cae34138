/**
 * What was heard of LoRa devices since the start, for pages and `/health`: of each device the last
 * uplink and why others had no effect; of those that nobody knows, that they are there.
 */
import {
  type LoraGateway,
  type LoraNotice,
  type LoraReject,
  type LoraRejectReason,
  type LoraUplink,
  loraRejectTexts,
} from '../../model/lora.ts'
import type { LoraStranger } from '../../model/lora-desk.ts'
import type { Millis } from '../../model/time.ts'

export interface HeardDevice {
  uplinks: number
  lastHeard?: Millis
  fCnt?: number
  /** Who heard the last uplink best. */
  gateway?: LoraGateway
  gateways?: number
  spreadingFactor?: number
  /** The tracker's own cell. */
  battery?: { volts?: number; fraction?: number }
  rejects: Partial<Record<LoraRejectReason, number>>
  lastReject?: LoraReject
  /** What was told of it beside uplinks, the newest last. */
  notices: LoraNotice[]
  decodeErrors: number
  lastDecodeError?: { time: Millis; error: string }
}

const MAX_STRANGERS = 100
const MAX_NOTICES = 10
const MAX_REJECTS = 50

export class DeviceLog {
  readonly rejects: Partial<Record<LoraRejectReason, number>> = {}
  readonly #devices = new Map<string, HeardDevice>()
  readonly #strangers = new Map<string, LoraStranger>()
  readonly #newest: LoraReject[] = []

  /** The last rejects of all, the newest last. */
  get newestRejects(): readonly LoraReject[] {
    return this.#newest
  }

  /** Those heard last, first. */
  get strangers(): LoraStranger[] {
    return [...this.#strangers.values()].toSorted((a, b) => b.last - a.last)
  }

  of(device: string): HeardDevice {
    const known = this.#devices.get(device)
    if (known !== undefined) return known
    const heard: HeardDevice = { uplinks: 0, rejects: {}, notices: [], decodeErrors: 0 }
    this.#devices.set(device, heard)
    return heard
  }

  uplink(device: string, { receivedAt, fCnt, gateways, radio }: LoraUplink): void {
    const heard = this.of(device)
    heard.uplinks += 1
    heard.lastHeard = Math.max(heard.lastHeard ?? 0, receivedAt)
    if (fCnt !== undefined) heard.fCnt = fCnt
    const [best] = gateways
    if (best !== undefined) heard.gateway = best
    heard.gateways = gateways.length
    if (radio.spreadingFactor !== undefined) heard.spreadingFactor = radio.spreadingFactor
  }

  decodeError(device: string, time: Millis, error: string): void {
    const heard = this.of(device)
    heard.decodeErrors += 1
    heard.lastDecodeError = { time, error }
  }

  /** True for the first of its reason. `device`: whose it seems to be. */
  reject(reject: LoraReject, device?: string): boolean {
    const { reason } = reject
    const isFirst = this.rejects[reason] === undefined
    count(this.rejects, reason)
    this.#newest.push(reject)
    if (this.#newest.length > MAX_REJECTS) this.#newest.shift()
    if (device === undefined) {
      this.#stranger(reject)
      return isFirst
    }
    const heard = this.of(device)
    count(heard.rejects, reason)
    heard.lastReject = reject
    return isFirst
  }

  notice(notice: LoraNotice, device?: string): void {
    if (device !== undefined) {
      const heard = this.of(device)
      heard.notices.push(notice)
      if (heard.notices.length > MAX_NOTICES) heard.notices.shift()
      if (notice.battery !== undefined) heard.battery = { fraction: notice.battery }
      return
    }
    const { kind, devEui, deviceId, time, detail } = notice
    const key = devEui ?? deviceId
    if (kind === 'join' && key !== undefined) this.#seen(key, time, detail)
  }

  shift(delta: Millis, since: Millis): void {
    for (const heard of this.#devices.values()) {
      if (heard.lastHeard !== undefined && heard.lastHeard >= since) heard.lastHeard += delta
    }
  }

  #stranger({ reason, time, devEui, deviceId, devAddr, detail }: LoraReject): void {
    const key = devEui ?? deviceId ?? devAddr
    if (key !== undefined) this.#seen(key, time, detail ?? loraRejectTexts[reason])
  }

  #seen(key: string, time: Millis, detail: string): void {
    const known = this.#strangers.get(key)
    this.#strangers.delete(key)
    const { count: times, first } = known ?? { count: 0, first: time }
    this.#strangers.set(key, { key, count: times + 1, first, last: time, detail })
    const [oldest] = this.#strangers.keys()
    if (this.#strangers.size > MAX_STRANGERS && oldest !== undefined) {
      this.#strangers.delete(oldest)
    }
  }
}

function count(counts: Partial<Record<LoraRejectReason, number>>, reason: LoraRejectReason): void {
  counts[reason] = (counts[reason] ?? 0) + 1
}
