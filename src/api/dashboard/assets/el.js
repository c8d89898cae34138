/**
 * Makes elements: `el('p', { class: 'hint' }, 'text', child)`. A property that begins with `on` is a
 * listener, `undefined` and `false` leave an attribute out. Texts become text, never markup.
 *
 * @typedef {Node | string | number | undefined | null | false} Child
 * @typedef {Record<string, unknown>} Properties
 */

const svgSpace = 'http://www.w3.org/2000/svg'

/**
 * @param {string} tag
 * @param {Properties} [properties]
 * @param {...(Child | Child[])} children
 * @returns {HTMLElement}
 */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag)
  fill(element, properties, children)
  return element
}

/**
 * @param {string} tag
 * @param {Properties} [properties]
 * @param {...(Child | Child[])} children
 * @returns {SVGElement}
 */
export function svg(tag, properties = {}, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(svgSpace, tag))
  fill(element, properties, children)
  return element
}

/**
 * @param {Element} element
 * @param {Properties} properties
 * @param {(Child | Child[])[]} children
 */
function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false || value === null) continue
    if (name.startsWith('on')) {
      element.addEventListener(name.slice(2), /** @type {EventListener} */ (value))
    } else if (name === 'value' || name === 'checked') {
      Object.assign(element, { [name]: value })
    } else element.setAttribute(name, value === true ? '' : String(value))
  }
  append(element, children)
}

/**
 * @param {Element} element
 * @param {(Child | Child[])[]} children
 */
export function append(element, children) {
  for (const child of children.flat()) {
    if (child === undefined || child === null || child === false) continue
    element.append(child instanceof Node ? child : String(child))
  }
}

/**
 * A state: its word, and a dot whose shape differs too.
 * @param {'good' | 'warn' | 'bad' | 'quiet'} tone
 * @param {string} word
 */
export function stateOf(tone, word) {
  const dot = el('span', { class: 'dot', 'aria-hidden': 'true' })
  return el('span', { class: 'state', 'data-tone': tone }, dot, el('span', {}, word))
}

/**
 * A table with a caption for those who do not see it.
 * @param {string} caption
 * @param {{ text: string, end?: boolean }[]} heads
 * @param {Child[]} rows
 */
export function table(caption, heads, rows) {
  const cells = heads.map(({ text, end }) =>
    el('th', { scope: 'col', role: 'columnheader', class: end ? 'end' : undefined }, text),
  )
  return el(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    el(
      'table',
      { class: 'grid-table' },
      el('caption', { class: 'unseen' }, caption),
      el('thead', {}, el('tr', {}, cells)),
      el('tbody', {}, rows),
    ),
  )
}
