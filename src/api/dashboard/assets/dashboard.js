/**
 * The page for one token: asks the gateway each second while it can be seen, and shows what it
 * said, how long ago it said it, and when it does not answer.
 */
import { ApiError } from './api.js'
import { mark, secondsSince } from './clock.js'
import { find, setText, show } from './dom.js'
import { HealthView } from './health-view.js'
import { LinkView } from './link-view.js'
import { LoraView } from './lora-view.js'
import { Plot } from './plot.js'
import { Poller } from './poller.js'
import { SignalTable } from './signal-table.js'
import { Tiles } from './tiles.js'
import { VehicleChoice } from './vehicle-choice.js'

/**
 * @template T
 * @typedef {{ value: T | undefined, at: import('./clock.js').Mark | undefined,
 *   error: ApiError | undefined }} Feed what was last received, when, and what failed since
 */

const intervalMs = 1000
/** Longer than a request may take: one lost packet is not yet a lost gateway. */
const lostAfterSeconds = 5

export class Dashboard {
  #api
  #onRefused
  #root
  #link
  #choice
  #tiles
  #table
  #health
  #lora
  #plot
  #poller = new Poller((signal) => this.#round(signal))
  #listeners = new AbortController()
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #ticking
  #shownSince = mark()
  /** @type {Feed<import('./api.js').Signal[]>} */
  #signals = { value: undefined, at: undefined, error: undefined }
  /** @type {Feed<import('./api.js').Health>} */
  #state = { value: undefined, at: undefined, error: undefined }

  /**
   * @param {import('./api.js').Api} api
   * @param {(message: string) => void} onRefused the token is not accepted (any more)
   */
  constructor(api, onRefused) {
    this.#api = api
    this.#onRefused = onRefused
    this.#root = find(document, '#main')
    this.#link = new LinkView(document)
    this.#choice = new VehicleChoice(document, () => this.#changeVehicle())
    this.#tiles = new Tiles(this.#root)
    this.#table = new SignalTable(this.#root)
    this.#health = new HealthView(this.#root)
    this.#lora = new LoraView(this.#root, api)
    this.#plot = new Plot(find(this.#root, '#plot'), api, onRefused)
  }

  start() {
    const { signal } = this.#listeners
    document.addEventListener('visibilitychange', () => this.#appear(), { signal })
    this.#shownSince = mark()
    this.#ticking = setInterval(() => this.#render(), intervalMs)
    this.#poller.start()
  }

  /** Leaves nothing of the vehicle on the page. */
  stop() {
    clearInterval(this.#ticking)
    this.#listeners.abort()
    this.#poller.stop()
    this.#plot.stop()
    this.#choice.clear()
    this.#signals = { value: undefined, at: undefined, error: undefined }
    this.#state = { value: undefined, at: undefined, error: undefined }
    this.#render()
    this.#link.hide()
  }

  #appear() {
    if (document.hidden) return
    this.#shownSince = mark()
    this.#render()
  }

  #changeVehicle() {
    this.#signals = { value: undefined, at: undefined, error: undefined }
    this.#startPlot()
    this.#poller.restart()
    this.#render()
  }

  #startPlot() {
    const vehicle = this.#choice.current
    if (vehicle !== undefined) this.#plot.start(vehicle.tokenId)
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<number>}
   */
  async #round(signal) {
    const asked = await Promise.all([
      take(this.#state, () => this.#api.health(signal), signal),
      take(this.#signals, () => this.#readSignals(signal), signal),
    ])
    if (signal.aborted) return 0
    const errors = asked.filter((error) => error !== undefined)
    const refused = errors.find((error) => error.status === 401)
    if (refused !== undefined) {
      this.#onRefused(refused.message)
      return 0
    }
    if (asked[0] === undefined && this.#state.value) this.#health.receive(this.#state.value)
    this.#render()
    return Math.max(intervalMs, ...errors.map((error) => error.retryAfterSeconds * 1000))
  }

  /** @param {AbortSignal} signal */
  async #readSignals(signal) {
    if (this.#choice.current === undefined) {
      const vehicles = await this.#api.vehicles(signal)
      if (signal.aborted) return []
      this.#choice.offer(vehicles)
      this.#startPlot()
    }
    const vehicle = this.#choice.current
    if (vehicle === undefined) return []
    return this.#api.signals(vehicle.tokenId, this.#tiles.names, signal)
  }

  #render() {
    const now = this.#api.now()
    const signals = this.#signals.value ?? []
    const age = elapsed(this.#signals)
    this.#plot.newest = newestOf(signals)
    const moment = { elapsed: age, lost: isLost(this.#signals), now }
    this.#tiles.update(signals, moment)
    this.#table.update(signals, moment)
    this.#health.update(this.#state.value, {
      elapsed: elapsed(this.#state),
      lost: isLost(this.#state),
      now,
      driftMs: this.#api.driftMs,
      vehicleName: (id) => this.#choice.nameOf(id),
    })
    this.#lora.update(this.#state.value, now)
    this.#link.update({
      answered: this.#signals.at !== undefined && this.#state.at !== undefined,
      silentSeconds: Math.max(age, elapsed(this.#state)),
      lostAfterSeconds,
      shownSeconds: secondsSince(this.#shownSince),
      error: this.#signals.error ?? this.#state.error,
    })
    show(find(this.#root, '#no-vehicle'), this.#choice.known && this.#choice.current === undefined)
    setText(find(document, 'title'), `${this.#choice.name} · Odograph`)
  }
}

/**
 * Keeps what was answered, or why not; resolves to the failure. What was given up is no failure.
 * @template T
 * @param {Feed<T>} feed
 * @param {() => Promise<T>} read
 * @param {AbortSignal} signal
 * @returns {Promise<ApiError | undefined>}
 */
async function take(feed, read, signal) {
  try {
    const value = await read()
    if (signal.aborted) return undefined
    feed.value = value
    feed.at = mark()
    feed.error = undefined
  } catch (error) {
    if (signal.aborted) return undefined
    feed.error = error instanceof ApiError ? error : new ApiError(String(error), 0)
  }
  return feed.error
}

/** @param {Feed<unknown>} feed */
const elapsed = (feed) => (feed.at === undefined ? 0 : secondsSince(feed.at))

/** @param {Feed<unknown>} feed */
const isLost = (feed) => elapsed(feed) > lostAfterSeconds

/** @param {readonly import('./api.js').Signal[]} signals */
function newestOf(signals) {
  const times = signals.map((signal) => Date.parse(signal.time ?? ''))
  return Math.max(0, ...times.filter((time) => !Number.isNaN(time)))
}
