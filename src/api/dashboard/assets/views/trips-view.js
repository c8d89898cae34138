/** Trips of the last days: how far each day, a list, and one trip with its track and its plots. */
import { chart } from '../chart.js'
import { append, el, svg } from '../el.js'
import { clockText, dayText, durationText, momentText, unknown, valueText } from '../format.js'
import { t } from '../i18n.js'
import { align } from '../series.js'
import { trackPicture } from '../track.js'
import { button, card, fact, Loading, noVehicle, save } from './view.js'

/**
 * @typedef {import('./view.js').Place} Place
 * @typedef {{ time: string, location?: { latitude: number, longitude: number } }} Moment
 * @typedef {{ tripId: string, ongoing: boolean, start: Moment, end: Moment, distance?: number,
 *   durationSeconds: number, movingSeconds: number, idleSeconds: number, maxSpeed?: number,
 *   averageSpeed?: number, fuelUsed?: number, fuelUsedEstimated?: boolean,
 *   stops: { time: string, seconds: number }[] }} Trip
 */

const everyMs = 30_000
const days = 14
const buckets = 400
const dayMs = 86_400_000

export class TripsView {
  element = el('div', { class: 'view' })
  #context
  #said = el('div')
  #body = el('div', { class: 'view' })
  #loading
  /** @type {Place | undefined} */
  #place
  /** @type {{ destroy: () => void }[]} */
  #charts = []
  #shown = ''

  /** @param {import('./view.js').Context} context */
  constructor(context) {
    this.#context = context
    append(this.element, [this.#said, this.#body])
    this.#loading = new Loading(context, this.#said, (signal) => this.#load(signal))
  }

  /** @param {Place} place */
  start(place) {
    this.#place = place
    this.#shown = ''
    if (place.vehicle === undefined) this.#body.replaceChildren(noVehicle())
    else this.#loading.start()
  }

  stop() {
    this.#loading.stop()
    this.#clear()
  }

  #clear() {
    for (const one of this.#charts) one.destroy()
    this.#charts = []
    this.#body.replaceChildren()
  }

  /** @param {AbortSignal} signal */
  async #load(signal) {
    const vehicle = this.#place?.vehicle
    const [id] = this.#place?.rest ?? []
    if (vehicle === undefined) return everyMs
    if (id !== undefined) {
      await this.#loadTrip(vehicle.tokenId, id, signal)
      return everyMs
    }
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    const from = new Date(this.#context.api.now() - days * dayMs).toISOString()
    const [{ trips }, { days: distances }] = await Promise.all([
      this.#context.api.ofVehicle(vehicle.tokenId, `trips?order=desc&startDate=${from}`, signal),
      this.#context.api.ofVehicle(
        vehicle.tokenId,
        `daily-distance?time_zone=${encodeURIComponent(zone)}`,
        signal,
      ),
    ])
    if (signal.aborted) return 0
    this.#clear()
    append(this.#body, [this.#bars(distances), this.#list(trips)])
    return everyMs
  }

  /** @param {{ date: string, distance: number | null }[]} distances */
  #bars(distances) {
    const known = distances.map(({ distance }) => distance ?? 0)
    const most = Math.max(...known, 1)
    const total = known.reduce((sum, one) => sum + one, 0)
    // A first day is no wall.
    const columns = Math.max(distances.length, 7)
    const wide = 100 / columns
    const label = t('{km} km in all', { km: valueText(total, 'km') })
    return card(
      t('Distance a day'),
      el('p', { class: 'hint' }, label),
      distances.length === 0
        ? el('p', {}, t('No distance is known of the last days.'))
        : svg(
            'svg',
            { class: 'bars', viewBox: '0 0 100 44', preserveAspectRatio: 'none', role: 'img' },
            svg('title', {}, label),
            distances.map(({ distance }, i) => {
              const height = ((distance ?? 0) / most) * 42
              return svg('rect', {
                x: (i * wide + wide * 0.12).toFixed(2),
                y: (44 - height).toFixed(2),
                width: (wide * 0.76).toFixed(2),
                height: Math.max(height, distance === null ? 0 : 0.6).toFixed(2),
              })
            }),
          ),
      el(
        'ol',
        { class: 'bar-names', style: `--columns: ${columns}` },
        distances.map(({ date, distance }) =>
          el(
            'li',
            {},
            el('b', {}, distance === null ? unknown : valueText(Math.round(distance), 'km/h')),
            el('span', {}, dayText(Date.parse(`${date}T12:00:00`))),
          ),
        ),
      ),
    )
  }

  /** @param {Trip[]} trips */
  #list(trips) {
    if (trips.length === 0) {
      return card(t('Trips'), el('p', {}, t('No trip in the last {n} days.', { n: days })))
    }
    return card(
      t('Trips'),
      el(
        'ul',
        { class: 'trips' },
        trips.map((trip) =>
          el(
            'li',
            { class: 'lined' },
            el(
              'a',
              { class: 'trip', href: `#/trips/${trip.tripId}` },
              el('span', { class: 'trip-when' }, whenText(trip)),
              el('b', { class: 'trip-km' }, distanceText(trip)),
              el(
                'span',
                { class: 'hint' },
                [
                  durationText(trip.durationSeconds),
                  trip.averageSpeed !== undefined &&
                    t('average {v} km/h', { v: valueText(trip.averageSpeed, 'km/h') }),
                  trip.ongoing && t('under way'),
                ]
                  .filter(Boolean)
                  .join(' · '),
              ),
            ),
          ),
        ),
      ),
    )
  }

