/**
 * Every row of the signal table: what has been seen as a table, the rest as a list of names.
 */
import { copyOf, find, KeyedList, setAttribute, setText, show } from './dom.js'
import { ageText, momentText, unitText, unknown, valueText } from './format.js'
import { t } from './i18n.js'
import { readingOf, wasSeen } from './reading.js'

/**
 * @typedef {import('./api.js').Signal} Signal
 * @typedef {import('./reading.js').Moment} Moment
 */

/** On a phone the rows are boxes, and some browsers then no longer say that it is a table. */
const roles = {
  table: 'table',
  'thead, tbody': 'rowgroup',
  tr: 'row',
  'th[scope=col]': 'columnheader',
  'th[scope=row]': 'rowheader',
  td: 'cell',
}

export class SignalTable {
  /** @type {KeyedList<Signal>} */
  #seen
  /** @type {KeyedList<Signal>} */
  #never
  #table
  #neverBox
  /** @type {Moment} */
  #moment = { elapsed: 0, lost: false, now: 0 }

  /**
   * @param {HTMLElement} root
   * @param {import('./sparklines.js').Sparklines} lines
   */
  constructor(root, lines) {
    this.#table = find(root, '#signals')
    this.#neverBox = find(root, '#never')
    withRoles(root)
    this.#seen = new KeyedList(
      find(this.#table, 'tbody'),
      () => withRoles(copyOf('signal-row')),
      (row, signal) => {
        updateRow(row, signal, this.#moment)
        lines.draw(find(row, '[data-line]'), signal.name)
      },
    )
    this.#never = new KeyedList(
      find(this.#neverBox, 'ul'),
      () => document.createElement('li'),
      (item, signal) => setText(item, `${t(signal.label)} ${unknown}`),
    )
  }

  /**
   * @param {readonly Signal[]} signals
   * @param {Moment} moment
   */
  update(signals, moment) {
    this.#moment = moment
    const seen = signals.filter(wasSeen)
    const never = signals.filter((signal) => !wasSeen(signal))
    this.#seen.set(seen, (signal) => signal.name)
    this.#never.set(never, (signal) => signal.name)
    show(this.#table, seen.length > 0)
    show(this.#neverBox, never.length > 0)
  }
}

/**
 * @param {HTMLElement} root a row, or what has the table in it
 */
function withRoles(root) {
  for (const [selector, role] of Object.entries(roles)) {
    if (root.matches(selector)) root.setAttribute('role', role)
    for (const element of root.querySelectorAll(selector)) element.setAttribute('role', role)
  }
  return root
}

/**
 * @param {HTMLElement} row
 * @param {Signal} signal
 * @param {Moment} moment
 */
function updateRow(row, signal, moment) {
  const reading = readingOf(signal, moment)
  setAttribute(row, 'data-state', reading.state)
  const label = find(row, '[data-label]')
  setText(label, t(signal.label))
  setAttribute(label, 'title', `${signal.name} · ${signal.vss}`)
  const isWord = signal.name === 'activity' && typeof reading.value === 'string'
  const text = isWord ? t(String(reading.value)) : valueText(reading.value, signal.unit)
  setText(find(row, '[data-value]'), text)
  setText(find(row, '[data-unit]'), reading.value === undefined ? '' : unitText(signal.unit))
  const age = find(row, '[data-age]')
  setText(age, reading.age === undefined ? unknown : ageText(reading.age))
  if (age.getAttribute('datetime') !== (signal.time ?? null)) {
    const measured = Date.parse(signal.time ?? '')
    setAttribute(age, 'datetime', signal.time)
    setAttribute(age, 'title', Number.isNaN(measured) ? undefined : momentText(measured))
  }
  setText(find(row, '[data-tag]'), t(reading.tag))
  setText(find(row, '[data-source]'), signal.source ?? unknown)
}
