/** The rules that the PID table keeps, each with an id, and that its samples decode. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { pidRows, pidTable } from '../../src/decoder/obd/pid-table.ts'
import { type Place, placeOf, rawAt } from '../../src/decoder/obd/place.ts'
import type { PidItem, PidRow, Sample, SampleValues } from '../../src/decoder/obd/rows.ts'
import { FIRST_SIGNED, unitScaling } from '../../src/decoder/obd/unit-scaling.ts'
import { inUnit, scaler } from '../../src/decoder/quantity.ts'
import { isSignalName, signals } from '../../src/model/signals.ts'
import { assertFrozen } from '../support/frozen-names.ts'
import { randomBytes, seeded } from './dbc-reference.ts'
import { byteHex, close, hear } from './obd-heard.ts'

const test = suite('obd tables')

const items = pidRows.flatMap((row) => row.items.map((item) => ({ row, item })))
const fed = items.filter(({ item }) => item.signal !== undefined)

function repeated(values: readonly unknown[]): unknown[] {
  return values.filter((value, i) => values.indexOf(value) !== i)
}

function nameOf({ row, item }: { row: PidRow; item: PidItem }): string {
  return `PID ${byteHex(row.pid)}, ${item.name}`
}

/** Every bit that an item takes, counted from the most significant one of byte A. */
function bitsOf({ byte, bytes, shift, bits }: Place): number[] {
  const last = 8 * (byte + bytes) - shift
  return Array.from({ length: bits }, (_, i) => last - bits + i)
}

test('P01 every PID is in the table once, in order, and between 00 and C8', () => {
  const pids = pidRows.map(({ pid }) => pid)
  assert.equal(repeated(pids), [])
  assert.equal(
    [...pids].sort((a, b) => a - b),
    pids,
  )
  assert.is(pids[0], 0)
  assert.is(pids.at(-1), 0xc8)
})

test('P02 of 00 to A6 only what the standard leaves open or no one publishes is missing', () => {
  const present = new Set(pidRows.map(({ pid }) => pid))
  const missing = Array.from({ length: 0xa7 }, (_, pid) => pid).filter((pid) => !present.has(pid))
  assert.equal(missing.map(byteHex), ['95', '96', '97'])
})

test('P03 the bits of every item, and of what it depends on, lie within the data', () => {
  for (const { row, item } of items) {
    for (const at of [item.at, ...(item.when ?? []).map((bit) => bit.replace('!', ''))]) {
      const place = placeOf(at)
      assert.ok(place.byte + place.bytes <= row.bytes, nameOf({ row, item }))
      assert.ok(place.bits >= 1 && place.bits <= 32, nameOf({ row, item }))
    }
  }
})

test('P04 no two items of a PID share a bit unless both say so', () => {
  for (const row of pidRows) {
    const taken = new Map<number, PidItem>()
    for (const item of row.items) {
      for (const bit of bitsOf(placeOf(item.at))) {
        const other = taken.get(bit)
        assert.ok(other === undefined || (other.overlaps && item.overlaps), nameOf({ row, item }))
        taken.set(bit, item)
      }
    }
  }
})

test('P05 what an item depends on is no bit of a value', () => {
  for (const row of pidRows) {
    const values = new Set(
      row.items.filter(({ states }) => !states).flatMap(({ at }) => bitsOf(placeOf(at))),
    )
    for (const item of row.items) {
      for (const bit of item.when ?? []) {
        const [place] = bitsOf(placeOf(bit.replace('!', '')))
        assert.not(values.has(place as number), nameOf({ row, item }))
      }
    }
  }
})

test('P06 names are unique within a PID, and nothing is without a label', () => {
  for (const row of pidRows) {
    assert.equal(repeated(row.items.map(({ name }) => name)), [], byteHex(row.pid))
    assert.ok(row.label.length > 0, byteHex(row.pid))
    for (const item of row.items) {
      assert.match(item.name, /^[a-z][A-Za-z0-9]*$/, nameOf({ row, item }))
      assert.ok(item.label.length > 0, nameOf({ row, item }))
    }
  }
})

test('P07 the unit of an item converts to the unit of its signal', () => {
  for (const { row, item } of fed) {
    const { signal } = item
    assert.ok(signal !== undefined && isSignalName(signal), nameOf({ row, item }))
    if (signal === undefined) continue
    const { type, unit } = signals[signal]
    if (type === 'boolean') assert.is(placeOf(item.at).bits, 1, nameOf({ row, item }))
    else assert.is(inUnit(item, unit).unit, unit, nameOf({ row, item }))
  }
})

test('P08 of several items of one signal no two have the same rank', () => {
  assert.equal(repeated(fed.map(({ item }) => `${item.signal} ${item.rank ?? 0}`)), [])
})

test('P09 every PID with items has a sample of the right length', () => {
  for (const { pid, bytes, shortest, items: own, samples } of pidRows) {
    if (own.length > 0) assert.ok(samples.length > 0, byteHex(pid))
    for (const [hex] of samples) {
      assert.ok([bytes, shortest].includes(hex.length / 2), `PID ${byteHex(pid)}, ${hex}`)
    }
  }
})

function expectedOf(row: PidRow, [, expected]: Sample): SampleValues {
  if (typeof expected === 'object' && expected !== null) return expected
  return { [row.items[0]?.name ?? '']: expected }
}

