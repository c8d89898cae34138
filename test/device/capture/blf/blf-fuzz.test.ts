/** Damaged BLF files. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { blfFormat } from '../../../../src/device/capture/blf/blf.ts'
import { variousFrames, written } from '../../../support/captured.ts'
import { bodies, container, fileHeader, object } from './blf-file.ts'
import { readDamaged } from './block-fuzz.ts'

const test = suite('BLF, damaged')

const nanos = { flags: 2, time: 5n }
const objects = Buffer.concat([
  object(1, bodies.message(1, 0, 4, 0x123), nanos),
  object(73, bodies.errorExt(2, 4, 0x123), nanos),
  object(101, bodies.fdMessage64(2, 1, 9, 0x123, 0x3000, 12), nanos),
  object(65, Buffer.alloc(9), { ...nanos, version: 2 }),
  object(100, bodies.fdMessage(2, 1, 9, 0x123, 7, 12), nanos),
  object(11, Buffer.alloc(20), nanos),
])

test('reading ends, and gives only frames that can be', async () => {
  const seeds = [
    written(blfFormat, variousFrames()).bytes,
    Buffer.concat([fileHeader(), objects, objects]),
    Buffer.concat([fileHeader(), container(objects, { deflate: false }), container(objects)]),
  ]
  assert.ok((await readDamaged(blfFormat, seeds, { rounds: 6000, seed: 7 })) > 1000)
})

test.run()
