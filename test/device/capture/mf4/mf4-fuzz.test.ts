/** Damaged MF4 files. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mf4Format } from '../../../../src/device/capture/mf4/mf4.ts'
import { readDamaged } from '../blf/block-fuzz.ts'
import { mf4Seeds } from './mf4-seeds.ts'

const test = suite('MF4, damaged')

test('reading ends, and gives only frames that can be', async () => {
  assert.ok((await readDamaged(mf4Format, mf4Seeds(), { rounds: 6000, seed: 11 })) > 1000)
})

test.run()
