/** Recordings, files and vectors that independent tools decoded; only where the folder is found. */
import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { compileDbc, type DbcValue } from '../../src/decoder/dbc/compile.ts'
import type { Dbc } from '../../src/decoder/dbc/dbc.ts'
import { dbcText, parseDbc } from '../../src/decoder/dbc/parse.ts'
import { recording } from '../support/needs.ts'
import { randomBytes, referenceDecode, seeded } from './dbc-reference.ts'

const test = suite('dbc vectors')

interface Vector {
  frame_id: number
  ext: boolean
  message: string
  data: string
  error?: string
  signals?: Record<
    string,
    { raw: number | string; value: number | string; unit?: string; text?: string }
  >
}

interface VectorFile {
  messages?: number
  signals?: number
  multiplexed_messages?: number
  nodes?: string[]
  refused?: string
  vectors?: Vector[]
}

interface GoldenRow {
  n: number
  id: string
  did?: string
  signal: string
  value: number
  unit: string | null
}

function load(path: string): Dbc {
  return parseDbc(dbcText(readFileSync(path))).dbc
}

function linesOf<T>(path: string): T[] {
  const text = gunzipSync(readFileSync(path)).toString()
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T)
}

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

/** Relative 1e-9; texts stand for integers beyond 2^53 and for what is not finite. */
function agrees(actual: DbcValue, expected: number | string, rounding = 0): boolean {
  if (typeof expected === 'string') return String(actual) === expected
  const difference = Math.abs(Number(actual) - expected)
  return difference <= Math.max(rounding, Math.abs(expected) * 1e-9)
}

/** The golden lines have nine decimals. */
const ROUNDING = 5.01e-10

/**
 * Two signals of one message have this name, cut to 32 characters; the long name (SPN 2434, the
 * third and fourth byte) is the second one's. The peer puts it on the value of the first.
 */
const SECOND_OF_A_NAME = 'ET.Engine Exhaust Gas Temperature - Left Manifold '

/** Compares one decoded payload with the rows of the peer; returns the differences. */
function differences(dbc: Dbc, vector: Vector): string[] {
  const data = bytesOf(vector.data)
  const missing = new Map(Object.entries(vector.signals ?? {}))
  const found: string[] = []
  const frame = { id: vector.frame_id, extended: vector.ext, length: data.length, data }
  compileDbc(dbc).decode(frame, (message, signal, raw, value, unit) => {
    if (vector.error) return
    const expected = missing.get(signal.name)
    missing.delete(signal.name)
    const text = signal.choices?.get(raw)
    const same =
      expected &&
      message.name === vector.message &&
      agrees(raw, expected.raw) &&
      agrees(value, expected.value) &&
      unit === (expected.unit ?? null) &&
      text === expected.text
    if (!same) found.push(`${message.name}.${signal.name} ${raw} ${value} ${unit} ${text}`)
  })
  return [...found, ...[...missing.keys()].map((name) => `${vector.message}.${name} is missing`)]
}

const vectors = recording('vectors/dbc_decode.json')
if (vectors) {
  const { files } = JSON.parse(readFileSync(vectors, 'utf8')) as {
    files: Record<string, VectorFile>
  }
  for (const [name, file] of Object.entries(files)) {
    const path = recording(`dbc/${name}`)
    if (!path) continue
    test(`${name} has the peer's messages and values`, () => {
      const { dbc, problems } = parseDbc(dbcText(readFileSync(path)))
      if (!file.refused) {
        const signals = dbc.messages.flatMap((message) => message.signals)
        // The peer counts both signals of the same name, though it gives only the later one.
        const replaced = problems.filter(({ text }) => /^signal .* again/.test(text)).length
        assert.is(dbc.messages.length, file.messages)
        assert.is(signals.length + replaced, file.signals)
        const multiplexed = dbc.messages.filter(({ signals }) =>
          signals.some(({ branch }) => branch),
        )
        assert.is(multiplexed.length, file.multiplexed_messages)
      }
      const wrong = (file.vectors ?? []).flatMap((vector) => differences(dbc, vector))
      assert.equal(
        wrong.filter((line) => !line.startsWith(SECOND_OF_A_NAME)),
        [],
      )
    })
  }
}

const folder = recording('dbc')
const dbcFiles = folder
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.dbc'),
    )
  : []

for (const name of dbcFiles) {
  test(`every signal of ${name} agrees with a bit-by-bit decoder`, () => {
    const dbc = load(`${folder}/${name}`)
    const decoder = compileDbc(dbc)
    const random = seeded(name.length)
    for (const message of dbc.messages) {
      for (let round = 0; round < 12; round++) {
        const extra = round % 3 === 0 ? 1785 - message.length : 0
        const data = randomBytes(random, message.length + (name.includes('j1939_can') ? extra : 0))
        selectBranch(dbc, message.id, data, round)
        const expected = referenceDecode(message, data)
        const left = new Map(expected.map((row) => [row.symbol, row]))
        const { id, extended } = message
        decoder.decode({ id, extended, length: data.length, data }, (_, signal, raw, value) => {
          const row = left.get(signal.symbol)
          assert.ok(row, signal.symbol)
          assert.equal(String(raw), String(row.raw), signal.symbol)
          assert.ok(near(value, row.value), `${signal.symbol}: ${value}, not ${row.value}`)
          left.delete(signal.symbol)
        })
        assert.equal([...left.keys()], [])
      }
    }
  })
}

