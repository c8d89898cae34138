/** Diagnostic messages: a code comes only of four bytes that say it, and never of a bad length. */
import * as assert from 'node:assert/strict'
import { decodeDm1 } from '../../../src/decoder/j1939/dm1.ts'
import { hexBytes, type Target } from '../target.ts'

export const dm1: Target = {
  name: 'dm1',
  seeds: () => [
    hexBytes('40FF5B000301FFFF'),
    hexBytes('00FF000000000000'),
    hexBytes('04FF6E00050164000301BE000381FFFFFFFF'),
  ],
  check(input) {
    const { length } = input
    const decoded = decodeDm1(input, length)
    const isWhole = length === 8 || (length >= 6 && (length - 2) % 4 === 0)
    if (!isWhole) assert.equal(decoded, undefined, `a value from ${length} bytes`)
    for (const { spn, fmi, oc, cm } of decoded?.dtcs ?? []) {
      assert.ok(spn >= 0 && spn <= 0x7ffff && fmi >= 0 && fmi <= 31)
      assert.ok(!(spn === 0 && fmi === 0) && !(spn === 0x7ffff && fmi === 31))
      const code = [spn & 0xff, (spn >> 8) & 0xff, ((spn >> 16) << 5) | fmi, (cm << 7) | oc]
      const found = input.some(
        (_, at) => at >= 2 && (at - 2) % 4 === 0 && code.every((byte, i) => input[at + i] === byte),
      )
      assert.ok(found, `code ${spn}/${fmi} stands nowhere`)
    }
  },
}
