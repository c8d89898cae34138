/**
 * The page at `/`: with a token the dashboard, without one (or after a 401) the form that asks for
 * it.
 */
import { Api } from './api.js'
import { Dashboard } from './dashboard.js'
import { find, setAttribute, setText, show } from './dom.js'
import { changeLanguage, language, t, translate } from './i18n.js'
import { cleaned, forget, keep, looksLikeToken, token } from './session.js'

document.documentElement.lang = language
translate(document.body)

/** @type {Dashboard | undefined} */
let dashboard

const main = find(document, '#main')
const entry = find(document, '#entry')
const forgetButton = find(document, '#forget')
const form = /** @type {HTMLFormElement} */ (find(document, '#token-form'))
const field = /** @type {HTMLTextAreaElement} */ (find(document, '#token'))

/** @param {string} reason a sentence; empty at the first visit */
function ask(reason) {
  dashboard?.stop()
  dashboard = undefined
  forget()
  show(main, false)
  show(forgetButton, false)
  show(entry, true)
  refuse(reason)
}

/** @param {string} reason */
function refuse(reason) {
  const box = find(document, '#refusal')
  show(box, reason !== '')
  setText(box, reason)
}

/** @param {string} value */
function open(value) {
  dashboard?.stop()
  show(entry, false)
  show(main, true)
  show(forgetButton, true)
  const opened = new Dashboard(new Api(value), (message) => {
    // A late answer to a token that has been replaced is of no interest.
    if (dashboard === opened)
      ask(t('The gateway did not accept the token: {why}', { why: message }))
  })
  dashboard = opened
  opened.start()
}

function begin() {
  const value = token()
  if (value === '') {
    ask('')
    void claim()
  } else if (looksLikeToken(value)) open(value)
  else ask(t('The link does not hold a whole token. Was it cut off?'))
}

/** Who opens the page of a gateway without an owner on the machine itself becomes its owner. */
async function claim() {
  if (!['localhost', '127.0.0.1', '[::1]'].includes(location.hostname)) return
  try {
    const state = await fetch('/v1/gateway/claim')
    if (!state.ok || (await state.json()).claimed) return
    const answer = await fetch('/v1/gateway/claim', { method: 'POST' })
    const { token: value = '' } = await answer.json()
    // A token may have been given by hand meanwhile.
    if (!looksLikeToken(value) || dashboard !== undefined) return
    keep(value)
    open(value)
  } catch {
    // The gateway is gone or answers otherwise: the form is there.
  }
}

form.addEventListener('submit', (event) => {
  event.preventDefault()
  const value = cleaned(field.value)
  if (!looksLikeToken(value)) {
    refuse(t('This is not a whole token: it has three parts with dots between them.'))
    field.focus()
    return
  }
  field.value = ''
  keep(value)
  open(value)
  main.focus()
})

const languageButton = find(document, '#language')
setText(languageButton, language === 'de' ? 'English' : 'Deutsch')
setAttribute(languageButton, 'lang', language === 'de' ? 'en' : 'de')
languageButton.addEventListener('click', () => changeLanguage(language === 'de' ? 'en' : 'de'))

forgetButton.addEventListener('click', () => ask(''))
window.addEventListener('hashchange', () => {
  if (location.hash.startsWith('#token=')) begin()
})

begin()
