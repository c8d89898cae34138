/**
 * The few things the page does to its document. Text is only ever set as text, and only where it
 * has changed, so that nothing moves, is read aloud or selected anew each second.
 */

/**
 * The element that must be there; a page without it is a programming error.
 * @param {ParentNode} root
 * @param {string} selector
 * @returns {HTMLElement}
 */
export function find(root, selector) {
  const element = root.querySelector(selector)
  if (!(element instanceof HTMLElement)) throw new Error(`the page has no ${selector}`)
  return element
}

/**
 * @param {Element} element
 * @param {string} text
 */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text
}

/**
 * Sets an attribute, or removes it where the value is undefined.
 * @param {Element} element
 * @param {string} name
 * @param {string | undefined} value
 */
export function setAttribute(element, name, value) {
  if (value === undefined) element.removeAttribute(name)
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value)
}

/**
 * @param {HTMLElement} element
 * @param {boolean} shown
 */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown
}

/**
 * A copy of the one element in the `<template>` with this id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function copyOf(id) {
  const template = find(document, `template#${id}`)
  const first = template instanceof HTMLTemplateElement ? template.content.firstElementChild : null
  if (first === null) throw new Error(`the template ${id} is empty`)
  return /** @type {HTMLElement} */ (first.cloneNode(true))
}

/**
 * A list of elements kept in step with a list of items: an item keeps its element for as long as
 * it is there.
 * @template T
 */
export class KeyedList {
  #container
  #create
  #update
  /** @type {Map<string, HTMLElement>} */
  #elements = new Map()

  /**
   * @param {HTMLElement} container
   * @param {() => HTMLElement} create
   * @param {(element: HTMLElement, item: T) => void} update
   */
  constructor(container, create, update) {
    this.#container = container
    this.#create = create
    this.#update = update
  }

  /**
   * @param {readonly T[]} items
   * @param {(item: T) => string} keyOf
   */
  set(items, keyOf) {
    const gone = new Set(this.#elements.keys())
    let next = this.#container.firstElementChild
    for (const item of items) {
      const key = keyOf(item)
      // Two items of one key would fight for one element; the first one has it.
      if (!gone.delete(key) && this.#elements.has(key)) continue
      const element = this.#elements.get(key) ?? this.#create()
      this.#elements.set(key, element)
      this.#update(element, item)
      if (element === next) next = next.nextElementSibling
      else this.#container.insertBefore(element, next)
    }
    for (const key of gone) {
      this.#elements.get(key)?.remove()
      this.#elements.delete(key)
    }
  }
}
