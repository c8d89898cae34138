/** Recordings of real vehicles through the commands, in whatever format they lie. */
import { readFileSync } from 'node:fs'
import { Writable } from 'node:stream'
import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { decode } from '../../src/cli/decode.ts'
import { recording } from '../support/needs.ts'

const test = suite('recordings through the commands')

/** What a command prints on standard output. */
async function printed(args: string[]): Promise<string[]> {
  const parts: string[] = []
  const sink = (keep: boolean) =>
    new Writable({
      write(chunk, _encoding, done) {
        if (keep) parts.push(String(chunk))
        done()
      },
    })
  const { signal } = new AbortController()
  const io = { stdout: sink(true), stderr: sink(false), version: 'test', signal }
  assert.is(await decode(args, io), 0)
  return parts.join('').trim().split('\n')
}

const pairs: [binary: string, text: string, what: string][] = [
  ['j1939_css_FCBF0606.mf4', 'j1939_css_FCBF0606.frames.candump.log.gz', 'spn'],
  ['j1939_css_FCBF0606.mf4', 'j1939_css_FCBF0606.frames.candump.log.gz', 'tp'],
  ['uds_kia_ev6_63BEF5CD.mf4', 'uds_kia_ev6_63BEF5CD.frames.candump.log.gz', 'isotp'],
  [
    'obd_vag_mode01_3BA199E2_00000002.mf4',
    'obd_vag_mode01_3BA199E2_00000002.frames.candump.log.gz',
    'obd',
  ],
  ['j1939_eti_rp1210_840.rp1210.log', 'j1939_eti_rp1210_840.log', 'readings'],
  ['derived/j1939_slice/j1939_slice.blf', 'derived/j1939_slice/j1939_slice.log', 'spn'],
]
for (const [other, text, what] of pairs) {
  const [a, b] = [recording(`captures/${other}`), recording(`captures/${text}`)]
  if (a === undefined || b === undefined) continue
  test(`${other} decodes to the same "${what}" lines as its candump form`, async () => {
    const lines = await printed([a, '--what', what])
    assert.ok(lines.length > 10, `${lines.length} lines`)
    assert.equal(lines, await printed([b, '--what', what]))
  })
}

interface UdsRow {
  n: number
  did: string
  signal: string
  value: number
  unit: string | null
}

const golden = recording('captures/uds_kia_ev6_63BEF5CD.golden.uds_dbc.jsonl.gz')
const dbc = recording('dbc/hyundai_kia_uds_v2.4.dbc')
const capture = recording('captures/uds_kia_ev6_63BEF5CD.mf4')
if (golden !== undefined && dbc !== undefined && capture !== undefined) {
  test('a DBC file of UDS messages says of an electric car what an independent tool says', async () => {
    const expected = gunzipSync(readFileSync(golden))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as UdsRow)
    const lines = await printed([capture, '--what', 'uds_dbc', '--dbc', dbc])
    const own = lines.map((line) => JSON.parse(line) as UdsRow)
    const keyOf = ({ n, did, signal }: UdsRow) => `${n} ${did} ${signal}`
    const found = new Map(own.map((row) => [keyOf(row), row]))
    assert.is(found.size, own.length)
    for (const row of expected) {
      const ours = found.get(keyOf(row))
      assert.ok(ours !== undefined && Math.abs(ours.value - row.value) < 1e-6, JSON.stringify(row))
      assert.is(ours?.unit, row.unit)
      found.delete(keyOf(row))
    }
    assert.equal([...found.keys()].slice(0, 3), [])
  })
}

test('what is printed is the command’s', async () => {
  let said = ''
  await printed(['no-such-file.log']).catch((error) => {
    said = String(error)
  })
  assert.match(said, /no-such-file.log: does not exist/)
})

test.run()
