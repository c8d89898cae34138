/** DBC files: whatever is read of one decodes as a slow reading, bit by bit, has it. */
import * as assert from 'node:assert/strict'
import { compileDbc } from '../../../src/decoder/dbc/compile.ts'
import { dbcText, parseDbc } from '../../../src/decoder/dbc/parse.ts'
import { referenceDecode } from '../../decoder/dbc-reference.ts'
import { randomOf } from '../mutate.ts'
import { bytesOf, type Target } from '../target.ts'

const FILE = `VERSION "1"
NS_ :
BS_:
BU_: ECU TOOL
VAL_TABLE_ OnOff 1 "on" 0 "off" ;
BO_ 256 Plain: 8 ECU
 SG_ A : 0|8@1+ (0.5,-40) [-40|87.5] "degC" TOOL
 SG_ B : 15|12@0- (1,0) [0|0] "" TOOL
 SG_ C : 32|32@1- (1,0) [0|0] "" Vector__XXX
BO_ 2566844926 Mux: 8 ECU
 SG_ M M : 0|4@1+ (1,0) [0|15] "" TOOL
 SG_ X m0 : 8|16@1+ (0.1,0) [0|6553.5] "V" TOOL
 SG_ Y m1M : 8|8@1+ (1,0) [0|255] "" TOOL
 SG_ Z m3 : 16|40@1- (1,0) [0|0] "" TOOL
BO_ 512 Float: 64 ECU
 SG_ F : 0|32@1- (1,0) [0|0] "" TOOL
 SG_ D : 71|64@0- (1,0) [0|0] "" TOOL
CM_ SG_ 256 A "a temperature; with \\"quotes\\"";
BA_DEF_ BO_ "VFrameFormat" ENUM "StandardCAN","ExtendedCAN","reserved","J1939PG";
BA_DEF_DEF_ "VFrameFormat" "StandardCAN";
BA_ "VFrameFormat" BO_ 2566844926 3;
VAL_ 256 A 0 "cold" 255 "hot" ;
SIG_VALTYPE_ 512 F : 1;
SIG_VALTYPE_ 512 D : 2;
SG_MUL_VAL_ 2566844926 Z Y 3-5, 7-7;
`

function isSame(a: number | bigint, b: number | bigint): boolean {
  const [x, y] = [Number(a), Number(b)]
  return Object.is(x, y) || Math.abs(x - y) <= Math.abs(x) * 1e-9 || (x === 0 && y === 0)
}

export const dbc: Target = {
  name: 'dbc',
  seeds: () => [bytesOf(FILE)],
  check(input) {
    const { dbc: file, problems } = parseDbc(dbcText(input))
    for (const { line, column } of problems) assert.ok(line >= 1 && column >= 1)
    const random = randomOf(input.length)
    const decoder = compileDbc(file)
    for (const message of file.messages) {
      const data = Uint8Array.from({ length: Math.min(message.length, 64) }, () =>
        random.below(256),
      )
      const expected = new Map<string, number | bigint>()
      for (const { symbol, raw } of referenceDecode(message, data)) expected.set(symbol, raw)
      const { id, extended } = message
      decoder.decode({ id, extended, data, length: data.length }, (found, signal, raw) => {
        if (found !== message) return
        const slow = expected.get(signal.symbol)
        assert.ok(slow !== undefined && isSame(raw, slow), `${signal.symbol}: ${raw}, not ${slow}`)
      })
    }
  },
}
