/**
 * Recordings of real vehicles against what independent tools decode from them, line by line. The
 * frames are read here by an expression per line, so that the readers of src/device are no part of
 * the comparison; the lines compared are those of `odograph decode`.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { tapKinds } from '../../src/cli/decode/kinds.ts'
import type { DecodePlace } from '../../src/cli/decode/line.ts'
import { BusDecoder } from '../../src/decoder/bus-decoder.ts'
import { pgnTable } from '../../src/decoder/j1939/pgn-table.ts'
import type { SpnRow } from '../../src/decoder/j1939/rows.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'
import { IssueCounter } from '../../src/model/issue.ts'
import type { Reading } from '../../src/model/reading.ts'
import { recording } from '../support/needs.ts'

const test = suite('goldens')

type Kind = 'spn' | 'tp' | 'dm1' | 'isotp' | 'obd' | 'requests' | 'address_claim'
type Row = Record<string, unknown> & { n: number; note?: string }

const kinds = ['spn', 'tp', 'dm1', 'isotp', 'obd', 'requests', 'address_claim'] as const

/** Numeric SPNs of the table. SPN 237 is text: the peers say raw 0 for it, which is wrong. */
const rows = pgnTable.flatMap(({ pgn, spns }) =>
  spns.filter((row): row is SpnRow => 'slot' in row).map((row) => ({ ...row, pgn })),
)
const ours = new Set(rows.map(({ pgn, spn }) => `${pgn} ${spn}`))
const known = new Set(pgnTable.flatMap(({ pgn, spns }) => spns.map(({ spn }) => `${pgn} ${spn}`)))

function textOf(path: string): string {
  const bytes = readFileSync(path)
  return (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString()
}

/** The data frames of a candump log, or of a PCAN trace (whose times start somewhere). */
function framesOf(path: string): { bus: string; frame: CanFrame }[] {
  const candump = /^\((\d+)\.(\d{6})\) (\S+) ([0-9A-F]{3}|[0-9A-F]{8})#((?:[0-9A-F]{2})*)\r?$/
  const trace = /^ *\d+\) +(\d+)\.(\d) +(?:Rx|Tx) +([0-9A-F]+) +\d +((?:[0-9A-F]{2} ?)*)\r?$/
  const frames: { bus: string; frame: CanFrame }[] = []
  for (const line of textOf(path).split('\n')) {
    const [, seconds, micros, bus, id, data] =
      candump.exec(line) ?? traceLine(trace.exec(line)) ?? []
    if (id === undefined) continue
    const bytes = Buffer.from((data ?? '').replaceAll(' ', ''), 'hex')
    const time = Number(seconds) * 1_000_000 + Number(micros)
    const frame = frameOf(Number.parseInt(id, 16), bytes, { extended: id.length === 8, time })
    frames.push({ bus: bus ?? '', frame })
  }
  return frames
}

/** Milliseconds and their tenths as seconds and microseconds; a trace has one bus. */
function traceLine(match: RegExpExecArray | null): string[] | undefined {
  if (match === null) return undefined
  const [all = '', ms = '', tenth = '', id = '', data = ''] = match
  return [all, '0', String(Number(ms) * 1000 + Number(tenth) * 100), 'can0', id, data]
}

interface Decoded {
  lines: Row[]
  readings: Reading[]
  issues: IssueCounter
}

function decode(path: string, kind: Kind): Decoded {
  const place: DecodePlace = { n: -1, bus: '', id: 0, extended: false }
  const result: Decoded = { lines: [], readings: [], issues: new IssueCounter() }
  const decoders = new Map<string, BusDecoder>()
  for (const { bus, frame } of framesOf(path)) {
    place.n += 1
    place.bus = bus
    const decoder =
      decoders.get(bus) ??
      new BusDecoder({
        bus,
        reading: (reading) => result.readings.push({ ...reading }),
        issue: result.issues.add,
        taps: tapKinds[kind](place, (line) => result.lines.push(line as Row)),
      })
    decoders.set(bus, decoder)
    decoder.frame(frame)
  }
  return result
}

/** What makes a line the only one of its kind. */
function keyOf(kind: Kind, row: Row): string {
  if (kind === 'spn') return `${row.n} ${row.pgn} ${row.spn}`
  if (kind === 'obd') return `${row.n} ${row.mode} ${row.pid}`
  return `${row.n}`
}

function byKey(kind: Kind, lines: readonly Row[]): Map<string, Row> {
  const map = new Map(lines.map((row) => [keyOf(kind, row), row]))
  assert.is(map.size, lines.length, 'no line stands twice')
  return map
}

function near(a: unknown, b: unknown, tolerance = 1e-6): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b
  return Math.abs(a - b) <= tolerance + 1e-9 * Math.abs(b)
}

/** The documented fields of each kind; golden lines have more (second opinions, notes). */
const fields: Record<Kind, string[]> = {
  spn: ['n', 'ts', 'pgn', 'src', 'spn', 'raw', 'value', 'unit', 'status'],
  tp: ['n', 'ts', 'ch', 'pgn', 'src', 'dst', 'kind', 'len', 'data'],
  dm1: ['n', 'ts', 'ch', 'pgn', 'src', 'tp', 'raw', 'lamps', 'dtcs'],
  isotp: ['n', 'ts', 'id', 'kind', 'len', 'payload'],
  obd: ['n', 'ts', 'id', 'mode', 'pid', 'payload'],
  requests: ['n', 'ts', 'ch', 'src', 'dst', 'requested_pgn'],
  address_claim: [
    ...['n', 'ts', 'ch', 'src', 'name', 'identity_number', 'manufacturer_code', 'ecu_instance'],
    ...['function_instance', 'function', 'vehicle_system', 'vehicle_system_instance'],
    ...['industry_group', 'arbitrary_address_capable'],
  ],
}
const units: Record<string, string> = { deg: '°' }

