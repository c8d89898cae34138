/**
 * Any signals over any window: chosen from a list, zoomed by dragging, moved by a button or an arrow,
 * taken away as CSV. What is chosen stands in the address, so that it can be kept.
 */
import { chart, lineLook } from '../chart.js'
import { el, svg } from '../el.js'
import { dayAndClockText, unitText } from '../format.js'
import { t } from '../i18n.js'
import { align } from '../series.js'
import { button, card, Loading, noVehicle, save } from './view.js'

/**
 * @typedef {{ name: string, label: string, unit: string, value?: unknown }} Signal
 */

const buckets = 600
const mostSignals = 6
const hourMs = 3_600_000
const ranges = () => [
  { text: t('1 h'), ms: hourMs },
  { text: t('6 h'), ms: 6 * hourMs },
  { text: t('24 h'), ms: 24 * hourMs },
  { text: t('7 days'), ms: 168 * hourMs },
  { text: t('30 days'), ms: 720 * hourMs },
  { text: t('1 year'), ms: 8766 * hourMs },
]

export class HistoryView {
  element = el('div', { class: 'view' })
  #context
  #said = el('div')
  #canvas = el('div', { class: 'canvas tall', role: 'img', tabindex: '0' })
  #readout = el('p', { class: 'readout-line', 'aria-live': 'off' })
  #key = el('ul', { class: 'keys' })
  #windowText = el('p', { class: 'hint' })
  #choice = el('div', { class: 'choices' })
  #loading
  /** @type {import('./view.js').Vehicle | undefined} */
  #vehicle
  /** @type {Signal[]} */
  #known = []
  /** @type {string[]} */
  #chosen = ['speed', 'engineSpeed']
  #from = 0
  #to = 0
  /** Whether the window ends now. */
  #follows = true
  /** @type {import('../chart.js').Chart | undefined} */
  #chart
  #drawnFor = ''

  /** @param {import('./view.js').Context} context */
  constructor(context) {
    this.#context = context
    this.#loading = new Loading(context, this.#said, (signal) => this.#load(signal))
    this.#canvas.addEventListener('dblclick', () => this.#zoomOut())
    this.#canvas.addEventListener('keydown', (event) => this.#pressed(event))
  }

  /** @param {import('./view.js').Place} place */
  start({ vehicle, query }) {
    this.#vehicle = vehicle
    if (vehicle === undefined) {
      this.element.replaceChildren(noVehicle())
      return
    }
    const [from, to] = [query.get('from'), query.get('to')].map((text) => Date.parse(text ?? ''))
    const signals = query.get('signals')
    if (signals) this.#chosen = signals.split(',').slice(0, mostSignals)
    if (from !== undefined && to !== undefined && from < to) {
      this.#from = from
      this.#to = to
      this.#follows = false
    } else if (this.#to === 0) this.#range(6 * hourMs)
    this.element.replaceChildren(this.#said, this.#layout())
    this.#loading.start()
  }

  stop() {
    this.#loading.stop()
    this.#chart?.destroy()
    this.#chart = undefined
    this.#drawnFor = ''
  }

  #layout() {
    const step = (/** @type {number} */ part) => async () => this.#move(part)
    return card(
      t('History'),
      el(
        'div',
        { class: 'actions', role: 'group', 'aria-label': t('Time shown') },
        ranges().map(({ text, ms }) => button(text, async () => this.#choose(ms))),
      ),
      el(
        'div',
        { class: 'actions' },
        button(`← ${t('earlier')}`, step(-0.5)),
        button(`${t('later')} →`, step(0.5)),
        button(t('Zoom out'), async () => this.#zoomOut()),
        button(t('Save as CSV'), () => this.#csv()),
        this.#exactTimes(),
      ),
      this.#windowText,
      this.#key,
      this.#canvas,
      this.#readout,
      el('p', { class: 'hint' }, t('Drag over the plot to zoom in; a double click zooms out.')),
      el(
        'details',
        { class: 'chooser' },
        el(
          'summary',
          { class: 'never-title' },
          t('Choose signals (up to {n})', { n: mostSignals }),
        ),
        this.#choice,
      ),
    )
  }

  /** @returns {HTMLElement} */
  #exactTimes() {
    const read = (/** @type {HTMLInputElement} */ input) => Date.parse(input.value)
    const input = (/** @type {string} */ label) =>
      /** @type {HTMLInputElement} */ (
        el('input', { type: 'datetime-local', class: 'field', 'aria-label': label })
      )
    const [from, to] = [input(t('From')), input(t('To'))]
    return el(
      'span',
      { class: 'actions' },
      from,
      to,
      button(t('Show'), async () => {
        const [start, end] = [read(from), read(to)]
        if (Number.isNaN(start) || Number.isNaN(end) || start >= end) {
          throw new Error(t('Give a beginning and a later end.'))
        }
        this.#set(start, end)
      }),
    )
  }

  /** @param {number} ms */
  #range(ms) {
    this.#to = this.#context.api.now()
    this.#from = this.#to - ms
    this.#follows = true
  }

  /** @param {number} ms */
  #choose(ms) {
    this.#range(ms)
    this.#loading.again()
  }

  /** @param {number} part of the window */
  #move(part) {
    const span = this.#to - this.#from
    const to = Math.min(this.#to + part * span, this.#context.api.now())
    this.#set(to - span, to)
  }

  #zoomOut() {
    const span = this.#to - this.#from
    this.#set(this.#from - span / 2, Math.min(this.#to + span / 2, this.#context.api.now()))
  }

  /** @param {number} from @param {number} to */
  #set(from, to) {
    this.#from = Math.round(from)
    this.#to = Math.round(Math.max(to, from + 2000))
    this.#follows = false
    this.#loading.again()
  }

