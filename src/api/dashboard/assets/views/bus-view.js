/**
 * What is on the buses: load, rates, every identifier with what it says; one identifier as a stream of
 * frames; and captures of raw frames, made now with what was before.
 */
import { el, table } from '../el.js'
import { countText, momentText, sizeText, unitText, unknown, valueText } from '../format.js'
import { t } from '../i18n.js'
import { button, card, Loading, noVehicle, save } from './view.js'

/**
 * @typedef {{ bus: string, frames: number, errors: number, perSecond: number, load?: number,
 *   bitrate: number, assumed: boolean, others: number }} Activity
 * @typedef {{ bus: string, id: string, count: number, period?: number, missing: number, data: string,
 *   time: string, pgn?: number, source?: number, destination?: number, name?: string,
 *   values: { label: string, value: number | string, unit: string }[] }} Identifier
 * @typedef {{ id: string, trigger: string, cause: string, at: string, from: string, to: string,
 *   state: string, frames: number, bytes: number }} Capture
 */

const everyMs = 1000
const shownFrames = 200
const beforeSeconds = 60

/** @returns {Record<string, string>} */
const triggers = () => ({
  request: t('asked for'),
  button: t('button'),
  'trouble-code': t('trouble code'),
  'harsh-braking': t('harsh braking'),
  anomaly: t('anomaly'),
  continuous: t('continuous'),
})

export class BusView {
  element = el('div', { class: 'view' })
  #context
  #said = el('div')
  #buses = el('div', { class: 'bus-list' })
  #ids = el('div')
  #captures = el('div')
  #stream = el('div')
  #loading
  #rounds = 0
  #filter = ''
  #unknownOnly = false
  /** @type {import('./view.js').Vehicle | undefined} */
  #vehicle
  /** @type {AbortController | undefined} */
  #streaming
  /** @type {Map<string, { row: HTMLElement, cells: HTMLElement[] }>} */
  #rows = new Map()
  /** @type {HTMLElement | undefined} */
  #rowBox

  /** @param {import('./view.js').Context} context */
  constructor(context) {
    this.#context = context
    this.#loading = new Loading(context, this.#said, (signal) => this.#load(signal))
  }

  /** @param {import('./view.js').Place} place */
  start({ vehicle }) {
    this.#vehicle = vehicle
    if (vehicle === undefined) {
      this.element.replaceChildren(noVehicle())
      return
    }
    this.#rows.clear()
    this.#rounds = 0
    this.#stream.replaceChildren()
    this.element.replaceChildren(
      this.#said,
      card(t('Buses'), this.#buses),
      this.#recordCard(),
      this.#stream,
      this.#idCard(),
    )
    this.#loading.start()
  }

  stop() {
    this.#loading.stop()
    this.#streaming?.abort()
  }

  /** @param {AbortSignal} signal */
  async #load(signal) {
    const tokenId = this.#vehicle?.tokenId
    if (tokenId === undefined) return 60_000
    const { api } = this.#context
    const report = await api.ofVehicle(tokenId, 'bus', signal)
    if (this.#rounds % 5 === 0) {
      const captures = await api.ofVehicle(tokenId, 'captures', signal)
      if (!signal.aborted) this.#showCaptures(captures)
    }
    if (signal.aborted) return 0
    this.#rounds += 1
    this.#showBuses(report.buses)
    this.#showIds(report.ids)
    return everyMs
  }

