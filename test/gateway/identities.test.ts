import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { Identities } from '../../src/gateway/identities.ts'
import type { VehicleStatus } from '../../src/model/record.ts'

function identities(vin?: string, vehicle: object = {}) {
  const status: VehicleStatus =
    vin === undefined
      ? {}
      : { vin: { value: vin, quality: 'ok', time: 0, source: 'obd', sender: 0, rank: 0 } }
  const reader = { status: () => status, storedAt: () => undefined }
  return new Identities({ vehicles: [{ id: 'car', ...vehicle }] }, reader)
}

test('a VIN proposes the profiles of its maker and year', () => {
  const found = identities('1FTFW1E50JFA00001').identity('car')
  assert.is(found.make, 'Ford')
  assert.is(found.year, 2018)
  assert.equal(
    found.proposals.map(({ id }) => id),
    ['ford-f-150', 'ford-fusion-2018'],
  )
})

test('a year before a profile was made for leaves it out', () => {
  const found = identities('1FTRX18L1XNA00001').identity('car')
  assert.equal(found.proposals, [])
})

test('what the configuration says of the vehicle comes before what its VIN says', () => {
  const found = identities('1FTFW1E50JFA00001', { make: 'Kia', year: 2022 }).identity('car')
  assert.equal(
    found.proposals.map(({ id }) => id),
    ['kia-ev6'],
  )
})

test('of a vehicle that says nothing nothing is guessed', () => {
  assert.equal(identities().identity('car'), { proposals: [] })
  assert.equal(identities().identity('other'), { proposals: [] })
})

test.run()
