/**
 * The rules that the SPN and signal tables keep, each with an id, and the vectors of independent
 * tools for what the SPN table makes of bytes. The PID table has its own (obd-tables.test.ts).
 */
import { readdirSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { BusDecoder } from '../../src/decoder/bus-decoder.ts'
import { bitOffset, compilePgns, rawOf } from '../../src/decoder/j1939/compile.ts'
import { pgnTable } from '../../src/decoder/j1939/pgn-table.ts'
import type { SpnRow, TextRow } from '../../src/decoder/j1939/rows.ts'
import { slots, statusOf } from '../../src/decoder/j1939/slots.ts'
import { inUnit, type Scale, scaler } from '../../src/decoder/quantity.ts'
import type { SpnValue } from '../../src/decoder/taps.ts'
import { frameOf } from '../../src/model/frame.ts'
import {
  isSignalName,
  type SignalDefinition,
  type SignalName,
  signals,
} from '../../src/model/signals.ts'
import { assertFrozen } from '../support/frozen-names.ts'
import { recording } from '../support/needs.ts'
import { randomBytes, seeded } from './dbc-reference.ts'

const test = suite('tables')

type Row = (SpnRow | TextRow) & { pgn: number }

const allRows: Row[] = pgnTable.flatMap(({ pgn, spns }) => spns.map((row) => ({ ...row, pgn })))
const rows = allRows.filter((row): row is SpnRow & { pgn: number } => 'slot' in row)
const texts = allRows.filter((row): row is TextRow & { pgn: number } => 'text' in row)
const definitions = Object.entries(signals) as [SignalName, SignalDefinition][]

const indicatorNames: ReadonlySet<unknown> = new Set(['na', 'error', 'specific', 'reserved'])

function repeated(values: readonly unknown[]): unknown[] {
  return values.filter((value, i) => values.indexOf(value) !== i)
}

function bytesOf(hex: string): number[] {
  return [...Buffer.from(hex, 'hex')]
}

/** Every SPN that a message shows, put on the bus as one frame or as a broadcast. */
function spnsOf(pgn: number, data: readonly number[]): SpnValue[] {
  const found: SpnValue[] = []
  const decoder = new BusDecoder({
    bus: 'can0',
    reading: () => undefined,
    issue: ({ code, detail }) =>
      assert.ok(code === 'message-short' || code === 'text-invalid', `${code} ${detail}`),
    taps: { spn: (value) => found.push(value) },
  })
  if (data.length <= 8) {
    decoder.frame(frameOf(0x18000000 + pgn * 256, data))
    return found
  }
  const packets = Math.ceil(data.length / 7)
  const control = [32, data.length & 255, data.length >> 8, packets, 255]
  decoder.frame(frameOf(0x1cecff00, [...control, pgn & 255, (pgn >> 8) & 255, pgn >> 16]))
  for (let n = 0; n < packets; n += 1) {
    decoder.frame(frameOf(0x1cebff00, [n + 1, ...data.slice(n * 7, n * 7 + 7)]))
  }
  return found
}

test('T01 every PGN is in the table once, and every SPN once in its group', () => {
  assert.equal(repeated(pgnTable.map(({ pgn }) => pgn)), [])
  for (const { pgn, spns } of pgnTable) {
    assert.equal(repeated(spns.map(({ spn }) => spn)), [], `PGN ${pgn}`)
    assert.equal(repeated(spns.map(({ label }) => label)), [], `PGN ${pgn}`)
  }
})

test('there are the parameters that a fleet asks for, by the hundred', () => {
  assert.ok(rows.length >= 1400, `${rows.length} SPNs`)
})

test('T02 a PGN has 18 bits, and no destination in its low byte', () => {
  for (const { pgn } of pgnTable) {
    assert.ok(pgn > 0 && pgn < 2 ** 17, `${pgn}`)
    assert.ok(((pgn >> 8) & 0xff) >= 240 || (pgn & 0xff) === 0, `${pgn}`)
  }
})

test('T03 the bits of an SPN lie within what a message can have, and within its samples', () => {
  for (const { pgn, spn, at, slot, samples } of rows) {
    const [byte, bit] = typeof at === 'number' ? [at, 1] : at
    assert.ok(byte >= 1 && bit >= 1 && bit <= 8, `SPN ${spn}`)
    const end = bitOffset(at) + slot.bits
    assert.ok(end <= 1785 * 8, `SPN ${spn}`)
    for (const [hex] of samples) assert.ok(end <= hex.length * 4, `PGN ${pgn}, SPN ${spn}, ${hex}`)
  }
})

test('T04 no two SPNs of a group share a bit', () => {
  for (const { pgn, spns } of pgnTable) {
    const taken = new Map<number, number>()
    for (const row of spns) {
      if (!('slot' in row)) continue
      const start = bitOffset(row.at)
      for (let bit = start; bit < start + row.slot.bits; bit += 1) {
        assert.is(taken.get(bit), undefined, `PGN ${pgn}, bit ${bit}`)
        taken.set(bit, row.spn)
      }
    }
  }
})

test('T05 the unit of an SPN converts to the unit of its signal; a truth value comes of a state', () => {
  for (const { spn, slot, signal, signalAt } of rows) {
    for (const name of [signal, ...Object.values(signalAt ?? {})]) {
      if (name === undefined) continue
      const { unit, type } = signals[name]
      if (type === 'number') assert.is(inUnit(slot, unit).unit, unit, `SPN ${spn}`)
      else assert.equal([type, slot.unit], ['boolean', 'bit'], `SPN ${spn}`)
    }
  }
})

test('the states of an enumeration fit its width, and none is "not available"', () => {
  for (const { spn, slot, states } of rows) {
    for (const state of Object.keys(states ?? {}).map(Number)) {
      assert.ok(state >= 0 && state < 2 ** slot.bits - 1, `SPN ${spn}, state ${state}`)
      assert.is(slot.unit, 'bit', `SPN ${spn}`)
    }
  }
})

test('the instance of a group is one of its parameters', () => {
  for (const { pgn, spns, instance } of pgnTable) {
    if (instance !== undefined)
      assert.ok(
        spns.some(({ spn }) => spn === instance),
        `PGN ${pgn}`,
      )
  }
})

test('T06 every row has a sample with a value', () => {
  for (const { spn, samples } of rows) {
    assert.ok(
      samples.some(([, expected]) => typeof expected === 'number'),
      `SPN ${spn}`,
    )
  }
  for (const { spn, samples } of texts) {
    assert.ok(
      samples.some(([, expected]) => expected !== 'na'),
      `SPN ${spn}`,
    )
  }
})

test('T07 every sample of an SPN decodes to what it says', () => {
  for (const { pgn, spn, samples } of allRows) {
    for (const [hex, expected] of samples) {
      const found = spnsOf(pgn, bytesOf(hex)).find((value) => value.spn === spn)
      const isIndicator = indicatorNames.has(expected)
      assert.is(found?.status, isIndicator ? expected : 'ok', `SPN ${spn}, ${hex}`)
      assert.is(found?.value, isIndicator ? undefined : expected, `SPN ${spn}, ${hex}`)
    }
  }
})

test('T08 every SPN whose SLOT has "not available" shows it in a sample', () => {
  for (const { spn, slot, samples } of rows) {
    if (slot.bits === 1) continue
    assert.ok(
      samples.some(([, expected]) => expected === 'na'),
      `SPN ${spn}`,
    )
  }
})

test('T09 every signal that a row names is in the signal table', () => {
  for (const { spn, signal } of rows) {
    assert.ok(signal === undefined || isSignalName(signal), `SPN ${spn}`)
  }
})

test('T10 of several SPNs of one signal no two have the same rank', () => {
  const ranks = rows
    .filter(({ signal }) => signal !== undefined)
    .map(({ signal, rank }) => `${signal} ${rank ?? 0}`)
  assert.equal(repeated(ranks), [])
})

test('T12 every signal is described completely', () => {
  for (const [name, row] of definitions) {
    assert.ok(row.label.length > 0, name)
    assert.match(row.vss, /^Vehicle(\.[A-Z][A-Za-z0-9]*)+$/, name)
    assert.ok(row.freshSeconds > 0, name)
    if (row.type === 'number') {
      assert.ok((row.min ?? Number.NaN) < (row.max ?? Number.NaN), name)
    } else {
      assert.equal([row.unit, row.min, row.max], ['', undefined, undefined], name)
    }
  }
})

test('T13 the names of signals and SPNs are the ones that others build on', () => {
  assertFrozen(
    'signals',
    definitions.map(([name, { unit, type }]) => `${name} ${unit || type}`),
  )
  assertFrozen(
    'spns',
    allRows.map((row) =>
      'slot' in row
        ? `${row.pgn} ${row.spn} ${row.signal ?? '-'} ${row.rank ?? 0}`
        : `${row.pgn} ${row.spn} ${row.text}`,
    ),
  )
})

test('T14 every file of rows names the public source that it follows', () => {
  const folders = ['../../src/decoder/j1939/table/', '../../src/decoder/obd/table/']
  for (const folder of folders.map((path) => new URL(path, import.meta.url))) {
    const files = readdirSync(folder).filter((name) => name !== 'group-samples.ts')
    assert.ok(files.length >= 3)
    for (const file of files) {
      const [header = ''] = readFileSync(new URL(file, folder), 'utf8').split('*/')
      assert.match(header, /\(?(SAE )?J19\d\d[^)]* as\s+\*?\s*public\s+\*?\s*knowledge/, file)
    }
  }
})

/** A field of a made-up table: its raw value and what it means. */
function fieldOf(data: Uint8Array, offset: number, bits: number) {
  const at = [(offset >> 3) + 1, (offset & 7) + 1] as const
  const slot = { bits, num: 1, den: 1, offset: 0, unit: '' }
  const spns: SpnRow[] = [{ spn: 1, label: '', at, slot, samples: [] }]
  const plan = compilePgns([{ pgn: 61440, label: '', name: '', spns }])[61440]?.spns[0]
  const raw = plan === undefined ? Number.NaN : rawOf(plan, data)
  const status = statusOf(raw, bits)
  assert.is(raw < (plan?.indicatorFrom ?? 0), status === 'ok')
  return { raw, status }
}

test('a field of 1 to 32 bits is taken from any place in a message', () => {
  const random = seeded(71)
  for (let bits = 1; bits <= 32; bits += 1) {
    for (let offset = 0; offset + bits <= 64; offset += 1) {
      const data = randomBytes(random, 8)
      const whole = Buffer.from(data).readBigUInt64LE()
      const expected = Number((whole >> BigInt(offset)) & ((1n << BigInt(bits)) - 1n))
      assert.is(fieldOf(data, offset, bits).raw, expected, `${bits} bits from ${offset}`)
    }
  }
})

test('every SPN of random messages is what a slow reading in whole numbers makes of it', () => {
  const random = seeded(1939)
  for (const { pgn, spns } of pgnTable) {
    const own = spns.filter((row): row is SpnRow => 'slot' in row)
    const ends = own.map(({ at, slot }) => bitOffset(at) + slot.bits)
    const bytes = Math.max(8, Math.ceil(Math.max(0, ...ends) / 8))
    for (let round = 0; round < 8; round += 1) {
      const data = randomBytes(random, bytes)
      const whole = data.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n)
      const found = new Map(spnsOf(pgn, [...data]).map((value) => [value.spn, value]))
      for (const { spn, at, slot } of own) {
        const raw = Number((whole >> BigInt(bitOffset(at))) & ((1n << BigInt(slot.bits)) - 1n))
        const status = statusOf(raw, slot.bits)
        const value = status === 'ok' ? (raw * slot.num) / slot.den + slot.offset : undefined
        const ours = found.get(spn)
        assert.equal([ours?.raw, ours?.status], [raw, status], `PGN ${pgn}, SPN ${spn}`)
        if (value === undefined) assert.is(ours?.value, undefined)
        else assert.ok(close(ours?.value, value), `PGN ${pgn}, SPN ${spn}: ${ours?.value}`)
      }
    }
  }
})

