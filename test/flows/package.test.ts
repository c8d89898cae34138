/**
 * The palette as a package: what the Flow Library's scorecard looks at, and that its parts fit together —
 * dialogs and nodes, catalogues and the keys that are used, help and its sections.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('palette package')

const root = fileURLToPath(new URL('../../flows/', import.meta.url))
const built = fileURLToPath(new URL('../../dist/flows/', import.meta.url))
const read = (path: string) => readFileSync(root + path, 'utf8')
const pack = JSON.parse(read('package.json'))
const sets = Object.keys(pack['node-red'].nodes)
const languages = ['en-US', 'de']
const NAMESPACE = `${pack.name}/`

test('P01–P07: licence, repository, scope, keyword and versions are declared', () => {
  assert.is(pack.license, 'MIT')
  assert.ok(read('LICENSE').length > 500)
  assert.is(pack.repository.directory, 'flows')
  assert.ok(pack.bugs.url)
  assert.match(pack.name, /^@[a-z]+\/node-red-/)
  assert.ok(pack.keywords.includes('node-red'))
  assert.is(pack['node-red'].version, '>=4.1.0')
  assert.is(pack.engines.node, '>=20.19')
  assert.ok(read('README.md').length > 1000)
})

test('D01–D03: there is nothing to install with it', () => {
  assert.is(pack.dependencies, undefined)
  assert.is(pack.optionalDependencies, undefined)
  const main = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  assert.is(pack.version, main.version)
})

interface Definition {
  type: string
  text: string
  defaults: string[]
}

const definitions = new Map<string, Definition>(
  sets.map((set) => {
    const html = read(`nodes/${set}.html`)
    const [, type = '', text = ''] =
      /RED\.nodes\.registerType\('([^']+)', (\{[\s\S]*?\n {2}\})\)/.exec(html) ?? []
    const [, defaults = ''] = /defaults: \{\n([\s\S]*?)\n {4}\},/.exec(text) ?? []
    return [
      set,
      {
        type,
        text,
        defaults: [...defaults.matchAll(/^ {6}(\w+):/gm)].map(([, name = '']) => name),
      },
    ]
  }),
)

test('N01: each set registers one type of ours, the same in the editor and in the runtime', () => {
  const types = [...definitions.values()].map(({ type }) => type)
  assert.is(new Set(types).size, sets.length)
  for (const [set, { type, text }] of definitions) {
    assert.is(type, `odograph-${set}`)
    assert.ok(read(`nodes/${set}.ts`).includes(`type: '${type}'`), set)
    if (set === 'gateway') continue
    // What tools read out of it has to be written there.
    for (const field of ['category', 'color', 'icon', 'inputs', 'outputs']) {
      assert.match(text, new RegExp(`^ {4}${field}: ('[^']+'|\\d),$`, 'm'), `${set}: ${field}`)
    }
  }
})

test('every setting has a field in the dialog and is read by the node, with a version', () => {
  for (const [set, { defaults }] of definitions) {
    const html = read(`nodes/${set}.html`)
    const prefix = set === 'gateway' ? 'node-config-input' : 'node-input'
    assert.ok(defaults.includes('version') && defaults.includes('name'), set)
    for (const name of defaults.filter((one) => one !== 'version')) {
      assert.ok(html.includes(`id="${prefix}-${name}"`), `${set}: no field for ${name}`)
    }
    const fields = [...html.matchAll(new RegExp(`id="${prefix}-(\\w+)"`, 'g'))].map(
      ([, name]) => name,
    )
    const known = [...defaults, ...(set === 'gateway' ? ['token'] : [])]
    assert.equal(
      [...new Set(fields)].filter((name) => !known.includes(String(name))),
      [],
      set,
    )
    const code = ['nodes', 'lib'].flatMap((folder) =>
      readdirSync(root + folder)
        .filter((file) => file === `${set}.ts` || (folder === 'lib' && file.endsWith('.ts')))
        .map((file) => read(`${folder}/${file}`)),
    )
    for (const name of defaults.filter((one) => !['version', 'name'].includes(one))) {
      assert.ok(
        code.some((text) => text.includes(`'${name}'`)),
        `${set}: ${name} is not read`,
      )
    }
  }
})

type Catalogue = { [key: string]: string | Catalogue }

function catalogue(language: string, set: string): Catalogue {
  return JSON.parse(read(`nodes/locales/${language}/${set}.json`))
}

function textIn(found: Catalogue, key: string): string | undefined {
  const value = key.split('.').reduce<Catalogue | string | undefined>((at, part) => {
    return typeof at === 'object' ? at[part] : undefined
  }, found)
  return typeof value === 'string' ? value : undefined
}

function keysIn(found: Catalogue, prefix = ''): string[] {
  return Object.entries(found).flatMap(([name, value]) =>
    typeof value === 'string' ? [prefix + name] : keysIn(value, `${prefix}${name}.`),
  )
}

/** Keys in attributes, in `this._('…')`, and full ones in code. */
function keysUsed(set: string): string[] {
  const html = read(`nodes/${set}.html`)
  const attributes = [...html.matchAll(/data-i18n="(?:\[\w+\])?([^"]+)"/g)].map(
    ([, key = '']) => key,
  )
  const called = [...html.matchAll(/_\((?:[^()']*\? )?'([\w.-]+)'(?: : '([\w.-]+)')?\)/g)].flatMap(
    ([, ...keys]) => keys.filter((key) => key !== undefined),
  )
  return [...attributes, ...called]
}

test('every text of a dialog stands in every catalogue', () => {
  for (const set of sets) {
    const used = keysUsed(set)
    assert.ok(used.length >= 3, set)
    for (const language of languages) {
      for (const key of used) {
        if (key.startsWith('node-red:')) continue
        const [where, name] = key.startsWith(NAMESPACE)
          ? key.slice(NAMESPACE.length).split(':')
          : [set, key]
        const found = textIn(catalogue(language, String(where)), String(name))
        assert.ok(found, `${set}, ${language}: ${key}`)
      }
    }
  }
})

test('every catalogue has the same keys and blanks, and no key that nobody uses', () => {
  const html = sets.map((set) => read(`nodes/${set}.html`)).join('')
  const code = readdirSync(`${root}lib`)
    .map((file) => read(`lib/${file}`))
    .join('')
  const blanks = (text = '') => [...text.matchAll(/__\w+__/g)].map(([blank]) => blank).sort()
  for (const set of sets) {
    const [first = '', ...others] = languages
    const english = catalogue(first, set)
    for (const language of others) {
      const other = catalogue(language, set)
      assert.equal(keysIn(other).sort(), keysIn(english).sort(), `${set}, ${language}`)
      for (const key of keysIn(english)) {
        assert.equal(blanks(textIn(other, key)), blanks(textIn(english, key)), `${set}: ${key}`)
      }
    }
    for (const key of keysIn(english)) {
      const last = key.split('.').at(-1) as string
      const isUsed = html.includes(key) || code.includes(`'${last}'`)
      assert.ok(
        isUsed || [last, last.replace('-', '.')].some((one) => html.includes(`'${one}'`)),
        `${set}: ${key} is not used`,
      )
    }
  }
})

test('every error and status has its words', () => {
  const [, list = ''] =
    /export type ErrorCode =([\s\S]*?)\n\n/.exec(read('lib/palette-error.ts')) ?? []
  const codes = [...list.matchAll(/'([\w-]+)'/g)].map(([, code = '']) => code)
  assert.ok(codes.length > 10)
  for (const language of languages) {
    const found = catalogue(language, 'gateway')
    for (const code of codes) {
      assert.ok(textIn(found, `errors.${code}`), `${language}: errors.${code}`)
      const short = textIn(found, `short.${code}`)
      assert.ok(short !== undefined && short.length <= 20, `${language}: short.${code}`)
    }
  }
})

test('every node has help with all its sections, in every language', () => {
  for (const [set, { type, text }] of definitions) {
    for (const language of languages) {
      const help = read(`nodes/locales/${language}/${set}.html`)
      const where = `${language}/${set}`
      assert.ok(help.startsWith(`<script type="text/markdown" data-help-name="${type}">\n`), where)
      const body = help.split('\n').slice(1, -2).join('\n')
      const sections = [...body.matchAll(/^### (\w+)$/gm)].map(([, name]) => name)
      const expected = [
        ...(/inputs: 1/.test(text) ? ['Inputs'] : []),
        ...(/outputs: [1-9]/.test(text) ? ['Outputs'] : []),
        ...['Details', 'References'],
      ]
      assert.equal(sections, expected, where)
      assert.match(body.split('\n')[0] ?? '', /^[A-ZÄÖÜ].*\.$/, where)
      assert.not.match(body, /^ +/m, `${where}: what is indented is no text in markdown`)
      assert.not.match(body, /\*\*/, where)
      for (const [line] of body.matchAll(/^: .*$/gm)) {
        assert.match(line, /^: (\*\w+\*|\w+) \([\w |]+\) : .+[.:`]$/, `${where}: ${line}`)
      }
    }
  }
})

test('the editor parts load nothing before they register, and know no colours of their own', () => {
  for (const set of sets) {
    const html = read(`nodes/${set}.html`)
    assert.not.match(html, /<script[^>]+src=/, set)
    const [style = ''] = /<style>[\s\S]*<\/style>/.exec(html) ?? []
    assert.not.match(style, /#[0-9a-f]{3,8}\b|rgb\(/i, set)
    for (const [, selector = ''] of style.matchAll(/^ {2}([^ ].*) \{$/gm)) {
      assert.match(selector, /odograph/, `${set}: ${selector} is for others, too`)
    }
  }
})

test('what is built has everything that is declared, and knows no package', () => {
  const files = readdirSync(built, { recursive: true }).map(String)
  for (const path of Object.values(pack['node-red'].nodes) as string[]) {
    assert.ok(files.includes(path), path)
    assert.ok(files.includes(path.replace('.js', '.html')), path)
  }
  assert.not(
    files.some((file) => file.endsWith('.ts')),
    'sources are not shipped',
  )
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const text = readFileSync(built + file, 'utf8')
    for (const [, specifier = ''] of text.matchAll(/\b(?:from|import) ?["']([^"'\n]+)["']/g)) {
      assert.match(specifier, /^(\.|node:)/, `${file} imports ${specifier}`)
    }
  }
})

test.run()
