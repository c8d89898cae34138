import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type CaptureOptions, readCapture } from '../../src/device/capture/capture-file.ts'
import { OdographError } from '../../src/model/errors.ts'
import type { CanFrame } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import { recording } from '../support/needs.ts'

const test = suite('capture file')

const folder = mkdtempSync(join(tmpdir(), 'odograph-capture-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

let written = 0
function fileOf(content: string | Uint8Array): string {
  const path = join(folder, `capture-${written++}`)
  writeFileSync(path, content)
  return path
}

const asText = (frame: CanFrame) =>
  `${frame.time} ${frame.id.toString(16)} ${Buffer.from(frame.data.subarray(0, frame.length)).toString('hex')}`

async function read(path: string, options: CaptureOptions = {}) {
  const frames: string[] = []
  const issues: Issue[] = []
  const progress: number[][] = []
  const summary = await readCapture(
    path,
    {
      frame: (frame, buses) => frames.push(`${buses[frame.bus]} ${asText(frame)}`),
      issue: (issue) => issues.push(issue),
      progress: (bytesRead, totalBytes) => progress.push([bytesRead, totalBytes]),
    },
    options,
  )
  return { summary, frames, issues, progress }
}

async function refusal(path: string, options: CaptureOptions = {}): Promise<OdographError> {
  try {
    await read(path, options)
  } catch (error) {
    assert.instance(error, OdographError)
    return error as OdographError
  }
  throw new Error(`${path} was read`)
}

/** A log whose lines are all different, to be cut into chunks. */
function log(lines: number): string {
  let text = ''
  for (let line = 0; line < lines; line++) {
    const time = `${1_600_000_000 + Math.floor(line / 1000)}.${String((line % 1000) * 1000).padStart(6, '0')}`
    const data = line.toString(16).toUpperCase().padStart(16, '0')
    text += `(${time}) can${line % 2} 18FEF1${(line % 256).toString(16).padStart(2, '0')}#${data}\n`
  }
  return text
}

test('a candump log gives its frames, buses, times and a summary', async () => {
  const path = fileOf(
    '(10.000001) can1 123#01\n(10.000002) can0 123#R\n(10.000003) can1 20000001#\n',
  )
  const { summary, frames, issues, progress } = await read(path)
  assert.equal(frames, ['can1 10000001 123 01', 'can0 10000002 123 ', 'can1 10000003 1 '])
  assert.equal(issues, [])
  assert.equal(summary, {
    format: 'candump',
    buses: ['can1', 'can0'],
    frames: 1,
    remote: 1,
    errors: 1,
    bytes: 74,
    firstTime: 10_000_001,
    lastTime: 10_000_003,
    timed: true,
  })
  assert.equal(progress, [[74, 74]])
})

test('chunks of any size give the same frames, plain and compressed', async () => {
  const text = log(300)
  const plain = fileOf(text)
  const packed = fileOf(gzipSync(text))
  const { frames } = await read(plain)
  assert.is(frames.length, 300)
  assert.is(frames[299], 'can1 1600000000299000 18fef12b 000000000000012b')
  for (const chunkBytes of [7, 64, 1000, 65_536]) {
    for (const path of [plain, packed]) {
      const again = await read(path, { chunkBytes })
      assert.equal(again.frames, frames)
      assert.equal(again.issues, [])
      assert.is(again.summary.frames, 300)
    }
  }
})

test('progress ends at the size of the file, also of a compressed one', async () => {
  for (const content of [Buffer.from(log(3000)), gzipSync(log(3000))]) {
    const { progress, summary } = await read(fileOf(content), { chunkBytes: 4096 })
    assert.ok(progress.length > 1)
    assert.equal(progress.at(-1), [content.length, content.length])
    assert.is(summary.bytes, content.length)
  }
})

test('several gzip files one after another are one recording', async () => {
  const { summary } = await read(fileOf(Buffer.concat([gzipSync(log(10)), gzipSync(log(5))])))
  assert.is(summary.frames, 15)
})

test('of a compressed file that was cut all that came before the cut is read', async () => {
  const text = log(20_000)
  const packed = gzipSync(text)
  const whole = await read(fileOf(text))
  for (const part of [0.1, 0.5, 0.999]) {
    const path = fileOf(packed.subarray(0, Math.floor(packed.length * part)))
    const { frames, issues } = await read(path)
    assert.ok(frames.length > 20_000 * part * 0.8, `${frames.length} frames of ${part}`)
    assert.equal(frames, whole.frames.slice(0, frames.length))
    assert.equal(
      issues.map((issue) => [issue.code, issue.at]),
      [['file-truncated', path]],
    )
  }
  const withoutChecksum = await read(fileOf(packed.subarray(0, packed.length - 4)))
  assert.is(withoutChecksum.frames.length, 20_000)
  assert.equal(
    withoutChecksum.issues.map((issue) => issue.code),
    ['file-truncated'],
  )
})

test('damage in the middle of a compressed file ends it with an issue', async () => {
  const packed = gzipSync(log(20_000))
  packed.fill(0xff, packed.length / 2, packed.length / 2 + 100)
  const { frames, issues } = await read(fileOf(packed), { chunkBytes: 4096 })
  assert.ok(frames.length > 5000)
  assert.match(issues.at(-1)?.detail ?? '', 'damaged')
})

test('a log that was cut in a line gives an issue with the number of the line', async () => {
  const path = fileOf('(1.000000) can0 123#0102\n(2.000000) can0 123#01')
  const { frames, issues } = await read(path)
  assert.is(frames.length, 1)
  assert.equal(
    issues.map((issue) => [issue.code, issue.at]),
    [['file-truncated', `${path}:2`]],
  )
})

test('SLCAN text without stamps gets a frame a millisecond on one bus', async () => {
  const { summary, frames } = await read(fileOf('t12310A\rt12320A0B\r\nr1232\n'))
  assert.equal(frames, ['slcan0 0 123 0a', 'slcan0 1000 123 0a0b', 'slcan0 2000 123 0a0b'])
  assert.is(summary.format, 'slcan')
  assert.is(summary.timed, false)
  assert.equal(summary.buses, ['slcan0'])
})

test('stamps of SLCAN text are unwrapped over the minutes', async () => {
  const stamps = ['EA00', 'EA5F', '0000', '0000', '7530', '0001', '']
  const { summary, frames } = await read(fileOf(stamps.map((stamp) => `t1230${stamp}\r`).join('')))
  const times = frames.map((frame) => Number(frame.split(' ')[1]) / 1000)
  assert.equal(times, [59_904, 59_999, 60_000, 60_000, 90_000, 120_001, 120_001])
  assert.is(summary.timed, true)
})

test('garbage at the start of a recording does not hide its format', async () => {
  const { summary, issues } = await read(fileOf(`\xff\0\0garbage\n${log(20)}`))
  assert.is(summary.frames, 20)
  assert.is(issues.length, 1)
})

test('a file that is in no known format is refused by name, with the formats that are known', async () => {
  const contents: (string | Uint8Array)[] = [
    'id,data\n1,2\n',
    '{"frames": []}',
    Uint8Array.from({ length: 10_000 }, (_, index) => index * 7),
    gzipSync('nothing of a vehicle\n'),
    '(1600000000.002000) can0 0CF00400\n',
  ]
  for (const content of contents) {
    const path = fileOf(content)
    const error = await refusal(path)
    assert.is(error.code, 'file-unrecognised')
    assert.is(error.subject, path)
    assert.match(error.message, /candump.*SLCAN/)
  }
})

test('an empty file is refused as empty', async () => {
  for (const content of ['', gzipSync('')]) {
    const error = await refusal(fileOf(content))
    assert.is(error.code, 'file-unrecognised')
    assert.match(error.message, 'empty')
  }
})

test('a missing file and a directory are refused as unreadable', async () => {
  const missing = await refusal(join(folder, 'missing.log'))
  assert.is(missing.code, 'file-unreadable')
  assert.match(missing.message, 'does not exist')
  const directory = await refusal(folder)
  assert.is(directory.code, 'file-unreadable')
  assert.match(directory.message, 'directory')
  if (process.getuid?.() !== 0) {
    const forbidden = fileOf(log(1))
    chmodSync(forbidden, 0)
    assert.match((await refusal(forbidden)).message, 'permission')
  }
})

test('reading waits after each chunk for what it is told to wait for', async () => {
  const order: string[] = []
  await readCapture(
    fileOf(log(4000)),
    { frame: () => order.at(-1) === 'frame' || order.push('frame'), issue: () => undefined },
    {
      chunkBytes: 64 * 1024,
      afterChunk: async () => {
        order.push('wait')
        await new Promise((resolve) => setImmediate(resolve))
        order.push('go')
      },
    },
  )
  assert.equal(order.slice(0, 6), ['frame', 'wait', 'go', 'frame', 'wait', 'go'])
})

test('an abort ends the reading with its reason', async () => {
  const abort = new AbortController()
  let frames = 0
  try {
    await readCapture(
      fileOf(log(20_000)),
      {
        frame: () => {
          if (++frames === 10) abort.abort(new Error('enough'))
        },
        issue: () => undefined,
      },
      { signal: abort.signal, chunkBytes: 4096 },
    )
    assert.unreachable()
  } catch (error) {
    assert.is((error as Error).message, 'enough')
    assert.ok(frames < 5000)
  }
})

test('a sink that throws closes the file and is not taken for a fault of the file', async () => {
  for (const content of [log(20_000), gzipSync(log(20_000))]) {
    try {
      await readCapture(
        fileOf(content),
        {
          frame: () => {
            throw new TypeError('a mistake of ours')
          },
          issue: () => undefined,
        },
        { chunkBytes: 4096 },
      )
      assert.unreachable()
    } catch (error) {
      assert.instance(error, TypeError)
    }
  }
})

test('memory does not grow with the file', async () => {
  const path = fileOf(log(300_000))
  const seen: number[] = []
  const summary = await readCapture(
    path,
    { frame: () => undefined, issue: () => undefined },
    {
      afterChunk: () => {
        seen.push(process.memoryUsage().rss)
        return undefined
      },
    },
  )
  assert.is(summary.frames, 300_000)
  const growth = ((seen.at(-1) ?? 0) - (seen[5] ?? 0)) / 1e6
  assert.ok(growth < 30, `${growth.toFixed(1)} MB`)
})

interface FileVector {
  file: string
  frames: number
  rtr: number
  fd: number
  error_frames: number
  sha256_id_data: string
}
const vectorFile = recording('vectors/log_parse.json')
if (vectorFile) {
  const { files } = JSON.parse(readFileSync(vectorFile, 'utf8')) as { files: FileVector[] }
  const forms: [ending: RegExp, forms: string[]][] = [
    [/^derived.*_slice\.log$/, ['.log', '.candump_console.txt', '.slcan', '.ts.slcan']],
    [/candump\.log$/, ['.log']],
  ]
  for (const vector of files) {
    const others = forms.find(([ending]) => ending.test(vector.file))?.[1] ?? []
    for (const form of others) {
      const name = vector.file.replace(/\.log$/, form)
      const path = recording(`captures/${name}`)
      if (path === undefined) continue
      test(`the frames of ${name} are exactly those that others read`, async () => {
        const hash = createHash('sha256')
        let fd = 0
        const summary = await readCapture(path, {
          frame: (frame) => {
            if (frame.fd) fd++
            if (frame.remote || frame.error) return
            const data = Buffer.from(frame.data.subarray(0, frame.length)).toString('hex')
            const text = `${frame.extended ? 'x' : ''}${frame.id.toString(16)}#${data}\n`
            hash.update(text.toUpperCase().replace('X', 'x'))
          },
          issue: (issue) => assert.unreachable(`${issue.at} ${issue.detail}`),
        })
        assert.is(hash.digest('hex'), vector.sha256_id_data)
        assert.is(summary.remote, vector.rtr)
        assert.is(summary.errors, vector.error_frames)
        assert.is(fd, vector.fd)
        assert.is(summary.frames, vector.frames - vector.rtr - vector.error_frames)
      })
    }
  }
}

test.run()
