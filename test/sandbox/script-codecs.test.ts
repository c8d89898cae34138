/** Scripts that users write: read in every form that is in use, and none gets further than its data. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { OdographError } from '../../src/model/errors.ts'
import type { DecodedPayload, DecodeResult } from '../../src/model/lora.ts'
import { createScriptCodecs, type ScriptCodecs } from '../../src/sandbox/script-codecs.ts'
import { loraVectors } from '../support/lora-payloads.ts'
import { startScriptWorker } from '../support/source-workers.ts'

const test = suite('script codecs')

const TIME = Date.parse('2024-01-24T20:54:44.376Z')

let codecs: ScriptCodecs
test.before(() => {
  codecs = createScriptCodecs({ startWorker: startScriptWorker })
})
test.after(() => codecs.stop())

async function decode(script: string, bytes = [1, 2, 3], fPort = 2): Promise<DecodeResult> {
  const payload = { bytes: Uint8Array.from(bytes), fPort, time: TIME }
  return await codecs.codec('codec.js', script).decode(payload)
}

async function read(script: string, bytes?: number[]): Promise<DecodedPayload> {
  const result = await decode(script, bytes)
  if ('error' in result) throw new Error(result.error)
  return result.decoded
}

async function fieldsOf(script: string, bytes?: number[]): Promise<Record<string, unknown>> {
  return (await read(script, bytes)).fields
}

async function errorOf(script: string): Promise<string> {
  const result = await decode(script)
  return 'error' in result ? result.error : `it was read: ${JSON.stringify(result.decoded)}`
}

interface Vector {
  id: string
  name: string
  script: string
  input: { fPort: number; bytes: number[]; recvTime: string }
  expect: {
    data?: Record<string, unknown>
    dataHas?: Record<string, unknown>
    normalized?: unknown[]
    error?: string
    errors?: string[]
    message?: string
    anyOf?: { error?: string }[]
  }
}

for (const vector of loraVectors<Vector>('codec-sandbox.json') ?? []) {
  test(`${vector.id}: ${vector.name}`, () => check(vector))
}

async function check({ script, input, expect }: Vector): Promise<void> {
  assert.is(input.recvTime, new Date(TIME).toISOString())
  const result = await decode(script, input.bytes, input.fPort)
  const kinds = expect.anyOf?.map(({ error }) => error) ?? [expect.error]
  if ('error' in result) {
    assert.ok(kinds.includes(/^\w+/.exec(result.error)?.[0]), result.error)
    for (const text of [...(expect.errors ?? []), expect.message ?? '']) {
      assert.ok(result.error.includes(text), result.error)
    }
  } else {
    assert.equal(kinds, [undefined], JSON.stringify(result))
    const { normalized_payload, ...fields } = result.decoded.fields
    if (expect.data) assert.equal(fields, expect.data)
    for (const [name, value] of Object.entries(expect.dataHas ?? {})) {
      assert.equal(fields[name], value)
    }
    assert.equal(normalized_payload, expect.normalized)
  }
  assert.is(({} as { polluted?: string; admin?: boolean }).polluted, undefined)
  assert.is(({} as { polluted?: string; admin?: boolean }).admin, undefined)
}

test('every form that codecs have is called', async () => {
  const forms = [
    'function decodeUplink(input) { return { data: { p: input.fPort, n: input.bytes.length } } }',
    'const decodeUplink = ({ fPort: p, bytes }) => ({ data: { p, n: bytes.length } })',
    'module.exports = { decodeUplink: (i) => ({ data: { p: i.fPort, n: i.bytes.length } }) }',
    'exports.decodeUplink = (i) => ({ data: { p: i.fPort, n: i.bytes.length } })',
    'var driver = { decodeUplink: (i) => ({ data: { p: i.fPort, n: i.bytes.length } }) }',
    'exports.driver = { decodeUplink: (i) => ({ data: { p: i.fPort, n: i.bytes.length } }) }',
    'function Decoder(bytes, port) { return { p: port, n: bytes.length } }',
    'function Decode(fPort, bytes, variables) { return { p: fPort, n: bytes.length } }',
    '"use strict"; function decodeUplink(i) { return { data: { p: i.fPort, n: i.bytes.length } } }',
  ]
  for (const form of forms) assert.equal(await fieldsOf(form), { p: 2, n: 3 }, form)
})

test('decodeUplink goes before the older forms', async () => {
  const script =
    'function Decoder() { return { old: 1 } } function decodeUplink() { return { data: { old: 0 } } }'
  assert.equal(await fieldsOf(script), { old: 0 })
})

test('ChirpStack passes variables, and they are there', async () => {
  assert.equal(await fieldsOf('function decodeUplink(i) { return { data: i.variables } }'), {})
})

test('its clock stands at the time of reception, in UTC', async () => {
  const script = `function decodeUplink(input) {
    var before = Date.now(); for (var i = 0; i < 1e5; i++);
    return { data: {
      now: new Date().toISOString(), moved: Date.now() - before, received: +input.recvTime,
      isDate: new Date() instanceof Date, local: new Date(2024, 0, 1).toISOString(),
      parsed: Date.parse('2020-01-01T00:00:00Z'), utc: Date.UTC(2020, 0, 1),
      made: new Date(5).getTime(), text: typeof Date(), performance: typeof performance } }
  }`
  assert.equal(await fieldsOf(script), {
    now: '2024-01-24T20:54:44.376Z',
    moved: 0,
    received: TIME,
    isDate: true,
    local: '2024-01-01T00:00:00.000Z',
    parsed: 1_577_836_800_000,
    utc: 1_577_836_800_000,
    made: 5,
    text: 'string',
    performance: 'undefined',
  })
})

test('Buffer reads floats, and both byte orders', async () => {
  const script = `function decodeUplink(i) {
    const b = Buffer.from(i.bytes)
    return { data: { le: b.readInt16LE(0), be: b.readUInt16BE(0), f: b.readFloatBE(2), t: b.toString('base64') } }
  }`
  assert.equal(await fieldsOf(script, [0xff, 0xfe, 0x42, 0x28, 0, 0]), {
    ...{ le: -257, be: 65_534, f: 42, t: '//5CKAAA' },
  })
})

test('warnings go on, and what normalizeUplink does wrong is one', async () => {
  const script = `
    function decodeUplink() { return { data: { a: 1 }, warnings: ['low battery'] } }
    function normalizeUplink() { throw new Error('no unit') }`
  assert.equal(await read(script), {
    fields: { a: 1 },
    warnings: ['low battery', 'normalizeUplink: Error: no unit'],
  })
})

test('what went wrong is said in words', async () => {
  const cases: [string, RegExp][] = [
    ['var a = 1', /^no_entry: .*decodeUplink, Decoder or Decode/],
    ['var x = require("./x")', /^throw: .*'require' is not defined \(it has to be a single file/],
    ['function decodeUplink() { return {} }', /^no_data/],
    ['function decodeUplink() { return { errors: "bad port" } }', /^codec_errors: bad port/],
    ['async function decodeUplink() { return { data: {} } }', /^bad_return: .*promise/],
    ['function Decoder() { return [1] }', /^bad_return: .*list/],
    ['function decodeUplink() { return { data: { a: 1n } } }', /^bad_return: .*BigInt/],
    ['function decodeUplink() { var a = {}; a.a = a; return { data: a } }', /^bad_return: .*circ/],
    ['function decodeUplink() { return { data: { toJSON: () => 5 } } }', /^bad_return/],
    ['JSON.parse("{")', /^throw: SyntaxError/],
    ['function (', /^compile: /],
    ['throw "a text"', /^throw: a text/],
  ]
  for (const [script, expected] of cases) assert.match(await errorOf(script), expected)
})

/** Each is followed by a good script, which has to work as if nothing had been. */
const hostile: [string, string, RegExp][] = [
  ['a loop', 'while (true);', /^timeout/],
  ['a loop that is not to be left', 'try { while (1); } finally { while (1); }', /^timeout/],
  ['a loop that catches', 'for (;;) try { while (1); } catch (e) {}', /^timeout/],
  ['a loop in a getter of what is thrown', 'throw { get message() { while (1); } }', /^timeout/],
  ['a loop in a proxy', 'return new Proxy({}, { get() { while (1); } })', /^timeout/],
  [
    'a loop in toString',
    'return { errors: [{ toString() { while (1); } }], data: {} }',
    /^timeout/,
  ],
  ['a long text', 'return { data: { n: "a".repeat(1e9).length } }', /^memory/],
  [
    'a text that doubles',
    'var s = "aaaaaaaa"; for (;;) s += s + Math.random()',
    /^(memory|timeout|throw)/,
  ],
  ['a list without end', 'var a = []; for (;;) a.push(new Array(1000).fill(7))', /^(mem|time)/],
  [
    'memory again and again',
    'for (;;) { try { var a = []; for (;;) a.push([a.length]) } catch (e) {} }',
    /^(memory|timeout)/,
  ],
  ['recursion', 'return (function f() { return f() + 1 })()', /^stack/],
  [
    'recursion that catches itself',
    'function f() { try { f() } catch (e) { f() } } f(); return { data: {} }',
    /^(timeout|stack)/,
  ],
  [
    'deep data',
    'var r = {}, a = r; for (var i = 0; i < 5000; i++) a = a.x = {}; return { data: r }',
    /^(too_large|stack|bad_return|throw)/,
  ],
  ['much data', 'return { data: { s: "z".repeat(70000) } }', /^too_large/],
  [
    'many keys',
    'var d = {}; for (var i = 0; i < 2e4; i++) d["k" + i] = i; return { data: d }',
    /^too/,
  ],
  ['a regular expression', 'return { data: { m: /(x+x+)+y/.test("x".repeat(50)) } }', /^timeout/],
  [
    'jobs without end',
    'Promise.resolve().then(function f() { return Promise.resolve().then(f) }); return { errors: ["left"] }',
    /^codec_errors: left/,
  ],
]

