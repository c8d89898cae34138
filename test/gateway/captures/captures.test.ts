import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { test } from 'uvu'
import * as assert from 'uvu/assert'
import {
  type CapturesConfig,
  captures as capturesSchema,
} from '../../../src/config/captures-schema.ts'
import { readCapture } from '../../../src/device/capture/capture-file.ts'
import { Captures } from '../../../src/gateway/captures/captures.ts'
import { Explainer } from '../../../src/gateway/captures/explainer.ts'
import { vehicleEvent } from '../../../src/model/event.ts'
import { frameOf } from '../../../src/model/frame.ts'
import type { VehicleStatus } from '../../../src/model/record.ts'
import { FakeClock, FakeLogger } from '../../support/api-fakes.ts'

interface Scene {
  captures: Captures
  clock: FakeClock
  logger: FakeLogger
  folder: string
  status: VehicleStatus
  /** A frame now. */
  frame(id: number, data: number[]): void
  /** Seconds pass; a frame comes each. */
  pass(seconds: number): Promise<void>
}

function scene(
  name: string,
  settings: Partial<CapturesConfig>,
  run: (scene: Scene) => Promise<void>,
): void {
  test(name, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'odograph-captures-'))
    const clock = new FakeClock()
    const logger = new FakeLogger()
    const status: VehicleStatus = {}
    const captures = new Captures({
      settings: { ...capturesSchema.parse({}), ...settings } as CapturesConfig,
      ...{ folder, clock, logger },
      status: { status: () => status, storedAt: () => undefined },
    })
    const ring = captures.ring('truck')
    const frame = (id: number, data: number[]) =>
      ring?.add(frameOf(id, data, { time: clock.now() * 1000 }), ring.bus('can0'))
    const pass = async (seconds: number) => {
      for (let i = 0; i < seconds; i += 1) {
        clock.advance(1000)
        frame(0x100, [i & 0xff])
        captures.tick()
      }
      // What is written in turns is there when nothing is under way any more.
      while (
        captures
          .captures('truck')
          .some(({ state, to }) => state === 'recording' && to <= clock.now())
      ) {
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    try {
      await run({ captures, clock, logger, folder, status, frame, pass })
    } finally {
      await captures.stop()
      rmSync(folder, { recursive: true })
    }
  })
}

function textOf(captures: Captures, id: string): string[] {
  const file = captures.file('truck', id)
  assert.ok(file)
  return gunzipSync(readFileSync(file.path)).toString().trim().split('\n')
}