test('P10 every sample decodes to what it says, in services 01 and 02', () => {
  for (const row of pidRows) {
    for (const sample of row.samples) {
      const pid = byteHex(row.pid)
      for (const head of [`41${pid}`, `42${pid}00`]) {
        const { pids, issues } = hear(head + sample[0])
        assert.equal(issues, [], `PID ${pid}, ${sample[0]}`)
        for (const [name, expected] of Object.entries(expectedOf(row, sample))) {
          const item = pids[0]?.items.find((one) => one.name === name)
          assert.ok(item, `PID ${pid} has no ${name}`)
          const { states } = row.items.find((one) => one.name === name) ?? {}
          const actual = (states ? item.text : item.value) ?? null
          assert.ok(close(actual, expected), `PID ${pid}, ${sample[0]}, ${name}: ${actual}`)
        }
      }
    }
  }
})

test('P11 an item is absent exactly where a bit that it depends on is not as it should be', () => {
  const random = seeded(1979)
  for (const row of pidRows) {
    for (let round = 0; round < 20; round += 1) {
      const data = randomBytes(random, row.bytes)
      const message = Uint8Array.of(0x41, row.pid, ...data)
      for (const [i, item] of row.items.entries()) {
        if (item.read || item.absent) continue
        const there = (item.when ?? []).every(
          (bit) => rawAt(placeOf(bit.replace('!', '')), data, 0) === (bit.startsWith('!') ? 0 : 1),
        )
        const value = hear(message).pids[0]?.items[i]?.value
        assert.is(value !== undefined, there, nameOf({ row, item }))
      }
    }
  }
})

test('P12 a PID without its last byte gives no value and says so', () => {
  for (const { pid, bytes, shortest, items: own } of pidRows) {
    if (own.length === 0 || shortest !== undefined) continue
    const message = Uint8Array.of(0x41, pid, ...new Uint8Array(bytes - 1).fill(0x11))
    const { pids, readings, issues } = hear(message)
    assert.equal([pids, readings], [[], []], byteHex(pid))
    assert.equal(
      issues.map(({ code }) => code),
      ['message-short'],
      byteHex(pid),
    )
  }
})

test('P13 the view of single numbers holds PIDs of one number only', () => {
  assert.ok(pidTable.length > 60, `${pidTable.length} PIDs`)
  for (const { pid, unit, samples } of pidTable) {
    for (const [hex, expected] of samples) {
      const [found] = hear(`41${byteHex(pid)}${hex}`).pids
      assert.ok(close(found?.value, expected), `PID ${byteHex(pid)}, ${hex}`)
      assert.is(found?.unit, unit)
    }
  }
})

test('P14 no value of 16 bits or less comes out with the noise of binary fractions', () => {
  const seen = new Set<string>()
  for (const { row, item } of items) {
    const { bits } = placeOf(item.at)
    const { num, den, offset } = item
    // Thirds and steps of 1/65536 have more digits than can be shown anyway.
    const isDecimal = den <= 1000 && den !== 255
    const key = `${num} ${den} ${offset} ${bits}`
    if (bits > 16 || !isDecimal || seen.has(key)) continue
    seen.add(key)
    const value = scaler(item)
    for (let raw = 0; raw < 2 ** bits; raw += 1) {
      const shown = value(raw)
      if (shown !== Number(shown.toFixed(8))) {
        assert.unreachable(`${nameOf({ row, item })}, raw ${raw}: ${shown}`)
      }
    }
  }
  assert.ok(seen.size > 20, `${seen.size} scales`)
})

test('P15 units and scalings say one thing each, and none stands twice', () => {
  assert.ok(unitScaling.size > 80, `${unitScaling.size}`)
  assert.ok([...unitScaling.keys()].some((id) => id >= FIRST_SIGNED))
  for (const [id, { num, den }] of unitScaling) assert.ok(num > 0 && den > 0, byteHex(id))
})

test('P16 the names of PIDs and their items are the ones that others build on', () => {
  assertFrozen(
    'pid-items',
    items.map(({ row, item }) => {
      const signal = item.signal === undefined ? '' : ` ${item.signal} ${item.rank ?? 0}`
      return `${byteHex(row.pid)} ${item.name} ${item.unit || '-'}${signal}`
    }),
  )
})

test('a place that is none is refused when the table is compiled', () => {
  for (const text of ['', 'a', 'A8', 'A:', '7', 'A-6', 'ABC']) {
    assert.throws(() => placeOf(text), /no place of a data byte or bit/)
  }
})

/** Places, and what stands there in 01 23 45 67 89. */
const places: [text: string, raw: number][] = [
  ['A', 0x01],
  ['B:C', 0x2345],
  ['B:E', 0x23456789],
  ['A0', 1],
  ['A7', 0],
  ['E4-7', 8],
  ['E0-6', 9],
  ['D1-2', 3],
]

for (const [text, raw] of places) {
  test(`the place ${text} is read big-endian, bit 0 being the least significant`, () => {
    const data = Uint8Array.of(0xff, 0x01, 0x23, 0x45, 0x67, 0x89)
    assert.is(rawAt(placeOf(text), data, 1), raw)
  })
}

test.run()
