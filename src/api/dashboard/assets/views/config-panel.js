/** The configuration: a form, what would change before it is written, and the start that it needs. */
import { ConfigForm } from '../config-form.js'
import { append, el } from '../el.js'
import { t } from '../i18n.js'
import { restart } from '../restart.js'
import { button, card, problem } from './view.js'

export class ConfigPanel {
  element = el('div')
  #context
  #said = el('div', { role: 'status' })
  #version = ''

  /** @param {import('./view.js').Context} context */
  constructor(context) {
    this.#context = context
  }

  /** @param {AbortSignal} signal */
  async load(signal) {
    const { api } = this.#context
    const [schema, report] = await Promise.all([
      api.get('/v1/gateway/config/schema', signal),
      api.get('/v1/gateway/config', signal),
    ])
    if (signal.aborted) return
    this.#version = report.version ?? ''
    const form = new ConfigForm(schema, report.values, report.written ?? {}, () => {
      this.#said.replaceChildren(
        el('p', {}, t('{n} changed, not written yet.', { n: form.changes.size })),
      )
    })
    this.element.replaceChildren(
      card(
        t('Configuration'),
        el('p', { class: 'hint' }, t('File: {file}', { file: report.file ?? '—' })),
        el(
          'ul',
          {},
          report.findings.map((/** @type {string} */ one) => el('li', { class: 'refusal' }, one)),
        ),
        form.element,
        this.#said,
        el(
          'p',
          { class: 'actions' },
          button(t('Check and show what changes'), () => this.#check(form)),
          button(t('Start the gateway anew'), () => this.#restart()),
        ),
      ),
    )
  }

  /** @param {ConfigForm} form */
  async #check(form) {
    if (form.changes.size === 0) {
      this.#said.replaceChildren(el('p', {}, t('Nothing was changed.')))
      return
    }
    try {
      const answer = await this.#patch(form, '?dryRun=true')
      const lines = el('pre', {}, answer.lines.join('\n'))
      this.#said.replaceChildren(
        lines,
        el(
          'p',
          { class: 'actions' },
          button(t('Write'), () => this.#write(form), { plain: false }),
        ),
      )
    } catch (error) {
      this.#said.replaceChildren(problem(error))
    }
  }

  /** @param {ConfigForm} form */
  async #write(form) {
    const answer = await this.#patch(form, '')
    this.#version = answer.version ?? ''
    form.changes.clear()
    this.#said.replaceChildren(
      el('p', {}, t('It is written, and takes effect when the gateway starts anew.')),
    )
    append(this.#said, [
      el(
        'p',
        {},
        button(t('Start the gateway anew'), () => this.#restart(), { plain: false }),
      ),
    ])
  }

  /** @param {ConfigForm} form @param {string} query */
  #patch(form, query) {
    /** @type {Record<string, string>} */
    const headers = this.#version === '' ? {} : { 'if-match': `"${this.#version}"` }
    const body = { set: Object.fromEntries(form.changes) }
    return this.#context.api.send('PATCH', `/v1/gateway/config${query}`, body, headers)
  }

  async #restart() {
    this.#said.replaceChildren(el('p', {}, t('The gateway starts anew …')))
    await restart(this.#context.api)
    this.#said.replaceChildren(el('p', {}, t('The gateway is back.')))
    await this.load(AbortSignal.timeout(20_000))
  }
}
