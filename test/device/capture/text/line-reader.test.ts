import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { candumpFormat } from '../../../../src/device/capture/candump/candump-format.ts'
import { crtdFormat } from '../../../../src/device/capture/text/crtd.ts'
import { trcFormat } from '../../../../src/device/capture/text/trc.ts'
import { readAll, reading } from './text-reading.ts'

const test = suite('text line reader')

const good = '1.0 R11 123 00 01 02 03 04 05 06 07'
const codes = (read: { issues: { code: string; at: string }[] }) =>
  read.issues.map(({ code, at }) => `${code} ${at}`)

for (const [name, ending] of [
  ['LF', '\n'],
  ['CR LF', '\r\n'],
  ['CR', '\r'],
] as const) {
  test(`lines end with ${name}, blank ones count, and issues name the line`, () => {
    for (const chunk of [1, 2, 1000]) {
      const text = [good, '', 'rubbish', '  ', good, ''].join(ending)
      const read = readAll(crtdFormat, text, chunk)
      assert.is(read.frames.length, 2)
      assert.equal(codes(read), ['line-malformed drive:3'])
    }
  })
}

test('an endless line is one issue, and the lines behind it are numbered right', () => {
  const { reader, read } = reading(crtdFormat)
  for (let chunk = 0; chunk < 100; chunk++) reader.push(Buffer.from('x'.repeat(1000)))
  reader.push(Buffer.from(`\n${good}\n${'y'.repeat(9000)}\nrubbish\n`))
  reader.end()
  assert.is(read.frames.length, 1)
  assert.equal(codes(read), [
    'line-too-long drive:1',
    'line-too-long drive:3',
    'line-malformed drive:4',
  ])
})

test('a file that ends in an endless line is reported once', () => {
  const read = readAll(crtdFormat, `${good}\n${'\0'.repeat(100_000)}`, 4096)
  assert.equal(codes(read), ['line-too-long drive:2'])
})

test('a last line without an end counts if nothing can be missing', () => {
  const whole = readAll(crtdFormat, good)
  assert.is(whole.frames.length, 1)
  assert.equal(whole.issues, [])
  const cut = readAll(crtdFormat, `${good}\n1.0 R11 123 00 01`)
  assert.is(cut.frames.length, 1)
  assert.equal(codes(cut), ['file-truncated drive:2'])
})

test('the end may be told twice', () => {
  const { reader, read } = reading(crtdFormat)
  reader.push(Buffer.from('1.0 R11'))
  reader.end()
  reader.end()
  assert.is(read.issues.length, 1)
})

test('more buses than a vehicle has are rubbish', () => {
  const buses = Array.from({ length: 64 }, (_, index) => `known${index}`)
  let frames = 0
  let issues = 0
  const reader = trcFormat.reader({
    at: 'x',
    buses,
    frame: () => frames++,
    issue: () => issues++,
  })
  reader.push(Buffer.from('1 1.0 DT 1 0300 Rx - 0\n'))
  assert.equal([frames, issues, buses.length], [0, 1, 64])
})

test('an issue shows the start of its line without control characters', () => {
  const read = readAll(crtdFormat, `bad\x07\xff${'z'.repeat(100)}\n`)
  assert.is(read.issues[0]?.detail, `"bad··${'z'.repeat(55)}…"`)
})

test('candump lines tell direction, switched bit rate and error state, and leave no trace of it', () => {
  const read = readAll(
    candumpFormat,
    [
      '(1.000000) can0 123#01 T',
      '(1.000000) can0 123#01',
      '(1.000000) can0 123##301 T',
      '(1.000000) can0 123#01',
      '(1.000000) can0 123##201',
      '(1.0)  can0  TX B E  123  [01]  FF',
      '(1.0)  can0  RX - -  123   [1]  FF',
      '(1.000000) can0 123#0102030405060708',
      '',
    ].join('\n'),
  )
  assert.equal(read.frames, [
    '123 tx [1] 01',
    '123 rx [1] 01',
    '123 tx fd brs esi [1] 01',
    '123 rx [1] 01',
    '123 rx fd esi [1] 01',
    '123 tx fd brs esi [1] ff',
    '123 rx [1] ff',
    '123 rx [8] 0102030405060708',
  ])
})

test.run()
