/**
 * The state of the gateway: what needs attention, its sources with what they could not read, MQTT
 * and the journal.
 */
import { mark, secondsSince } from './clock.js'
import { copyOf, find, KeyedList, setAttribute, setText, show } from './dom.js'
import { countText, durationText, sizeText, unknown } from './format.js'
import { t } from './i18n.js'

/**
 * @typedef {import('./api.js').Health} Health
 * @typedef {import('./api.js').SourceReport} SourceReport
 * @typedef {import('./api.js').IssueCount} IssueCount
 * @typedef {{ elapsed: number, lost: boolean, now: number, driftMs: number,
 *   vehicleName: (id: string) => string }} HealthContext
 */

/** @type {Record<string, string>} */
const sourceTones = { running: 'good', silent: 'warn', waiting: 'warn', stopped: 'bad' }

/** @type {Record<string, string>} */
const clockWords = {
  none: 'nothing yet',
  rtc: 'its clock chip (RTC)',
  network: 'the network',
  gnss: 'GNSS',
  recorded: 'the recording',
}

/** Seconds over which frames per second are counted. */
const rateSeconds = 5

export class HealthView {
  #findings
  /** @type {KeyedList<string>} */
  #findingList
  /** @type {KeyedList<SourceReport>} */
  #sources
  #noSources
  #side
  #gateway
  /** @type {HealthContext} */
  #context = { elapsed: 0, lost: false, now: 0, driftMs: 0, vehicleName: (id) => id }
  /** @type {Map<string, { frames: number, at: import('./clock.js').Mark }[]>} */
  #counts = new Map()
  /** @type {WeakMap<Element, KeyedList<IssueCount>>} */
  #issueLists = new WeakMap()

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#findings = find(root, '#findings')
    this.#findingList = new KeyedList(
      find(this.#findings, 'ul'),
      () => document.createElement('li'),
      setText,
    )
    this.#sources = new KeyedList(
      find(root, '#sources'),
      () => copyOf('source-item'),
      (item, source) => this.#updateSource(item, source),
    )
    this.#noSources = find(root, '#no-sources')
    this.#side = find(root, '.side')
    this.#gateway = find(root, '#gateway')
  }

  /**
   * Takes in a new answer, for the rates.
   * @param {Health} health
   */
  receive(health) {
    for (const { id, frames } of health.sources) {
      const before = this.#counts.get(id) ?? []
      const restarted = frames < (before.at(-1)?.frames ?? 0)
      const kept = restarted ? [] : before.filter(({ at }) => secondsSince(at) < rateSeconds + 1)
      this.#counts.set(id, [...kept, { frames, at: mark() }])
    }
  }

  /**
   * @param {Health | undefined} health
   * @param {HealthContext} context
   */
  update(health, context) {
    this.#context = context
    setAttribute(this.#side, 'data-lost', context.lost ? '' : undefined)
    const title = context.lost ? t('Needed attention when last heard of') : t('Needs attention')
    setText(find(this.#findings, 'h2'), title)
    this.#findingList.set(health?.findings ?? [], (finding) => finding)
    show(this.#findings, (health?.findings.length ?? 0) > 0)
    this.#sources.set(health?.sources ?? [], (source) => source.id)
    show(this.#noSources, (health?.sources.length ?? 0) === 0)
    setText(this.#noSources, health === undefined ? unknown : t('No source is configured.'))
    this.#updateGateway(health)
  }

  /** @param {Health | undefined} health */
  #updateGateway(health) {
    const { elapsed, lost, driftMs } = this.#context
    const box = this.#gateway
    const state = find(box, '[data-mqtt]')
    setText(find(state, '[data-word]'), t(health?.mqtt.state ?? unknown))
    setAttribute(state, 'data-tone', mqttTone(health?.mqtt.state))
    setText(find(box, '[data-mqtt-detail]'), health?.mqtt.detail ?? '')
    const drift = Math.abs(driftMs) / 1000
    const facts = health && {
      unsent: countText(health.mqtt.unsent),
      records: countText(health.store.records),
      bytes: sizeText(health.store.bytes),
      uncommitted: countText(health.store.uncommitted),
      clock: t(clockWords[health.clockTrust] ?? health.clockTrust),
      drift:
        drift < 2 ? t('same') : `${durationText(drift)} ${driftMs > 0 ? t('ahead') : t('behind')}`,
      uptime: durationText(health.uptimeSeconds + (lost ? 0 : elapsed)),
      version: health.version,
    }
    for (const element of box.querySelectorAll('[data-fact]')) {
      const name = /** @type {keyof NonNullable<typeof facts>} */ (
        element.getAttribute('data-fact')
      )
      setText(element, facts?.[name] ?? unknown)
    }
  }

  /**
   * @param {HTMLElement} item
   * @param {SourceReport} source
   */
  #updateSource(item, source) {
    const { now, elapsed, lost, vehicleName } = this.#context
    const heard = lost ? now - elapsed * 1000 : now
    const word = lost ? t('was {state}', { state: t(source.state) }) : t(source.state)
    setText(find(item, '[data-id]'), source.id)
    const state = find(item, '[data-state-of]')
    setAttribute(state, 'data-tone', sourceTones[source.state] ?? 'quiet')
    setText(find(state, '[data-word]'), word)
    setText(find(item, '[data-detail]'), source.detail)
    const since = t('{word} for {time}', {
      word,
      time: durationText((heard - source.since) / 1000),
    })
    const buses = source.buses.filter((bus) => bus !== source.id).join(', ')
    const vehicle = source.vehicle === undefined ? '' : vehicleName(source.vehicle)
    const about = [source.type, buses, vehicle, since]
    setText(find(item, '[data-about]'), about.filter((part) => part !== '').join(' · '))
    setText(find(item, '[data-frames]'), countText(source.frames))
    setText(find(item, '[data-rate]'), lost ? unknown : this.#rate(source.id))
    setText(find(item, '[data-reopened]'), countText(source.reopened))
    const rejects = source.rejects ?? []
    const refused = rejects.map(({ reason, ...rest }) => ({ code: reason, ...rest }))
    this.#updateIssues(item, [...source.issues, ...refused])
  }

  /**
   * @param {HTMLElement} item
   * @param {readonly IssueCount[]} issues
   */
  #updateIssues(item, issues) {
    const total = issues.reduce((sum, issue) => sum + issue.count, 0)
    const title = find(item, '[data-issues-title]')
    show(title, total > 0)
    setText(title, t('Issues: {n}', { n: countText(total) }))
    const container = find(item, '[data-issues]')
    let list = this.#issueLists.get(container)
    if (list === undefined) {
      list = new KeyedList(container, () => copyOf('issue-item'), updateIssue)
      this.#issueLists.set(container, list)
    }
    list.set(issues, (issue) => issue.code)
  }

  /** @param {string} id */
  #rate(id) {
    const counts = this.#counts.get(id) ?? []
    const [first, last] = [counts.at(0), counts.at(-1)]
    if (first === undefined || last === undefined || first === last) return unknown
    const seconds = (last.at.monotonic - first.at.monotonic) / 1000
    return countText(Math.round((last.frames - first.frames) / seconds))
  }
}

/**
 * @param {HTMLElement} item
 * @param {IssueCount} issue
 */
function updateIssue(item, issue) {
  setText(find(item, '[data-count]'), `${countText(issue.count)}×`)
  setText(find(item, '[data-text]'), issue.text)
  setText(find(item, '[data-code]'), issue.code)
  setText(
    find(item, '[data-newest]'),
    issue.newest === '' ? '' : t('Newest: {text}', { text: issue.newest }),
  )
}

/** @param {string | undefined} state */
function mqttTone(state) {
  if (state === 'connected' || state === 'online') return 'good'
  if (state === undefined || state === 'off' || state === 'disabled') return 'quiet'
  return /refus|error|fail|denied/.test(state) ? 'bad' : 'warn'
}