  /** @param {Activity[]} buses */
  #showBuses(buses) {
    if (buses.length === 0) {
      this.#buses.replaceChildren(el('p', {}, t('No frame has come since this view was opened.')))
      return
    }
    this.#buses.replaceChildren(
      ...buses.map(({ bus, frames, errors, perSecond, load, bitrate, assumed }) =>
        el(
          'div',
          { class: 'bus' },
          el('h3', {}, bus),
          el(
            'div',
            { class: 'gauge', 'aria-hidden': 'true' },
            el('span', { class: 'level', style: `--level: ${load ?? 0}` }),
          ),
          el(
            'p',
            {},
            [
              load === undefined ? unknown : t('{n} % load', { n: valueText(load, 'ratio') }),
              `${bitrate / 1000} kbit/s${assumed ? ` (${t('assumed')})` : ''}`,
              t('{n} frames/s', { n: countText(perSecond) }),
              t('{n} frames', { n: countText(frames) }),
              errors > 0 && t('{n} error frames', { n: countText(errors) }),
            ]
              .filter(Boolean)
              .join(' · '),
          ),
        ),
      ),
    )
  }

  #idCard() {
    const search = /** @type {HTMLInputElement} */ (
      el('input', {
        type: 'search',
        class: 'field',
        'aria-label': t('Filter'),
        placeholder: t('Identifier, PGN, name, value'),
        oninput: () => {
          this.#filter = search.value.toLowerCase()
          this.#hide()
        },
      })
    )
    const only = /** @type {HTMLInputElement} */ (
      el('input', {
        type: 'checkbox',
        id: 'unknown-only',
        onchange: () => {
          this.#unknownOnly = only.checked
          this.#hide()
        },
      })
    )
    const heads = [
      { text: t('Identifier') },
      { text: t('What it is') },
      { text: t('Every'), end: true },
      { text: t('Count'), end: true },
      { text: t('Data') },
      { text: t('What it says') },
    ]
    const box = table(t('Identifiers'), heads, [])
    this.#rowBox = /** @type {HTMLElement} */ (box.querySelector('tbody'))
    this.#ids.replaceChildren(box)
    return card(
      t('Identifiers'),
      el(
        'p',
        { class: 'actions' },
        search,
        el(
          'span',
          { class: 'choice' },
          only,
          el('label', { for: 'unknown-only' }, t('only unknown')),
        ),
      ),
      this.#ids,
    )
  }

  /** @param {Identifier[]} ids */
  #showIds(ids) {
    const order = [...ids].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    for (const one of order) {
      const key = `${one.bus} ${one.id}`
      const known = this.#rows.get(key) ?? this.#addRow(key, one)
      const texts = textsOf(one)
      for (const [i, cell] of known.cells.entries()) {
        if (cell.textContent !== texts[i]) cell.textContent = texts[i] ?? ''
      }
      known.row.dataset.unknown = String(one.values.length === 0)
      known.row.dataset.text = [one.id, one.name, one.pgn, ...texts].join(' ').toLowerCase()
    }
    this.#hide()
  }

  /** @param {string} key @param {Identifier} one */
  #addRow(key, one) {
    const cells = [0, 1, 2, 3, 4].map((i) =>
      el('td', { class: ['', 'end', 'end', 'mono', 'wide-cell'][i] }),
    )
    const name = el(
      'button',
      { type: 'button', class: 'link mono', onclick: () => this.#watch(one) },
      one.id,
    )
    const row = el(
      'tr',
      {},
      el('th', { scope: 'row' }, name, el('small', {}, ` ${one.bus}`)),
      cells,
    )
    const entry = { row, cells }
    this.#rows.set(key, entry)
    // In order of identifiers, wherever a new one belongs.
    const next = [...(this.#rowBox?.children ?? [])].find(
      (other) => (other.getAttribute('data-id') ?? '') > one.id,
    )
    row.setAttribute('data-id', one.id)
    this.#rowBox?.insertBefore(row, next ?? null)
    return entry
  }

  #hide() {
    for (const { row } of this.#rows.values()) {
      const isWanted = row.dataset.text?.includes(this.#filter) ?? true
      row.hidden = !isWanted || (this.#unknownOnly && row.dataset.unknown !== 'true')
    }
  }

  /** @param {Identifier} one */
  #watch(one) {
    this.#streaming?.abort()
    const tokenId = this.#vehicle?.tokenId
    if (tokenId === undefined) return
    const streaming = new AbortController()
    this.#streaming = streaming
    const lines = el('pre', { class: 'frames', tabindex: '0', 'aria-label': t('Frames') })
    /** @type {string[]} */
    let kept = []
    const close = () => {
      streaming.abort()
      this.#stream.replaceChildren()
    }
    this.#stream.replaceChildren(
      card(
        `${one.id} ${one.name ?? ''}`,
        el(
          'p',
          { class: 'actions' },
          button(t('Close'), async () => close()),
        ),
        lines,
      ),
    )
    const path = `/v1/vehicle/${encodeURIComponent(tokenId)}/frames?ids=${one.id}&perSecond=50`
    this.#context.api
      .stream(path, streaming.signal, (type, data) => {
        if (type !== 'frames') return
        const news = data.frames.map(
          (/** @type {any} */ frame) =>
            `${frame.time.slice(11, 23)}  ${frame.bus}  ${spaced(frame.data)}`,
        )
        kept = [...news.reverse(), ...kept].slice(0, shownFrames)
        lines.textContent = kept.join('\n')
      })
      .catch((error) => {
        if (!streaming.signal.aborted) lines.textContent = error.message
      })
    this.#stream.scrollIntoView({ block: 'nearest' })
  }

  #recordCard() {
    const after = /** @type {HTMLInputElement} */ (
      el('input', {
        type: 'number',
        class: 'field narrow',
        min: 0,
        max: 3600,
        value: '10',
        id: 'capture-after',
      })
    )
    return card(
      t('Recordings of raw frames'),
      el(
        'p',
        { class: 'actions' },
        el('label', { for: 'capture-after' }, t('Seconds from now')),
        after,
        button(
          t('Record, with the {n} s before', { n: beforeSeconds }),
          async () => {
            const tokenId = this.#vehicle?.tokenId ?? ''
            await this.#context.api.send('POST', capturesPath(tokenId), {
              cause: t('recorded from the page'),
              before: beforeSeconds,
              after: Number(after.value),
            })
            this.#rounds = 0
            this.#loading.again()
          },
          { plain: false },
        ),
      ),
      this.#captures,
    )
  }

  /** @param {Capture[]} captures */
  #showCaptures(captures) {
    if (captures.length === 0) {
      const text = t(
        'None yet. Trouble codes, harsh braking and values that cannot be true make one by themselves.',
      )
      this.#captures.replaceChildren(el('p', { class: 'hint' }, text))
      return
    }
    this.#captures.replaceChildren(
      el(
        'ul',
        { class: 'rows' },
        captures.map((capture) => this.#captureRow(capture)),
      ),
    )
  }

  /** @param {Capture} capture */
  #captureRow(capture) {
    const { id, trigger, cause, at, state, frames, bytes } = capture
    const tokenId = this.#vehicle?.tokenId ?? ''
    const path = `${capturesPath(tokenId)}/${encodeURIComponent(id)}`
    return el(
      'li',
      { class: 'row lined' },
      el(
        'div',
        {},
        el('b', {}, `${momentText(Date.parse(at))} · ${triggers()[trigger] ?? trigger}`),
        el('p', { class: 'hint' }, cause),
        el(
          'p',
          { class: 'hint' },
          state === 'ready'
            ? `${t('{n} frames', { n: countText(frames) })} · ${sizeText(bytes)}`
            : t('is being recorded …'),
        ),
      ),
      state === 'ready' &&
        el(
          'span',
          { class: 'actions' },
          button(t('Save'), async () => {
            const file = await this.#context.api.download(path, 'application/gzip')
            save(file.blob, file.name)
          }),
          button(
            t('Remove'),
            async () => {
              await this.#context.api.send('DELETE', path)
              this.#rounds = 0
              this.#loading.again()
            },
            { confirm: t('Remove this recording?') },
          ),
        ),
    )
  }
}

/** @param {string} tokenId */
const capturesPath = (tokenId) => `/v1/vehicle/${encodeURIComponent(tokenId)}/captures`

/** @param {Identifier} one */
function textsOf({ name, pgn, source, destination, period, count, data, values }) {
  const from = source === undefined ? '' : t('from {n}', { n: source })
  const to = destination === undefined || destination === 255 ? '' : t('to {n}', { n: destination })
  const what = [name, pgn !== undefined && `PGN ${pgn}`, from, to].filter(Boolean).join(' · ')
  const said = values.map(({ label, value, unit }) =>
    `${t(label)} ${valueText(value, unit)} ${unitText(unit)}`.trim(),
  )
  return [
    what === '' ? t('unknown') : what,
    period === undefined ? unknown : periodText(period),
    countText(count),
    spaced(data),
    said.join(' · '),
  ]
}

/** @param {number} ms */
function periodText(ms) {
  return ms < 1000 ? `${Math.round(ms)}\u00a0ms` : `${(ms / 1000).toFixed(1)}\u00a0s`
}

/** @param {string} data */
const spaced = (data) => data.replace(/(..)(?=.)/g, '$1 ')
