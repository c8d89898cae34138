/**
 * What the views share: a part of the page that loads while it is looked at, and says why where it
 * cannot.
 *
 * @typedef {import('../api.js').Api} Api
 * @typedef {import('../api.js').Vehicle} Vehicle
 * @typedef {{ api: Api, refused: (message: string) => void, go: (path: string) => void,
 *   announce: (text: string) => void, health: () => import('../api.js').Health | undefined }} Context
 * @typedef {{ vehicle: Vehicle | undefined, rest: string[], query: URLSearchParams }} Place
 * @typedef {{ element: HTMLElement, start: (place: Place) => void, stop: () => void,
 *   update?: () => void }} View
 */
import { ApiError } from '../api.js'
import { el } from '../el.js'
import { t } from '../i18n.js'
import { Poller } from '../poller.js'

export class Loading {
  #context
  #box
  #poller
  /** @type {(signal: AbortSignal) => Promise<number>} */
  #load

  /**
   * @param {Context} context
   * @param {HTMLElement} box where failures are told
   * @param {(signal: AbortSignal) => Promise<number>} load resolves to ms until the next time
   */
  constructor(context, box, load) {
    this.#context = context
    this.#box = box
    this.#load = load
    this.#poller = new Poller((signal) => this.#round(signal))
  }

  start() {
    this.#poller.start()
  }

  stop() {
    this.#poller.stop()
  }

  /** At once. */
  again() {
    this.#poller.restart()
  }

  /** @param {AbortSignal} signal */
  async #round(signal) {
    try {
      const next = await this.#load(signal)
      if (!signal.aborted) this.#box.replaceChildren()
      return next
    } catch (error) {
      if (signal.aborted) return 0
      if (error instanceof ApiError && error.status === 401) this.#context.refused(error.message)
      this.#box.replaceChildren(problem(error))
      return 5000
    }
  }
}

/** @param {unknown} error */
export function problem(error) {
  const text = error instanceof Error ? error.message : String(error)
  return el('p', { class: 'refusal', role: 'alert' }, text)
}

/** @param {string} title @param {import('../el.js').Child[]} children */
export function card(title, ...children) {
  const id = `card-${Math.random().toString(36).slice(2)}`
  return el(
    'section',
    { class: 'card', 'aria-labelledby': id },
    el('h2', { id }, title),
    ...children,
  )
}

/** Name and value in a row. @param {string} name @param {import('../el.js').Child} value */
export function fact(name, value) {
  return el('div', { class: 'fact' }, el('dt', {}, name), el('dd', {}, value))
}

/**
 * A button that is at work until its promise has ended, and tells what went wrong beside it.
 * @param {string} text
 * @param {() => Promise<unknown>} work
 * @param {{ plain?: boolean, confirm?: string }} [options]
 */
export function button(text, work, { plain = true, confirm: question } = {}) {
  const said = el('span', { class: 'button-said', role: 'status' })
  const press = el(
    'button',
    {
      type: 'button',
      class: plain ? 'plain' : undefined,
      async onclick() {
        if (question !== undefined && !window.confirm(question)) return
        press.setAttribute('disabled', '')
        said.textContent = ''
        try {
          await work()
        } catch (error) {
          said.textContent = error instanceof Error ? error.message : String(error)
        } finally {
          press.removeAttribute('disabled')
        }
      },
    },
    text,
  )
  return el('span', { class: 'button-line' }, press, said)
}

/** Hands a file to the browser. @param {Blob} blob @param {string} name */
export function save(blob, name) {
  const link = el('a', { href: URL.createObjectURL(blob), download: name })
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.getAttribute('href') ?? ''), 60_000)
}

/** For a view that needs a vehicle where there is none. */
export function noVehicle() {
  return el('p', { class: 'card notice' }, t('There is no vehicle yet.'))
}
