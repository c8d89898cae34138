/**
 * Reads the gateway's REST API. Every failure is an `ApiError` with a sentence for people.
 *
 * @typedef {{ id: string, tokenId: string, userDeviceId: string, make?: string, model?: string,
 *   year?: number }} Vehicle
 * @typedef {'ok' | 'estimated' | 'stale' | 'absent' | 'error'} Quality
 * @typedef {{ name: string, label: string, unit: string, vss: string,
 *   value?: number | string | boolean, time?: string, age?: number, quality?: Quality,
 *   source?: string }} Signal
 * @typedef {{ code: string, text: string, count: number, newest: string }} IssueCount
 * @typedef {{ reason: string, text: string, count: number, newest: string }} RejectCount
 * @typedef {{ id: string, type: string, vehicle?: string, buses: string[], state: string,
 *   detail: string, since: number, frames: number, reopened: number, uplinks?: number,
 *   rejects?: RejectCount[], issues: IssueCount[] }} SourceReport
 * @typedef {{ id: string, vehicle: string, devEui?: string, name?: string, devAddr?: string,
 *   codec: string, uplinks: number, lastHeard?: string, fCnt?: number, gateways?: number,
 *   gateway?: { id: string, name?: string, rssi?: number, snr?: number }, decodeErrors: number,
 *   spreadingFactor?: number, battery?: { volts?: number, fraction?: number },
 *   rejects: { text: string, count: number }[],
 *   lastDecodeError?: { time: string, error: string } }} LoraDevice
 * @typedef {{ devices: LoraDevice[], strangers: { key: string, count: number, last: string,
 *   detail: string }[] }} Lora
 * @typedef {{ seq: number, time: string, fCnt?: number, fPort?: number, payload: string,
 *   error?: string, signals?: string[], dropped?: string[] }} LoraUplink
 * @typedef {{ status: 'ok' | 'degraded', findings: string[], version: string,
 *   uptimeSeconds: number, clockTrust: string, sources: SourceReport[],
 *   store: { records: number, bytes: number, uncommitted: number },
 *   mqtt: { state: string, detail: string, unsent: number } }} Health
 * @typedef {{ timestamp: string, speed?: number, fuelPercentRemaining?: number }} HistoryPoint
 */

import { t } from './i18n.js'

export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {number} status HTTP status; 0 if nothing answered
   * @param {number} retryAfterSeconds as asked for by the gateway
   */
  constructor(message, status, retryAfterSeconds = 0) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.retryAfterSeconds = retryAfterSeconds
  }
}

const timeoutMs = 4000
/** A `Date` header has whole seconds; smaller steps of the offset are noise. */
const driftNoiseMs = 1500

export class Api {
  #token
  #driftMs = 0

  /** @param {string} token */
  constructor(token) {
    this.#token = token
  }

  /** How far the gateway's clock is ahead of this device's, in ms. */
  get driftMs() {
    return this.#driftMs
  }

  /** The gateway's time, in ms. */
  now() {
    return Date.now() + this.#driftMs
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Vehicle[]>}
   */
  vehicles(signal) {
    return this.#get('/v1/gateway/vehicles', signal)
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Health>}
   */
  health(signal) {
    return this.#get('/v1/gateway/health', signal)
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<Lora>}
   */
  lora(signal) {
    return this.#get('/v1/gateway/lora', signal)
  }

  /**
   * @param {string} device
   * @param {number} limit
   * @param {AbortSignal} signal
   * @returns {Promise<LoraUplink[]>}
   */
  loraUplinks(device, limit, signal) {
    const path = `/v1/gateway/lora/${encodeURIComponent(device)}/uplinks`
    return this.#get(`${path}?limit=${limit}`, signal)
  }

  /**
   * @param {string} tokenId
   * @param {readonly string[]} watched signals that are looked at more than others
   * @param {AbortSignal} signal
   * @returns {Promise<Signal[]>}
   */
  signals(tokenId, watched, signal) {
    const path = `/v1/vehicle/${encodeURIComponent(tokenId)}/signals`
    return this.#get(`${path}?watch=${watched.join(',')}`, signal)
  }

  /**
   * @param {string} tokenId
   * @param {{ start: number, end: number, buckets: number }} window times in ms
   * @param {AbortSignal} signal
   * @returns {Promise<HistoryPoint[]>}
   */
  async history(tokenId, window, signal) {
    const query = new URLSearchParams({
      startDate: new Date(window.start).toISOString(),
      endDate: new Date(window.end).toISOString(),
      buckets: String(window.buckets),
      signals: 'speed,fuelPercentRemaining',
    })
    const path = `/v1/vehicle/${encodeURIComponent(tokenId)}/history?${query}`
    const answer = await this.#get(path, signal, 20_000)
    return answer.hits.hits.map((/** @type {any} */ hit) => hit._source.data)
  }

