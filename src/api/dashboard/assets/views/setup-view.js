/**
 * From a new gateway to a live vehicle: an adapter out of a list that is kept up to date, the vehicle,
 * and what comes of it, with the profile that its VIN suggests.
 */
import { append, el, stateOf } from '../el.js'
import { t } from '../i18n.js'
import { restart } from '../restart.js'
import { button, card, Loading, problem } from './view.js'

/**
 * @typedef {{ path: string, state: string, says: string, type?: string, usedBy?: string,
 *   source?: Record<string, string | number | boolean> }} Adapter
 */

const everyMs = 2000

/** @type {Record<string, 'good' | 'warn' | 'bad' | 'quiet'>} */
const tones = { known: 'good', asking: 'quiet', unknown: 'warn', failed: 'bad', 'in-use': 'quiet' }

/** @returns {Record<string, string>} */
const words = () => ({
  known: t('ready'),
  asking: t('asking …'),
  unknown: t('not known'),
  failed: t('failed'),
  'in-use': t('in use'),
})

export class SetupView {
  element = el('div', { class: 'view' })
  #context
  #said = el('div')
  #list = el('ul', { class: 'rows' })
  #step = el('div')
  #loading
  #port = ''
  #shown = ''

  /** @param {import('./view.js').Context} context */
  constructor(context) {
    this.#context = context
    this.#loading = new Loading(context, this.#said, (signal) => this.#load(signal))
  }

  start() {
    this.#shown = ''
    this.#step.replaceChildren()
    this.element.replaceChildren(this.#said, this.#adapterCard(), this.#step)
    this.#loading.start()
  }

  stop() {
    this.#loading.stop()
  }

  #adapterCard() {
    const port = /** @type {HTMLInputElement} */ (
      el('input', {
        class: 'field',
        id: 'other-port',
        placeholder: 'tcp://192.168.0.10:35000, /dev/…',
        autocomplete: 'off',
      })
    )
    return card(
      `1 · ${t('Adapter')}`,
      el(
        'p',
        {},
        t(
          'Plug it in; the list follows. Each one is asked what it is, and nothing is sent to a vehicle.',
        ),
      ),
      this.#list,
      el(
        'p',
        { class: 'actions' },
        el('label', { for: 'other-port' }, t('Another one')),
        port,
        button(t('Ask'), async () => {
          this.#port = port.value.trim()
          this.#loading.again()
        }),
      ),
    )
  }

