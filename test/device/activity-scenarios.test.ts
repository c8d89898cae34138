import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { faults, run, stateAt } from '../support/activity-harness.ts'
import { scenarios } from '../support/activity-scenarios.ts'

const test = suite('activity scenarios')

for (const scenario of scenarios) {
  test(`${scenario.name}: nothing is asked while parked, nothing parked while in use`, () => {
    const result = run(scenario)
    assert.equal(faults(scenario, result), [])
    for (const { at, is } of scenario.expect) {
      const activity = stateAt(result, at)
      assert.ok(is.includes(activity), `${activity} at ${at} s instead of ${is.join(' or ')}`)
    }
  })
}

test.run()
