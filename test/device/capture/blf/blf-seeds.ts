/** Small BLF files of every object and container, to be damaged. */
import { blfFormat } from '../../../../src/device/capture/blf/blf.ts'
import { variousFrames, written } from '../../../support/captured.ts'
import { bodies, container, fileHeader, object } from './blf-file.ts'

const nanos = { flags: 2, time: 5n }
const objects = Buffer.concat([
  object(1, bodies.message(1, 0, 4, 0x123), nanos),
  object(73, bodies.errorExt(2, 4, 0x123), nanos),
  object(101, bodies.fdMessage64(2, 1, 9, 0x123, 0x3000, 12), nanos),
  object(65, Buffer.alloc(9), { ...nanos, version: 2 }),
  object(100, bodies.fdMessage(2, 1, 9, 0x123, 7, 12), nanos),
  object(11, Buffer.alloc(20), nanos),
])

export function blfSeeds(): Uint8Array[] {
  return [
    written(blfFormat, variousFrames()).bytes,
    Buffer.concat([fileHeader(), objects, objects]),
    Buffer.concat([fileHeader(), container(objects, { deflate: false }), container(objects)]),
  ]
}
