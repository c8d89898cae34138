/** ASAM MDF 4 as a format of recorded files: bus logging as CAN loggers write it. */
import type { BlockFormat } from '../format.ts'
import { FINISHED, readMf4, UNFINISHED } from './mf4-reader.ts'
import { Mf4Writer } from './mf4-writer.ts'

export const mf4Format: BlockFormat = {
  name: 'mf4',
  label: 'ASAM MF4',
  extensions: ['.mf4', '.mdf'],
  kind: 'blocks',
  magic: (head) => {
    const text = Buffer.from(head.subarray(0, 8)).toString('latin1')
    return text === FINISHED || text === UNFINISHED
  },
  read: readMf4,
  writer: (output) => Mf4Writer.open(output),
}