function sameRow(kind: Kind, golden: Row, own: Row, isTrace: boolean): boolean {
  for (const field of fields[kind]) {
    const [expected, value] = [golden[field], own[field]]
    if (field === 'ts' && isTrace) continue
    if (field === 'unit' && value === (units[String(expected)] ?? expected)) continue
    if (field === 'value' && near(value, expected)) continue
    if (JSON.stringify(value) !== JSON.stringify(expected)) return false
  }
  return samePid(golden, own)
}

/** What two peers make of a PID, where we make something of it. */
function samePid(golden: Row, own: Row): boolean {
  if (own.mode !== 1 || own.value === null) return true
  const peer = golden.python_obd as { value: unknown } | undefined
  if (peer !== undefined) return near(own.value, peer.value)
  const [second] = Object.values((golden.dbc ?? {}) as Record<string, { value: unknown }>)
  return second === undefined || near(own.value, second.value, 0.02)
}

function differences(kind: Kind, golden: Row[], own: Row[], isTrace: boolean): string[] {
  const found: string[] = []
  const lines = byKey(kind, own)
  for (const [key, expected] of byKey(kind, golden)) {
    const line = lines.get(key)
    lines.delete(key)
    // A line with a note is one that a decoder may also leave out.
    if (line === undefined && expected.note !== undefined) continue
    if (line === undefined) found.push(`missing ${JSON.stringify(expected)}`)
    else if (!sameRow(kind, expected, line, isTrace)) {
      found.push(`${JSON.stringify(line)} instead of ${JSON.stringify(expected)}`)
    }
  }
  for (const line of lines.values()) found.push(`too many ${JSON.stringify(line)}`)
  return found
}

function isCompared(kind: Kind, row: Row): boolean {
  return kind !== 'spn' || ours.has(`${row.pgn} ${row.spn}`)
}

/** Every recording of the folder that has golden lines of a kind that we print. */
function goldens(folder: string): { base: string; path: string; kind: Kind; golden: string }[] {
  const root = recording(folder)
  if (root === undefined) return []
  const files = readdirSync(root)
  return files.flatMap((file) => {
    const [, base, name] = /^(.+)\.golden\.(\w+)\.jsonl(?:\.gz)?$/.exec(file) ?? []
    const kind = kinds.find((known) => known === name)
    const endings = ['.frames.candump.log.gz', '.log.gz', '.log', '.trc']
    const ending = endings.find((one) => files.includes(`${base}${one}`))
    if (base === undefined || kind === undefined || ending === undefined) return []
    return [{ base, kind, path: `${root}/${base}${ending}`, golden: `${root}/${file}` }]
  })
}

function linesOf(golden: string): Row[] {
  const lines = textOf(golden).split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Row)
}

const found = [...goldens('captures'), ...goldens('captures/copyleft/rusefi')]

for (const { base, kind, path, golden } of found) {
  test(`${base}: every "${kind}" line is as the independent tools have it`, () => {
    const expected = linesOf(golden).filter((row) => isCompared(kind, row))
    const { lines, readings } = decode(path, kind)
    const own = lines.filter((row) => isCompared(kind, row))
    assert.ok(expected.length > 0, 'golden lines')
    assert.equal(differences(kind, expected, own, path.endsWith('.trc')).slice(0, 3), [])
    if (kind === 'spn') assertReadings(expected, readings)
  })
}

/** As many readings with a value of every signal as the peers find values of its SPNs. */
function assertReadings(golden: readonly Row[], readings: readonly Reading[]): void {
  const signals = new Set(rows.flatMap(({ signal }) => (signal === undefined ? [] : [signal])))
  for (const signal of signals) {
    const feeding = rows.filter((row) => row.signal === signal)
    const keys = new Set(feeding.map(({ pgn, spn }) => `${pgn} ${spn}`))
    const expected = golden.filter(
      ({ pgn, spn, status }) => keys.has(`${pgn} ${spn}`) && status === 'ok',
    )
    const own = readings.filter((one) => one.signal === signal && one.value !== undefined)
    assert.is(own.length, expected.length, signal)
  }
}

if (recording('captures') !== undefined) {
  test('there are golden lines of every kind', () => {
    assert.equal([...new Set(found.map(({ kind }) => kind))].sort(), [...kinds].sort())
    assert.ok(found.length >= 15, `${found.length} files`)
  })

  test('every parameter that the independent tools find in a recording is in the table', () => {
    const parameters = new Set(
      found
        .filter(({ kind }) => kind === 'spn')
        .flatMap(({ golden }) => linesOf(golden).map(({ pgn, spn }) => `${pgn} ${spn}`)),
    )
    assert.ok(parameters.size > 600, `${parameters.size} parameters`)
    for (const parameter of parameters) assert.ok(known.has(parameter), parameter)
  })
} else {
  test('without the recordings nothing is compared', () => assert.equal(found, []))
}

test.run()
