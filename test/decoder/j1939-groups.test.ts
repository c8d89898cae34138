/**
 * The groups that a fleet asks for, the texts of identification messages, and the names of groups
 * that no table decodes.
 */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bitOffset, compilePgns, rawOf } from '../../src/decoder/j1939/compile.ts'
import { fleetGroups } from '../../src/decoder/j1939/fleet-groups.ts'
import { pgnName, pgnNames } from '../../src/decoder/j1939/pgn-names.ts'
import type { SpnRow, TextRow } from '../../src/decoder/j1939/rows.ts'
import { statusOf } from '../../src/decoder/j1939/slots.ts'
import { textOf } from '../../src/decoder/j1939/texts.ts'
import { isSignalName } from '../../src/model/signals.ts'
import { recording } from '../support/needs.ts'

const test = suite('j1939 groups')

const plans = compilePgns(fleetGroups)
const allRows = fleetGroups.flatMap(({ pgn, spns }) => spns.map((row) => ({ ...row, pgn })))
const rows = allRows.filter((row): row is SpnRow & { pgn: number } => 'slot' in row)
const texts = allRows.filter((row): row is TextRow & { pgn: number } => 'text' in row)

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

function repeated<T>(values: readonly T[]): T[] {
  return values.filter((value, i) => values.indexOf(value) !== i)
}

/** What the compiled row makes of a message: its value, or the indicator. */
function decoded(pgn: number, spn: number, hex: string): number | string | undefined {
  const plan = plans[pgn]?.spns.find((candidate) => candidate.spn === spn)
  const data = bytesOf(hex)
  if (plan === undefined || data.length < plan.minLength) return undefined
  const raw = rawOf(plan, data)
  const { num, add, den } = plan.scale
  return raw < plan.indicatorFrom ? (raw * num + add) / den : statusOf(raw, plan.bits)
}

test('the table holds some hundred parameters, each of them and each group once', () => {
  assert.ok(rows.length >= 160, `${rows.length}`)
  assert.equal(repeated(allRows.map(({ spn }) => spn)), [])
  assert.equal(repeated(fleetGroups.map(({ pgn }) => pgn)), [])
})

test('every sample of a number decodes to what it says', () => {
  for (const { pgn, spn, samples } of rows) {
    for (const [hex, expected] of samples) {
      assert.is(decoded(pgn, spn, hex), expected, `SPN ${spn} of ${hex}`)
    }
  }
})

test('every number has a sample with a value and one that is not available', () => {
  for (const { spn, samples } of rows) {
    const expected = samples.map(([, value]) => value)
    assert.ok(
      expected.some((value) => typeof value === 'number'),
      `SPN ${spn}`,
    )
    assert.ok(expected.includes('na'), `SPN ${spn}`)
  }
})

test('no two parameters of a group share a bit', () => {
  for (const { pgn, spns } of fleetGroups) {
    const bits = spns.flatMap((row) => {
      if (!('slot' in row)) return []
      return Array.from({ length: row.slot.bits }, (_, i) => bitOffset(row.at) + i)
    })
    assert.equal(repeated(bits), [], `PGN ${pgn}`)
  }
})

test('the value in a sample has a meaning where the row names meanings', () => {
  for (const { spn, states, samples } of rows) {
    if (states === undefined) continue
    for (const [, value] of samples) {
      if (typeof value === 'number') assert.type(states[value], 'string', `SPN ${spn}`)
    }
  }
})

test('signals exist, and no two parameters feed one with the same rank', () => {
  const fed = rows.filter(({ signal }) => signal !== undefined)
  for (const { signal } of fed) assert.ok(isSignalName(signal ?? ''), signal)
  assert.equal(repeated(fed.map(({ signal, rank }) => `${signal} ${rank ?? 0}`)), [])
})

test('the instance of a group is one of its own parameters', () => {
  for (const { pgn, instance, spns } of fleetGroups) {
    if (instance === undefined) continue
    assert.ok(
      spns.some(({ spn }) => spn === instance),
      `PGN ${pgn}`,
    )
  }
})

test('a tyre location names axle and position from the left', () => {
  const pressure = rows.find(({ spn }) => spn === 241)
  assert.equal(pressure?.signalAt, {
    0: 'tirePressureFrontLeft',
    1: 'tirePressureFrontRight',
    16: 'tirePressureBackLeft',
  })
})

const made: [string, string, number | string][] = [
  ['a tachograph that drives at 80 km/h', '65132 1624 C3C04010FFFF0050', 80],
  ['a bearing of due east', '65256 165 002DFFFFFFFFFFFF', 90],
  ['a height of 520 m', '65256 580 FFFFFFFFFFFF605E', 520],
  ['a combination of 40 t', '65136 1760 FFFFA00FFFFFFFFF', 40_000],
  ['a traction battery at 662.5 V', '61584 5919 FFFFFFFFC233FFFF', 662.5],
  ['a traction battery without current', '61584 5920 FFFFFFFFFFFF007D', 0],
  ['a wheel that stands straight', '61449 1807 7F7DFFFFFFFFFFFF', 0.0000234375],
  ['a fault in place of a weight', '64872 417 FFFFFEFFFFFFFFFF', 'error'],
  ['a service that is 5 km overdue', '65216 914 FF7E7DFFFFFFFFFF', -5],
]
for (const [name, what, expected] of made) {
  test(`decodes ${name}`, () => {
    const [pgn, spn, hex = ''] = what.split(' ')
    assert.is(decoded(Number(pgn), Number(spn), hex), expected)
  })
}

