/**
 * A form made from the JSON Schema of the configuration: what is not changed is not sent. Whatever has
 * no field of its own here (a choice between an object and a truth value) is edited as JSON.
 *
 * @typedef {{ type?: string, description?: string, default?: unknown, enum?: unknown[],
 *   const?: unknown, minimum?: number, maximum?: number, pattern?: string,
 *   properties?: Record<string, Schema>, required?: string[], items?: Schema,
 *   anyOf?: Schema[], oneOf?: Schema[] }} Schema
 * @typedef {(string | number)[]} Path
 */
import { append, el } from './el.js'
import { t } from './i18n.js'

export class ConfigForm {
  element = el('form', {
    class: 'config',
    onsubmit: (/** @type {Event} */ e) => e.preventDefault(),
  })
  /** @type {Map<string, unknown>} */
  changes = new Map()
  #onChange
  #count = 0

  /**
   * @param {Schema} schema
   * @param {Record<string, unknown>} values in force
   * @param {Record<string, unknown>} written what stands in the file
   * @param {() => void} onChange
   */
  constructor(schema, values, written, onChange) {
    this.#onChange = onChange
    for (const [name, part] of Object.entries(schema.properties ?? {})) {
      const isSet = written[name] !== undefined
      append(this.element, [
        opening(
          el('summary', { class: 'never-title' }, name, isSet && el('small', {}, ` ${t('set')}`)),
          () => [
            part.description !== undefined && el('p', { class: 'hint' }, part.description),
            this.#node(part, values[name], written[name], [name]),
          ],
        ),
      ])
    }
  }

  /** @param {Path} path @param {unknown} value undefined takes the key out */
  #change(path, value) {
    this.changes.set(path.join('.'), value ?? null)
    this.#onChange()
  }

  /**
   * @param {Schema} schema
   * @param {unknown} value
   * @param {unknown} written
   * @param {Path} path
   * @returns {HTMLElement}
   */
  #node(schema, value, written, path) {
    if (schema.type === 'object' && schema.properties !== undefined) {
      return this.#object(schema, value, written, path)
    }
    if (schema.type === 'array' && isObject(schema.items)) {
      return this.#list(schema, value, written, path)
    }
    return this.#field(schema, value, path)
  }

  /**
   * @param {Schema} schema
   * @param {unknown} value
   * @param {unknown} written
   * @param {Path} path
   */
  #object(schema, value, written, path) {
    const values = /** @type {Record<string, unknown>} */ (value ?? {})
    const own = /** @type {Record<string, unknown>} */ (written ?? {})
    return el(
      'div',
      { class: 'config-object' },
      Object.entries(schema.properties ?? {}).map(([name, part]) => {
        const isNested =
          (part.type === 'object' && part.properties !== undefined) ||
          (part.type === 'array' && isObject(part.items))
        const node = this.#node(part, values[name], own[name], [...path, name])
        if (!isNested) return node
        return el('fieldset', {}, el('legend', {}, name), part.description ?? '', node)
      }),
    )
  }

  /**
   * Elements of a list: those of the file can be changed and removed, new ones are added at the end.
   * @param {Schema} schema
   * @param {unknown} value
   * @param {unknown} written
   * @param {Path} path
   */
  #list(schema, value, written, path) {
    const values = Array.isArray(value) ? value : []
    let next = Array.isArray(written) ? written.length : 0
    const box = el('div', { class: 'config-list' })
    const add = (
      /** @type {number} */ index,
      /** @type {any} */ item,
      /** @type {boolean} */ isOpen,
    ) => {
      const place = [...path, index]
      const title = String(item?.id ?? item?.name ?? t('new'))
      const entry = opening(el('summary', {}, `${title} ${item?.type ?? ''}`), () => [
        this.#node(variantOf(schema.items ?? {}, item), item, item, place),
        el(
          'button',
          {
            type: 'button',
            class: 'plain',
            onclick: () => {
              for (const key of [...this.changes.keys()]) {
                if (key.startsWith(`${place.join('.')}.`)) this.changes.delete(key)
              }
              this.#change(place, undefined)
              entry.remove()
            },
          },
          t('Remove'),
        ),
      ])
      if (isOpen) entry.setAttribute('open', '')
      box.append(entry)
    }
    for (const [i, item] of values.slice(0, next).entries()) add(i, item, false)
    const variants = variantsOf(schema.items ?? {})
    return el(
      'div',
      {},
      box,
      el(
        'p',
        { class: 'actions' },
        variants.map((variant) =>
          el(
            'button',
            {
              type: 'button',
              class: 'plain',
              onclick: () => {
                const item = variant === undefined ? {} : { type: variant }
                if (variant !== undefined) this.#change([...path, next, 'type'], variant)
                add(next, item, true)
                next += 1
              },
            },
            variant === undefined ? `+ ${t('Add')}` : `+ ${variant}`,
          ),
        ),
      ),
    )
  }

  /** @param {Schema} schema @param {unknown} value @param {Path} path */
  #field(schema, value, path) {
    const name = String(path.at(-1))
    if (schema.const !== undefined) return el('span')
    this.#count += 1
    const id = `config-${this.#count}`
    const hint = `${id}-hint`
    const input = this.#input(schema, value, path, { id, 'aria-describedby': hint })
    const label = el('label', { for: id }, name)
    const isBox = schema.type === 'boolean'
    return el(
      'div',
      { class: 'config-field' },
      isBox ? el('span', { class: 'choice' }, input, label) : [label, input],
      el('p', { class: 'hint', id: hint }, hintOf(schema)),
    )
  }

  /**
   * @param {Schema} schema
   * @param {unknown} value
   * @param {Path} path
   * @param {Record<string, string>} common
   */
  #input(schema, value, path, common) {
    const options = optionsOf(schema)
    if (options !== undefined) {
      const select = /** @type {HTMLSelectElement} */ (
        el(
          'select',
          {
            ...common,
            class: 'field',
            onchange: () => this.#change(path, parsedOption(select.value, options)),
          },
          el('option', { value: '' }, '—'),
          options.map((one) => el('option', { value: String(one) }, String(one))),
        )
      )
      select.value = value === undefined ? '' : String(value)
      return select
    }
    if (schema.type === 'boolean') {
      const box = /** @type {HTMLInputElement} */ (
        el('input', {
          ...common,
          type: 'checkbox',
          checked: value === true,
          onchange: () => this.#change(path, box.checked),
        })
      )
      return box
    }
    const isNumber = schema.type === 'number' || schema.type === 'integer'
    if (isNumber || schema.type === 'string') {
      const field = /** @type {HTMLInputElement} */ (
        el('input', {
          ...common,
          class: 'field',
          type: isNumber ? 'number' : 'text',
          step: isNumber ? (schema.type === 'integer' ? 1 : 'any') : undefined,
          min: schema.minimum,
          max: schema.maximum,
          value: value === undefined ? '' : String(value),
          autocomplete: 'off',
          onchange: () => {
            const text = field.value.trim()
            this.#change(path, text === '' ? undefined : isNumber ? Number(text) : text)
          },
        })
      )
      return field
    }
    return this.#json(value, path, common)
  }

  /** @param {unknown} value @param {Path} path @param {Record<string, string>} common */
  #json(value, path, common) {
    const field = /** @type {HTMLTextAreaElement} */ (
      el('textarea', {
        ...common,
        rows: 2,
        spellcheck: 'false',
        value: value === undefined ? '' : JSON.stringify(value),
        onchange: () => {
          const text = field.value.trim()
          try {
            this.#change(path, text === '' ? undefined : JSON.parse(text))
            field.setCustomValidity('')
          } catch {
            field.setCustomValidity(t('This is no JSON.'))
            field.reportValidity()
          }
        },
      })
    )
    return field
  }
}

