/** Published vectors of others through profiles; only where the folder is found. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { importObdb } from '../../src/decoder/profile/import-obdb.ts'
import type { ProfileSignal } from '../../src/model/profile.ts'
import { recording } from '../support/needs.ts'
import { about, layoutOf, listen, polledOf, profileOf, signalOf } from '../support/profiles.ts'

const test = suite('profile vectors')

/** Two decimals, half away from zero. */
function rounded(value: number): number {
  return (Math.sign(value) * Math.round(Math.abs(value) * 100 + 1e-9)) / 100
}

interface FormulaRow {
  hex: string
  bytes: string
  pid: string
  formula: string
  upstreamFormula: string
  standardDbcStartBit?: number
  expected: number | null
  unit: string | null
  name: string
}

interface FormulaVectors {
  hexFrameWithHeader: FormulaRow[]
  pidFrame: FormulaRow[]
  passiveFrame: FormulaRow[]
}

/** A formula on the bytes of a frame. */
function inFrame(hex: string, formula: string, startBit?: number) {
  const layout = layoutOf(formula)
  const signal: ProfileSignal = {
    name: 'x',
    layout: { ...layout, start: startBit ?? layout.start },
  }
  const passive = [{ id: 1, extended: false, name: 'M', signals: [signal] }]
  return listen(profileOf({ passive })).frame(1, hex)
}

function sameValue(heard: ReturnType<typeof listen>, { expected, unit }: FormulaRow): void {
  const [value] = heard.values
  if (expected === null) {
    assert.is(value?.value, undefined)
    assert.is(heard.issues.length, 1, 'and it is said why')
    return
  }
  assert.is(rounded(value?.value ?? Number.NaN), expected)
  assert.is(value?.unit, unit)
  assert.equal(heard.issues, [])
}

const published = recording('dimo/obd_decode_vectors.json')
if (published) {
  const vectors = JSON.parse(readFileSync(published, 'utf8')) as FormulaVectors

  test('published formulas on whole frames give the published values', () => {
    const frames = vectors.hexFrameWithHeader.filter(({ hex }) => /^[0-9a-f]+$/.test(hex))
    assert.ok(frames.length >= 9)
    for (const row of frames) sameValue(inFrame(row.hex.slice(3), row.formula), row)
    for (const row of vectors.pidFrame) sameValue(inFrame(row.bytes, row.formula), row)
    for (const row of vectors.passiveFrame) {
      sameValue(inFrame(row.bytes, row.upstreamFormula, row.standardDbcStartBit), row)
    }
  })

  test('the same formulas, counted from the data on, give them for polled signals', () => {
    const frames = vectors.hexFrameWithHeader.filter(({ hex }) => /^[0-9a-f]+$/.test(hex))
    for (const row of frames) {
      const bytes = row.hex.slice(3)
      const length = Number.parseInt(bytes.slice(0, 2), 16)
      const service = (Number.parseInt(bytes.slice(2, 4), 16) - 0x40).toString(16).padStart(2, '0')
      const layout = layoutOf(row.formula)
      const before = 8 * (1 + 1 + row.pid.length / 2)
      const signal = { name: 'x', layout: { ...layout, start: layout.start - before } }
      const polled = [polledOf(`${service}${row.pid}`, [signal])]
      const message = bytes.slice(2, 2 + 2 * length)
      sameValue(listen(profileOf({ polled })).message(0x7e8, message), row)
    }
  })
}

interface ObdbCase {
  frames: string[]
  payloads: string[]
  expect: Record<string, { value: number | string; clamped_from?: number }>
}

interface ObdbVectors {
  signal_defs_table: Record<string, Record<string, unknown>>
  commands: { command_id: string; cases: ObdbCase[] }[]
}

const ford = recording('vectors/obdb_ford_f150.json')
if (ford) {
  test('an imported OBDb signal set gives the values that its contributors recorded', () => {
    const vectors = JSON.parse(readFileSync(ford, 'utf8')) as ObdbVectors
    let same = 0
    let refused = 0
    const wrong: string[] = []
    for (const { command_id, cases } of vectors.commands) {
      const signals = new Set(cases.flatMap(({ expect }) => Object.keys(expect)))
      // Some signals are defined once and answered by several commands.
      const code = command_id.split('|')[0]?.split('.').at(-1) ?? ''
      const cmd = { [code.slice(0, 2)]: code.slice(2) }
      const commands = [...signals].map((id) => {
        const { name, hdr, rax, cmd: _, ...fmt } = vectors.signal_defs_table[id] ?? {}
        return { hdr, rax: rax ?? undefined, cmd, freq: 1, signals: [{ id, name, fmt }] }
      })
      for (const { frames, payloads, expect } of cases) {
        // The recordings name who answered; the frames and the payloads stand in the same order.
        const answers = answersOf(frames, payloads)
        for (const command of commands) {
          const [id] = command.signals.map((signal) => signal.id)
          const { profile } = importObdb({ commands: [command] }, about)
          if (profile.polled.length === 0) continue
          const seen = answers.flatMap(({ responder, payload }) => {
            const polled = profile.polled.map((message) => ({ ...message, response: responder }))
            const heard = listen({ ...profile, polled })
            return heard.message(responder.id, payload, responder.extended).values
          })
          const wanted = id === undefined ? undefined : expect[id]
          if (wanted === undefined || id === undefined) continue
          if (wanted.clamped_from !== undefined) {
            assert.ok(
              seen.some(({ quality }) => quality === 'implausible'),
              `${command_id} ${id}`,
            )
            refused += 1
          } else if (seen.some(({ value, text }) => agrees(value, text, wanted.value))) same += 1
          else wrong.push(`${command_id} ${id} ${payloads} ${wanted.value}`)
        }
      }
    }
    assert.equal(wrong, [])
    assert.ok(same > 1500, `${same} values`)
    assert.ok(refused > 5, `${refused} values`)
  })
}

function agrees(value: number | undefined, text: string | undefined, wanted: number | string) {
  if (typeof wanted === 'string') return text === wanted
  return value !== undefined && Math.abs(value - wanted) < 1e-4 + 1e-6 * Math.abs(wanted)
}

function answersOf(frames: string[], payloads: string[]) {
  const ids = [...new Set(frames.map((frame) => frame.split('#')[0] ?? ''))]
  return payloads.flatMap((payload) =>
    ids.map((id) => ({
      responder: { id: Number.parseInt(id, 16), extended: id.length > 3 },
      payload,
    })),
  )
}

test('a formula of a maker reads as a layout and decodes', () => {
  const heard = listen(
    profileOf({
      passive: [
        {
          id: 0x120,
          extended: false,
          name: 'GlobalA',
          signals: [
            signalOf('odometer', '7|32@0+ (0.015625,0) [0|67108863.984375] "km"', {
              maps: 'odometer',
            }),
          ],
        },
      ],
    }),
  )
  heard.frame(0x120, '0142BC0900')
  assert.equal(heard.readings, [['odometer', 330_480.140625, 'ok', 10, 0x20, 5]])
})

test.run()