/** The oracle multiplies by the binary number next to the factor, we by the factor as written. */
function near(value: number | bigint, expected: number | bigint): boolean {
  if (String(value) === String(expected)) return true
  const [a, b] = [Number(value), Number(expected)]
  return Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b))
}

/** Sets the multiplexers of the test data so that some branch is active, level by level. */
function selectBranch(dbc: Dbc, id: number, data: Uint8Array, round: number): void {
  const signals = dbc.messages.find((message) => message.id === id)?.signals ?? []
  const branched = signals.filter(({ branch }) => branch)
  const chosen = branched[(round * 97) % Math.max(branched.length, 1)]
  let { branch } = chosen ?? {}
  while (branch) {
    const multiplexer = signals.find(({ symbol }) => symbol === branch?.multiplexer)
    const value = branch.ranges[0]?.from ?? 0
    if (multiplexer && multiplexer.length % 8 === 0) {
      const first = multiplexer.start >> 3
      const bytes = multiplexer.length / 8
      for (let index = 0; index < bytes; index++) {
        const place = multiplexer.bigEndian ? bytes - 1 - index : index
        data[first + place] = Math.floor(value / 256 ** index) % 256
      }
    }
    branch = multiplexer?.branch
  }
}

const capture = recording('captures/dbc_toyota_rav4_2017_comma2k19.log.gz')
const golden = recording('captures/dbc_toyota_rav4_2017_comma2k19.golden.dbc.jsonl.gz')
const toyota = recording('dbc/toyota_new_mc_pt_generated.dbc')
if (capture && golden && toyota) {
  test('the recorded RAV4 decodes as the golden lines say', () => {
    const decoder = compileDbc(load(toyota))
    const byFrame = new Map<number, Map<string, GoldenRow>>()
    let last = 0
    for (const row of linesOf<GoldenRow>(golden)) {
      const rows = byFrame.get(row.n) ?? new Map<string, GoldenRow>()
      byFrame.set(row.n, rows.set(row.signal, row))
      last = Math.max(last, row.n)
    }
    const lines = gunzipSync(readFileSync(capture))
      .toString()
      .split('\n')
      .slice(0, last + 1)
    let same = 0
    const wrong: string[] = []
    lines.forEach((line, n) => {
      const [, channel, id, hex] = /\) (\w+) (\w+)#(\w*)/.exec(line) ?? []
      // The file describes the powertrain bus; bus 1 is the radar's, with other messages.
      if (channel !== 'can0' || !id || hex === undefined) return
      const data = bytesOf(hex)
      const frame = {
        id: Number.parseInt(id, 16),
        extended: id.length > 3,
        length: data.length,
        data,
      }
      const rows = byFrame.get(n)
      decoder.decode(frame, (_, signal, _raw, value, unit) => {
        const row = rows?.get(signal.name)
        rows?.delete(signal.name)
        if (row && agrees(value, row.value, ROUNDING) && unit === row.unit && row.id === id)
          same += 1
        else wrong.push(`${n} ${id} ${signal.name} ${value} ${row?.value}`)
      })
      for (const name of rows?.keys() ?? []) wrong.push(`${n} ${id} ${name} is missing`)
    })
    assert.equal(wrong.slice(0, 20), [])
    assert.is(same, 85_295)
  })
}

const uds = recording('captures/uds_kia_ev6_63BEF5CD.golden.uds_dbc.jsonl.gz')
const payloads = recording('captures/uds_kia_ev6_63BEF5CD.golden.isotp.jsonl.gz')
const kia = recording('dbc/hyundai_kia_uds_v2.4.dbc')
if (uds && payloads && kia) {
  test('the reassembled UDS responses of the recorded EV6 decode as the golden lines say', () => {
    const decoder = compileDbc(load(kia))
    const rows = new Map(linesOf<GoldenRow>(uds).map((row) => [`${row.n} ${row.signal}`, row]))
    const expected = rows.size
    let same = 0
    const wrong: string[] = []
    for (const { n, id, payload } of linesOf<{ n: number; id: string; payload: string }>(
      payloads,
    )) {
      const data = bytesOf(payload)
      const frame = { id: Number.parseInt(id, 16), extended: false, length: data.length, data }
      decoder.decode(frame, (_, signal, _raw, value, unit) => {
        if (signal.multiplexer) return
        const row = rows.get(`${n} ${signal.name}`)
        rows.delete(`${n} ${signal.name}`)
        if (row && agrees(value, row.value, ROUNDING) && unit === row.unit) same += 1
        else wrong.push(`${n} ${id} ${signal.name} ${value} ${unit} ${row?.value}`)
      })
    }
    assert.equal(wrong.slice(0, 20), [])
    assert.equal([...rows.keys()].slice(0, 20), [])
    assert.is(same, expected)
  })
}

const malformed = recording('dbc/toyota_2017_ref_pt_malformed_ids.dbc')
if (malformed) {
  test('a published file with impossible identifiers loads without those messages', () => {
    const { dbc, problems } = parseDbc(dbcText(readFileSync(malformed)))
    assert.is(dbc.messages.length, 111)
    assert.is(problems.length, 32)
    assert.equal(problems[0], {
      line: 387,
      column: 5,
      text: 'message id 1075054137 has more than 11 bits',
    })
    assert.ok(problems.every(({ text }) => text.endsWith('has more than 11 bits')))
  })
}

if (!vectors && !folder) test('finds no recordings here', () => assert.is(dbcFiles.length, 0))

test.run()
