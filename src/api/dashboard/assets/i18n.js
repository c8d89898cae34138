/**
 * The words of the page. English stands in the code and is the key; German in `de.js`. What the
 * gateway says in sentences (findings, reasons) is shown as it says it.
 */
import { german } from './de.js'

const key = 'odograph.language'

/** @typedef {'en' | 'de'} Language */

/** @returns {Language} */
function chosen() {
  try {
    const kept = localStorage.getItem(key)
    if (kept === 'en' || kept === 'de') return kept
  } catch {
    // Forbidden: the browser's own is taken.
  }
  return navigator.languages.find((one) => /^(en|de)\b/i.test(one))?.startsWith('de') ? 'de' : 'en'
}

export const language = chosen()

/** For numbers and dates: the browser's variant of the language, such as de-AT. */
export const locales = [
  ...navigator.languages.filter((one) => one.toLowerCase().startsWith(language)),
  language,
]

/** @param {Language} next */
export function changeLanguage(next) {
  try {
    localStorage.setItem(key, next)
  } catch {
    return // It cannot be remembered, and so not be changed.
  }
  location.reload()
}

/**
 * `t('{n} trips', { n: 3 })`
 * @param {string} text
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(text, values = {}) {
  const words = language === 'de' ? (german[text] ?? text) : text
  return words.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))
}

const attributes = ['aria-label', 'title', 'placeholder']

/**
 * Puts the texts of a part of the document, and of its templates, into the language.
 * @param {ParentNode & Node} root
 */
export function translate(root) {
  if (language === 'en') return
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = (node.nodeValue ?? '').replace(/\s+/g, ' ').trim()
    const words = german[text]
    if (words !== undefined)
      node.nodeValue = (node.nodeValue ?? '').replace(/\S[\s\S]*\S|\S/, words)
  }
  for (const element of root.querySelectorAll(attributes.map((one) => `[${one}]`).join(','))) {
    for (const name of attributes) {
      const words = german[element.getAttribute(name) ?? '']
      if (words !== undefined) element.setAttribute(name, words)
    }
  }
  for (const template of root.querySelectorAll('template')) translate(template.content)
}
