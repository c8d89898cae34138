/**
 * Writes ASAM MDF 4.11: finished, sorted, a data group for each kind of frame that came (classic,
 * CAN FD, remote, error) with the channel names of bus logging. Blocks of records are written as
 * they fill; what tells of them follows at the end, and the place of it goes into the header.
 */
import { OdographError } from '../../../model/errors.ts'
import type { CanFrame } from '../../../model/frame.ts'
import { BusChannels } from '../bus-channels.ts'
import type { CaptureOutput, Writer } from '../format.ts'
import { BlockOutput, items } from './written-blocks.ts'
import { type GroupKind, WrittenGroup } from './written-group.ts'

const HEADER_LINKS = 64 + 24
const MAX_CHANNEL = 255

const kinds = {
  classic: { name: 'CAN_DataFrame', dataBytes: 8 },
  fd: { name: 'CAN_DataFrame', dataBytes: 64 },
  remote: { name: 'CAN_RemoteFrame', dataBytes: 0 },
  error: { name: 'CAN_ErrorFrame', dataBytes: 8 },
} as const satisfies Record<string, GroupKind>

type Kind = keyof typeof kinds

type Patch = NonNullable<CaptureOutput['patch']>

export class Mf4Writer implements Writer {
  readonly left = new Map<string, number>()
  readonly #output: CaptureOutput
  readonly #patch: Patch
  readonly #out: BlockOutput
  readonly #channels: BusChannels
  readonly #groups = new Map<Kind, WrittenGroup>()
  #start: number | undefined

  private constructor(output: CaptureOutput, patch: Patch) {
    this.#output = output
    this.#patch = patch
    this.#out = new BlockOutput(output)
    this.#channels = new BusChannels(0, MAX_CHANNEL, this.left)
  }

  /** Throws `usage` where the output is no file. */
  static open(output: CaptureOutput): Mf4Writer {
    const { patch } = output
    if (patch === undefined) {
      throw new OdographError('usage', 'mf4', 'can only be written to a file, not to a pipe')
    }
    return new Mf4Writer(output, patch.bind(output))
  }

  frame(frame: CanFrame, bus: string): void {
    this.#start ??= this.#begin(frame.time)
    const channel = this.#channels.channel(bus)
    this.#group(kindOf(frame)).add(frame, channel, frame.time - this.#start)
  }

  end(): void {
    this.#start ??= this.#begin(0)
    if (this.#groups.size === 0) this.#group('classic')
    let first = 0
    for (const kind of (Object.keys(kinds) as Kind[]).reverse()) {
      first = this.#groups.get(kind)?.end(first) ?? first
    }
    this.#patch(HEADER_LINKS, items([64, first]))
  }

  /** The header; returns the start of the recording. */
  #begin(start: number): number {
    const identification = new Uint8Array(64)
    identification.set(Buffer.from('MDF     4.11    odograph'))
    identification.set(items([16, 411]), 28)
    this.#output.write(identification)
    const nanos = BigInt(start) * 1000n
    const history = HEADER_LINKS - 24 + 104
    const clock = [
      [64, nanos],
      [32, 0],
    ] as const
    this.#out.block('HD', [0, history, 0, 0, 0, 0], items(...clock, [32, 2], [64, 0], [64, 0]))
    this.#out.block('FH', [0, history + 56], items(...clock, [32, 0]))
    this.#out.xml(
      '<FHcomment xmlns="http://www.asam.net/mdf/v4"><TX>CAN frames</TX><tool_id>Odograph</tool_id>' +
        '<tool_vendor>Odograph</tool_vendor><tool_version>1</tool_version></FHcomment>',
    )
    return start
  }

  #group(kind: Kind): WrittenGroup {
    const known = this.#groups.get(kind)
    if (known !== undefined) return known
    const group = new WrittenGroup(this.#out, kinds[kind])
    this.#groups.set(kind, group)
    return group
  }
}

function kindOf(frame: CanFrame): Kind {
  if (frame.error) return 'error'
  if (frame.remote) return 'remote'
  return frame.fd ? 'fd' : 'classic'
}
