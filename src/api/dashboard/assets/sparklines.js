/**
 * The last half hour of every numeric signal, small: asked for once a minute, all in one request.
 */
import { ApiError } from './api.js'
import { svg } from './el.js'
import { Poller } from './poller.js'

const spanMs = 1_800_000
const everyMs = 60_000
const soonMs = 3000
const buckets = 60
const width = 90
const height = 20

export class Sparklines {
  #api
  #tokenId = ''
  /** @type {readonly string[]} */
  #names = []
  /** @type {Map<string, string>} */
  #paths = new Map()
  #poller = new Poller((signal) => this.#load(signal))

  /** @param {import('./api.js').Api} api */
  constructor(api) {
    this.#api = api
  }

  /** @param {string} tokenId */
  start(tokenId) {
    this.stop()
    this.#tokenId = tokenId
    this.#poller.start()
  }

  stop() {
    this.#poller.stop()
    this.#paths.clear()
  }

  /** @param {readonly import('./api.js').Signal[]} signals */
  offer(signals) {
    this.#names = signals
      .filter(({ value, unit }) => typeof value === 'number' && unit !== '°')
      .map(({ name }) => name)
  }

  /**
   * Draws the line of a signal into a cell, if it is another one by now.
   * @param {HTMLElement} cell
   * @param {string} name
   */
  draw(cell, name) {
    const path = this.#paths.get(name) ?? ''
    if (cell.dataset.path === path) return
    cell.dataset.path = path
    if (path === '') cell.replaceChildren()
    else {
      const look = { class: 'spark', viewBox: `0 0 ${width} ${height}`, 'aria-hidden': 'true' }
      cell.replaceChildren(svg('svg', look, svg('path', { d: path })))
    }
  }

  /** @param {AbortSignal} signal */
  async #load(signal) {
    if (this.#names.length === 0) return soonMs
    const end = this.#api.now()
    const query = new URLSearchParams({
      startDate: new Date(end - spanMs).toISOString(),
      endDate: new Date(end).toISOString(),
      buckets: String(buckets),
      signals: this.#names.join(','),
    })
    try {
      const { hits } = await this.#api.ofVehicle(this.#tokenId, `history?${query}`, signal)
      if (signal.aborted) return 0
      const points = hits.hits.map((/** @type {any} */ hit) => hit._source.data)
      for (const name of this.#names) this.#paths.set(name, pathOf(points, name, end))
    } catch (error) {
      // What is wrong is told by who asks for more important things.
      if (!(error instanceof ApiError)) throw error
    }
    return everyMs
  }
}

/**
 * @param {any[]} points
 * @param {string} name
 * @param {number} end
 */
function pathOf(points, name, end) {
  const known = points
    .filter((point) => typeof point[name] === 'number')
    .map((point) => ({ at: Date.parse(point.timestamp), value: point[name] }))
  if (known.length < 2) return ''
  const values = known.map(({ value }) => value)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const span = high - low || 1
  let before = Number.NEGATIVE_INFINITY
  return known
    .map(({ at, value }) => {
      const x = ((at - (end - spanMs)) / spanMs) * width
      const y = high === low ? height / 2 : height - 2 - ((value - low) / span) * (height - 4)
      // A gap stays a gap.
      const isGap = at - before > (spanMs / buckets) * 4
      before = at
      return `${isGap ? 'M' : 'L'}${x.toFixed(1)} ${y.toFixed(1)}`
    })
    .join('')
}