  /** @param {AbortSignal} signal */
  async #load(signal) {
    const query = this.#port === '' ? '' : `?port=${encodeURIComponent(this.#port)}`
    this.#port = ''
    const adapters = await this.#context.api.get(`/v1/gateway/adapters${query}`, signal)
    if (signal.aborted) return 0
    const text = JSON.stringify(adapters)
    if (text !== this.#shown) {
      this.#shown = text
      this.#list.replaceChildren(...adapters.map((/** @type {Adapter} */ one) => this.#row(one)))
    }
    return everyMs
  }

  /** @param {Adapter} adapter */
  #row(adapter) {
    const { path, state, says, source, usedBy } = adapter
    return el(
      'li',
      { class: 'row lined' },
      el(
        'div',
        {},
        el('b', {}, path === 'simulator' ? t('Simulated truck') : path),
        el('p', { class: 'hint' }, path === 'simulator' ? t('to try things out') : says),
        stateOf(tones[state] ?? 'quiet', words()[state] ?? state),
      ),
      usedBy === undefined &&
        source !== undefined &&
        button(t('Use it'), async () => this.#choose(adapter), { plain: false }),
    )
  }

  /** @param {Adapter} adapter */
  #choose({ source = {}, path }) {
    const isCan = 'bitrate' in source || source.type === 'socketcan'
    const isAsking = source.type === 'elm327'
    const text = (/** @type {string} */ id, /** @type {string} */ value) =>
      /** @type {HTMLInputElement} */ (
        el('input', { class: 'field', id, value, autocomplete: 'off' })
      )
    const [name, make, model] = [text('v-id', 'vehicle'), text('v-make', ''), text('v-model', '')]
    const rate = /** @type {HTMLSelectElement} */ (
      el(
        'select',
        { class: 'field', id: 'v-rate' },
        el('option', { value: '250000' }, t('250 kbit/s: trucks, tractors (J1939)')),
        el('option', { value: '500000' }, t('500 kbit/s: cars (OBD-II), newer trucks')),
      )
    )
    rate.value = String(source.bitrate ?? 500_000)
    const ask = /** @type {HTMLInputElement} */ (
      el('input', { type: 'checkbox', id: 'v-ask', checked: isAsking })
    )
    const said = el('div')
    const field = (/** @type {string} */ label, /** @type {HTMLElement} */ input) =>
      el('div', { class: 'config-field' }, el('label', { for: input.id }, label), input)
    this.#step.replaceChildren(
      card(
        `2 · ${t('Vehicle')}`,
        el('p', { class: 'hint' }, path),
        field(t('Short name'), name),
        field(t('Make'), make),
        field(t('Model'), model),
        isCan && field(t('Bit rate of the bus'), rate),
        source.type !== 'simulator' &&
          source.type !== 'nmea' &&
          el(
            'p',
            { class: 'choice' },
            ask,
            el(
              'label',
              { for: 'v-ask' },
              t(
                'Let the gateway ask the vehicle: reading only, few requests, none while it is parked. Without it, it only listens.',
              ),
            ),
          ),
        el(
          'p',
          {},
          button(
            t('Write and start'),
            async () => {
              said.replaceChildren(el('p', {}, t('The gateway starts anew …')))
              try {
                const id = await this.#write(
                  {
                    ...source,
                    ...(isCan && source.type !== 'socketcan'
                      ? { bitrate: Number(rate.value) }
                      : {}),
                    ...(ask.checked && source.type !== 'simulator' && source.type !== 'nmea'
                      ? { listenOnly: false }
                      : {}),
                  },
                  { id: name.value.trim(), make: make.value.trim(), model: model.value.trim() },
                )
                said.replaceChildren()
                this.#watch(id, name.value.trim())
              } catch (error) {
                said.replaceChildren(problem(error))
              }
            },
            { plain: false },
          ),
        ),
        said,
      ),
    )
    this.#step.scrollIntoView({ behavior: 'smooth', block: 'start' })
    name.focus({ preventScroll: true })
  }

  /**
   * Writes source and vehicle, and starts anew. Resolves to the id of the source.
   * @param {Record<string, string | number | boolean>} source
   * @param {{ id: string, make: string, model: string }} vehicle
   */
  async #write(source, vehicle) {
    const { api } = this.#context
    const { written = {} } = await api.get('/v1/gateway/config', AbortSignal.timeout(10_000))
    const sources = written.sources ?? []
    const vehicles = written.vehicles ?? []
    const taken = new Set(sources.map((/** @type {any} */ one) => one.id))
    let id = String(source.id)
    for (let i = 2; taken.has(id); i += 1) id = `${String(source.id).replace(/\d+$/, '')}${i}`
    /** @type {Record<string, unknown>} */
    const set = { [`sources.${sources.length}`]: { ...source, id, vehicle: vehicle.id } }
    if (!vehicles.some((/** @type {any} */ one) => one.id === vehicle.id)) {
      set[`vehicles.${vehicles.length}`] = {
        id: vehicle.id,
        ...(vehicle.make === '' ? {} : { make: vehicle.make }),
        ...(vehicle.model === '' ? {} : { model: vehicle.model }),
      }
    }
    await api.send('PATCH', '/v1/gateway/config', { set })
    await restart(api)
    return id
  }

  /** @param {string} source @param {string} vehicle */
  #watch(source, vehicle) {
    const state = el('div', { 'aria-live': 'polite' })
    const who = el('div')
    this.#step.replaceChildren(
      card(
        `3 · ${t('Live')}`,
        state,
        who,
        el('p', {}, el('a', { class: 'button', href: '#/now' }, t('To the vehicle'))),
      ),
    )
    const look = new Loading(this.#context, el('div'), async (signal) => {
      if (!state.isConnected) {
        look.stop()
        return 60_000
      }
      const { api } = this.#context
      const { sources } = await api.health(signal)
      const of = sources.find(({ id }) => id === source)
      if (of !== undefined) {
        const tone = of.state === 'running' ? 'good' : of.state === 'waiting' ? 'bad' : 'warn'
        state.replaceChildren(
          el('p', {}, stateOf(tone, t(of.state)), ' ', of.detail),
          el('p', { class: 'hint' }, t('{n} frames', { n: of.frames })),
        )
      }
      const vehicles = await api.vehicles(signal)
      const tokenId = vehicles.find(({ id }) => id === vehicle)?.tokenId
      if (tokenId !== undefined) await this.#showIdentity(tokenId, vehicle, who, signal)
      return everyMs
    })
    look.start()
  }

  /**
   * @param {string} tokenId
   * @param {string} vehicle
   * @param {HTMLElement} box
   * @param {AbortSignal} signal
   */
  async #showIdentity(tokenId, vehicle, box, signal) {
    const { api } = this.#context
    const known = await api.ofVehicle(tokenId, 'identity', signal)
    const { vin, make, year, profile, proposals } = known
    const text = JSON.stringify(known)
    if (signal.aborted || box.dataset.shown === text) return
    box.dataset.shown = text
    box.replaceChildren(
      el(
        'p',
        {},
        vin === undefined
          ? t('The vehicle has not told its VIN yet.')
          : `VIN ${vin}${make === undefined ? '' : ` · ${make}`}${year === undefined ? '' : ` · ${year}`}`,
      ),
    )
    if (profile !== undefined) append(box, [el('p', {}, t('Profile: {id}', { id: profile }))])
    for (const { id, label } of proposals) {
      if (id === profile) continue
      append(box, [
        el(
          'p',
          { class: 'actions' },
          t('There is a profile for it: {label}', { label }),
          button(t('Use it'), async () => {
            const { written = {} } = await api.get('/v1/gateway/config', AbortSignal.timeout(9000))
            const index = (written.vehicles ?? []).findIndex(
              (/** @type {any} */ one) => one.id === vehicle,
            )
            if (index < 0) throw new Error(t('There is no vehicle yet.'))
            await api.send('PATCH', '/v1/gateway/config', {
              set: { [`vehicles.${index}.profile`]: id },
            })
            await restart(api)
          }),
        ),
      ])
    }
  }
}
