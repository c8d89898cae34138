import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { StreamFormat } from '../../../../src/device/capture/format.ts'
import { gvretCsvFormat } from '../../../../src/device/capture/text/gvret-csv.ts'
import type { CanFrame } from '../../../../src/model/frame.ts'
import { recording } from '../../../support/needs.ts'
import { sampleOf, samples } from './samples.ts'
import { readAll } from './text-reading.ts'

const test = suite('text formats, recordings')

interface Seen {
  t: number
  id: number
  ext: boolean
  data: string
  rtr?: boolean
  error?: boolean
  dir?: 'tx'
}

interface FileSeen {
  file: string
  frames: number
  duration: number
  rtr: number
  error_frames: number
  sha256_id_data: string
  list?: Seen[]
  first?: Seen[]
  last?: Seen[]
}

interface Vectors {
  lines: { vectors: { line: string; expect: (Seen & { channel: string; time: number }) | null }[] }
  same_frames: { files: string[]; sha256_id_data?: string; note: string }[]
  carbus_analyzer: { file: string; list: Seen[] }
  files: FileSeen[]
}

const seenOf = (frame: CanFrame, start: number): Seen => ({
  t: (frame.time - start) / 1e6,
  id: frame.id,
  ext: frame.extended,
  data: Buffer.from(frame.data.subarray(0, frame.remote || frame.error ? 0 : frame.length))
    .toString('hex')
    .toUpperCase(),
  ...(frame.remote && { rtr: true }),
  ...(frame.error && { error: true }),
  ...(frame.sent && { dir: 'tx' as const }),
})

function read(format: StreamFormat, path: string) {
  const frames: Seen[] = []
  let start: number | undefined
  let issues = 0
  const hash = createHash('sha256')
  const reader = format.reader({
    at: path,
    buses: [],
    frame(frame) {
      start ??= frame.time
      const seen = seenOf(frame, start)
      frames.push(seen)
      if (frame.remote || frame.error) return
      hash.update(`${seen.ext ? 'x' : ''}${seen.id.toString(16).toUpperCase()}#${seen.data}\n`)
    },
    issue: () => issues++,
  })
  reader.push(readFileSync(path))
  reader.end()
  return { frames, issues, start: start ?? 0, sha256: hash.digest('hex') }
}

/** The format of a recording of the folder, by the endings of its name. */
function formatOf(file: string): StreamFormat | undefined {
  const endings: [ending: string, format: string][] = [
    ['CRTD_Log.txt', 'crtd'],
    ['GenericID_Log.csv', 'generic-id'],
    ['MicrochipLog.log', 'microchip'],
    ['BusMasterLog.log', 'busmaster'],
    ['CarBusAnalyzer.trc', 'carbus-analyzer'],
    ['GVRET_Log.csv', 'gvret-csv'],
    ['.gvret.csv', 'gvret-csv'],
    ['.pythoncan.csv', 'python-can-csv'],
    ['multiple_CAN.csv', 'canedge-csv'],
    ['.rp1210.log', 'rp1210'],
    ['.elm_atma.txt', 'elm-monitor'],
    ['.candump_console.txt', 'candump'],
    ['.log', 'candump'],
    ['.asc', 'asc'],
    ['.trc', 'trc'],
    ['.slcan', 'slcan'],
  ]
  const found = endings.find(([ending]) => file.endsWith(ending))
  return found && sampleOf(found[1]).format
}

test('every format has a name, a label and an ending, and only one format is written to an ending', () => {
  const formats = samples.map(({ format }) => format)
  const written = formats.filter(({ writer }) => writer).flatMap(({ extensions }) => extensions)
  assert.is(new Set(formats.map(({ name }) => name)).size, formats.length)
  assert.is(new Set(formats.map(({ label }) => label)).size, formats.length)
  assert.is(new Set(written).size, written.length)
  for (const { extensions } of formats)
    assert.ok(extensions.every((ending) => /^(\.\w+)+$/.test(ending)))
})

