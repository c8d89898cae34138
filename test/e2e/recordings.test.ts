/** convert, stats and the forms of decode, as commands. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Command, Folder, odograph, until } from '../support/gateway-process.ts'
import { candumpLog, truckDrive } from '../support/recordings.ts'

const test = suite('recordings')

const drive = candumpLog(truckDrive(20))

async function inFolder(work: (folder: Folder, file: string) => Promise<void>): Promise<void> {
  const folder = new Folder()
  try {
    await work(folder, folder.file('drive.log', drive))
  } finally {
    folder.remove()
  }
}

for (const name of [
  ...['drive.asc', 'drive.trc', 'drive.csv', 'drive.pythoncan.csv', 'drive.canedge.csv'],
  ...['drive.mf4', 'drive.blf', 'drive.pcap', 'drive.db', 'drive.asc.gz', 'drive.log.gz'],
]) {
  test(`a recording goes to ${name} and comes back the same`, () =>
    inFolder(async (folder, file) => {
      const there = join(folder.path, name === 'drive.log.gz' ? 'copy.log.gz' : name)
      const back = join(folder.path, 'back.log')
      const first = await odograph('convert', file, there)
      assert.is(first.code, 0, first.stderr)
      assert.match(first.stderr, /100 data frames, 0 remote, 0 error frames \(candump → /)
      const second = await odograph('convert', there, back)
      assert.is(second.code, 0, second.stderr)
      assert.is(readFileSync(back, 'utf8'), drive)
      assert.equal(
        readdirSync(folder.path).filter((one) => one.endsWith('.part')),
        [],
      )
    }))
}

test('a conversion to standard output is the recording and nothing else', () =>
  inFolder(async (_, file) => {
    const { code, stdout } = await odograph('convert', file, '-', '--to', 'candump')
    assert.equal([code, stdout], [0, drive])
  }))

test('a compressed name is compressed', () =>
  inFolder(async (folder, file) => {
    const there = join(folder.path, 'copy.log.gz')
    await odograph('convert', file, there)
    assert.is(gunzipSync(readFileSync(there)).toString(), drive)
  }))

const refused: [what: string, args: (file: string, folder: string) => string[], says: RegExp][] = [
  ['an ending of no format', (file, at) => [file, join(at, 'x.xyz')], /names no format; use --to/],
  ['a format that is none', (file, at) => [file, join(at, 'x'), '--to', 'y'], /y: is no format/],
  [
    'a format that is only read',
    (file, at) => [file, join(at, 'x'), '--to', 'crtd'],
    /is only read; writable are candump/,
  ],
  ['itself', (file) => [file, file], /is the recording itself/],
  ['a folder that is not there', (file, at) => [file, join(at, 'no/x.asc')], /ENOENT/],
  ['a pipe for a format that needs a file', (file) => [file, '-', '--to', 'mf4'], /not to a pipe/],
  [
    'a compressed file for a format that goes back in its file',
    (file, at) => [file, join(at, 'x.mf4.gz')],
    /not to a pipe/,
  ],
  ['a pipe for a database', (file) => [file, '-', '--to', 'sqlite'], /needs a file/],
  ['nothing', (file) => [file], /OUT: is missing/],
]
for (const [what, args, says] of refused) {
  test(`a conversion to ${what} is refused with what would be accepted`, () =>
    inFolder(async (folder, file) => {
      const { code, stderr } = await odograph('convert', ...args(file, folder.path))
      assert.ok(code === 1 || code === 2, stderr)
      assert.match(stderr, says)
      assert.is(readFileSync(file, 'utf8'), drive)
      assert.equal(readdirSync(folder.path), ['drive.log'])
    }))
}

test('a recording that is none leaves no file behind', () =>
  inFolder(async (folder) => {
    const wrong = folder.file('wrong.log', 'nothing of a vehicle\n')
    const { code, stderr } = await odograph('convert', wrong, join(folder.path, 'x.asc'))
    assert.is(code, 1)
    assert.match(stderr, /is none of the recordings that are known here/)
    assert.not(existsSync(join(folder.path, 'x.asc')))
    assert.not(existsSync(join(folder.path, 'x.asc.part')))
  }))

test('Ctrl-C ends a conversion without words and without half a file', () =>
  inFolder(async (folder) => {
    const file = folder.file('long.log', drive.repeat(20_000))
    const command = new Command(['convert', file, join(folder.path, 'long.asc')])
    const part = join(folder.path, 'long.asc.part')
    await until('the conversion', () => existsSync(part))
    const { code, stderr } = await command.stop('SIGINT')
    assert.equal([code, stderr], [130, ''])
    assert.equal(readdirSync(folder.path).sort(), ['drive.log', 'long.log'])
  }))

test('what a format cannot express is told', () =>
  inFolder(async (folder) => {
    const log = '(1.000000) can0 123#R\n(2.000000) can0 123##0112233\n(3.000000) can0 123#01\n'
    const file = folder.file('odd.log', log)
    const { code, stderr } = await odograph('convert', file, join(folder.path, 'odd.csv'))
    assert.is(code, 0)
    assert.match(stderr, /1 × left out, gvret-csv has no place for it: /)
  }))

test('statistics tell load, rhythm, groups and senders', () =>
  inFolder(async (_, file) => {
    const { code, stdout } = await odograph('stats', file, '--bitrate', '250000', '--json')
    assert.is(code, 0)
    const { format, buses } = JSON.parse(stdout)
    assert.equal([format, buses.length], ['candump', 1])
    const [bus] = buses
    assert.equal([bus.frames, bus.errors, bus.bitrate, bus.bitrateGiven], [100, 0, 250_000, true])
    assert.ok(bus.load > 0.0005 && bus.load < 0.01, `${bus.load}`)
    const group = bus.groups.find(({ pgn }: { pgn: number }) => pgn === 65265)
    assert.equal([group.label, group.count], ['CCVS1', 20])
    assert.is(
      bus.sources.reduce((sum: number, one: { count: number }) => sum + one.count, 0),
      100,
    )
    const text = await odograph('stats', file)
    assert.match(text.stdout, /can0 \(candump\)\n/)
    assert.match(text.stdout, /CCVS1/)
    assert.match(text.stdout, /assumed; --bitrate says it/)
  }))

test('decode prints CSV with a heading, and only the lines that were asked for', () =>
  inFolder(async (_, file) => {
    const filters = ['--what', 'spn', '--spn', '84', '--source', '0', '--from', '1750000005']
    const { code, stdout } = await odograph('decode', file, '--format', 'csv', ...filters)
    assert.is(code, 0)
    const [heading, ...lines] = stdout.trim().split('\n')
    assert.is(heading, 'n,ts,pgn,src,spn,raw,value,unit,status,name,text,instance')
    assert.is(lines.length, 15)
    for (const line of lines)
      assert.match(line, /^\d+,17500000\d\d(\.\d+)?,65265,0,84,18432,72,km\/h,ok,/)
  }))

test('decode filters by identifier, group, signal, bus and time', () =>
  inFolder(async (_, file) => {
    const count = async (...args: string[]) => {
      const { stdout } = await odograph('decode', file, ...args)
      return stdout.split('\n').filter((line) => line !== '').length
    }
    const all = await count('--signal', 'speed')
    assert.is(all, 20)
    assert.is(await count('--signal', 'speed', '--until', '2025-06-15T15:06:45Z'), 5)
    assert.is(await count('--signal', 'speed', '--bus', 'can9'), 0)
    assert.is(await count('--signal', 'speed', '--id', '18FEF100'), 20)
    assert.is(await count('--signal', 'speed', '--id', '7E8'), 0)
    assert.is(await count('--what', 'spn', '--pgn', '65265', '--spn', '0x54'), 20)
  }))

test('a value that its signal cannot have is told as implausible, without the number', () =>
  inFolder(async (folder) => {
    // Ambient temperature: −256 °C as the sender has it.
    const frames = [{ at: 0, id: 0x18fef500, data: 'FFFFFF2002FFFFFF' }]
    const file = folder.file('cold.log', candumpLog(frames))
    const { stdout } = await odograph('decode', file, '--signal', 'ambientTemp')
    const { value, quality } = JSON.parse(stdout)
    assert.equal([value, quality], [null, 'implausible'])
  }))

test('a table has a row for every signal, with how often it came', () =>
  inFolder(async (_, file) => {
    for (const form of [
      ['--format', 'table'],
      ['--watch', '--speed', 'max'],
    ]) {
      const { code, stdout, stderr } = await odograph('decode', file, ...form)
      assert.is(code, 0, stderr)
      const lines = stdout.split('\n')
      assert.match(lines[0] ?? '', /^source +signal +value +unit +quality +count +every$/)
      assert.ok(
        lines.some((line) => /^can0 +speed +72 +km\/h +ok +20 +1000 ms$/.test(line)),
        stdout,
      )
    }
  }))

const wrongOptions: [args: string[], says: RegExp][] = [
  [['--what', 'x'], /--what x: unknown; use one of readings, spn/],
  [['--format', 'xml'], /--format xml: unknown; use one of jsonl, csv, table/],
  [['--spn', 'speed'], /--spn speed: use decimal numbers/],
  [['--id', 'XYZ'], /--id XYZ: use hexadecimal numbers/],
  [['--from', 'yesterday'], /--from yesterday: use seconds/],
  [['--what', 'dbc'], /--dbc FILE: goes with/],
  [['--profile', 'no-such-car'], /no-such-car: is no profile and no file; built-in profiles are /],
  [['--watch', '--speed', '0'], /--speed 0: use a number above 0/],
]
for (const [args, says] of wrongOptions) {
  test(`decode ${args.join(' ')} is refused with what would be accepted`, () =>
    inFolder(async (_, file) => {
      const { code, stdout, stderr } = await odograph('decode', file, ...args)
      assert.ok(code === 1 || code === 2)
      assert.is(stdout, '')
      assert.match(stderr, says)
    }))
}

test('a DBC file decodes frames with --what dbc, and its choices are told', () =>
  inFolder(async (folder, file) => {
    const dbc = folder.file(
      'truck.dbc',
      'BO_ 2566844672 CCVS: 8 ECU\n SG_ Speed : 8|16@1+ (0.00390625,0) [0|251] "km/h" X\n SG_ Park : 2|2@1+ (1,0) [0|3] "" X\nVAL_ 2566844672 Park 3 "not available" ;\n',
    )
    const { code, stdout } = await odograph('decode', file, '--dbc', dbc)
    assert.is(code, 0)
    const [speed, park] = stdout.split('\n').map((line) => (line === '' ? {} : JSON.parse(line)))
    assert.equal(
      [speed.id, speed.signal, speed.value, speed.unit],
      ['18FEF100', 'Speed', 72, 'km/h'],
    )
    assert.equal([park.signal, park.value, park.text], ['Park', 3, 'not available'])
  }))

test('a profile decodes what the standards do not know, also into a store', () =>
  inFolder(async (folder) => {
    const profile = folder.file(
      'car.yaml',
      readFileSync(new URL('../../profiles/ford-fusion-2018.yaml', import.meta.url), 'utf8'),
    )
    const frames = Array.from({ length: 5 }, (_, at) => ({
      at,
      id: 0x430,
      data: '0701970F91011690',
    }))
    const file = folder.file('ford.log', candumpLog(frames))
    const { stdout } = await odograph('decode', file, '--profile', profile, '--signal', 'odometer')
    const values = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).value)
    assert.equal(values, [104_207, 104_207, 104_207, 104_207, 104_207])
    const data = join(folder.path, 'data')
    const replayed = await odograph('replay', file, '--profile', 'ford-fusion-2018', '--data', data)
    assert.match(replayed.stdout, /readings {2}5\n/)
    writeFileSync(
      join(folder.path, 'odograph.yaml'),
      `vehicles: [{ id: vehicle, profile: ${profile} }]\n`,
    )
    const config = join(folder.path, 'odograph.yaml')
    const again = await odograph('replay', file, '--config', config, '--data', `${data}2`)
    assert.match(again.stdout, /readings {2}5\n/)
  }))

test.run()
