/**
 * Records of a data group with one channel group and no record ids: one after the other, all of
 * one size. After a part that cannot be read the next whole record is found by counting.
 */
import type { BlockFile } from './block-file.ts'
import { piecesOf } from './data-blocks.ts'
import { FrameBatch } from './frame-batch.ts'
import type { FrameRecord } from './frame-record.ts'
import { SignalData } from './signal-data.ts'

export interface SortedGroup {
  data: number
  /** With its invalidation bytes. */
  recordBytes: number
  invalidBytes: number
  record: FrameRecord
}

export async function* sortedFrames(
  file: BlockFile,
  group: SortedGroup,
  mayGoOn: boolean,
): AsyncGenerator<FrameBatch> {
  const { recordBytes } = group
  if (group.invalidBytes > 0 && (await isSplit(file, group.data))) {
    file.report('block-malformed', group.data, 'invalidation bytes apart from records are not read')
    return
  }
  const records = new SortedRecords(file, group)
  const { batch } = records
  let kept = new Uint8Array(0)
  let position = 0
  for await (const piece of piecesOf(file, group.data, mayGoOn)) {
    if (typeof piece === 'number') {
      position += kept.length + piece
      kept = new Uint8Array(0)
      continue
    }
    const bytes = kept.length === 0 ? piece : Buffer.concat([kept, piece])
    const gone = position % recordBytes
    let at = gone === 0 ? 0 : Math.min(recordBytes - gone, bytes.length)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    while (at + recordBytes <= bytes.length) {
      at = await records.take(view, at, (position + at) / recordBytes)
      if (batch.isFull()) {
        yield batch
        batch.count = 0
      }
    }
    kept = bytes.slice(at)
    position += at
  }
  if (kept.length > 0)
    file.report('file-truncated', group.record.name, 'the last record is not whole')
  if (batch.count > 0) yield batch
}

/** Since version 4.20 records and their invalidation bytes can lie in blocks of their own. */
async function isSplit(file: BlockFile, data: number): Promise<boolean> {
  const type = (await file.header(data))?.type
  return type === 'DV' || type === 'LD'
}

class SortedRecords {
  readonly batch = new FrameBatch()
  readonly #file: BlockFile
  readonly #group: SortedGroup
  readonly #signal: SignalData | undefined

  constructor(file: BlockFile, group: SortedGroup) {
    const { signal } = group.record
    this.#file = file
    this.#group = group
    this.#signal = signal === undefined ? undefined : new SignalData(file, signal.link)
  }

  /** Takes records until the batch is full or data must be fetched; returns where it stopped. */
  async take(view: DataView, start: number, index: number): Promise<number> {
    const { batch } = this
    const { record, recordBytes } = this.#group
    let at = start
    for (let i = index; at + recordBytes <= view.byteLength && !batch.isFull(); i += 1) {
      let isFrame = record.decode(view, at, i, batch)
      if (isFrame && this.#signal !== undefined) {
        const key = record.signal?.key(view, at, i) ?? Number.NaN
        isFrame = this.#signal.find(key) || (await this.#signal.load(key))
        const { window, at: from, length } = this.#signal
        isFrame = isFrame && batch.complete(batch.count - 1, window, from, length)
        if (!isFrame) batch.count -= 1
      }
      if (!isFrame) this.#file.report('line-malformed', `${record.name} ${i}`, 'no frame')
      at += recordBytes
    }
    return at
  }
}
