/** SLCAN lines: a frame comes only of a line that, by itself, an expression knows as that frame. */
import * as assert from 'node:assert/strict'
import { SlcanParser } from '../../../src/device/serial/slcan-parser.ts'
import { bytesOf, type Target } from '../target.ts'

const LENGTHS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64]
const LINE =
  /^[zZ]*([trdb][0-7][0-9a-f]{2}|[TxRDB][01][0-9a-f]{7})([0-9a-f])((?:[0-9a-f]{2})*?)([0-9a-f]{4})?$/i

/** Frames that the input can hold at most, as texts, by an independent reading of its lines. */
function possible(input: Uint8Array): string[] {
  const text = Buffer.from(input).toString('latin1')
  return text
    .replaceAll('\x07', '\r')
    .split(/[\r\n]/)
    .flatMap((line) => {
      // Case matters for the type, not for the digits.
      const match = LINE.exec(line)
      if (match === null) return []
      const head = match[1] as string
      const code = Number.parseInt(match[2] as string, 16)
      const kind = head[0] as string
      const isFd = 'dDbB'.includes(kind)
      if (code > 8 && !isFd) return []
      const id = Number.parseInt(head.slice(1), 16)
      const size = kind === 'r' || kind === 'R' ? 0 : (LENGTHS[code] ?? 0)
      const rest = line.slice(line.indexOf(head) + head.length + 1)
      if (rest.length !== size * 2 && rest.length !== size * 2 + 4) return []
      return [`${id} ${LENGTHS[code]} ${rest.slice(0, size * 2).toLowerCase()}`]
    })
}

export const slcan: Target = {
  name: 'slcan',
  seeds: () => [
    bytesOf('t1230\rt12321122\rT18FEF10081122334455667788\r'),
    bytesOf(
      'T18FEF100811223344556677881234\r\nr1238\rR1234567840001\r\rz\rV1013\rN1234\rF00\r\x07',
    ),
    bytesOf(`d123F${'00'.repeat(64)}\rB1234567894455${'66'.repeat(10)}\rZT18FEF1000\r`),
  ],
  check(input) {
    const frames: string[] = []
    const parser = new SlcanParser({
      at: 'fuzz',
      frame: (frame) => {
        const { id, length, remote, data, extended } = frame
        assert.ok(id >= 0 && id <= (extended ? 0x1fffffff : 0x7ff))
        const hex = remote ? '' : Buffer.from(data.subarray(0, length)).toString('hex')
        frames.push(`${id} ${length} ${hex}`)
      },
      issue: () => undefined,
      reply: () => undefined,
    })
    const middle = input.length >> 1
    parser.push(input.subarray(0, middle), 0)
    parser.push(input.subarray(middle), 1)
    parser.end(2)
    const left = possible(input)
    for (const frame of frames) {
      const at = left.indexOf(frame)
      assert.ok(at >= 0, `frame ${frame} stands in no line`)
      left.splice(at, 1)
    }
  },
}