  /**
   * Any resource, as JSON.
   * @param {string} path
   * @param {AbortSignal} signal
   * @param {number} [limitMs]
   * @returns {Promise<any>}
   */
  get(path, signal, limitMs = 20_000) {
    return this.#get(path, signal, limitMs)
  }

  /**
   * A resource of a vehicle.
   * @param {string} tokenId
   * @param {string} path
   * @param {AbortSignal} signal
   * @returns {Promise<any>}
   */
  ofVehicle(tokenId, path, signal) {
    return this.#get(`/v1/vehicle/${encodeURIComponent(tokenId)}/${path}`, signal, 20_000)
  }

  /**
   * Changes something.
   * @param {'POST' | 'PATCH' | 'DELETE'} method
   * @param {string} path
   * @param {unknown} [body]
   * @param {Record<string, string>} [headers]
   * @returns {Promise<any>}
   */
  async send(method, path, body, headers = {}) {
    /** @type {Record<string, string>} */
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const content = body === undefined ? {} : { body: JSON.stringify(body) }
    return this.#ask(path, AbortSignal.timeout(20_000), 20_000, {
      method,
      headers: { ...headers, ...type },
      ...content,
    })
  }

  /**
   * A file as the gateway sends it; the token goes along, which a link cannot do.
   * @param {string} path
   * @param {string} accept
   * @returns {Promise<{ blob: Blob, name: string }>}
   */
  async download(path, accept) {
    const response = await fetch(path, {
      headers: { authorization: `Bearer ${this.#token}`, accept },
      cache: 'no-store',
      credentials: 'omit',
    })
    if (!response.ok) throw refusal(response, await response.json().catch(() => undefined))
    const disposition = response.headers.get('content-disposition') ?? ''
    const [, name = 'odograph'] = /filename="([^"]+)"/.exec(disposition) ?? []
    return { blob: await response.blob(), name }
  }

  /**
   * Server-sent events, until the stream ends or is given up.
   * @param {string} path
   * @param {AbortSignal} signal
   * @param {(type: string, data: any) => void} onEvent
   */
  async stream(path, signal, onEvent) {
    const response = await fetch(path, {
      headers: { authorization: `Bearer ${this.#token}`, accept: 'text/event-stream' },
      cache: 'no-store',
      credentials: 'omit',
      signal,
    })
    if (!response.ok || response.body === null) {
      throw refusal(response, await response.json().catch(() => undefined))
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      text += value
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const type = /^event: (.*)$/m.exec(block)?.[1]
        const data = /^data: (.*)$/m.exec(block)?.[1]
        if (type !== undefined && data !== undefined) onEvent(type, JSON.parse(data))
      }
    }
  }

  /**
   * @param {string} path
   * @param {AbortSignal} signal
   * @param {number} limitMs
   */
  async #get(path, signal, limitMs = timeoutMs) {
    return this.#ask(path, signal, limitMs)
  }

  /**
   * @param {string} path
   * @param {AbortSignal} signal
   * @param {number} limitMs
   * @param {{ method?: string, headers?: Record<string, string>, body?: string }} [more]
   */
  async #ask(path, signal, limitMs, more = {}) {
    const controller = new AbortController()
    const abort = () => controller.abort()
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    const timer = setTimeout(abort, limitMs)
    const began = Date.now()
    try {
      const response = await fetch(path, {
        ...more,
        headers: {
          ...more.headers,
          authorization: `Bearer ${this.#token}`,
          accept: 'application/json',
        },
        cache: 'no-store',
        credentials: 'omit',
        signal: controller.signal,
      })
      this.#readDrift(response, began)
      const body = await response.json().catch((error) => {
        if (controller.signal.aborted) throw error
        return undefined
      })
      if (response.ok && body !== undefined) return body
      throw refusal(response, body)
    } catch (error) {
      if (error instanceof ApiError) throw error
      const why = controller.signal.aborted
        ? t('No answer within {n} s.', { n: limitMs / 1000 })
        : t('The gateway cannot be reached.')
      throw new ApiError(why, 0)
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
  }

  /**
   * @param {Response} response
   * @param {number} began
   */
  #readDrift(response, began) {
    const there = Date.parse(response.headers.get('date') ?? '')
    if (Number.isNaN(there)) return
    const drift = there + 500 - (began + Date.now()) / 2
    if (Math.abs(drift - this.#driftMs) > driftNoiseMs) this.#driftMs = drift
    if (Math.abs(this.#driftMs) <= driftNoiseMs) this.#driftMs = 0
  }
}

/**
 * @param {Response} response
 * @param {{ message?: unknown } | undefined} body
 */
function refusal(response, body) {
  const said = typeof body?.message === 'string' ? body.message : ''
  const message =
    said !== '' ? said : t('It answered with HTTP status {n}.', { n: response.status })
  const wait = Number(response.headers.get('retry-after'))
  return new ApiError(message, response.status, Number.isFinite(wait) ? wait : 0)
}
