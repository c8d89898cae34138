import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { CanFrame } from '../../../../src/model/frame.ts'
import { seeded } from '../../../decoder/dbc-reference.ts'
import { type Sample, samples } from './samples.ts'

const test = suite('text formats, mutated lines')

const LINES = 20_000
const letters = '0123456789ABCDEFabcdefx()#.,;:[] RTdr\t-~\xff\0'
const fdLengths = [12, 16, 20, 24, 32, 48, 64]

/** What is true of any frame, and that its data stand in the line it came from. */
function check(frame: CanFrame, line: string, name: string): void {
  const place = `${name}: ${JSON.stringify(line)} ${JSON.stringify(frame)}`
  const limit = frame.extended ? 0x1fffffff : 0x7ff
  assert.ok(Number.isInteger(frame.id) && frame.id >= 0 && frame.id <= limit, place)
  assert.ok(frame.length <= 8 || (frame.fd && fdLengths.includes(frame.length)), place)
  assert.ok(Number.isSafeInteger(frame.time) && frame.time >= 0, place)
  assert.not(frame.fd && frame.remote, place)
  assert.not(!frame.fd && (frame.brs || frame.esi), place)
  const data = Buffer.from(frame.data.subarray(0, frame.remote ? 0 : frame.length))
  const plain = line.replace(/\b0x|[\s,;\0]/g, '').toLowerCase()
  const found = plain.includes(data.toString('hex')) || line.includes(data.toString('base64'))
  assert.ok(found, place)
  const id = frame.id.toString(16)
  assert.ok(frame.error || plain.includes(id), place)
}

function mutate({ text }: Sample, random: () => number): string {
  const below = (limit: number) => Math.floor(random() * limit)
  // Headings stay as they are: `base dec` would make other numbers of the same line.
  const lines = text
    .split(/[\r\n]+/)
    .filter((line) => /[0-9A-F]{2}/.test(line) && !/^base/.test(line))
  const characters = [...(lines[below(lines.length)] ?? '')]
  for (let change = below(4); change > 0; change--) {
    const letter = letters[below(letters.length)] ?? ''
    characters.splice(below(characters.length), below(2), letter)
  }
  return characters.slice(0, below(4) === 0 ? below(characters.length) : undefined).join('')
}

for (const sample of samples) {
  test(`${sample.format.name}: ${LINES} mutated lines raise no exception and make no false frame`, () => {
    const random = seeded(0xf022)
    let line = ''
    let frames = 0
    const { format } = sample
    const reader = format.reader({
      at: 'fuzz',
      buses: [],
      frame: (frame) => {
        frames++
        check(frame, line, format.name)
      },
      issue: () => undefined,
    })
    line = sample.text.split(/[\r\n]/)[0] ?? ''
    reader.push(Buffer.from(`${line}\n`, 'latin1'))
    for (let round = 0; round < LINES; round++) {
      line = mutate(sample, random)
      reader.push(Buffer.from(`${line}\n`, 'latin1'))
    }
    reader.end()
    assert.ok(frames > LINES / 20, `${frames} frames`)
  })
}

test.run()
