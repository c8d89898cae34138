/** The files of the page: their words in both languages, and their size. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
// @ts-expect-error a script of the page, without types
import { german } from '../../src/api/dashboard/assets/de.js'
import { signalNames, signals } from '../../src/model/signals.ts'

const words = german as Record<string, string>
const folder = fileURLToPath(new URL('../../src/api/dashboard/assets/', import.meta.url))
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))

/** Names that are the same in every language. */
const same = new Set(['Odograph', 'Deutsch', '/v1/swagger/'])

function wordsOfScripts(): Set<string> {
  const found = new Set<string>()
  for (const file of files.filter((name) => name.endsWith('.js') && !name.endsWith('/de.js'))) {
    const text = readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')
    for (const [, key = ''] of text.matchAll(/\bt\(\s*'((?:[^'\\]|\\.)*)'/g)) {
      found.add(key.replaceAll("\\'", "'"))
    }
  }
  return found
}

function wordsOfDocument(): Set<string> {
  const html = readFileSync(join(folder, 'index.html'), 'utf8')
  const body = html.slice(html.indexOf('<body>')).replace(/<code>[\s\S]*?<\/code>/g, '<>')
  const texts = [...body.matchAll(/>([^<]+)</g)].map(([, text = '']) =>
    text.replace(/\s+/g, ' ').trim(),
  )
  const labels = [...body.matchAll(/(?:aria-label|title|placeholder)="([^"]+)"/g)].map(
    ([, text = '']) => text,
  )
  return new Set([...texts, ...labels].filter((text) => /[A-Za-z]{2}/.test(text)))
}

test('every word of the page has its German one', () => {
  const missing = [...wordsOfScripts(), ...wordsOfDocument()].filter(
    (text) => !(text in words) && !same.has(text),
  )
  assert.equal(missing, [])
})

test('so has the label of every signal', () => {
  assert.equal(
    signalNames.map((name) => signals[name].label).filter((label) => !(label in words)),
    [],
  )
})

test('what is put into a sentence is the same in both languages', () => {
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort()
  for (const [english, translated] of Object.entries(words)) {
    assert.equal(places(translated), places(english), english)
    assert.ok(translated.trim() !== '', english)
  }
})

test('the whole page has less than 300 kB compressed', () => {
  const plot = dirname(createRequire(import.meta.url).resolve('uplot/package.json'))
  const vendor = ['uPlot.esm.js', 'uPlot.min.css'].map((name) => join(plot, 'dist', name))
  const bytes = [...files, ...vendor].map((file) => gzipSync(readFileSync(file)).length)
  const total = bytes.reduce((sum, one) => sum + one, 0)
  assert.ok(total < 300_000, String(total))
})

test('no script or style of the page comes from elsewhere', () => {
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    const addresses = [...text.matchAll(/https?:\/\/[\w.-]+/g)].map(([address]) => address)
    assert.equal(
      addresses.filter((address) => !/w3\.org$/.test(address)),
      [],
      file,
    )
  }
})

test.run()