test('no raw value of 16 bits or less comes out with the noise of binary fractions', () => {
  const scales: [string, Scale, number][] = Object.entries(slots)
    .filter(([, { bits }]) => bits <= 16)
    .map(([name, slot]) => [name, slot, slot.bits])
  for (const [name, slot, bits] of scales) {
    for (const scale of slot.unit === '%' ? [slot, inUnit(slot, 'ratio')] : [slot]) {
      const value = scaler(scale)
      for (let raw = 0; raw < 2 ** bits; raw += 1) {
        assert.is(value(raw), Number(value(raw).toPrecision(15)), `${name}, raw ${raw}`)
      }
    }
  }
})

test('a conversion that no table needs is refused when the tables are compiled', () => {
  assert.throws(() => inUnit(slots.voltageWord, 'km'), /no conversion from V to km/)
})

function close(actual: unknown, expected: number, tolerance = 1e-6): boolean {
  return Math.abs(Number(actual) - expected) <= tolerance + 1e-9 * Math.abs(expected)
}

function vectorsOf<T>(path: string): T | undefined {
  const file = recording(`vectors/${path}`)
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as T)
}

const indicators = vectorsOf<{
  vectors: { length_bits: number; start_bit: number; data: string; raw: number; status: string }[]
}>('j1939_spn_indicators.json')
if (indicators !== undefined) {
  for (const { length_bits: bits, start_bit: start, data, raw, status } of indicators.vectors) {
    test(`vector: ${raw} in ${bits} bits is "${status}"`, () => {
      assert.equal(fieldOf(Uint8Array.from(bytesOf(data)), start, bits), { raw, status })
    })
  }
}

