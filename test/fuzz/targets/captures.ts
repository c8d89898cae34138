/**
 * Recorded formats: whatever stands in a file, a frame that comes out is one that CAN can carry; of
 * a text, its data stands in a line. Reading ends, and takes no more reads than the file has room
 * for.
 */
import * as assert from 'node:assert/strict'
import { blfFormat } from '../../../src/device/capture/blf/blf.ts'
import { isFdLength } from '../../../src/device/capture/fd-lengths.ts'
import type { BlockFormat, StreamFormat } from '../../../src/device/capture/format.ts'
import { mf4Format } from '../../../src/device/capture/mf4/mf4.ts'
import { pcapFormat } from '../../../src/device/capture/pcap/pcap.ts'
import { ascFormat } from '../../../src/device/capture/text/asc.ts'
import { trcFormat } from '../../../src/device/capture/text/trc.ts'
import { OdographError } from '../../../src/model/errors.ts'
import type { CanFrame } from '../../../src/model/frame.ts'
import { blfSeeds } from '../../device/capture/blf/blf-seeds.ts'
import { mf4Seeds } from '../../device/capture/mf4/mf4-seeds.ts'
import { variousFrames, written } from '../../support/captured.ts'
import type { Target } from '../target.ts'

const MAX_READS = 5000

function assertPossible({ id, extended, error, fd, remote, length, time }: CanFrame): void {
  assert.ok(Number.isSafeInteger(time) && time >= 0, `time ${time}`)
  assert.ok(id >= 0 && id <= (extended || error ? 0x1fffffff : 0x7ff), `identifier ${id}`)
  assert.ok(isFdLength(length) && (fd || length <= 8), `length ${length}`)
  assert.ok(!(fd && remote), 'a remote frame in CAN FD')
}

function textTarget(format: StreamFormat): Target {
  return {
    name: format.name,
    seeds: () => [written(format, variousFrames()).bytes],
    check(input) {
      const text = Buffer.from(input).toString('latin1').toLowerCase()
      const lines = text.split(/[\r\n]/).map((line) => line.replace(/[^0-9a-f]/g, ''))
      const reader = format.reader({
        at: 'fuzz',
        buses: [],
        issue: () => undefined,
        frame(frame) {
          assertPossible(frame)
          if (frame.remote || frame.error) return
          const hex = Buffer.from(frame.data.subarray(0, frame.length)).toString('hex')
          assert.ok(
            lines.some((line) => line.includes(hex)),
            `${hex} stands in no line`,
          )
        },
      })
      reader.push(input.subarray(0, input.length >> 1))
      reader.push(input.subarray(input.length >> 1))
      reader.end()
    },
  }
}

function binaryTarget(format: StreamFormat): Target {
  return {
    name: format.name,
    seeds: () => [written(format, variousFrames()).bytes],
    check(input) {
      const options = { at: 'fuzz', buses: [], issue: () => undefined, frame: assertPossible }
      const reader = format.reader(options)
      reader.push(input)
      reader.end()
    },
  }
}

function blockTarget(format: BlockFormat, seeds: () => Uint8Array[]): Target {
  return {
    name: format.name,
    seeds,
    async check(input) {
      let reads = 0
      const file = {
        path: 'fuzz',
        size: input.length,
        async read(offset: number, length: number) {
          reads += 1
          assert.ok(reads <= MAX_READS, 'reads without end')
          return input.slice(offset, offset + length)
        },
      }
      const options = { at: 'fuzz', buses: [], issue: () => undefined, frame: assertPossible }
      try {
        for await (const _ of format.read(file, options));
      } catch (error) {
        // The one thing a reader may throw: that this is no file of its format.
        if (!(error instanceof OdographError)) throw error
      }
    },
  }
}

export const captures: readonly Target[] = [
  textTarget(ascFormat),
  textTarget(trcFormat),
  binaryTarget(pcapFormat),
  blockTarget(mf4Format, mf4Seeds),
  blockTarget(blfFormat, blfSeeds),
]