for (const [name, body, expected] of hostile) {
  test(`${name} ends, and the next script is none the worse`, async () => {
    assert.match(await errorOf(`function decodeUplink(input) { ${body} }`), expected)
    const good = 'function decodeUplink(i) { return { data: { n: i.bytes.length } } }'
    assert.equal(await fieldsOf(good), { n: 3 })
  })
}

test('20,000 parentheses are refused, and the next script is none the worse', async () => {
  const many = 20_000
  assert.match(await errorOf(`${'('.repeat(many)}1${')'.repeat(many)}`), /^(compile|stack)/)
  assert.equal(await fieldsOf('function Decoder() { return { a: 1 } }'), { a: 1 })
})

test('nothing of one run is there in the next', async () => {
  const script = `Object.prototype.left = 1; Array.prototype.map = null; JSON.parse = null; globalThis.left = 1
    function decodeUplink() { return { data: { a: 1 } } }`
  assert.equal(await fieldsOf(script), { a: 1 })
  const looking = 'function decodeUplink() { return { data: { left: typeof left, o: {}.left } } }'
  assert.equal(await fieldsOf(looking), { left: 'undefined' })
})

test('what a script does to the built-in functions does not change what is read', async () => {
  const script = `JSON.stringify = function () { return '{"data":{"a":2},"warnings":[]}' }
    Array.isArray = function () { throw 1 }; String = null; Reflect.construct = null
    function decodeUplink() { return { data: { a: 1, t: new Date().getTime() }, warnings: ['w'] } }`
  assert.equal(await read(script), { fields: { a: 1, t: TIME }, warnings: ['w'] })
})