  /**
   * @param {string} tokenId
   * @param {string} id
   * @param {AbortSignal} signal
   */
  async #loadTrip(tokenId, id, signal) {
    const { api } = this.#context
    /** @type {Trip} */
    const trip = await api.ofVehicle(tokenId, `trips/${encodeURIComponent(id)}`, signal)
    if (this.#shown === `${id} ${trip.end.time}`) return
    const query = new URLSearchParams({
      startDate: trip.start.time,
      endDate: trip.end.time,
      buckets: String(buckets),
      signals: 'latitude,longitude,speed,fuelPercentRemaining',
    })
    const { hits } = await api.ofVehicle(tokenId, `history?${query}`, signal)
    if (signal.aborted) return
    this.#shown = `${id} ${trip.end.time}`
    this.#clear()
    const points = hits.hits.map((/** @type {any} */ hit) => hit._source.data)
    this.#showTrip(tokenId, trip, points)
  }

  /**
   * @param {string} tokenId
   * @param {Trip} trip
   * @param {any[]} points
   */
  #showTrip(tokenId, trip, points) {
    const places = points.filter(
      ({ latitude, longitude }) => latitude !== undefined && longitude !== undefined,
    )
    const label = t('Track of {km}, from {from} to {to}', {
      km: distanceText(trip),
      from: clockText(Date.parse(trip.start.time)),
      to: clockText(Date.parse(trip.end.time)),
    })
    const speed = el('div', { class: 'canvas short', role: 'img', 'aria-label': t('Speed') })
    const fuel = el('div', { class: 'canvas short', role: 'img', 'aria-label': t('Fuel') })
    append(this.#body, [
      el('p', {}, el('a', { href: '#/trips' }, `← ${t('All trips')}`)),
      card(
        whenText(trip),
        trackPicture(places, label) ??
          el('p', { class: 'hint' }, t('No positions are known of this trip.')),
        el('dl', { class: 'facts two' }, factsOf(trip)),
        el(
          'p',
          { class: 'actions' },
          ['gpx', 'geojson'].map((format) => this.#trackFile(tokenId, trip, format)),
          el(
            'a',
            {
              class: 'foot-link',
              href: `#/history?from=${trip.start.time}&to=${trip.end.time}&signals=speed,fuelPercentRemaining`,
            },
            t('Look at signals of this time'),
          ),
        ),
      ),
      card(t('Speed'), speed),
      card(t('Fuel'), fuel),
    ])
    const step = trip.durationSeconds / buckets
    /** @type {[number, number]} */
    const window = [Date.parse(trip.start.time) / 1000, Date.parse(trip.end.time) / 1000]
    void this.#plot(speed, t('Speed'), 'km/h', align(points, [(p) => p.speed], step), window)
    const level = (/** @type {any} */ point) =>
      point.fuelPercentRemaining === undefined ? undefined : point.fuelPercentRemaining * 100
    void this.#plot(fuel, t('Fuel'), '%', align(points, [level], step), window)
  }

  /**
   * @param {string} tokenId
   * @param {Trip} trip
   * @param {string} format
   */
  #trackFile(tokenId, trip, format) {
    const type = format === 'gpx' ? 'application/gpx+xml' : 'application/geo+json'
    const path = `/v1/vehicle/${encodeURIComponent(tokenId)}/trips/${trip.tripId}`
    return button(format === 'gpx' ? 'GPX' : 'GeoJSON', async () => {
      const { blob, name } = await this.#context.api.download(path, type)
      save(blob, name)
    })
  }

  /**
   * @param {HTMLElement} box
   * @param {string} label
   * @param {string} unit
   * @param {import('../series.js').Aligned} data
   * @param {[number, number]} window
   */
  async #plot(box, label, unit, data, window) {
    if (data.times.length === 0) {
      box.replaceWith(el('p', { class: 'hint' }, t('Nothing was recorded.')))
      return
    }
    const made = await chart(box, [{ label, unit }])
    if (!box.isConnected) return made.destroy()
    this.#charts.push(made)
    made.set(data, window)
  }
}

/** @param {Trip} trip */
function whenText({ start, end, ongoing }) {
  const from = Date.parse(start.time)
  const until = ongoing ? t('now') : clockText(Date.parse(end.time))
  return `${dayText(from)}, ${clockText(from)} – ${until}`
}

/** @param {Trip} trip */
function distanceText({ distance }) {
  return distance === undefined ? unknown : `${valueText(distance, 'km')}\u00a0km`
}

/** @param {Trip} trip */
function factsOf(trip) {
  const speed = (/** @type {number | undefined} */ value) =>
    value === undefined ? unknown : `${valueText(value, 'km/h')}\u00a0km/h`
  const used = trip.fuelUsed === undefined ? unknown : `${valueText(trip.fuelUsed, 'kPa')}\u00a0l`
  return [
    fact(t('Distance'), distanceText(trip)),
    fact(t('Duration'), durationText(trip.durationSeconds)),
    fact(t('Moving'), durationText(trip.movingSeconds)),
    fact(t('Standing, engine running'), durationText(trip.idleSeconds)),
    fact(t('Average speed'), speed(trip.averageSpeed)),
    fact(t('Highest speed'), speed(trip.maxSpeed)),
    fact(t('Fuel used'), trip.fuelUsedEstimated ? `${used} (${t('estimated')})` : used),
    fact(t('Stops'), String(trip.stops.length)),
    fact(t('Start'), momentText(Date.parse(trip.start.time))),
    fact(t('End'), trip.ongoing ? t('under way') : momentText(Date.parse(trip.end.time))),
  ]
}
