/** Every fuzz target with a few thousand inputs; `npm run fuzz` gives each a million. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { fuzz } from './fuzz.ts'
import { mutant, randomOf } from './mutate.ts'
import { targets } from './targets.ts'

const test = suite('fuzz')

const INPUTS = 3000

for (const target of targets) {
  test(`${target.name}: no exception, no hang, nothing made up, in ${INPUTS} mutated inputs`, async () => {
    const { inputs } = await fuzz(target, { count: INPUTS, seed: 2, isGuided: false })
    assert.is(inputs, INPUTS)
  })
}

test('the same seed gives the same inputs, another one others', () => {
  const [target] = targets
  const seeds = target?.seeds() ?? []
  const made = (seed: number) => {
    const random = randomOf(seed)
    return Array.from({ length: 50 }, () => Buffer.from(mutant(seeds, random)).toString('hex'))
  }
  assert.equal(made(7), made(7))
  assert.not.equal(made(7), made(8))
})

test('a find is told with its target, its number and the input', async () => {
  const broken = {
    name: 'broken',
    seeds: () => [Uint8Array.of(1, 2, 3)],
    check(input: Uint8Array) {
      if (input.length > 3) throw new Error('longer than three')
    },
  }
  let message = ''
  await fuzz(broken, { count: 1000, seed: 1, isGuided: false }).catch((error) => {
    message = error.message
  })
  assert.match(
    message,
    /^broken, input \d+ \(\d+ bytes\): Error: longer than three[\s\S]*\n[0-9a-f]+$/,
  )
})

test('a guided run keeps what reaches new places', async () => {
  const target = targets.find(({ name }) => name === 'slcan')
  assert.ok(target)
  const { corpus } = await fuzz(target, { count: 200, seed: 1, isGuided: true })
  assert.ok(corpus > target.seeds().length, `${corpus}`)
})

test.run()
