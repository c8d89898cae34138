/** candump lines: a frame comes only of a line that, by itself, an expression knows as that frame. */
import * as assert from 'node:assert/strict'
import { CandumpParser } from '../../../src/device/capture/candump/candump.ts'
import { bytesOf, type Target } from '../target.ts'

const DATA = /(?:^|\s)([0-9a-f]{3}|[0-9a-f]{8})(?:##[0-9a-f]|#)((?:[0-9a-f]{2}\.?)*)/i
const CONSOLE = /(?:^|\s)([0-9a-f]{1,8})\s+\[\s*(\d+)\]\s*((?:[0-9a-f]{2}\s*)*)/i

/** What a line can say at most: its identifier and data, as digits. */
function saidBy(line: string): string[] {
  const log = DATA.exec(line)
  const shown = CONSOLE.exec(line)
  const said: string[] = []
  if (log !== null) said.push(`${Number.parseInt(log[1] as string, 16)} ${digits(log[2])}`)
  if (shown !== null) said.push(`${Number.parseInt(shown[1] as string, 16)} ${digits(shown[3])}`)
  return said
}

function digits(text = ''): string {
  return text.replace(/[^0-9a-f]/gi, '').toLowerCase()
}

export const candump: Target = {
  name: 'candump',
  seeds: () => [
    bytesOf('(1589326646.006935) can1 18D48025#000F\n(1589326646.1) can0 123#R8\n'),
    bytesOf('(0.000001) vcan0 123##1001122334455667788990011\n(1.000000) can0 20000004#0004\n'),
    bytesOf(' (010.000001)  can0  18FEF100   [8]  11 22 33 44 55 66 77 88\n  can1  123   [0]\n'),
    bytesOf("  can0  123  [4] remote request\n  can0  18FEF100   [2]  11 22   '.\"'\r\n"),
  ],
  check(input) {
    const text = Buffer.from(input).toString('latin1')
    const said = new Set(text.split('\n').flatMap(saidBy))
    const parser = new CandumpParser({
      at: 'fuzz',
      issue: () => undefined,
      frame: ({ id, extended, error, remote, length, data, time }) => {
        assert.ok(Number.isInteger(time))
        assert.ok(id >= 0 && id <= (extended || error ? 0x1fffffff : 0x7ff), `identifier ${id}`)
        if (remote || error) return
        const hex = Buffer.from(data.subarray(0, length)).toString('hex')
        assert.ok(said.has(`${id} ${hex}`), `frame ${id} ${hex} stands in no line`)
      },
    })
    const middle = input.length >> 1
    parser.push(input.subarray(0, middle))
    parser.push(input.subarray(middle))
    parser.end()
  },
}
