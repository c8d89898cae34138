/** Damaged BLF files. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { blfFormat } from '../../../../src/device/capture/blf/blf.ts'
import { blfSeeds } from './blf-seeds.ts'
import { readDamaged } from './block-fuzz.ts'

const test = suite('BLF, damaged')

test('reading ends, and gives only frames that can be', async () => {
  assert.ok((await readDamaged(blfFormat, blfSeeds(), { rounds: 6000, seed: 7 })) > 1000)
})

test.run()
