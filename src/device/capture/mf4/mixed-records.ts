/**
 * Records of a data group with several channel groups, each with its record id in front, in the
 * order in which they were recorded:
 *
 *   record id (1, 2, 4 or 8 bytes), then the record of that channel group; of a VLSD group:
 *   length (4), bytes
 *
 * A record with a VLSD channel holds how many bytes of values (with their lengths) come before its
 * own; the value may stand before or behind it, usually next to it. Frames wait for their values,
 * and frames behind them with them, so that the order stays. There is no way back into the order
 * after a record id that is not known: the rest of the group is lost.
 */
import { AwaitedValues, LENGTH_BYTES } from './awaited-values.ts'
import { type BlockFile, uint64 } from './block-file.ts'
import { piecesOf } from './data-blocks.ts'
import { FrameBatch, frameFlags } from './frame-batch.ts'
import type { FrameRecord } from './frame-record.ts'
import { SignalData } from './signal-data.ts'

/** The longest value that can be on a bus is an Ethernet frame; beyond this the order is lost. */
const MAX_VALUE = 1024 * 1024
/** Frames that wait behind one whose value does not come. */
const MAX_WAITING = 65_536
const UNFINISHED_PLACES = 64

export interface MixedGroup {
  address: number
  recordId: number
  recordBytes: number
  invalidBytes: number
  isSignalData: boolean
  isOtherBus: boolean
  /** Undefined for records that are skipped. */
  record: FrameRecord | undefined
}

export interface MixedGroups {
  data: number
  recordIdBytes: number
  groups: readonly MixedGroup[]
}

export async function* mixedFrames(
  file: BlockFile,
  groups: MixedGroups,
  mayGoOn: boolean,
): AsyncGenerator<FrameBatch> {
  const records = new MixedRecords(file, groups)
  const { batch } = records
  let kept = new Uint8Array(0)
  for await (const piece of piecesOf(file, groups.data, mayGoOn)) {
    if (typeof piece === 'number') {
      // What is missing up to the end of a cut file is an issue already.
      if (file.position < file.size) records.lose(`${piece} bytes are missing`)
      break
    }
    const bytes = kept.length === 0 ? piece : Buffer.concat([kept, piece])
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    for (let at = 0; ; ) {
      at = await records.take(bytes, view, at)
      if (!records.isReady) {
        kept = bytes.slice(at)
        break
      }
      yield batch
      batch.count = 0
    }
    if (records.isLost) break
  }
  if (kept.length > 0 && !records.isLost) {
    file.report('file-truncated', `byte ${file.position}`, 'the last record is not whole')
  }
  records.end()
  if (batch.count > 0) yield batch
}

interface Known extends MixedGroup {
  count: number
  values: AwaitedValues | undefined
  signal: SignalData | undefined
}

class MixedRecords {
  readonly batch = new FrameBatch()
  isLost = false
  readonly #file: BlockFile
  readonly #idBytes: number
  readonly #byBytes: boolean
  readonly #groups = new Map<number, Known>()
  readonly #values: AwaitedValues[] = []
  #hasDropped = false