scene(
  'a capture that is asked for holds the seconds before and after, as a candump log',
  {},
  async ({ captures, pass, clock }) => {
    await pass(100)
    const { id, state } = captures.start('truck', { cause: 'odd noise', before: 20, after: 5 })
    assert.is(state, 'recording')
    await pass(4)
    assert.is(captures.captures('truck')[0]?.state, 'recording')
    await pass(1)
    const [capture] = captures.captures('truck')
    assert.is(capture?.state, 'ready')
    assert.is(capture?.cause, 'odd noise')
    const lines = textOf(captures, id)
    assert.is(lines.length, 26)
    assert.is(lines.length, capture?.frames)
    assert.match(lines[0] as string, /^\(\d{10}\.\d{6}\) can0 100#[0-9A-F]{2}$/)
    const summary = await readCapture(captures.file('truck', id)?.path as string, {
      frame: () => undefined,
      issue: () => undefined,
    })
    assert.is(summary.frames, 26)
    assert.is(summary.lastTime, clock.now() * 1000)
  },
)

scene('a trouble code that is set starts one', {}, async ({ captures, pass, clock }) => {
  await pass(70)
  const event = {
    vehicle: 'truck',
    time: clock.now(),
    type: 'dtc.set',
    data: { code: 'P0420' },
  } as const
  captures.happened(vehicleEvent(event))
  await pass(30)
  const [capture] = captures.captures('truck')
  assert.is(capture?.trigger, 'trouble-code')
  assert.match(capture?.cause ?? '', /P0420/)
  assert.is(capture?.frames, 91)
})

scene('codes that are set at once share one', {}, async ({ captures, pass, clock }) => {
  await pass(10)
  for (const code of ['P0420', 'P0442', 'P0420']) {
    const event = { vehicle: 'truck', time: clock.now(), type: 'dtc.set', data: { code } } as const
    captures.happened(vehicleEvent(event))
  }
  await pass(30)
  assert.equal(
    captures.captures('truck').map(({ cause }) => cause),
    ['P0420 was set; P0442 was set'],
  )
})

scene(
  'so do a value that cannot be true and harsh braking, each at its own pace',
  {},
  async ({ captures, pass, clock, status }) => {
    await pass(5)
    const anomaly = () =>
      captures.issue('truck', { code: 'implausible', at: 'can0', detail: 'speed 900', time: 0 })
    anomaly()
    anomaly()
    const speed = (value: number) => {
      status.speed = {
        ...{ value, quality: 'ok', time: clock.now() * 1000, source: 'can0' },
        ...{ sender: 0, rank: 0 },
      }
      captures.changed('truck')
    }
    speed(70)
    await pass(1)
    speed(50)
    await pass(30)
    const found = captures.captures('truck').map(({ trigger, cause }) => `${trigger}: ${cause}`)
    assert.is(found.length, 2)
    assert.match(found.join('\n'), /anomaly: .*speed 900/)
    assert.match(found.join('\n'), /harsh-braking: from 70 to 50 km\/h in 1 s: 5\.6 m\/s²/)
  },
)

scene(
  'triggers that are not wanted start nothing, and other issues neither',
  { triggers: [] },
  async ({ captures, pass, clock }) => {
    await pass(2)
    captures.issue('truck', { code: 'implausible', at: 'can0', time: 0 })
    captures.issue('truck', { code: 'line-malformed', at: 'can0', time: 0 })
    const event = { vehicle: 'truck', time: clock.now(), type: 'dtc.set', data: {} } as const
    captures.happened(vehicleEvent(event))
    await pass(40)
    assert.equal(captures.captures('truck'), [])
  },
)

scene(
  'without frames there is no file, and that is said',
  {},
  async ({ captures, pass, logger, clock }) => {
    captures.start('truck', { cause: 'x', before: 10, after: 0 })
    clock.advance(1000)
    captures.tick()
    await pass(0)
    assert.equal(captures.captures('truck'), [])
    assert.match(logger.lines.join('\n'), /no frames came/)
  },
)

scene(
  'within its bound the oldest go, those that somebody asked for last',
  { megabytes: 0.002 },
  async ({ captures, pass, folder }) => {
    await pass(60)
    const wanted = captures.start('truck', { cause: 'mine', before: 60, after: 0 })
    await pass(1)
    for (let i = 0; i < 12; i += 1) {
      captures.happened(
        vehicleEvent({
          vehicle: 'truck',
          time: i,
          type: 'dtc.set',
          data: { code: `P00${10 + i}` },
        }),
      )
      await pass(31)
    }
    const left = captures.captures('truck')
    assert.ok(
      left.some(({ id }) => id === wanted.id),
      'what was asked for is still there',
    )
    assert.ok(left.length < 13 && left.length > 1, String(left.length))
    const bytes = left.reduce((sum, one) => sum + one.bytes, 0)
    assert.ok(bytes < 2500, String(bytes))
    assert.is(readdirSync(join(folder, 'captures')).length, 2 * left.length)
  },
)

scene(
  'what was begun is written when the gateway stops, and known at the next start',
  {},
  async (s) => {
    await s.pass(10)
    const { id } = s.captures.start('truck', { cause: 'x', before: 10, after: 60 })
    await s.pass(3)
    await s.captures.stop()
    const next = new Captures({
      settings: capturesSchema.parse({}) as CapturesConfig,
      ...{ folder: s.folder, clock: s.clock, logger: s.logger },
      status: { status: () => ({}), storedAt: () => undefined },
    })
    assert.equal(
      next.captures('truck').map((one) => [one.id, one.state]),
      [[id, 'ready']],
    )
    assert.ok(next.remove('truck', id))
    assert.not(next.remove('truck', id))
    assert.equal(next.captures('truck'), [])
    assert.equal(readdirSync(join(s.folder, 'captures')), [])
  },
)

scene(
  'halves of files and files of others are left out',
  {},
  async ({ captures, folder, pass }) => {
    await pass(3)
    captures.start('truck', { cause: 'x', before: 3, after: 0 })
    await pass(1)
    const place = join(folder, 'captures')
    writeFileSync(join(place, 'half.log.gz.part'), 'x')
    writeFileSync(join(place, 'odd.json'), '{')
    writeFileSync(join(place, 'gone.json'), '{"id":"gone","vehicle":"truck","at":1}')
    const next = new Captures({
      settings: capturesSchema.parse({}) as CapturesConfig,
      ...{ folder, clock: new FakeClock(), logger: new FakeLogger() },
      status: { status: () => ({}), storedAt: () => undefined },
    })
    assert.is(next.captures('truck').length, 1)
    assert.not(existsSync(join(place, 'half.log.gz.part')))
  },
)

scene('of another vehicle nothing is handed out', {}, async ({ captures, pass }) => {
  await pass(3)
  const { id } = captures.start('truck', { cause: 'x', before: 3, after: 0 })
  await pass(1)
  assert.ok(captures.file('truck', id))
  assert.is(captures.file('van', id), undefined)
  assert.not(captures.remove('van', id))
  assert.is(captures.file('truck', '../signing-key'), undefined)
})

scene(
  'all frames are kept where that is wanted, in pieces without a gap or an overlap',
  { continuous: true },
  async ({ captures, pass }) => {
    await pass(1000)
    await captures.stop()
    const pieces = captures.captures('truck').reverse()
    assert.ok(pieces.length >= 3, String(pieces.length))
    const times = pieces.flatMap(({ id }) => textOf(captures, id).map((line) => line.slice(0, 20)))
    assert.is(new Set(times).size, times.length)
    assert.is(times.length, 1000)
  },
)

scene(
  'a value is led back to its frames, in memory and later in a capture',
  { memoryMegabytes: 0.3 },
  async ({ captures, clock, frame, pass }) => {
    frame(0x18fee017, [0xff, 0xff, 0xff, 0xff, 0x40, 0x42, 0x0f, 0])
    const at = clock.now() + 500
    await pass(1)
    const explainer = new Explainer({
      captures,
      profiles: new Map(),
      protocols: () => ['j1939', 'obd'],
    })
    const found = await explainer.explain('truck', 'odometer', { at })
    assert.is(found?.reading.value, 125_000)
    assert.is(found?.capture, undefined)
    assert.equal(
      found?.frames.map(({ id, bus }) => [id, bus]),
      [[0x18fee017, 'can0']],
    )
    assert.equal(
      found?.said.filter(({ matches }) => matches).map(({ definition, raw }) => [definition, raw]),
      [['SPN 245', 1_000_000]],
    )
    const { id } = captures.start('truck', { cause: 'x', before: 60, after: 0 })
    await pass(1)
    for (let i = 0; i < 20_000; i += 1) frame(0x100, [i & 0xff])
    const later = await explainer.explain('truck', 'odometer', { at })
    assert.is(later?.capture, id)
    assert.is(later?.reading.value, 125_000)
    assert.is(await explainer.explain('truck', 'vin', { at }), undefined)
    assert.is(await explainer.explain('truck', 'odometer', { at: at - 60_000 }), undefined)
  },
)

test.run()
