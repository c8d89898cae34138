/** The documents about the hardware: drawings that are well formed, links that lead somewhere, snippets that are valid. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { findingsOf } from '../../src/config/write-config.ts'

const folder = fileURLToPath(new URL('../../hardware/', import.meta.url))
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name))
const named = (ending: string) => files.filter((file) => file.endsWith(ending))

/** What is wrong with the form of a document (XML 1.0, as far as a drawing needs it). */
function faultOf(text: string): string | undefined {
  const open: string[] = []
  const rest = text.replace(
    /<(\/?)([A-Za-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_tag, end, name, _more, empty) => {
      if (end === '/' && open.pop() !== name) open.push(`</${name}>`)
      else if (end !== '/' && empty !== '/') open.push(name)
      return ''
    },
  )
  if (open.length > 0) return `not closed: ${open.join(', ')}`
  if (/[<>]/.test(rest)) return `no tag: ${/.{0,20}[<>].{0,20}/.exec(rest)?.[0]}`
  const entity = /&(?!(amp|lt|gt|quot|apos|#\d+|#x[0-9a-f]+);).{0,10}/i.exec(text)
  return entity === null ? undefined : `unknown entity: ${entity[0]}`
}

test('a fault of form is found', () => {
  assert.is(faultOf('<svg a="b"><g/></svg>'), undefined)
  for (const bad of [
    '<svg>',
    '<svg><g></svg></g>',
    '<svg a=b></svg>',
    '<svg>&nbsp;</svg>',
    '<a>1 < 2</a>',
  ]) {
    assert.ok(faultOf(bad), bad)
  }
})

for (const file of named('.svg')) {
  test(`${relative(folder, file)} is well formed, and says in words what it shows`, () => {
    const text = readFileSync(file, 'utf8')
    assert.is(faultOf(text), undefined)
    assert.match(text, /<svg [^>]*viewBox="0 0 \d+ \d+"/)
    assert.match(text, /<title id="t">[^<]{10,}<\/title>/)
    assert.match(text, /<desc id="d">[^<]{40,}<\/desc>/)
    const sizes = [...text.matchAll(/font-size="(\d+)"/g)].map(([, size]) => Number(size))
    assert.ok(Math.min(...sizes) >= 13, 'letters that can be read')
  })
}

for (const file of named('.md')) {
  const text = readFileSync(file, 'utf8')
  test(`the links of ${relative(folder, file)} lead somewhere`, () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g)].map(([, link = '']) => link)
    assert.equal(
      links.filter((link) => !existsSync(join(dirname(file), link))),
      [],
    )
  })
  for (const [index, [, yaml = '']] of [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].entries()) {
    test(`configuration ${index + 1} in ${relative(folder, file)} is valid`, () => {
      assert.equal(findingsOf(yaml, 'snippet.yaml'), [])
    })
  }
}

test('there are drawings and documents at all', () => {
  assert.ok(named('.svg').length >= 8)
  assert.ok(named('.md').length >= 8)
})

test.run()
