/**
 * How many `candump -l` lines a second one core parses, without reading or decoding:
 *
 *   node --import tsx test/bench/candump-parse.ts [LINES]
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CandumpParser } from '../../src/device/capture/candump/candump.ts'

const lines = Number(process.argv[2] ?? 1_200_000)
const CHUNK = 512 * 1024
const ROUNDS = 5

/** A mix as on a truck: 29-bit identifiers, mostly 8 bytes, two buses, seeded. */
function write(path: string): void {
  let state = 0x1f2e3d4c
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state
  }
  const ids = Array.from({ length: 80 }, () => (0x08000000 + (random() >>> 4)) & 0x1fffffff)
  const hex = (value: number, digits: number) =>
    value.toString(16).toUpperCase().padStart(digits, '0')
  const file = openSync(path, 'w')
  let micros = 1_589_326_646_006_935
  let text = ''
  for (let line = 0; line < lines; line++) {
    micros += 200 + (random() % 900)
    const time = `${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}`
    const id = hex(ids[random() % ids.length] ?? 0, 8)
    const data = hex(random(), 8) + hex(random(), 8)
    const length = random() % 10 === 0 ? random() % 8 : 8
    text += `(${time}) can${random() % 50 === 0 ? 1 : 0} ${id}#${data.slice(0, 2 * length)}\n`
    if (text.length > 1_000_000) {
      writeSync(file, text)
      text = ''
    }
  }
  writeSync(file, text)
  closeSync(file)
}

const folder = mkdtempSync(join(tmpdir(), 'odograph-bench-'))
try {
  const path = join(folder, 'bench.log')
  write(path)
  const bytes = readFileSync(path)
  console.log(`${lines} lines, ${(bytes.length / 1e6).toFixed(1)} MB`)
  for (let round = 1; round <= ROUNDS; round++) {
    let frames = 0
    let sum = 0
    const parser = new CandumpParser({
      at: path,
      frame: (frame) => {
        frames++
        sum = (sum + frame.id + (frame.data[0] as number)) | 0
      },
      issue: (issue) => console.log(issue),
    })
    const start = process.hrtime.bigint()
    for (let at = 0; at < bytes.length; at += CHUNK) parser.push(bytes.subarray(at, at + CHUNK))
    parser.end()
    const seconds = Number(process.hrtime.bigint() - start) / 1e9
    if (frames !== lines) throw new Error(`${frames} frames of ${lines} lines`)
    const rate = (frames / seconds / 1e6).toFixed(2)
    const speed = (bytes.length / seconds / 1e6).toFixed(0)
    console.log(`round ${round}: ${rate} million lines/s, ${speed} MB/s (sum ${sum})`)
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}
