/**
 * Whether the gateway answers: a word in the bar, and a banner when it does not. Only a change is
 * announced; the seconds count in silence.
 */
import { find, setAttribute, setText, show } from './dom.js'
import { durationText } from './format.js'
import { t } from './i18n.js'

/**
 * @typedef {{ answered: boolean, silentSeconds: number, lostAfterSeconds: number,
 *   shownSeconds: number, error: import('./api.js').ApiError | undefined }} Link
 *   answered: ever; shownSeconds: since the page came into view
 */

const looks = {
  connecting: { tone: 'quiet', word: 'Connecting', said: '' },
  connected: { tone: 'good', word: 'Connected', said: 'Connected to the gateway.' },
  updating: { tone: 'quiet', word: 'Updating', said: '' },
  silent: { tone: 'bad', word: 'No answer', said: 'The gateway does not answer.' },
  failing: { tone: 'bad', word: 'Error', said: 'The gateway answers with an error.' },
}

export class LinkView {
  #chip
  #banner
  #announce

  /** @param {ParentNode} root */
  constructor(root) {
    this.#chip = find(root, '#link')
    this.#banner = find(root, '#banner')
    this.#announce = find(root, '#announce')
  }

  /** @param {Link} link */
  update(link) {
    const state = stateOf(link)
    const { tone, word, said: sentence } = looks[state]
    const said = t(sentence)
    show(this.#chip, true)
    setAttribute(this.#chip, 'data-tone', tone)
    setText(find(this.#chip, '[data-word]'), t(word))
    if (said !== '') setText(this.#announce, said)
    const bad = state === 'silent' || state === 'failing'
    show(this.#banner, bad)
    if (!bad) return
    setText(find(this.#banner, '[data-title]'), said)
    const since = link.answered
      ? t('Last answer {age} ago.', { age: durationText(link.silentSeconds) })
      : ''
    setText(find(this.#banner, '[data-since]'), since)
    setText(find(this.#banner, '[data-text]'), advice(state, link))
  }

  hide() {
    show(this.#chip, false)
    show(this.#banner, false)
    setText(this.#announce, '')
  }
}

/**
 * @param {Link} link
 * @returns {keyof typeof looks}
 */
function stateOf({ answered, silentSeconds, lostAfterSeconds, shownSeconds, error }) {
  const trouble = error !== undefined && error.status !== 0 ? 'failing' : 'silent'
  if (!answered) return error === undefined ? 'connecting' : trouble
  if (silentSeconds <= lostAfterSeconds) return 'connected'
  return shownSeconds <= lostAfterSeconds ? 'updating' : trouble
}

/**
 * @param {'silent' | 'failing' | string} state
 * @param {Link} link
 */
function advice(state, { answered, error }) {
  const shown = answered ? `${t('What is shown is the last known state.')} ` : ''
  if (state === 'failing') return `${error?.message ?? ''} ${shown}${t('Trying again.')}`.trim()
  const cause = navigator.onLine
    ? t('Is this device on the network of the gateway, and has the gateway power?')
    : t('This device is not connected to any network.')
  return `${shown}${cause} ${t('Trying again.')}`
}
