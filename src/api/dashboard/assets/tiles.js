/**
 * The large readings at the top. Their markup stands in index.html, with the signal's name in
 * `data-tile`; here they are only filled.
 */
import { find, setAttribute, setText, show } from './dom.js'
import { ageText, positionText, unitText, unknown, valueParts, valueText } from './format.js'
import { t } from './i18n.js'
import { readingOf, worseOf } from './reading.js'

/**
 * @typedef {import('./api.js').Signal} Signal
 * @typedef {import('./reading.js').Moment} Moment
 * @typedef {import('./reading.js').Reading} Reading
 */

export class Tiles {
  #tiles

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#tiles = [...root.querySelectorAll('[data-tile]')].map((element) => {
      const names = (element.getAttribute('data-tile') ?? '').split(' ')
      return { element: /** @type {HTMLElement} */ (element), names }
    })
  }

  /** Of the signals that are shown. */
  get names() {
    return this.#tiles.flatMap(({ names }) => names)
  }

  /**
   * @param {readonly Signal[]} signals
   * @param {Moment} moment
   */
  update(signals, moment) {
    const byName = new Map(signals.map((signal) => [signal.name, signal]))
    for (const { element, names } of this.#tiles) {
      const [first, second] = names.map((name) => byName.get(name))
      if (names.length === 2) updatePosition(element, first, second, moment)
      else updateTile(element, first, moment)
    }
  }
}

/**
 * @param {HTMLElement} element
 * @param {Signal | undefined} signal
 * @param {Moment} moment
 */
function updateTile(element, signal, moment) {
  const reading = readingOf(signal, moment)
  const unit = signal?.unit ?? ''
  setText(find(element, '[data-value]'), valueText(reading.value, unit))
  if (signal !== undefined) setText(find(element, '[data-unit]'), unitText(unit))
  updateNote(element, reading)

  const drums = element.querySelector('[data-drums]')
  if (drums !== null) updateDrums(drums, reading.value, unit)
  const gauge = element.querySelector('[data-gauge]')
  if (gauge instanceof HTMLElement) {
    const level = typeof reading.value === 'number' ? Math.min(Math.max(reading.value, 0), 1) : 0
    gauge.style.setProperty('--level', String(level))
  }
}

/**
 * @param {HTMLElement} element
 * @param {Signal | undefined} latitude
 * @param {Signal | undefined} longitude
 * @param {Moment} moment
 */
function updatePosition(element, latitude, longitude, moment) {
  const a = readingOf(latitude, moment)
  const b = readingOf(longitude, moment)
  const known = typeof a.value === 'number' && typeof b.value === 'number'
  const text = known ? positionText(Number(a.value), Number(b.value)) : unknown
  setText(find(element, '[data-value]'), text)
  updateNote(element, worseOf(a, b))
  const map = find(element, '[data-map]')
  show(map, known)
  setAttribute(map, 'href', known ? `geo:${a.value},${b.value}?q=${a.value},${b.value}` : undefined)
}

/**
 * @param {HTMLElement} element
 * @param {Reading} reading
 */
function updateNote(element, reading) {
  setAttribute(element, 'data-state', reading.state)
  setText(find(element, '[data-tag]'), reading.state === 'ok' ? '' : t(reading.tag))
  const age = reading.age === undefined ? '' : ageText(reading.age)
  setText(
    find(element, '[data-age]'),
    age === '' || age === t('now') ? age : t('{age} ago', { age }),
  )
}

/**
 * The digits of the odometer, each on a drum of its own, the tenths on a drum of another colour.
 * @param {Element} drums
 * @param {Reading['value']} value
 * @param {string} unit
 */
function updateDrums(drums, value, unit) {
  /** @type {{ kind: string, text: string }[]} */
  const wanted = []
  const parts =
    typeof value === 'number' && Number.isFinite(value)
      ? valueParts(value, unit)
      : [{ type: 'integer', value: unknown }]
  for (const part of parts) {
    const kind =
      part.type === 'integer' ? 'digit' : part.type === 'fraction' ? 'digit tenths' : 'separator'
    for (const text of kind === 'separator' ? [part.value] : part.value) wanted.push({ kind, text })
  }
  while (drums.childElementCount > wanted.length) drums.lastElementChild?.remove()
  while (drums.childElementCount < wanted.length) drums.append(document.createElement('span'))
  for (const [i, { kind, text }] of wanted.entries()) {
    const drum = drums.children[i]
    if (drum === undefined) continue
    setAttribute(drum, 'class', kind)
    setText(drum, text)
  }
}
