/**
 * The plot of speed and fuel over the last half hour to fortnight. Loads its own history, at a pace
 * that suits the length of the window, and keeps what it has while the gateway does not answer.
 */
import { find, setAttribute, setText, show } from './dom.js'
import { clockText, dayAndClockText, momentText, valueText } from './format.js'
import { t } from './i18n.js'
import { chartOptions } from './plot-options.js'
import { Poller } from './poller.js'
import { align, extent } from './series.js'

/** Points over the width of the plot. */
const buckets = 360

/** @type {Record<number, string>} */
const rangeNames = {
  1800: 'last 30 minutes',
  21600: 'last 6 hours',
  86400: 'last 24 hours',
  1209600: 'last 14 days',
}

export class Plot {
  #api
  #onRefused
  #root
  #canvas
  #empty
  #jump
  #poller = new Poller((signal) => this.#load(signal))
  /** @type {any} the uPlot instance */
  #chart
  /** @type {import('./series.js').Aligned} */
  #data = { times: [], columns: [[], []], lone: [[], []] }
  #window = { start: 0, end: 0, past: false }
  #tokenId = ''
  #rangeSeconds = 1800
  /** When the newest reading was taken, in ms; 0: never. */
  #newest = 0
  /** Whether the window ends with the newest reading where that is older than the window. */
  #looksBack = false
  #listeners = new AbortController()
  #resize = new ResizeObserver(() => this.#fit())

  /**
   * @param {HTMLElement} root
   * @param {import('./api.js').Api} api
   * @param {(message: string) => void} onRefused the token is not accepted (any more)
   */
  constructor(root, api, onRefused) {
    this.#root = root
    this.#api = api
    this.#onRefused = onRefused
    this.#canvas = find(root, '#canvas')
    this.#empty = find(root, '[data-empty]')
    this.#jump = find(root, '[data-jump]')
  }

  /** @param {string} tokenId of the vehicle to show */
  start(tokenId) {
    this.stop()
    this.#tokenId = tokenId
    this.#listeners = new AbortController()
    const { signal } = this.#listeners
    const ranges = this.#root.querySelectorAll('input[name=range]')
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (ranges)) {
      if (input.checked) this.#rangeSeconds = Number(input.value)
      // `click` also comes from the keyboard, and from the one already chosen: back to now.
      input.addEventListener('click', () => this.#choose(Number(input.value)), { signal })
    }
    this.#jump.addEventListener('click', () => this.#showNewest(), { signal })
    matchMedia('(prefers-color-scheme: dark)').addEventListener(
      'change',
      () => this.#chart?.redraw(false),
      { signal },
    )
    this.#resize.observe(this.#canvas)
    this.#poller.start()
  }

  stop() {
    this.#poller.stop()
    this.#listeners.abort()
    this.#resize.disconnect()
    this.#chart?.destroy()
    this.#chart = undefined
    this.#data = align([], [() => undefined, () => undefined], 1)
    this.#looksBack = false
    this.#readout(undefined)
    this.#say('')
  }

  /** @param {number} millis when the newest reading of the vehicle was taken; 0: never */
  set newest(millis) {
    this.#newest = millis
  }