/** @param {Schema | undefined} schema */
function isObject(schema) {
  const one = schema?.anyOf?.[0] ?? schema?.oneOf?.[0] ?? schema
  return one?.type === 'object' && one.properties !== undefined
}

/** @param {Schema} schema @returns {Schema[]} */
function alternativesOf(schema) {
  return schema.anyOf ?? schema.oneOf ?? [schema]
}

/** What `type` can be; undefined: there is one kind only. @param {Schema} schema */
function variantsOf(schema) {
  return alternativesOf(schema).map(({ properties }) => properties?.type?.const)
}

/** @param {Schema} schema @param {any} item */
function variantOf(schema, item) {
  const all = alternativesOf(schema)
  return all.find(({ properties }) => properties?.type?.const === item?.type) ?? all[0] ?? {}
}

/** @param {Schema} schema @returns {unknown[] | undefined} */
function optionsOf(schema) {
  if (schema.enum !== undefined) return schema.enum
  const all = schema.anyOf ?? schema.oneOf
  if (all?.every((one) => one.const !== undefined)) return all.map((one) => one.const)
  return undefined
}

/** @param {string} text @param {unknown[]} options */
function parsedOption(text, options) {
  return options.find((one) => String(one) === text)
}

/** @param {Schema} schema */
function hintOf({ description = '', default: fallback, minimum, maximum }) {
  const range =
    minimum !== undefined && maximum !== undefined && Math.abs(maximum) < 1e15
      ? t('{min} to {max}', { min: minimum, max: maximum })
      : ''
  const standard =
    fallback === undefined ? '' : t('default {value}', { value: JSON.stringify(fallback) })
  return [description, range, standard].filter((part) => part !== '').join(' · ')
}

/**
 * A part that is made when it is first opened.
 * @param {HTMLElement} summary
 * @param {() => import('./el.js').Child[]} content
 */
function opening(summary, content) {
  const details = el('details', { class: 'config-section' }, summary)
  details.addEventListener('toggle', () => append(details, [content()]), { once: true })
  return details
}
