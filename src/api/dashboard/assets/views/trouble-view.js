/** Trouble codes in words, with what the vehicle remembers of the moment; and what has happened. */
import { append, el, stateOf } from '../el.js'
import { momentText, unitText, valueText } from '../format.js'
import { t } from '../i18n.js'
import { button, card, fact, Loading, noVehicle } from './view.js'

/**
 * @typedef {{ code: string, system: string, description?: string, kind: string,
 *   controlUnit: string, firstSeen: string, lastSeen: string, cleared?: string, occurrences: number,
 *   lamp?: string, freezeFrame?: { label: string, value: number | string, unit: string }[] }} Code
 */

const everyMs = 10_000
const shownEvents = 50
const dayMs = 86_400_000

/** @returns {Record<string, string>} */
const kinds = () => ({
  stored: t('stored'),
  pending: t('pending'),
  permanent: t('permanent'),
  active: t('active'),
  previous: t('previously active'),
})

/** @returns {Record<string, string>} */
const systems = () => ({
  powertrain: t('Powertrain'),
  chassis: t('Chassis'),
  body: t('Body'),
  network: t('Network'),
  j1939: 'J1939',
})

/** @returns {Record<string, string>} */
const happenings = () => ({
  'dtc.set': t('Trouble code set'),
  'dtc.cleared': t('Trouble code gone'),
  'activity.changed': t('Activity'),
  'ignition.changed': t('Ignition'),
  'voltage.low': t('Battery low'),
  'voltage.warning': t('Battery getting low'),
  'moved-while-off': t('Moved while off'),
  'trip.start': t('Trip begins'),
  'trip.end': t('Trip ends'),
  'geofence.enter': t('Place entered'),
  'geofence.exit': t('Place left'),
  'geofence.dwell': t('Stays at a place'),
  'adapter.changed': t('Adapter changed'),
})

export class TroubleView {
  element = el('div', { class: 'view' })
  #context
  #said = el('div')
  #body = el('div', { class: 'view' })
  #loading
  #all = false
  /** @type {import('./view.js').Vehicle | undefined} */
  #vehicle
  #shown = ''