  constructor(file: BlockFile, { groups, recordIdBytes }: MixedGroups) {
    this.#file = file
    this.#idBytes = recordIdBytes
    this.#byBytes = ((file.unfinished ?? 0) & UNFINISHED_PLACES) === 0
    const values = new Map<number, AwaitedValues>()
    for (const { address, isSignalData } of groups) {
      if (isSignalData) values.set(address, new AwaitedValues(this.batch, this.#byBytes))
    }
    this.#values.push(...values.values())
    for (const group of groups) {
      const link = group.record?.signal?.link
      const own = values.get(link ?? group.address)
      const isElsewhere = link !== undefined && own === undefined
      const signal = isElsewhere ? new SignalData(file, link) : undefined
      this.#groups.set(group.recordId, { ...group, count: 0, values: own, signal })
    }
  }

  /** Whether the batch is full, and no frame of it waits. */
  get isReady(): boolean {
    return this.batch.isFull() && !this.#isWaiting()
  }

  lose(detail: string): void {
    this.isLost = true
    this.#file.report('block-malformed', this.#file.position, `${detail}; the rest is lost`)
  }

  /** Takes records until the batch can be given on or bytes are missing; returns where it stopped. */
  async take(bytes: Uint8Array, view: DataView, start: number): Promise<number> {
    let at = start
    while (!this.isLost && at + this.#idBytes <= bytes.length) {
      const group = this.#groups.get(idAt(view, at, this.#idBytes))
      const from = at + this.#idBytes
      if (group === undefined) {
        this.lose('a record id that is not known')
        break
      }
      const size = group.isSignalData ? sizeAt(view, from) : group.recordBytes
      if (size > MAX_VALUE) this.lose(`a value of ${size} bytes`)
      if (this.isLost || from + size > bytes.length) break
      if (group.isSignalData) {
        const place = group.values?.arrive(bytes, from + LENGTH_BYTES, size - LENGTH_BYTES)
        if (place !== undefined) this.#drop(group, place)
      } else if (group.record !== undefined) {
        const fetching = this.#frame(group, group.record, view, from)
        if (fetching !== undefined) await fetching
      }
      group.count += 1
      at = from + size
      if (this.batch.count >= MAX_WAITING && this.#isWaiting()) this.#giveUp('block-malformed')
      if (this.isReady) this.#compact()
      if (this.isReady) break
    }
    return at
  }

  /** Frames whose values did not come are none. */
  end(): void {
    if (this.#isWaiting()) this.#giveUp('file-truncated')
    this.#compact()
    for (const { isOtherBus, count, recordId } of this.#groups.values()) {
      if (isOtherBus && count > 0) {
        this.#file.report('bus-unsupported', `record id ${recordId}`, `${count} records`)
      }
    }
  }

  /** A promise only where data must be fetched. */
  #frame(group: Known, record: FrameRecord, view: DataView, at: number): Promise<void> | undefined {
    const { batch } = this
    if (!record.decode(view, at, group.count, batch)) this.#malformed(group, 'no frame')
    else if (record.signal !== undefined) {
      const place = batch.count - 1
      const key = record.signal.key(view, at, group.count)
      if (group.signal !== undefined) return this.#fetch(group, group.signal, key, place)
      const isGood = group.values?.expect(this.#byBytes ? key : group.count, place) ?? false
      if (!isGood) this.#drop(group, place)
    }
    return undefined
  }

  async #fetch(group: Known, signal: SignalData, key: number, place: number): Promise<void> {
    const isFound = signal.find(key) || (await signal.load(key))
    if (!isFound || !this.batch.complete(place, signal.window, signal.at, signal.length)) {
      this.#drop(group, place)
    }
  }

  #isWaiting(): boolean {
    return this.#values.some(({ waiting }) => waiting > 0)
  }

  #drop(group: Known, place: number): void {
    this.#malformed(group, 'its data are not those of a frame')
    this.batch.flags[place] = (this.batch.flags[place] as number) | frameFlags.dropped
    this.#hasDropped = true
  }

  #compact(): void {
    if (this.#hasDropped) this.batch.compact()
    this.#hasDropped = false
  }

  #giveUp(code: 'file-truncated' | 'block-malformed'): void {
    const places = this.#values.flatMap((values) => values.giveUp())
    for (const place of places) this.batch.flags[place] = frameFlags.dropped
    this.#hasDropped = true
    this.#file.report(code, this.#file.position, `the data of ${places.length} frames are missing`)
  }

  #malformed({ recordId, count }: Known, detail: string): void {
    this.#file.report('line-malformed', `record ${count} with id ${recordId}`, detail)
  }
}

function idAt(view: DataView, at: number, bytes: number): number {
  if (bytes === 1) return view.getUint8(at)
  if (bytes === 2) return view.getUint16(at, true)
  return bytes === 4 ? view.getUint32(at, true) : uint64(view, at)
}

/** With the length in front of it. */
function sizeAt(view: DataView, at: number): number {
  return LENGTH_BYTES + (at + LENGTH_BYTES <= view.byteLength ? view.getUint32(at, true) : 0)
}