test('there is nothing of the host in reach', async () => {
  const names = [
    ...['process', 'require', 'global', 'fetch', 'setTimeout', 'WebAssembly', 'postMessage'],
    ...['parentPort', 'Deno', 'std', 'os', 'print', 'scriptArgs', 'gc', 'Atomics', 'Worker'],
  ]
  const script = `function decodeUplink(i) {
    var make = i.constructor.constructor, out = {}
    for (var name of ${JSON.stringify(names)}) out[name] = make('return typeof ' + name)()
    return { data: out }
  }`
  const seen = await fieldsOf(script)
  assert.equal(Object.keys(seen), names)
  assert.equal(new Set(Object.values(seen)), new Set(['undefined']))
})

test('names that objects of the host would take for their own are left out', async () => {
  const script = `function decodeUplink() {
    return { data: JSON.parse('{"__proto__":{"admin":true},"a":{"constructor":1,"b":[{"prototype":2,"c":3}]}}') }
  }`
  const fields = await fieldsOf(script)
  assert.equal(JSON.stringify(fields), '{"a":{"b":[{"c":3}]}}')
  assert.is(fields.admin, undefined)
})

test('a script of more than 256 KB is refused where it is configured', () => {
  try {
    codecs.codec('big.js', ' '.repeat(256 * 1024 + 1))
    assert.unreachable()
  } catch (error) {
    assert.ok(error instanceof OdographError && error.code === 'config-invalid')
    assert.match(error.message, /big\.js.*262145 characters; 262144 may be/)
  }
})

test('a script that was changed has another name', () => {
  const [one, other] = ['var a', 'var b'].map((source) => codecs.codec('c.js', source).name)
  assert.match(one as string, /^script:c\.js#[0-9a-f]{8}$/)
  assert.is.not(one, other)
})

test('many ask at once and each has its own answer', async () => {
  const script = 'function Decoder(bytes) { return { n: bytes[0] } }'
  const all = Array.from({ length: 50 }, (_, at) => fieldsOf(script, [at]))
  assert.equal(
    (await Promise.all(all)).map(({ n }) => n),
    Array.from({ length: 50 }, (_, at) => at),
  )
})

test('those who wait when it is stopped are answered', async () => {
  const own = createScriptCodecs({ startWorker: startScriptWorker })
  const codec = own.codec('c.js', 'function Decoder() { return {} }')
  const payload = { bytes: Uint8Array.of(1), fPort: 1, time: TIME }
  const asked = [codec.decode(payload), codec.decode(payload)]
  await own.stop()
  for (const result of await Promise.all([...asked, codec.decode(payload)])) {
    assert.match('error' in result ? result.error : 'read', /the gateway is stopping/)
  }
})

test('a sandbox that cannot start is an error of the payload, not of the gateway', async () => {
  const missing = new URL('./none.js', import.meta.url)
  const { Worker } = await import('node:worker_threads')
  const own = createScriptCodecs({ startWorker: (options) => new Worker(missing, options) })
  const codec = own.codec('c.js', 'function Decoder() { return {} }')
  const result = await codec.decode({ bytes: Uint8Array.of(1), fPort: 1, time: TIME })
  assert.match('error' in result ? result.error : 'read', /^sandbox: the sandbox for scripts broke/)
  await own.stop()
})

test.run()
