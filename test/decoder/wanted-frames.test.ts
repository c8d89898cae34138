import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findProfile } from '../../src/config/profile.ts'
import { BusDecoder } from '../../src/decoder/bus-decoder.ts'
import { wantedFrames } from '../../src/decoder/wanted-frames.ts'
import { SimulatedVehicle } from '../../src/device/simulator/vehicle.ts'
import { frameOf } from '../../src/model/frame.ts'
import type { FrameFilter } from '../../src/model/transmit.ts'
import { randomBytes, seeded } from './dbc-reference.ts'

const test = suite('wanted frames')

const isWanted = (filters: readonly FrameFilter[], id: number, extended: boolean) =>
  filters.some((f) => f.extended === extended && (id & f.mask) === (f.id & f.mask))

test('no frame that makes a reading is left out, whatever its identifier', () => {
  const random = seeded(7)
  const filters = wantedFrames(['j1939', 'obd'])
  let readings = 0
  const decoder = new BusDecoder({
    bus: 'can0',
    reading: () => {
      readings += 1
    },
    issue: () => undefined,
  })
  const leftOut: string[] = []
  let heard = 0
  for (let i = 0; i < 100_000; i++) {
    const extended = random() < 0.8
    // Most groups of J1939 are in format FE.
    const group = random() < 0.6 ? 0x18fe0000 + random() * 2 ** 16 : random() * 2 ** 29
    const id = Math.floor(extended ? group : random() * 2 ** 11)
    const before = readings
    decoder.frame(frameOf(id, randomBytes(random, 8), { extended, time: i }))
    if (readings === before) continue
    heard += 1
    if (!isWanted(filters, id, extended)) leftOut.push(id.toString(16))
  }
  assert.ok(heard > 500, `${heard} frames made readings`)
  assert.equal(leftOut, [])
})

test('nothing of the simulated truck that is decoded is left out, and other traffic is', () => {
  const filters = wantedFrames(['j1939'])
  new SimulatedVehicle().framesUntil(1e15, ({ id, extended }) => {
    assert.ok(isWanted(filters, id, extended), id.toString(16))
  })
  for (const id of [0x18ff1234, 0x0cf00800, 0x18ef0011]) assert.not(isWanted(filters, id, true))
  assert.not(isWanted(filters, 0x123, false))
})

test('a profile adds its own identifiers', () => {
  const profile = findProfile('toyota-rav4-2017')
  const filters = wantedFrames(['obd'], profile)
  for (const { id, extended } of profile.passive) assert.ok(isWanted(filters, id, extended))
  assert.not(isWanted(wantedFrames(['obd']), profile.passive[0]?.id ?? 0, false))
})

test.run()