  /** @param {number} seconds */
  #choose(seconds) {
    this.#rangeSeconds = seconds
    this.#looksBack = false
    this.#poller.restart()
  }

  #showNewest() {
    this.#looksBack = true
    this.#poller.restart()
  }

  /** Whether a window that ends now would hold nothing of the vehicle. */
  get #isPast() {
    return this.#newest > 0 && this.#newest < this.#api.now() - this.#rangeSeconds * 1000
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<number>}
   */
  async #load(signal) {
    const bucketMs = (this.#rangeSeconds * 1000) / buckets
    // On the grid of the buckets, so that the same data gives the same points each time.
    const past = this.#looksBack && this.#isPast
    const last = past ? this.#newest : this.#api.now()
    const end = Math.ceil(last / bucketMs + 0.001) * bucketMs
    const window = { start: end - buckets * bucketMs, end, buckets, past }
    try {
      const points = await this.#api.history(this.#tokenId, window, signal)
      if (signal.aborted) return 0
      this.#window = window
      const getters = [
        (/** @type {import('./api.js').HistoryPoint} */ point) => point.speed,
        (/** @type {import('./api.js').HistoryPoint} */ point) =>
          point.fuelPercentRemaining === undefined ? undefined : point.fuelPercentRemaining * 100,
      ]
      this.#data = align(points, getters, bucketMs / 1000)
      await this.#draw()
      this.#explain()
    } catch (error) {
      if (signal.aborted) return 0
      const { status = 0, message = '' } = /** @type {any} */ (error)
      if (status === 401) this.#onRefused(message)
      else if (this.#data.times.length === 0) this.#say(t('No plot: {why}', { why: message }))
    }
    return Math.min(Math.max(bucketMs * 2, 10_000), 60_000)
  }

  async #draw() {
    const { times, columns } = this.#data
    if (this.#chart !== undefined) {
      this.#chart.setData([times, ...columns])
      return
    }
    // @ts-expect-error served by the gateway, unknown to the compiler
    const { default: UPlot } = await import('/assets/vendor/uPlot.esm.js')
    if (this.#listeners.signal.aborted || this.#chart !== undefined) return
    const options = chartOptions({
      size: this.#size(),
      window: () => [this.#window.start / 1000, this.#window.end / 1000],
      lone: (column) => this.#data.lone[column] ?? [],
      onCursor: (time, indices) => this.#readout(time, indices),
    })
    this.#chart = new UPlot(options, [times, ...columns], this.#canvas)
  }

  /** What the plot shows, in words: for those who do not see it, and where it shows nothing. */
  #explain() {
    const { times, columns } = this.#data
    const name = t(rangeNames[this.#rangeSeconds] ?? '')
    const { end, past } = this.#window
    const until = past ? ` ${t('before {time}', { time: dayAndClockText(end) })}` : ''
    if (times.length === 0) {
      this.#say(t('Nothing was recorded in the {range}.', { range: `${name}${until}` }))
      const offer = this.#isPast && !past
      show(this.#jump, offer)
      setText(
        this.#jump,
        offer ? t('Show the time before {time}', { time: dayAndClockText(this.#newest) }) : '',
      )
    } else this.#say('')
    const [speed, fuel] = columns.map(extent)
    const parts = [
      speed && `${t('Speed')} ${valueText(speed[0], 'km/h')} – ${valueText(speed[1], 'km/h')} km/h`,
      fuel && `${t('Fuel')} ${valueText(fuel[0], 'km/h')} – ${valueText(fuel[1], 'km/h')} %`,
    ].filter((part) => part !== undefined)
    const summary = parts.length === 0 ? t('no data') : parts.join(', ')
    setAttribute(this.#canvas, 'aria-label', `${t('Speed and fuel')}, ${name}${until}: ${summary}`)
    if ((this.#chart?.cursor.left ?? -1) < 0) this.#readout(undefined)
  }

  /** @param {string} text shown in place of a plot; empty for none */
  #say(text) {
    show(this.#empty, text !== '')
    setText(find(this.#empty, '[data-text]'), text)
    if (text === '') show(this.#jump, false)
  }

  /**
   * @param {number | undefined} at the time under the cursor in seconds, if any
   * @param {(number | null)[]} indices of the points near it, one per column
   */
  #readout(at, indices = []) {
    const { times, columns } = this.#data
    const valueAt = (/** @type {number} */ column) =>
      valueText(columns[column]?.[indices[column] ?? -1] ?? undefined, 'km/h')
    setText(find(this.#root, '[data-speed]'), valueAt(0))
    setText(find(this.#root, '[data-fuel]'), valueAt(1))
    const { end, past } = this.#window
    const idle =
      times.length === 0
        ? ''
        : t('until {time}', { time: past ? dayAndClockText(end) : clockText(end) })
    setText(find(this.#root, '[data-when]'), at === undefined ? idle : momentText(at * 1000))
    setAttribute(this.#root, 'data-reading', at === undefined ? undefined : '')
  }

  #size() {
    return { width: this.#canvas.clientWidth, height: this.#canvas.clientHeight }
  }

  #fit() {
    this.#chart?.setSize(this.#size())
  }
}
