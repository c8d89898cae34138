/**
 * LoRa devices: when they were heard, how well, what had no effect and why; and, once asked for,
 * their last payloads and what was made of them. Asked for by a poll of its own, for it changes
 * slowly, and only where there is a source for LoRa.
 */
import { ApiError } from './api.js'
import { copyOf, find, KeyedList, setAttribute, setText, show } from './dom.js'
import { countText, durationText, unknown } from './format.js'
import { t } from './i18n.js'

/**
 * @typedef {import('./api.js').LoraDevice} LoraDevice
 * @typedef {import('./api.js').LoraUplink} LoraUplink
 * @typedef {import('./api.js').Lora} Lora
 */

const everyMs = 5000
/** Of what a device has sent last. */
const shownUplinks = 5

export class LoraView {
  #api
  #section
  #devices
  #strangers
  #strangersBox
  /** @type {Lora | undefined} */
  #lora
  #askedAt = Number.NEGATIVE_INFINITY
  #isAsking = false
  #now = 0
  /** @type {WeakMap<Element, KeyedList<LoraUplink>>} */
  #uplinkLists = new WeakMap()

  /**
   * @param {HTMLElement} root
   * @param {import('./api.js').Api} api
   */
  constructor(root, api) {
    this.#api = api
    this.#section = find(root, '#lora')
    this.#devices = new KeyedList(
      find(this.#section, '#lora-devices'),
      () => copyOf('lora-device'),
      (item, /** @type {LoraDevice} */ device) => this.#updateDevice(item, device),
    )
    this.#strangersBox = find(this.#section, '#lora-strangers')
    this.#strangers = new KeyedList(
      find(this.#strangersBox, 'ul'),
      () => document.createElement('li'),
      (item, /** @type {Lora['strangers'][number]} */ { key, count, last, detail }) =>
        setText(item, `${key}: ${detail} (${countText(count)}×, ${this.#ago(last)})`),
    )
  }

  /**
   * Whether there is anything to show at all.
   * @param {import('./api.js').Health | undefined} health
   */
  isHearing(health) {
    return health?.sources.some(({ rejects }) => rejects !== undefined) ?? false
  }