  /** @param {import('./view.js').Context} context */
  constructor(context) {
    this.#context = context
    append(this.element, [this.#said, this.#body])
    this.#loading = new Loading(context, this.#said, (signal) => this.#load(signal))
  }

  /** @param {import('./view.js').Place} place */
  start({ vehicle }) {
    this.#vehicle = vehicle
    this.#shown = ''
    if (vehicle === undefined) this.#body.replaceChildren(noVehicle())
    else this.#loading.start()
  }

  stop() {
    this.#loading.stop()
    this.#body.replaceChildren()
  }

  /** @param {AbortSignal} signal */
  async #load(signal) {
    const tokenId = this.#vehicle?.tokenId
    if (tokenId === undefined) return everyMs
    const { api } = this.#context
    const from = new Date(api.now() - 14 * dayMs).toISOString()
    const [codes, events] = await Promise.all([
      api.ofVehicle(tokenId, `dtcs${this.#all ? '?all=true' : ''}`, signal).catch((error) => {
        // None was ever read, which is not the same as there being none.
        if (error.status === 404) return undefined
        throw error
      }),
      newestEvents(api, tokenId, from, signal),
    ])
    if (signal.aborted) return 0
    const text = JSON.stringify([codes, events.map(({ id }) => id), this.#all])
    // Nothing that somebody reads or has opened is drawn anew for nothing.
    if (text === this.#shown) return everyMs
    this.#shown = text
    this.#body.replaceChildren(this.#codes(codes, tokenId), eventCard(events))
    return everyMs
  }

  /**
   * @param {{ codes: Code[], malfunctionLamp?: boolean, updated?: string } | undefined} report
   * @param {string} tokenId
   */
  #codes(report, tokenId) {
    const codes = report?.codes ?? []
    const set = codes.filter(({ cleared }) => cleared === undefined)
    const title = t('Trouble codes')
    if (report === undefined) {
      return card(title, el('p', {}, t('No control unit has told any trouble codes yet.')))
    }
    return card(
      title,
      el(
        'p',
        { class: 'lamp' },
        report.malfunctionLamp === true
          ? stateOf('bad', t('The malfunction lamp is on'))
          : set.length === 0
            ? stateOf('good', t('No trouble code is set'))
            : stateOf('warn', t('{n} set; the malfunction lamp is off', { n: set.length })),
        report.updated !== undefined &&
          el('span', { class: 'hint' }, t('as of {time}', { time: moment(report.updated) })),
      ),
      el('ul', { class: 'codes' }, codes.map(codeItem)),
      el(
        'p',
        { class: 'actions' },
        button(
          this.#all ? t('Show those that are set') : t('Show those that are gone, too'),
          async () => {
            this.#all = !this.#all
            this.#loading.again()
          },
        ),
        set.length > 0 &&
          button(
            t('Clear codes'),
            async () => {
              const path = `/v1/vehicle/${encodeURIComponent(tokenId)}/commands/dtc/clear`
              await this.#context.api.send('POST', path)
              this.#loading.again()
            },
            {
              confirm: t(
                'Clear all trouble codes of the vehicle? What its control units remember of the faults is lost, and emission tests start anew.',
              ),
            },
          ),
      ),
    )
  }
}

/** @param {Code} code */
function codeItem(code) {
  const { description, kind, system, controlUnit, freezeFrame, cleared } = code
  return el(
    'li',
    { class: 'code lined', 'data-gone': cleared !== undefined },
    el('h3', {}, el('code', { class: 'code-name' }, code.code), ' ', description ?? ''),
    el(
      'p',
      { class: 'hint' },
      [
        kinds()[kind] ?? kind,
        systems()[system] ?? system,
        t('control unit {id}', { id: controlUnit }),
        code.lamp !== undefined && t('lamp: {name}', { name: code.lamp }),
      ]
        .filter(Boolean)
        .join(' · '),
    ),
    el(
      'p',
      { class: 'hint' },
      t('first seen {first}, last seen {last}, {n} times', {
        first: moment(code.firstSeen),
        last: moment(code.lastSeen),
        n: code.occurrences,
      }),
      cleared !== undefined && ` · ${t('gone since {time}', { time: moment(cleared) })}`,
    ),
    freezeFrame !== undefined &&
      freezeFrame.length > 0 &&
      el(
        'details',
        {},
        el('summary', { class: 'never-title' }, t('Freeze frame: the vehicle at that moment')),
        el(
          'dl',
          { class: 'facts two' },
          freezeFrame.map(({ label, value, unit }) =>
            fact(t(label), `${valueText(value, unit)} ${unitText(unit)}`),
          ),
        ),
      ),
  )
}

/**
 * The newest of two weeks; pages go from the oldest on.
 * @param {import('./view.js').Api} api
 * @param {string} tokenId
 * @param {string} from
 * @param {AbortSignal} signal
 * @returns {Promise<any[]>}
 */
async function newestEvents(api, tokenId, from, signal) {
  /** @type {any[]} */
  let events = []
  let query = `from=${from}&limit=1000`
  for (let page = 0; page < 20; page += 1) {
    const answer = await api.ofVehicle(tokenId, `events?${query}`, signal)
    events = [...events, ...answer.events].slice(-shownEvents)
    if (answer.next === undefined) break
    query = `limit=1000&after=${encodeURIComponent(answer.next)}`
  }
  return events.reverse()
}

/** @param {any[]} events */
function eventCard(events) {
  return card(
    t('What has happened'),
    events.length === 0 && el('p', {}, t('Nothing in the last two weeks.')),
    el(
      'ul',
      { class: 'events' },
      events.map(({ type, time, data }) => {
        const name = type.replace('com.odograph.vehicle.', '')
        return el(
          'li',
          { class: 'event lined' },
          el('time', { datetime: time, class: 'hint' }, moment(time)),
          el('b', {}, happenings()[name] ?? name),
          el('span', {}, detailOf(data)),
        )
      }),
    ),
  )
}

/** @param {Record<string, unknown>} data */
function detailOf(data) {
  const { code, activity, reason, description, name, on } = data
  const parts = [code, description, activity && t(String(activity)), reason, name]
  if (typeof on === 'boolean') parts.push(on ? t('on') : t('off'))
  return parts.filter(Boolean).join(' · ')
}

/** @param {string} time */
const moment = (time) => momentText(Date.parse(time))
