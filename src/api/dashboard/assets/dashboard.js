/**
 * The page for one token: follows the vehicle and the gateway while it can be seen, shows what they
 * said, how long ago they said it, and when they do not answer; and the view that the address names.
 */
import { ApiError } from './api.js'
import { mark, secondsSince } from './clock.js'
import { find, setAttribute, setText, show } from './dom.js'
import { HealthView } from './health-view.js'
import { t } from './i18n.js'
import { LinkView } from './link-view.js'
import { LiveSignals } from './live-signals.js'
import { LoraView } from './lora-view.js'
import { Plot } from './plot.js'
import { Poller } from './poller.js'
import { addressOf } from './router.js'
import { SignalTable } from './signal-table.js'
import { Sparklines } from './sparklines.js'
import { Tiles } from './tiles.js'
import { VehicleChoice } from './vehicle-choice.js'
import { BusView } from './views/bus-view.js'
import { GatewayView } from './views/gateway-view.js'
import { HistoryView } from './views/history-view.js'
import { SetupView } from './views/setup-view.js'
import { TripsView } from './views/trips-view.js'
import { TroubleView } from './views/trouble-view.js'

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
  #sparklines
  #live
  #activity
  /** @type {Record<string, import('./views/view.js').View>} */
  #views
  /** @type {import('./views/view.js').View | undefined} */
  #view
  #address = addressOf(location.hash)
  #framed = false
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
    this.#sparklines = new Sparklines(api)
    this.#table = new SignalTable(this.#root, this.#sparklines)
    this.#live = new LiveSignals(api, (signals) => this.#merge(signals))
    this.#activity = find(this.#root, '#activity')
    this.#health = new HealthView(this.#root)
    this.#lora = new LoraView(this.#root, api)
    this.#plot = new Plot(find(this.#root, '#plot'), api, onRefused)
    const context = {
      api,
      refused: onRefused,
      go: (/** @type {string} */ path) => {
        location.hash = path
      },
      announce: (/** @type {string} */ text) => setText(find(document, '#announce'), text),
      health: () => this.#state.value,
    }
    this.#views = {
      trips: new TripsView(context),
      trouble: new TroubleView(context),
      history: new HistoryView(context),
      bus: new BusView(context),
      gateway: new GatewayView(context),
      setup: new SetupView(context),
    }
  }

  start() {
    const { signal } = this.#listeners
    document.addEventListener('visibilitychange', () => this.#appear(), { signal })
    window.addEventListener('hashchange', () => this.#navigate(true), { signal })
    show(find(document, '#tabs'), true)
    this.#shownSince = mark()
    this.#ticking = setInterval(() => this.#render(), intervalMs)
    this.#poller.start()
  }

  /** Leaves nothing of the vehicle on the page. */
  stop() {
    clearInterval(this.#ticking)
    this.#listeners.abort()
    this.#poller.stop()
    this.#live.stop()
    this.#sparklines.stop()
    this.#view?.stop()
    this.#view = undefined
    this.#plot.stop()
    show(find(document, '#tabs'), false)
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
    this.#navigate(false)
    this.#poller.restart()
    this.#render()
  }

  /**
   * Shows the view that the address names.
   * @param {boolean} byHand somebody went there: what is read aloud begins there
   */
  #navigate(byHand) {
    this.#address = addressOf(location.hash)
    const { name, rest, query } = this.#address
    this.#view?.stop()
    this.#view = this.#views[name]
    this.#live.stop()
    this.#sparklines.stop()
    this.#plot.stop()
    const vehicle = this.#choice.current
    const isNow = this.#view === undefined && name !== 'lora'
    show(find(this.#root, '#view-now'), isNow)
    find(this.#root, '#findings').classList.toggle('elsewhere', !isNow && name !== 'gateway')
    show(find(this.#root, '#view-lora'), name === 'lora')
    show(find(this.#root, '#view-gateway'), name === 'gateway')
    const more = find(this.#root, '#view-more')
    show(more, this.#view !== undefined)
    more.replaceChildren(...(this.#view === undefined ? [] : [this.#view.element]))
    this.#view?.start({ vehicle, rest, query })
    if (isNow && vehicle !== undefined) {
      this.#plot.start(vehicle.tokenId)
      this.#sparklines.start(vehicle.tokenId)
      this.#live.start(vehicle.tokenId)
    }
    for (const tab of find(document, '#tabs').querySelectorAll('a')) {
      const isHere = addressOf(tab.hash).name === (isNow ? 'now' : name)
      setAttribute(tab, 'aria-current', isHere ? 'page' : undefined)
      if (isHere) tab.scrollIntoView({ block: 'nearest', inline: 'center' })
    }
    if (!byHand) return
    window.scrollTo(0, 0)
    this.#root.focus({ preventScroll: true })
    this.#render()
  }

  /**
   * What has changed, as it comes; drawn with the next frame.
   * @param {readonly import('./api.js').Signal[]} news
   */
  #merge(news) {
    const known = this.#signals.value
    if (known === undefined) return
    const byName = new Map(news.map((signal) => [signal.name, signal]))
    const now = this.#api.now()
    this.#signals.value = known.map((signal) => {
      const newer = byName.get(signal.name)
      if (newer === undefined) return signal
      // Ages count from now on.
      const age = Math.max(now - Date.parse(newer.time ?? ''), 0) / 1000
      return { ...signal, ...newer, ...(Number.isNaN(age) ? {} : { age }) }
    })
    this.#signals.at = mark()
    if (this.#framed) return
    this.#framed = true
    requestAnimationFrame(() => {
      this.#framed = false
      this.#renderSignals()
    })
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
      this.#navigate(false)
    }
    const vehicle = this.#choice.current
    if (vehicle === undefined) return []
    const watched = this.#view === undefined ? this.#tiles.names : []
    return this.#api.signals(vehicle.tokenId, watched, signal)
  }

  #renderSignals() {
    const signals = this.#signals.value ?? []
    this.#plot.newest = newestOf(signals)
    const moment = {
      elapsed: elapsed(this.#signals),
      lost: isLost(this.#signals),
      now: this.#api.now(),
    }
    this.#sparklines.offer(signals)
    if (this.#view !== undefined) return
    this.#tiles.update(signals, moment)
    this.#table.update(signals, moment)
    this.#showActivity(signals, moment.lost)
  }

  /**
   * Whether it drives or is parked, and why that is thought.
   * @param {readonly import('./api.js').Signal[]} signals
   * @param {boolean} isLost
   */
  #showActivity(signals, isLost) {
    const valueIn = (/** @type {string} */ name) => signals.find((one) => one.name === name)?.value
    const [activity, why] = [valueIn('activity'), valueIn('activityReason')]
    show(this.#activity, activity !== undefined)
    if (activity === undefined) return
    setAttribute(this.#activity, 'data-activity', isLost ? 'lost' : String(activity))
    const word = t(String(activity))
    setText(find(this.#activity, '[data-word]'), isLost ? t('was {state}', { state: word }) : word)
    setText(find(this.#activity, '[data-why]'), why === undefined ? '' : String(why))
  }

  #render() {
    const now = this.#api.now()
    const age = elapsed(this.#signals)
    this.#renderSignals()
    const hearsLora = this.#lora.isHearing(this.#state.value)
    show(find(document, '#tabs [data-lora]'), hearsLora || this.#address.name === 'lora')
    this.#health.update(this.#state.value, {
      elapsed: elapsed(this.#state),
      lost: isLost(this.#state),
      now,
      driftMs: this.#api.driftMs,
      vehicleName: (id) => this.#choice.nameOf(id),
    })
    const findings = this.#state.value?.findings.length ?? 0
    const badge = find(document, '#tabs [data-findings]')
    show(badge, findings > 0)
    setText(badge, String(findings))
    if (this.#address.name === 'lora') this.#lora.update(this.#state.value, now)
    this.#link.update({
      answered: this.#signals.at !== undefined && this.#state.at !== undefined,
      silentSeconds: Math.max(age, elapsed(this.#state)),
      lostAfterSeconds,
      shownSeconds: secondsSince(this.#shownSince),
      error: this.#signals.error ?? this.#state.error,
    })
    const isAlone = this.#choice.known && this.#choice.current === undefined
    show(find(this.#root, '#no-vehicle'), isAlone && this.#view === undefined)
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