  /** @param {KeyboardEvent} event */
  #pressed(event) {
    /** @type {Record<string, () => void>} */
    const keys = {
      ArrowLeft: () => this.#move(-0.25),
      ArrowRight: () => this.#move(0.25),
      '-': () => this.#zoomOut(),
      '+': () => {
        const quarter = (this.#to - this.#from) / 4
        this.#set(this.#from + quarter, this.#to - quarter)
      },
    }
    const act = keys[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }

  /** @param {AbortSignal} signal */
  async #load(signal) {
    const vehicle = this.#vehicle
    if (vehicle === undefined) return 60_000
    if (this.#known.length === 0) {
      this.#known = await this.#context.api.signals(vehicle.tokenId, [], signal)
      this.#showChoice()
    }
    if (this.#follows) this.#range(this.#to - this.#from)
    const [from, to] = [this.#from, this.#to]
    const query = new URLSearchParams({
      startDate: new Date(from).toISOString(),
      endDate: new Date(to).toISOString(),
      buckets: String(buckets),
      signals: this.#chosen.join(','),
    })
    const { hits } = await this.#context.api.ofVehicle(vehicle.tokenId, `history?${query}`, signal)
    if (signal.aborted) return 0
    const points = hits.hits.map((/** @type {any} */ hit) => hit._source.data)
    await this.#draw(points, [from / 1000, to / 1000])
    return this.#follows ? Math.max((to - from) / buckets, 5000) : 600_000
  }

  /** @param {any[]} points @param {[number, number]} window */
  async #draw(points, window) {
    const tracks = this.#chosen.map((name) => {
      const known = this.#known.find((one) => one.name === name)
      const unit = known?.unit ?? ''
      const factor = unit === 'ratio' ? 100 : 1
      return { name, label: t(known?.label ?? name), unit: unit === 'ratio' ? '%' : unit, factor }
    })
    const getters = tracks.map(({ name, factor }) => (/** @type {any} */ point) => {
      const value = point[name]
      return typeof value === 'number' ? value * factor : undefined
    })
    const data = align(points, getters, (window[1] - window[0]) / buckets)
    const drawnFor = JSON.stringify(tracks)
    if (this.#chart === undefined || this.#drawnFor !== drawnFor) {
      this.#chart?.destroy()
      this.#drawnFor = drawnFor
      this.#chart = await chart(this.#canvas, tracks, {
        onZoom: (from, to) => this.#set(from * 1000, to * 1000),
        onCursor: (text) => {
          this.#readout.textContent = text
        },
      })
      if (!this.#canvas.isConnected) return this.stop()
      this.#showKey(tracks)
    }
    this.#chart.set(data, window)
    const [from, to] = window.map((second) => dayAndClockText(second * 1000))
    const empty = data.times.length === 0 ? ` · ${t('Nothing was recorded.')}` : ''
    this.#windowText.textContent = `${from} – ${to}${empty}`
    const names = tracks.map(({ label }) => label).join(', ')
    this.#canvas.setAttribute('aria-label', `${names}: ${from} – ${to}${empty}`)
  }

  /** @param {{ label: string, unit: string }[]} tracks */
  #showKey(tracks) {
    this.#key.replaceChildren(
      ...tracks.map(({ label, unit }, i) =>
        el(
          'li',
          {},
          svg(
            'svg',
            { class: 'key-line', viewBox: '0 0 28 8', 'aria-hidden': 'true' },
            svg('path', { d: 'M0 4H28', 'stroke-width': 3, fill: 'none', ...lineLook(i) }),
          ),
          `${label} ${unitText(unit)}`,
        ),
      ),
    )
  }

  #showChoice() {
    this.#choice.replaceChildren(
      ...this.#known.filter(isPlottable).map(({ name, label }) => {
        const id = `choose-${name}`
        const box = el('input', {
          type: 'checkbox',
          id,
          checked: this.#chosen.includes(name),
          onchange: () => this.#toggle(name, /** @type {HTMLInputElement} */ (box)),
        })
        return el('span', { class: 'choice' }, box, el('label', { for: id }, t(label)))
      }),
    )
  }

  /** @param {string} name @param {HTMLInputElement} box */
  #toggle(name, box) {
    if (!box.checked) this.#chosen = this.#chosen.filter((one) => one !== name)
    else if (this.#chosen.length < mostSignals) this.#chosen = [...this.#chosen, name]
    else box.checked = false
    if (this.#chosen.length > 0) this.#loading.again()
  }

  async #csv() {
    const tokenId = this.#vehicle?.tokenId ?? ''
    const query = new URLSearchParams({
      startDate: new Date(this.#from).toISOString(),
      endDate: new Date(this.#to).toISOString(),
      signals: this.#chosen.join(','),
    })
    const path = `/v1/vehicle/${encodeURIComponent(tokenId)}/history?${query}`
    const { blob } = await this.#context.api.download(path, 'text/csv')
    const day = new Date(this.#from).toISOString().slice(0, 10)
    save(blob, `odograph-${day}-${this.#chosen.join('-')}.csv`)
  }
}

/** Whether it was ever seen as a number. @param {Signal} signal */
const isPlottable = ({ value }) => typeof value === 'number'