test('every sample of a text reads as it says', () => {
  assert.ok(texts.length > 0)
  for (const row of texts) {
    for (const [hex, expected] of row.samples) {
      const data = bytesOf(hex)
      assert.is(textOf(row, data, data.length), expected, `SPN ${row.spn} of ${hex}`)
    }
  }
})

function delimited(field: number, from = 1): TextRow {
  return { spn: 1, label: '', text: { kind: 'delimited', field, from }, samples: [] }
}

const fixedText: TextRow = {
  spn: 1,
  label: '',
  text: { kind: 'fixed', from: 2, length: 3 },
  samples: [],
}

const oddTexts: [string, TextRow, string, string | undefined][] = [
  ['spaces and NULs behind a text are padding', delimited(0), 'AB \0 *', 'AB'],
  ['spaces before a text belong to it', delimited(0), ' AB*', ' AB'],
  ['an empty field is not available', delimited(1), 'A**C*', 'na'],
  ['a field of spaces is not available', delimited(0), '   *', 'na'],
  ['a field of 0xFF is not available', delimited(1), 'A*\xff\xff\xff*C*', 'na'],
  ['the end of the message ends its last field', delimited(1), 'A*BC', 'BC'],
  ['a field that was not sent is not available', delimited(3), 'A*B*', 'na'],
  ['an empty message has no text', delimited(0), '', 'na'],
  ['a control character makes a text invalid', delimited(0), 'A\x07B*', undefined],
  ['a byte above ASCII makes a text invalid', delimited(0), 'A\xe4B*', undefined],
  ['an invalid field leaves its neighbour alone', delimited(1), '\x01*B*', 'B'],
  ['a text starts where the row says', delimited(0, 2), '\x02AB*', 'AB'],
  ['a text of fixed length ends by its length', fixedText, 'xABCD', 'ABC'],
  ['a text of fixed length that was cut off is not available', fixedText, 'xAB', 'na'],
]
for (const [name, row, sent, expected] of oddTexts) {
  test(name, () => {
    const data = Uint8Array.from(Buffer.from(sent, 'latin1'))
    assert.is(textOf(row, data, data.length), expected)
  })
}

test('bytes behind the message are no part of its text', () => {
  const data = Uint8Array.from(Buffer.from('AB*CD*EF*'))
  assert.is(textOf(delimited(1), data, 4), 'C')
  assert.is(textOf(delimited(2), data, 4), 'na')
  assert.is(textOf(fixedText, data, 3), 'na')
})

interface TextVector {
  pgn: number
  payload: string
  expect: Record<string, string | string[]>
}

const vectorFile = recording('vectors/j1939_text_pgs.json')
if (vectorFile !== undefined) {
  const { vectors } = JSON.parse(readFileSync(vectorFile, 'utf8')) as { vectors: TextVector[] }
  const vin: TextRow = { spn: 237, label: '', text: 'vin', samples: [] }
  const fieldRows: Record<string, TextRow> = {
    vin,
    make: delimited(0),
    model: delimited(1),
    serial: delimited(2),
    unit: delimited(3),
  }
  for (const { pgn, payload, expect } of vectors) {
    test(`vector: the texts of PGN ${pgn} in ${payload}`, () => {
      const data = bytesOf(payload)
      for (const [name, value] of Object.entries(expect)) {
        const wanted = typeof value === 'string' ? [value] : value
        wanted.forEach((text, i) => {
          const row = fieldRows[name] ?? delimited(i, 2)
          assert.is(textOf(row, data, data.length), text === '' ? 'na' : text, name)
        })
      }
    })
  }
}

test('the names of groups are those of 250 groups and more, each once', () => {
  const named = pgnNames.filter(([, { label }]) => !label.startsWith('Prop'))
  assert.ok(named.length >= 250, `${named.length}`)
  assert.equal(repeated(pgnNames.map(([pgn]) => pgn)), [])
})

test('a named group has 18 bits, no destination, an acronym and a name', () => {
  for (const [pgn, { label, name }] of pgnNames) {
    assert.ok(Number.isInteger(pgn) && pgn >= 0 && pgn < 2 ** 18, `${pgn}`)
    assert.ok(((pgn >> 8) & 0xff) >= 240 || (pgn & 0xff) === 0, `${pgn}`)
    assert.match(label, /^[A-Z0-9][A-Za-z0-9/.]*$/)
    assert.match(name, /^[A-Z].*[a-z0-9A-Z]$/)
  }
})

test('a group that the table decodes is not named a second time', () => {
  for (const { pgn } of fleetGroups) assert.is(pgnName(pgn), undefined, `${pgn}`)
})

const knownNames: [number, string][] = [
  [0, 'TSC1'],
  [59_392, 'ACKM'],
  [59_904, 'RQST'],
  [60_160, 'TP.DT'],
  [60_416, 'TP.CM'],
  [50_944, 'ETP.DT'],
  [51_200, 'ETP.CM'],
  [60_928, 'AC'],
  [65_240, 'CA'],
  [65_226, 'DM1'],
  [64_710, 'DM57'],
  [61_184, 'PropA'],
  [65_280, 'PropB'],
  [65_535, 'PropB'],
  [126_720, 'PropA2'],
  [64_804, 'BJM10'],
  [64_887, 'ESV1'],
  [45_312, 'PCM1'],
  [49_152, 'PCM16'],
]
for (const [pgn, label] of knownNames) {
  test(`PGN ${pgn} is ${label}`, () => {
    assert.is(pgnName(pgn)?.label, label)
  })
}

test('a group that nobody knows has no name', () => {
  assert.is(pgnName(1), undefined)
  assert.is(pgnName(2 ** 18), undefined)
})

test.run()
