import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import type { RecordData, StoredRecord } from '../../src/model/record.ts'
import type { Vehicle } from '../../src/model/vehicle.ts'
import { sequencedEvent } from '../../src/uplink/codec.ts'
import { batchAbout, batchEvents } from '../../src/uplink/columns/batch-events.ts'
import { encodeBatch } from '../../src/uplink/columns/encode-batch.ts'
import { generatedRecords } from '../bench/generated-records.ts'
import { chance, inFolder } from '../support/journal-records.ts'
import { recordOf, van } from '../support/mqtt-fixtures.ts'
import { testWithPython } from '../support/needs.ts'
import { makerNames, randomRecords } from '../support/random-records.ts'

const { make: _, model: __, year: ___, ...plainVan } = van

/** Values that JSON has; the rest of `odd` never gets into records. */
const jsonMakers = makerNames.filter((name) => !['odd', 'zero', 'mixed'].includes(name))

/** Of any kind, at times that are days, with a position. */
function anyRecords(seed: number): StoredRecord[] {
  const random = chance(seed)
  const positions = [0, 1e-7, -1.5e-7, 0.000_001, 51, -33.8688, 12.3456789, 1e21, -1.25e22]
  return randomRecords(random, 120, jsonMakers).map((record, i) => {
    const time = Date.UTC(2026, 0, 1) + i * 997
    const position: RecordData = {
      latitude: positions[i % 9] as number,
      longitude: positions[(i + 4) % 9] as number,
    }
    const moved = { ...record, time, receivedAt: time + (i % 7), vehicle: van.id }
    return i % 10 === 9 ? moved : { ...moved, data: { ...record.data, ...position } }
  })
}

const cases: [what: string, records: StoredRecord[], vehicle: Vehicle][] = [
  ['a drive', generatedRecords({ count: 500, vehicle: van.id }), van],
  [
    'a vehicle of which little is known',
    generatedRecords({ count: 20, vehicle: van.id }),
    plainVan,
  ],
  ['records with ids of their own', Array.from({ length: 9 }, (_, i) => recordOf(i + 1)), van],
  ['records of every kind', anyRecords(8), van],
  ['records of every kind, others', anyRecords(9), plainVan],
]

for (const [what, records, vehicle] of cases) {
  const expected = records.map((record) => sequencedEvent(record, vehicle))

  test(`the events of a batch are those of its records: ${what}`, () => {
    assert.equal(batchEvents(encodeBatch(records, batchAbout(vehicle))), expected)
  })

  testWithPython(test, 'cbor2', `a reader in Python finds the same: ${what}`, (python) =>
    inFolder((folder) => {
      const file = join(folder, 'batch.cbor')
      writeFileSync(file, encodeBatch(records, batchAbout(vehicle)))
      const script = fileURLToPath(new URL('read-batch.py', import.meta.url))
      const text = execFileSync(python, [script, file], { encoding: 'utf8', maxBuffer: 2 ** 26 })
      const found = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
      assert.equal(found, JSON.parse(JSON.stringify(expected)))
    }),
  )
}

test('a batch out of the journal does not say whose events its records are', () => {
  assert.throws(() => batchEvents(encodeBatch(generatedRecords({ count: 2 }))), /whose events/)
})

test('a time that is no day is refused where events are made', () => {
  const records = generatedRecords({ count: 2 }).map((record) => ({ ...record, time: 9e15 }))
  const bytes = encodeBatch(records, batchAbout(van))
  assert.throws(() => batchEvents(bytes), /a time that is no day/)
})

test.run()
