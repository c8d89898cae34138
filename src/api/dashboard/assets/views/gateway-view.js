/** The gateway: what stands in index.html of it, and beneath its log, its tokens, its configuration. */
import { append, el } from '../el.js'
import { clockText, dayAndClockText } from '../format.js'
import { t } from '../i18n.js'
import { ConfigPanel } from './config-panel.js'
import { button, card, Loading } from './view.js'

const everyMs = 3000
const shownLines = 200

export class GatewayView {
  element = el('div', { class: 'view' })
  #context
  #said = el('div')
  #log = el('ol', { class: 'log', tabindex: '0', 'aria-label': t('Log') })
  #tokens = el('div')
  #config
  #loading
  #lastLine = 0
  #isLoaded = false

  /** @param {import('./view.js').Context} context */
  constructor(context) {
    this.#context = context
    this.#config = new ConfigPanel(context)
    this.#loading = new Loading(context, this.#said, (signal) => this.#load(signal))
    append(this.element, [
      this.#said,
      card(
        t('Set up'),
        el('p', {}, t('Choose an adapter and a vehicle, step by step.')),
        el('p', {}, el('a', { class: 'button', href: '#/setup' }, t('Set up an adapter'))),
      ),
      this.#config.element,
      this.#tokens,
      card(t('Log'), this.#log),
    ])
  }

  start() {
    this.#lastLine = 0
    this.#isLoaded = false
    this.#log.replaceChildren()
    this.#loading.start()
  }

  stop() {
    this.#loading.stop()
  }

  /** @param {AbortSignal} signal */
  async #load(signal) {
    const { api } = this.#context
    const lines = await api.get(`/v1/gateway/log?after=${this.#lastLine}`, signal)
    if (signal.aborted) return 0
    for (const line of lines) this.#log.prepend(lineItem(line))
    this.#lastLine = lines.at(-1)?.number ?? this.#lastLine
    while (this.#log.childElementCount > shownLines) this.#log.lastElementChild?.remove()
    if (!this.#isLoaded) {
      await Promise.all([this.#config.load(signal), this.#showTokens(signal)])
      this.#isLoaded = true
    }
    return everyMs
  }

  /** @param {AbortSignal} signal */
  async #showTokens(signal) {
    const { tokens } = await this.#context.api.get('/v1/gateway/tokens', signal)
    if (signal.aborted) return
    this.#tokens.replaceChildren(
      card(
        t('Tokens in force'),
        el(
          'p',
          { class: 'hint' },
          t('A token opens this page or lets a program in. Make them on the gateway:'),
          ' ',
          el('code', {}, 'odograph token create'),
        ),
        el(
          'ul',
          { class: 'rows' },
          tokens.map((/** @type {any} */ token) =>
            el(
              'li',
              { class: 'row lined' },
              el(
                'div',
                {},
                el(
                  'b',
                  {},
                  token.kind === 'user'
                    ? t('owner')
                    : t('vehicle {id}', { id: token.tokenId ?? '' }),
                ),
                el(
                  'p',
                  { class: 'hint' },
                  t('from {from} until {to}', {
                    from: dayAndClockText(Date.parse(token.issued)),
                    to: dayAndClockText(Date.parse(token.expires)),
                  }),
                ),
                el('p', { class: 'hint mono' }, token.id),
              ),
              button(
                t('Revoke'),
                async () => {
                  await this.#context.api.send('DELETE', `/v1/gateway/tokens/${token.id}`)
                  await this.#showTokens(AbortSignal.timeout(5000))
                },
                {
                  confirm: t(
                    'Revoke this token? Who uses it is locked out at once; it may be yours.',
                  ),
                },
              ),
            ),
          ),
        ),
      ),
    )
  }
}

/** @param {any} line */
function lineItem({ time, level, message, fields }) {
  const rest = Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
  return el(
    'li',
    { 'data-level': level },
    el('time', { datetime: time }, clockText(Date.parse(time))),
    ` ${level} `,
    el('b', {}, message),
    ` ${rest}`,
  )
}