const vectorFile = recording('vectors/log_parse.json')
const folder = recording('captures')
if (vectorFile && folder) {
  const vectors: Vectors = JSON.parse(readFileSync(vectorFile, 'utf8'))

  // The other reader takes the lengths of these FD frames for hexadecimal.
  const misread = 'mdf4-converters/multiple_CAN.asc'
  for (const wanted of vectors.files) {
    const format = formatOf(wanted.file)
    if (format === undefined || wanted.file === misread) continue
    test(`${wanted.file} is read as another reader reads it`, () => {
      const { frames, issues, sha256 } = read(format, `${folder}/${wanted.file}`)
      assert.is(issues, 0)
      assert.is(frames.length, wanted.frames)
      assert.is(sha256, wanted.sha256_id_data)
      assert.is(frames.filter(({ rtr }) => rtr).length, wanted.rtr)
      assert.is(frames.filter(({ error }) => error).length, wanted.error_frames)
      assert.ok(Math.abs((frames.at(-1)?.t ?? 0) - wanted.duration) < 2e-6)
      const first = wanted.list ?? wanted.first ?? []
      const last = wanted.last ?? []
      const parts: [got: Seen[], want: Seen[]][] = [
        [frames.slice(0, first.length), first],
        [frames.slice(frames.length - last.length), last],
      ]
      for (const [got, want] of parts) {
        for (const [index, frame] of got.entries()) compare(frame, want[index])
      }
    })
  }

  for (const { files, sha256_id_data, note } of vectors.same_frames) {
    const known = files.filter((file) => formatOf(file) !== undefined)
    test(`${known.length} files like ${files[0]} hold the same frames`, () => {
      assert.ok(known.length >= 4)
      const all = known.map((file) => read(formatOf(file) as StreamFormat, `${folder}/${file}`))
      for (const [index, { issues, sha256 }] of all.entries()) {
        assert.is(issues, 0, known[index])
        assert.is(sha256, sha256_id_data ?? all[0]?.sha256, `${known[index]}: ${note}`)
      }
    })
  }

  test('a trace with CR alone, tabs and decimal commas is read', () => {
    const { file, list } = vectors.carbus_analyzer
    const { frames, start } = read(sampleOf('carbus-analyzer').format, `${folder}/${file}`)
    assert.is(frames.length, list.length)
    for (const [index, { t, id, data }] of list.entries()) {
      const frame = frames[index]
      assert.equal([frame?.id, frame?.data], [id, data])
      assert.is(Math.round(((frame?.t ?? 0) + start / 1e6) * 1000), Math.round(t * 1000))
    }
  })

  test('PCAN lines of all versions are read without a heading', () => {
    for (const { line, expect } of vectors.lines.vectors) {
      if (!expect?.channel.startsWith('pcan')) continue
      const got = readAll(sampleOf('trc').format, `${line}\n`)
      assert.equal(got.times, [Math.round(expect.time * 1e6)], line)
      assert.ok(got.frames[0]?.startsWith(expect.id.toString(16)), line)
      assert.ok(expect.rtr || got.frames[0]?.endsWith(expect.data.toLowerCase()), line)
    }
  })

  test('packets of an RP1210 log are those of the candump log of the same drive', () => {
    const log = recording('captures/j1939_eti_rp1210_840.rp1210.log')
    const candump = recording('captures/j1939_eti_rp1210_840.log')
    if (log === undefined || candump === undefined) return
    assert.equal(read(sampleOf('rp1210').format, log), read(sampleOf('candump').format, candump))
  })

  const files = new Set(vectors.same_frames.flatMap(({ files: same }) => same))
  for (const { file } of vectors.files) files.add(file)
  for (const file of ['savvycan/CarBusAnalyzer.trc', 'j1939_eti_rp1210_840.rp1210.log'])
    files.add(file)
  for (const file of files) {
    const own = formatOf(file)
    if (own === undefined || !existsSync(`${folder}/${file}`)) continue
    test(`${file} makes frames in its own format only`, () => {
      const head = readFileSync(`${folder}/${file}`).subarray(0, 65_536)
      for (const { format } of samples) {
        const { frames } = readAll(format, head)
        assert.is(frames.length > 0, format === own, format.name)
        if (format.magic) assert.is(format.magic(head), format === own, format.name)
      }
    })
  }
}

function compare(got: Seen, want: Seen | undefined): void {
  if (want === undefined) throw new Error('more frames than expected')
  const place = JSON.stringify(want)
  assert.ok(Math.abs(got.t - want.t) < 2e-6, place)
  // Of an error frame only that it is one.
  if (!want.error) assert.equal([got.id, got.ext, got.data], [want.id, want.ext, want.data], place)
  assert.equal([got.rtr, got.error, got.dir], [want.rtr, want.error, want.dir], place)
}

interface Line {
  line: string
  expect: { id: number; ext: boolean; data: string; rtr?: boolean } | null
  why: string
}

const malformedFile = recording('vectors/malformed.json')
if (malformedFile) {
  type Block = { header: string[]; lines: Line[] }
  const blocks: Record<'asc' | 'trc' | 'gvret_csv', Block> = JSON.parse(
    readFileSync(malformedFile, 'utf8'),
  )
  const parts: [block: Block, format: StreamFormat][] = [
    [blocks.asc, sampleOf('asc').format],
    [blocks.trc, sampleOf('trc').format],
    [blocks.gvret_csv, gvretCsvFormat],
  ]
  for (const [block, format] of parts) {
    test(`${format.name}: among malformed and unusual lines exactly the good ones give frames`, () => {
      const text = [...block.header, ...block.lines.map(({ line }) => line), ''].join('\n')
      const got = readAll(format, text).frames.filter((frame) => !frame.includes('error'))
      const wanted = block.lines.flatMap(({ expect }) => (expect ? [expect] : []))
      assert.equal(
        got.map((frame) => frame.replace(/ [rt]x| \[\d+\]/g, '').trim()),
        wanted.map(({ id, ext, data, rtr }) =>
          `${id.toString(16)}${ext ? 'x' : ''}${rtr ? ' remote' : ''} ${data.toLowerCase()}`.trim(),
        ),
      )
    })
  }
}

test.run()
