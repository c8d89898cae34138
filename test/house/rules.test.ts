/**
 * The house rules of the design, read from the import statements: who may know whom, which package
 * is known in which place, and that nothing goes in circles.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'

const test = suite('house rules')

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Files of ours under a folder, as paths from the root. */
function filesUnder(folder: string, endings: RegExp): string[] {
  if (!existsSync(join(root, folder))) return []
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('node_modules'))
    .sort()
}

function textOf(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** `from '…'`, `import '…'`, `import('…')`, `require('…')`, `getBuiltinModule('…')`, as written. */
const IMPORT =
  /(?<!['"-])(?:\bfrom|\bimport|\bimport\s*\(|\brequire(?:\.resolve)?\s*\(|\bgetBuiltinModule(?:\?\.)?\s*\()\s*(['"])([^'"\n]+)\1/g

function importsOf(file: string): string[] {
  return [...textOf(file).matchAll(IMPORT)].map((match) => match[2] as string)
}

const sources = filesUnder('src', /\.(ts|js)$/)

interface Import {
  /** The importing file. */
  file: string
  /** A file from the root, or the name of a package. */
  target: string
  isOurs: boolean
}

/** Package names without a path inside them: `@fastify/static`, `node:fs`. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] as string)
}

/** What the page asks its server for: a path in its address space, no file and no package. */
function isServed(file: string, specifier: string): boolean {
  return file.startsWith('src/api/dashboard/') && specifier.startsWith('/')
}

const imports: Import[] = sources.flatMap((file) =>
  importsOf(file)
    .filter((specifier) => !isServed(file, specifier))
    .map((specifier) => {
      const isOurs = specifier.startsWith('.')
      const target = isOurs ? join(dirname(file), specifier) : packageOf(specifier)
      return { file, target, isOurs }
    }),
)

/** `src/device/serial/port.ts` → `device`; gateway and what lies right under src compose them. */
function partOf(file: string): string {
  const [, part, ...rest] = file.split('/')
  return rest.length === 0 || part === 'gateway' ? 'composition' : (part as string)
}

test('the imports of the sources are found', () => {
  assert.ok(sources.length > 80, `${sources.length} files`)
  assert.ok(imports.length > 300, `${imports.length} imports`)
  const kinds: [text: string, found: string[]][] = [
    ["import { a } from './a.ts'", ['./a.ts']],
    ["import type { A } from './a.ts'", ['./a.ts']],
    ["export * from './a.ts'", ['./a.ts']],
    ["import {\n  a,\n  b,\n} from 'pkg'", ['pkg']],
    ["import 'pkg'", ['pkg']],
    ["await import('./a.ts')", ['./a.ts']],
    ["const a = require('pkg/deep')", ['pkg/deep']],
    ["process.getBuiltinModule?.('node:sqlite')", ['node:sqlite']],
  ]
  for (const [text, found] of kinds) {
    assert.equal(
      [...text.matchAll(IMPORT)].map((match) => match[2]),
      found,
    )
  }
})

test('every import of ours names a file that is there', () => {
  for (const { file, target, isOurs } of imports) {
    if (isOurs) assert.ok(existsSync(join(root, target)), `${file} imports ${target}`)
  }
})

/** The parts that know only the model and themselves; the model knows nothing, not even them. */
const closed: Record<string, string[]> = {
  model: ['model'],
  config: ['config', 'model'],
  database: ['database', 'model'],
  device: ['device', 'database', 'model'],
  decoder: ['decoder', 'model'],
  uplink: ['uplink', 'database', 'model'],
  api: ['api', 'model'],
  client: ['client'],
  sandbox: ['sandbox', 'model'],
  update: ['update', 'config', 'model'],
}

for (const [part, known] of Object.entries(closed)) {
  test(`${part} imports ${known.filter((name) => name !== part).join(' and ') || 'nothing of ours'}, and itself`, () => {
    assert.ok(sources.some((file) => partOf(file) === part))
    const strangers = imports
      .filter(({ file, isOurs }) => isOurs && partOf(file) === part)
      .filter(({ target }) => !target.startsWith('src/') || !known.includes(partOf(target)))
      .map(({ file, target }) => `${file} imports ${target}`)
    assert.equal(strangers, [])
  })
}

test('every folder of src is one of the parts', () => {
  const parts = new Set(sources.map(partOf))
  assert.equal([...parts].sort(), [...Object.keys(closed), 'cli', 'composition'].sort())
})

test('nothing leaves src, and nothing but the command line is imported from cli', () => {
  for (const { file, target, isOurs } of imports) {
    if (!isOurs) continue
    assert.ok(target.startsWith('src/'), `${file} imports ${target}`)
    const ofCli = partOf(target) === 'cli' && partOf(file) !== 'cli'
    assert.ok(!ofCli || file === 'src/main.ts', `${file} imports ${target}`)
  }
})

test('the model and the decoder touch nothing of the world, the client runs in browsers', () => {
  const pure = new Set(['node:crypto'])
  const touched = imports
    .filter(({ file, isOurs }) => !isOurs && ['model', 'decoder', 'client'].includes(partOf(file)))
    .filter(({ file, target }) => partOf(file) === 'client' || !pure.has(target))
    .map(({ file, target }) => `${file} imports ${target}`)
  assert.equal(touched, [])
})

test('no imports go in a circle', () => {
  const next = new Map(sources.map((file) => [file, [] as string[]]))
  for (const { file, target, isOurs } of imports) if (isOurs) next.get(file)?.push(target)
  const done = new Set<string>()
  const path: string[] = []
  const circles: string[] = []
  function visit(file: string): void {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file].join(' → '))
    if (done.has(file) || path.includes(file)) return
    path.push(file)
    for (const target of next.get(file) ?? []) visit(target)
    path.pop()
    done.add(file)
  }
  for (const file of sources) visit(file)
  assert.equal(circles, [])
})

