import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { samples } from './samples.ts'
import { readAll, reading } from './text-reading.ts'

const test = suite('text formats, samples')

/** Who sent a frame is the last word of some lines: a cut line does not tell it. */
const undirected = (frames: string[]) => frames.map((frame) => frame.replace(' tx', ' rx'))

/** In the samples of these, one line shows what is reported. */
const reported = new Map([['elm-monitor', 1]])

for (const { format, text, frames, buses, times } of samples) {
  test(`${format.name}: every frame of a small recording is read with all it has`, () => {
    const read = readAll(format, text)
    assert.equal(read.frames, frames)
    assert.equal(read.buses, buses)
    assert.equal(read.times, times)
    assert.is(read.issues.length, reported.get(format.name) ?? 0)
    assert.is(read.timed, !['generic-id', 'elm-monitor'].includes(format.name))
  })

  test(`${format.name}: chunks of any size give the same`, () => {
    const whole = readAll(format, text)
    for (const chunk of [1, 2, 3, 7, 50]) {
      assert.equal(readAll(format, text, chunk), whole, `chunks of ${chunk}`)
    }
  })

  test(`${format.name}: a file cut anywhere gives no frame that is not in the whole one`, () => {
    for (let end = 0; end < text.length; end++) {
      const { frames: got, issues } = readAll(format, text.slice(0, end))
      const whole = undirected(frames.slice(0, got.length))
      assert.equal(undirected(got), whole, text.slice(0, end))
      const codes = issues.map(({ code }) => code).filter((code) => code !== 'line-malformed')
      assert.ok(codes.length <= 1 && codes.every((code) => code === 'file-truncated'))
    }
  })

  test(`${format.name}: a line in between that is none costs that line only`, () => {
    const ending = /\r\n|\n|\r/.exec(text)?.[0] ?? '\n'
    const lines = text.split(ending)
    const whole = readAll(format, text)
    for (let at = 1; at < lines.length; at++) {
      const broken = [...lines.slice(0, at), '~~ no line ~~', ...lines.slice(at)].join(ending)
      const read = readAll(format, broken)
      assert.equal(read.frames, frames)
      // The heading of a Microchip log may have any text.
      const expected = format.name === 'microchip' && at < 3 ? 0 : 1
      assert.is(read.issues.length, whole.issues.length + expected, broken)
    }
  })

  test(`${format.name}: nothing of it is taken for a frame of another format`, () => {
    for (const other of samples) {
      if (other.format === format) continue
      assert.equal(readAll(other.format, text).frames, [], other.format.name)
    }
  })

  test(`${format.name}: names of the file's buses are added to those that are known`, () => {
    const known = ['known']
    const numbers: number[] = []
    const { reader } = reading(format)
    reader.end()
    const second = format.reader({
      at: 'x',
      buses: known,
      frame: (frame) => numbers.push(frame.bus),
      issue: () => undefined,
    })
    second.push(Buffer.from(text))
    second.end()
    assert.equal(known, ['known', ...new Set(buses)])
    assert.equal(
      numbers.map((bus) => known[bus]),
      buses,
    )
  })

  test(`${format.name}: its first bytes are its own`, () => {
    for (const other of samples) {
      const own = other.format === format
      const found = format.magic?.(Buffer.from(other.text)) ?? own
      assert.is(found, own, other.format.name)
    }
    assert.is(format.magic?.(new Uint8Array(0)) ?? false, false)
  })
}

test.run()
