/** MF4 files of loggers in vehicles, frame by frame against what independent tools make of them. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { mf4Format } from '../../../../src/device/capture/mf4/mf4.ts'
import { type CapturedFrame, readBlocks } from '../../../support/captured.ts'
import { recording } from '../../../support/needs.ts'

const test = suite('MF4 recordings')

const names = [
  'j1939_css_FCBF0606',
  'n2k_css_94C49784_00000002',
  'obd_vag_mode01_3BA199E2_00000002',
  'uds_kia_ev6_63BEF5CD',
]

function candumpLine({ time, bus, id, extended, data }: CapturedFrame): string {
  const text = id
    .toString(16)
    .toUpperCase()
    .padStart(extended ? 8 : 3, '0')
  const micros = String(time % 1_000_000).padStart(6, '0')
  return `(${Math.floor(time / 1_000_000)}.${micros}) ${bus} ${text}#${data.toUpperCase()}`
}

for (const name of names) {
  const path = recording(`captures/${name}.mf4`)
  const golden = recording(`captures/${name}.frames.candump.log.gz`)
  if (path === undefined || golden === undefined) continue
  test(`${name}: every frame, in order, to the microsecond`, async () => {
    const { frames, issues } = await readBlocks(mf4Format, readFileSync(path))
    const lines = gunzipSync(readFileSync(golden)).toString().trimEnd().split('\n')
    assert.is(frames.length, lines.length)
    const wrong = lines.findIndex((line, i) => line !== candumpLine(frames[i] as CapturedFrame))
    assert.is(lines[wrong], undefined)
    assert.equal(issues, [])
  })
}

const cut = recording('captures/derived/malformed/uds_kia_ev6.cut.mf4')
if (cut !== undefined) {
  test('a file cut before its records says so and has no frames', async () => {
    const { frames, issues } = await readBlocks(mf4Format, readFileSync(cut))
    assert.equal(frames, [])
    assert.ok(issues.some(({ code }) => code === 'file-truncated'))
  })
}

if (recording('captures') === undefined) {
  test('without the recordings nothing is compared', () => {
    assert.is(names.map((name) => recording(`captures/${name}.mf4`)).find(Boolean), undefined)
  })
}

test.run()
