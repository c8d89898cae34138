import { test } from 'uvu'
import * as assert from 'uvu/assert'
import { BusViews } from '../../src/gateway/bus-views.ts'
import { FrameWatches } from '../../src/gateway/frame-watch.ts'
import { frameOf } from '../../src/model/frame.ts'
import { FakeClock } from '../support/api-fakes.ts'

function scene(bitrate?: number) {
  const clock = new FakeClock()
  const watches = new FrameWatches()
  const views = new BusViews({
    frames: watches,
    profiles: new Map(),
    protocols: () => ['j1939', 'obd'],
    bitrate: () => bitrate,
    clock,
  })
  const watch = watches.of('truck')
  /** So many a second, for so many seconds. */
  const traffic = (seconds: number, perSecond: number, id = 0x0cf00400) => {
    for (let i = 0; i < seconds * perSecond; i += 1) {
      clock.advance(1000 / perSecond)
      const frame = frameOf(id, [0xff, 0xff, 0xff, 0x72, 0x35, 0xff, 0xff, 0xff])
      frame.time = clock.now() * 1000
      if (watch.isWatched) watch.tell(frame, 'can0')
      views.tick()
    }
  }
  return { clock, watch, views, traffic }
}

test('nothing is counted before somebody looks, nor half a minute after the last look', () => {
  const { views, watch, traffic, clock } = scene()
  traffic(2, 10)
  assert.not(watch.isWatched)
  assert.equal(views.bus('truck').buses, [])
  assert.ok(watch.isWatched)
  traffic(29, 10)
  assert.ok(watch.isWatched)
  clock.advance(2000)
  views.tick()
  assert.not(watch.isWatched)
})

test('rates and load are those of the last seconds, at the bit rate that is configured', () => {
  const { views, traffic } = scene(250_000)
  views.bus('truck')
  traffic(10, 100)
  const [bus] = views.bus('truck').buses
  assert.is(bus?.perSecond, 100)
  assert.is(bus?.bitrate, 250_000)
  assert.not(bus?.assumed)
  // An extended frame of 8 bytes takes 131 bits and some for stuffing.
  assert.ok((bus?.load ?? 0) > 0.052 && (bus?.load ?? 1) < 0.064, String(bus?.load))
  assert.is(bus?.frames, 1000)
})

test('without a configured bit rate the likely one is told as assumed', () => {
  const { views, traffic } = scene()
  views.bus('truck')
  traffic(2, 50)
  const [bus] = views.bus('truck').buses
  assert.ok(bus?.assumed)
  assert.is(bus?.bitrate, 250_000)
})

test('an identifier is told with group, sender, rhythm, and what its newest frame says', () => {
  const { views, traffic } = scene()
  views.bus('truck')
  traffic(3, 10)
  const [id] = views.bus('truck').ids
  assert.is(id?.pgn, 61_444)
  assert.is(id?.source, 0)
  assert.match(id?.name ?? '', /engine/i)
  assert.is(id?.period, 100)
  assert.is(id?.count, 30)
  assert.equal(id?.values, [{ label: 'Engine speed', value: 1710.25, unit: 'rpm' }])
})

test('one that nothing here understands says nothing', () => {
  const { views, traffic } = scene()
  views.bus('truck')
  traffic(1, 10, 0x345)
  const [id] = views.bus('truck').ids
  assert.is(id?.name, undefined)
  assert.equal(id?.values, [])
})

test.run()
