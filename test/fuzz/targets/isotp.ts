/**
 * ISO-TP: the input is a list of frames, each an identifier's low bits, a length and its bytes. A
 * message that comes out stands byte for byte in frames of its identifier, in order, without a hole.
 */
import * as assert from 'node:assert/strict'
import { Isotp } from '../../../src/decoder/isotp.ts'
import { hexBytes, type Target } from '../target.ts'
import { framesOf } from './frames.ts'

export const isotp: Target = {
  name: 'isotp',
  seeds: () => [
    hexBytes('00 08 0341 0C 1AF8 AAAAAA 00 08 1014490201314653 00 08 3000000000000000'),
    hexBytes(
      '01 08 1014490201314653 01 08 2101020304050607 01 08 2208090A0B0C0D0E 00 08 037F2231AAAAAAAA',
    ),
    hexBytes('02 0C 000A 62F190 01020304050607 03 08 100C0102030405060 3 08 2107080910111213'),
  ],
  check(input) {
    const heard = new Map<number, number[][]>()
    let time = 0
    let last: { id: number; data: number[] } | undefined
    const decoder = new Isotp({
      issue: () => undefined,
      message(id, kind, data, length) {
        const frames = heard.get(id) ?? []
        const message = [...data.subarray(0, length)]
        assert.equal(last?.id, id, 'a message ends with a frame of its identifier')
        if (kind === 'SF') {
          const single = frames.at(-1) ?? []
          const start = single[0] === 0 ? 2 : 1
          assert.deepEqual(message, single.slice(start, start + length))
          return
        }
        assertSegmented(message, frames)
      },
    })
    for (const { id, data, pause } of framesOf(input)) {
      time += pause
      const key = 0x7e8 + (id & 7)
      const frames = heard.get(key) ?? []
      frames.push([...data])
      heard.set(key, frames)
      last = { id: key, data: [...data] }
      decoder.frame(key, data, data.length, time)
    }
  },
}

/** The message is the first frame's data and that of consecutive frames 1, 2, …, 15, 0, … after it. */
function assertSegmented(message: readonly number[], frames: readonly number[][]): void {
  for (let first = frames.length - 1; first >= 0; first -= 1) {
    const head = frames[first] ?? []
    if ((head[0] ?? 0) >> 4 !== 1) continue
    const isLong = (head[0] ?? 0) === 0x10 && head[1] === 0
    const joined = head.slice(isLong ? 6 : 2)
    let count = 1
    for (const frame of frames.slice(first + 1)) {
      const pci = frame[0] ?? 0
      if (pci >> 4 !== 2) continue
      if ((pci & 15) !== (count & 15)) continue
      joined.push(...frame.slice(1))
      count += 1
    }
    assert.deepEqual(message, joined.slice(0, message.length))
    return
  }
  assert.fail('a segmented message without a first frame')
}
