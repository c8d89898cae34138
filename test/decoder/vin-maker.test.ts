import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { type VinFacts, vinFacts } from '../../src/decoder/vin-maker.ts'

/** Made up beyond the maker and the year. */
const cases: [vin: string, facts: VinFacts][] = [
  ['1FTFW1E50JFA00001', { make: 'Ford', year: 2018 }],
  ['1FTRX18L1XNA00001', { make: 'Ford', year: 1999 }],
  ['3FA6P0H70JR100001', { make: 'Ford', year: 2018 }],
  ['5YJ3E1EA7LF000001', { make: 'Tesla', year: 2020 }],
  ['WVWZZZ1KZAW000001', { make: 'Volkswagen' }],
  ['WDB9634031L000001', { make: 'Mercedes-Benz' }],
  ['1C4RJFBG5FC000001', { year: 2015 }],
  ['XD9SM7TR5SM007919', {}],
  ['YS2R4X20005000001', { make: 'Scania' }],
]

for (const [vin, facts] of cases) {
  test(`${vin.slice(0, 3)}: ${JSON.stringify(facts)}`, () => assert.equal(vinFacts(vin), facts))
}

test.run()
