/** Vector BLF as a format of recorded files. */
import type { BlockFormat } from '../format.ts'
import { FILE_SIGNATURE, readBlf } from './blf-reader.ts'
import { BlfWriter } from './blf-writer.ts'

export const blfFormat: BlockFormat = {
  name: 'blf',
  label: 'Vector BLF',
  extensions: ['.blf'],
  kind: 'blocks',
  magic: (head) => Buffer.from(head.subarray(0, 4)).toString('latin1') === FILE_SIGNATURE,
  read: readBlf,
  writer: (output) => BlfWriter.open(output),
}