interface SpnVector {
  spn: number
  raw: number
  value: number | null
  status: string
}

const scaling = vectorsOf<{
  pgn_defs: { pgn: number; spns: { spn: number; start_bit: number; length_bits: number }[] }[]
  single: (SpnVector & { pgn: number; data: string })[]
  frames: { pgn: number; data: string; spns: SpnVector[] }[]
}>('j1939_spn_scaling.json')
if (scaling !== undefined) {
  const numbers = new Set(rows.map(({ pgn, spn }) => `${pgn} ${spn}`))

  test('vectors: our SPNs stand where a peer has them', () => {
    for (const { pgn, spns } of scaling.pgn_defs) {
      for (const { spn, start_bit: start, length_bits: bits } of spns) {
        const row = rows.find((candidate) => candidate.pgn === pgn && candidate.spn === spn)
        if (row === undefined) continue
        assert.equal([bitOffset(row.at), row.slot.bits], [start, bits], `SPN ${spn}`)
      }
    }
  })

  test('vectors: single values at the ends of their ranges', () => {
    const known = scaling.single.filter(({ pgn, spn }) => numbers.has(`${pgn} ${spn}`))
    assert.ok(known.length > 90, `${known.length} vectors`)
    for (const { pgn, spn, data, ...expected } of known) {
      const found = spnsOf(pgn, bytesOf(data)).find((value) => value.spn === spn)
      assert.ok(agrees(found, { spn, ...expected }), `SPN ${spn} of ${data}: ${found?.value}`)
    }
  })

  test('vectors: whole frames, short ones included', () => {
    for (const { pgn, data, spns } of scaling.frames) {
      const found = spnsOf(pgn, bytesOf(data))
      const expected = spns.filter(({ spn }) => numbers.has(`${pgn} ${spn}`))
      assert.equal(
        found.map(({ spn }) => spn).sort(),
        expected.map(({ spn }) => spn).sort(),
        `PGN ${pgn}, ${data}`,
      )
      for (const vector of expected) {
        const ours = found.find(({ spn }) => spn === vector.spn)
        assert.ok(agrees(ours, vector), `SPN ${vector.spn} of ${data}: ${ours?.value}`)
      }
    }
  })
}

function agrees(ours: SpnValue | undefined, { raw, value, status }: SpnVector): boolean {
  if (ours === undefined || ours.raw !== raw || ours.status !== status) return false
  return value === null ? ours.value === undefined : close(ours.value, value)
}

test.run()