/** Where each package may be imported: a file, or a folder. What is not here is in nobody's hands. */
const homes: Record<string, string[]> = {
  serialport: ['src/device/serial/'],
  mqtt: ['src/uplink/mqtt/'],
  aedes: ['src/uplink/mqtt/'],
  'cbor-x': ['src/uplink/cbor.ts'],
  '@photostructure/sqlite': ['src/database/'],
  'node:sqlite': ['src/database/'],
  fastify: ['src/api/'],
  '@fastify/compress': ['src/api/'],
  '@fastify/static': ['src/api/'],
  '@fastify/swagger': ['src/api/'],
  '@fastify/swagger-ui': ['src/api/'],
  jose: ['src/api/auth/'],
  'micro-eth-signer': ['src/api/auth/wallet-signature.ts'],
  nodemailer: ['src/uplink/mail/'],
  ws: ['src/api/live/web-socket.ts', 'src/device/lora/basics-station/'],
  'quickjs-emscripten-core': ['src/sandbox/'],
  '@jitl/quickjs-wasmfile-release-sync': ['src/sandbox/'],
  buffer: ['src/sandbox/'],
  'temporal-polyfill': ['src/api/local-days.ts'],
  yaml: ['src/config/'],
  pino: ['src/logger.ts'],
  uplot: ['src/api/'],
  'hyparquet-writer': ['src/uplink/export/parquet.ts'],
  // Not of the world: a language for shapes, spoken where shapes come in.
  zod: ['src/config/', 'src/api/'],
}

test('each package is imported in its own place only', () => {
  const known = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]))
  for (const { file, target, isOurs } of imports) {
    if (isOurs || (known.has(target) && homes[target] === undefined)) continue
    const home = homes[target]
    assert.ok(home, `${file} imports ${target}, which has no home`)
    assert.ok(
      home.some((place) => file === place || (place.endsWith('/') && file.startsWith(place))),
      `${file} imports ${target}, at home in ${home.join(', ')}`,
    )
  }
})

/** Names that a file takes from another one of ours. */
function namesFrom(file: string, target: string): string[] {
  const pattern = /import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+'([^']+)'/g
  return [...textOf(file).matchAll(pattern)]
    .filter(([, , specifier = '']) => join(dirname(file), specifier) === target)
    .flatMap(([, names = '']) => names.split(',').map((name) => name.trim()))
}

test('only the governor makes permits, and only what is in device takes frames out of them', () => {
  const permit = 'src/device/governor/permit.ts'
  const users = sources
    .map((file) => ({ file, names: namesFrom(file, permit) }))
    .filter(({ names }) => names.length > 0)
  assert.ok(users.length >= 4, `${users.length} files use permits`)
  for (const { file, names } of users) {
    const mints = names.includes('mint')
    assert.ok(!mints || file.startsWith('src/device/governor/'), `${file} makes permits`)
    assert.ok(file.startsWith('src/device/'), `${file} uses permits`)
  }
  const governors = sources.filter((file) =>
    namesFrom(file, 'src/device/governor/governor.ts').includes('Governor'),
  )
  assert.equal(governors, ['src/gateway/asking.ts'], 'who has a governor')
})

test('builtin modules are imported by their full name', () => {
  const short = imports.filter(({ target, isOurs }) => !isOurs && builtinModules.includes(target))
  assert.equal(
    short
      .map(({ file, target }) => `${file} imports ${target}`)
      .filter((text) => !text.includes('node:')),
    [],
  )
})

test('flows, where there are any, import nothing of src', () => {
  const strangers = filesUnder('flows', /\.(ts|js|mjs|cjs|html)$/).flatMap((file) =>
    importsOf(file)
      .filter((specifier) => specifier.startsWith('.'))
      .map((specifier) => join(dirname(file), specifier))
      .filter((target) => !target.startsWith('flows/'))
      .map((target) => `${file} imports ${target}`),
  )
  assert.equal(strangers, [])
})

test('nothing that is shipped speaks of where it was made, or of what is left to do', () => {
  const words = /\.\.\/shared|\/work\/|\bTODO\b|\bFIXME\b/
  const shipped = [...filesUnder('src', /./), ...filesUnder('flows', /./)]
  const found = shipped.flatMap((file) =>
    textOf(file)
      .split('\n')
      .flatMap((line, i) => (words.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
  )
  assert.equal(found, [])
})

test.run()
