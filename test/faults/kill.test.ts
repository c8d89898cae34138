/** A few of the runs of the slow suite (`npm run test:faults`). */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { inFolder } from '../support/journal-records.ts'
import { killAgainAndAgain } from '../support/killing.ts'
import { testWith } from '../support/needs.ts'

const test = suite('killed')

testWith(
  test,
  'mosquitto',
  'killed at any moment, the gateway loses nothing, keeps order and ids, and the broker gets all',
  () =>
    inFolder(async (folder) => {
      const { records, early } = await killAgainAndAgain(folder, { runs: 12, seed: 20 })
      assert.ok(records > 300, String(records))
      assert.ok(early < 12)
    }),
)

test.run()