  /**
   * @param {import('./api.js').Health | undefined} health
   * @param {number} now
   */
  update(health, now) {
    this.#now = now
    if (!this.isHearing(health)) return
    if (performance.now() - this.#askedAt >= everyMs && !this.#isAsking) void this.#ask()
    this.#devices.set(this.#lora?.devices ?? [], ({ id }) => id)
    this.#strangers.set(this.#lora?.strangers ?? [], ({ key }) => key)
    show(this.#strangersBox, (this.#lora?.strangers.length ?? 0) > 0)
    show(find(this.#section, '#no-lora'), this.#lora?.devices.length === 0)
  }

  async #ask() {
    this.#isAsking = true
    try {
      this.#lora = await this.#api.lora(AbortSignal.timeout(everyMs))
    } catch (error) {
      // Who does not own the gateway is not shown its devices; any other failure is told elsewhere.
      if (error instanceof ApiError && error.status === 401) this.#lora = undefined
    } finally {
      this.#askedAt = performance.now()
      this.#isAsking = false
    }
  }

  /**
   * @param {HTMLElement} item
   * @param {LoraDevice} device
   */
  #updateDevice(item, device) {
    const { id, vehicle, devEui, name, devAddr, codec, lastHeard, uplinks, decodeErrors } = device
    setText(find(item, '[data-id]'), id)
    const heard =
      lastHeard === undefined ? t('not heard yet') : t('heard {age}', { age: this.#ago(lastHeard) })
    const state = find(item, '[data-state-of]')
    setAttribute(state, 'data-tone', lastHeard === undefined ? 'quiet' : 'good')
    setText(find(state, '[data-word]'), heard)
    const about = [
      vehicle,
      devEui ?? name,
      devAddr && t('address {id}', { id: devAddr }),
      t('codec {id}', { id: codec }),
    ]
    setText(find(item, '[data-about]'), about.filter((part) => part).join(' · '))
    setText(find(item, '[data-uplinks]'), countText(uplinks))
    setText(find(item, '[data-counter]'), device.fCnt === undefined ? unknown : `${device.fCnt}`)
    setText(find(item, '[data-radio]'), radioText(device))
    setText(find(item, '[data-battery]'), batteryText(device.battery))
    const rejects = device.rejects.map(({ text, count }) => `${countText(count)}× ${text}`)
    const faults = find(item, '[data-rejects]')
    show(faults, rejects.length > 0)
    setText(faults, t('Had no effect: {what}', { what: rejects.join('; ') }))
    const { lastDecodeError } = device
    const broken = find(item, '[data-decode]')
    show(broken, lastDecodeError !== undefined)
    if (lastDecodeError !== undefined) {
      const when = this.#ago(lastDecodeError.time)
      const text = t('{n}× not decoded, last {when}: {why}', {
        n: countText(decodeErrors),
        when,
        why: lastDecodeError.error,
      })
      setText(broken, text)
    }
    const details = /** @type {HTMLDetailsElement} */ (find(item, 'details'))
    if (details.dataset.for === id) return
    details.dataset.for = id
    details.addEventListener('toggle', () => {
      if (details.open) void this.#showUplinks(details, id)
    })
  }

  /**
   * @param {HTMLDetailsElement} details
   * @param {string} device
   */
  async #showUplinks(details, device) {
    const container = find(details, 'ul')
    let list = this.#uplinkLists.get(container)
    if (list === undefined) {
      list = new KeyedList(container, () => copyOf('lora-uplink'), updateUplink)
      this.#uplinkLists.set(container, list)
    }
    const note = find(details, '[data-note]')
    try {
      const signal = AbortSignal.timeout(everyMs)
      const uplinks = await this.#api.loraUplinks(device, shownUplinks, signal)
      list.set(uplinks, ({ seq }) => String(seq))
      setText(note, uplinks.length === 0 ? t('None is kept.') : '')
    } catch (error) {
      setText(note, error instanceof Error ? error.message : String(error))
    }
  }

  /** @param {string} time */
  #ago(time) {
    const age = durationText(Math.max(this.#now - Date.parse(time), 0) / 1000)
    return t('{age} ago', { age })
  }
}

/**
 * @param {HTMLElement} item
 * @param {LoraUplink} uplink
 */
function updateUplink(item, { time, fPort, fCnt, payload, error, signals = [], dropped = [] }) {
  const [day, clock] = time.split('T')
  const head = [`${day} ${clock}`, fPort !== undefined && t('port {n}', { n: fPort })]
  const counter = fCnt !== undefined && t('counter {n}', { n: fCnt })
  setText(find(item, '[data-when]'), [...head, counter].filter((part) => part).join(' · '))
  setText(find(item, '[data-payload]'), payload === '' ? t('no payload') : payload)
  const told = error ?? (signals.length > 0 ? signals.join(', ') : t('no signal in it'))
  setText(find(item, '[data-told]'), [told, ...dropped].join('; '))
}

/** @param {LoraDevice} device */
function radioText({ gateway, gateways, spreadingFactor }) {
  if (gateway === undefined) return unknown
  const { rssi, snr } = gateway
  const parts = [
    rssi !== undefined && `${rssi} dBm`,
    snr !== undefined && `SNR ${snr} dB`,
    spreadingFactor !== undefined && `SF${spreadingFactor}`,
    gateways !== undefined && gateways > 1 && t('{n} gateways', { n: gateways }),
  ]
  const text = parts.filter((part) => part).join(', ')
  return text === '' ? (gateway.name ?? gateway.id) : text
}

/** @param {LoraDevice['battery']} battery */
function batteryText(battery) {
  if (battery?.volts !== undefined) return `${battery.volts} V`
  return battery?.fraction === undefined ? unknown : `${Math.round(battery.fraction * 100)} %`
}
