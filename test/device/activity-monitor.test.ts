import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ActivityMonitor } from '../../src/device/activity/activity-monitor.ts'
import type { ActivityOptions, WakeEntry } from '../../src/device/activity/options.ts'
import type { SignalName } from '../../src/model/signals.ts'

const test = suite('activity monitor')

const START_US = Date.UTC(2026, 2, 1) * 1000
const STEP_S = 0.25

type Values = Partial<Record<SignalName, number | boolean>>

interface Going {
  /** Told once a second, unasked. */
  values?: Values
  traffic?: number
  /** Asked whenever it is allowed; what comes of it. */
  outcome?: 'answered' | 'silent' | 'failed'
}

/** A monitor with a clock of its own and a note of all that it did. */
class Bench {
  readonly monitor: ActivityMonitor
  readonly asks: number[] = []
  readonly shutdowns: string[] = []
  readonly warnings: string[] = []
  readonly noticed: WakeEntry[] = []
  seconds = 0
  offset = 0

  constructor(options: ActivityOptions = {}) {
    this.monitor = new ActivityMonitor({
      shutdown: (reason) => this.shutdowns.push(reason),
      warned: (reason) => this.warnings.push(reason),
      noticed: (entry) => this.noticed.push(entry),
      ...options,
    })
  }

  get time(): number {
    return START_US + Math.round((this.seconds + this.offset) * 1e6)
  }

  get activity(): string {
    return this.monitor.state.activity
  }

  go(seconds: number, { values = {}, traffic = 0, outcome }: Going, step = STEP_S): this {
    const end = this.seconds + seconds
    while (this.seconds < end) {
      this.tell(this.seconds % 1 === 0 ? values : {})
      this.monitor.frames(Math.round(traffic * step), this.time)
      if (outcome !== undefined && this.monitor.mayAsk(this.time).ok) {
        this.asks.push(this.seconds)
        if (outcome === 'answered') this.tell(values)
        this.monitor.asked(outcome, this.time)
      }
      this.seconds += step
    }
    return this
  }

  tell(values: Values): void {
    for (const [signal, value] of Object.entries(values)) {
      this.monitor.reading(signal as SignalName, value, this.time)
    }
  }
}

const driving: Going = {
  values: { engineSpeed: 2000, speed: 60, batteryVoltage: 14.2 },
  traffic: 400,
  outcome: 'answered',
}
const standing: Going = {
  ...driving,
  values: { engineSpeed: 800, speed: 0, batteryVoltage: 14.1 },
}
const asleep: Going = { values: { batteryVoltage: 12.5 }, outcome: 'silent' }

function parkedBench(options: ActivityOptions = {}): Bench {
  const bench = new Bench(options).go(30, driving).go(10, standing).go(120, asleep)
  assert.is(bench.activity, 'parked')
  bench.asks.length = 0
  return bench
}

test('at the start nothing is known, and one single request is allowed', () => {
  const bench = new Bench()
  assert.is(bench.activity, 'unknown')
  const permission = bench.monitor.mayAsk(bench.time)
  assert.is(permission.ok && permission.probe, true)
  bench.go(10, { outcome: 'silent' })
  assert.is(bench.asks.length, 1)
  assert.is(bench.activity, 'parked')
})

test('a bus that stays silent is asked once in a day', () => {
  const bench = new Bench().go(86_400, { outcome: 'silent' }, 5)
  assert.is(bench.asks.length, 1)
})

test('more requests at the start, where they are wanted', () => {
  const bench = new Bench({ startProbes: 3 }).go(3600, { outcome: 'silent' }, 1)
  assert.is(bench.asks.length, 3)
})

test('a parked vehicle is asked every so many minutes where that is wanted', () => {
  const bench = parkedBench({ probeMinutes: 15 }).go(3600, asleep)
  assert.is(bench.asks.length, 4)
})

test('a request that the adapter could not send uses up nothing at first, but is not repeated for ever', () => {
  const bench = new Bench().go(25, { outcome: 'failed' })
  assert.equal(bench.asks, [0, 10, 20])
  bench.go(3600, { outcome: 'failed' })
  assert.ok(bench.asks.length <= 5, `${bench.asks.length} requests`)
})

test('while a battery charger is connected, the waits between single requests grow to an hour', () => {
  const bench = parkedBench()
  const from = bench.seconds
  bench.go(4 * 3600, { values: { batteryVoltage: 13.8 }, outcome: 'silent' })
  const minutes = bench.asks.map((at, i) => Math.round((at - (bench.asks[i - 1] ?? from)) / 60))
  assert.equal(minutes, [0, 1, 2, 4, 8, 16, 32, 60, 60])
  assert.is(bench.activity, 'parked')
})

test('a probe that finds the engine at rest leaves the vehicle parked, one that finds it running wakes it', () => {
  const charger = { values: { batteryVoltage: 13.9, engineSpeed: 0 }, outcome: 'answered' as const }
  const bench = parkedBench().go(30, charger)
  assert.is(bench.activity, 'parked')
  assert.is(bench.asks.length, 1)
  bench.go(70, { ...charger, values: { batteryVoltage: 13.9, engineSpeed: 900 } })
  assert.is(bench.activity, 'idling')
})

test('an answer that was under way when the vehicle was parked wakes nothing', () => {
  const bench = parkedBench()
  bench.monitor.asked('answered', bench.time)
  bench.go(30, asleep)
  assert.is(bench.activity, 'parked')
  assert.is(bench.asks.length, 0)
})

test('two requests in a row without an answer end a drive on a clean bus, within five seconds', () => {
  const mute = { ...driving, traffic: 0 }
  const bench = new Bench().go(60, mute).go(10, { ...standing, traffic: 0 })
  bench.asks.length = 0
  bench.go(60, asleep)
  assert.is(bench.activity, 'parked')
  assert.ok(Math.max(...bench.asks) <= 70 + 5, `asked until ${Math.max(...bench.asks)}`)
  assert.match(bench.monitor.state.reason, /requests in a row unanswered/)
})

test('control units that do not exist may be asked for a while without the vehicle being parked', () => {
  const bench = new Bench().go(30, { ...standing, traffic: 0 })
  for (let i = 0; i < 8; i++) bench.go(0.25, { outcome: 'silent' })
  bench.go(10, { ...standing, traffic: 0 })
  assert.is(bench.activity, 'idling')
})

test('a bus that takes no request while it talks is no sign of parking; one that is silent is', () => {
  const bench = new Bench().go(30, standing).go(60, { ...standing, outcome: 'failed' })
  assert.is(bench.activity, 'idling')
  const mute = new Bench().go(30, { ...standing, traffic: 0 })
  mute.go(20, { values: { batteryVoltage: 12.6 }, outcome: 'failed' })
  assert.is(mute.activity, 'parked')
})

test('what the sender calls not available is no evidence', () => {
  const bench = parkedBench()
  bench.monitor.reading('engineSpeed', undefined, bench.time)
  bench.monitor.reading('speed', undefined, bench.time)
  bench.go(5, asleep)
  assert.is(bench.activity, 'parked')
})

test('a reading from long ago wakes nothing', () => {
  const bench = parkedBench()
  bench.monitor.reading('engineSpeed', 900, bench.time - 60e6)
  bench.go(5, asleep)
  assert.is(bench.activity, 'parked')
})

test('what was known from before the gateway started is no news either', () => {
  const bench = new Bench()
  bench.monitor.reading('engineSpeed', 900, bench.time - 3600e6)
  bench.monitor.tick(bench.time)
  assert.is(bench.activity, 'unknown')
})

for (const years of [10, -10]) {
  test(`a clock that is set by ${years} years neither parks a vehicle nor keeps it from being parked`, () => {
    const bench = new Bench().go(60, driving)
    bench.offset = years * 365 * 86_400
    bench.go(60, driving).go(10, standing)
    assert.is(bench.activity, 'driving')
    bench.asks.length = 0
    bench.offset = 0
    bench.go(5, asleep)
    bench.offset = years * 365 * 86_400
    bench.go(30, asleep)
    assert.is(bench.activity, 'parked')
    assert.ok(Math.max(...bench.asks) <= 130 + 5)
    const age = bench.time - bench.monitor.state.since
    assert.ok(age > 0 && age < 60e6, `parked ${age / 1e6} s ago`)
  })
}

test('a lost adapter keeps the state for a while, then nothing is known, and one request is allowed when it is back', () => {
  const bench = new Bench().go(60, driving)
  bench.monitor.lost('', bench.time)
  bench.go(50, {})
  assert.is(bench.activity, 'driving')
  bench.go(30, {})
  assert.is(bench.activity, 'unknown')
  bench.asks.length = 0
  bench.go(30, { outcome: 'silent' })
  assert.is(bench.asks.length, 0)
  bench.monitor.found('', bench.time)
  bench.go(5, { ...driving, traffic: 0 })
  assert.is(bench.activity, 'driving')
})

test('of two sources one that is lost says nothing, and the other decides', () => {
  const bench = new Bench()
  const both = (count: number): void => bench.monitor.frames(count, bench.time, 'can1')
  for (let i = 0; i < 60; i++) {
    both(100)
    bench.go(1, standing)
  }
  bench.monitor.lost('', bench.time)
  for (let i = 0; i < 60; i++) {
    both(100)
    bench.go(1, { values: standing.values ?? {} })
  }
  assert.is(bench.activity, 'idling')
  bench.go(6, { values: { batteryVoltage: 12.6 } })
  assert.is(bench.activity, 'parked')
})

test('a trailer is noticed once and not asked', () => {
  const bench = parkedBench()
  for (let i = 0; i < 300; i++) {
    bench.monitor.motion(50, bench.time)
    bench.go(1, asleep)
  }
  assert.is(bench.activity, 'parked')
  assert.is(bench.asks.length, 0)
  assert.equal(
    bench.noticed.map(({ cue, to }) => [cue, to]),
    [['motion', 'parked']],
  )
})

test('positions alone show that a vehicle is carried away; a receiver that drifts does not', () => {
  const bench = parkedBench()
  const at = (latitude: number): void => {
    bench.monitor.reading('latitude', latitude, bench.time)
    bench.monitor.reading('longitude', 11, bench.time)
    bench.go(5, asleep)
  }
  for (let i = 0; i < 60; i++) at(48 + (i % 2) * 0.0004)
  assert.is(bench.noticed.length, 0)
  for (let i = 0; i < 20; i++) at(48 + i * 0.001)
  assert.is(bench.noticed.length, 1)
})

test('an ignition input wakes at once and parks at once', () => {
  const bench = new Bench()
  bench.monitor.ignition(false, bench.time)
  assert.is(bench.activity, 'parked')
  bench.go(10, { outcome: 'silent' })
  assert.is(bench.asks.length, 0)
  bench.monitor.ignition(true, bench.time)
  assert.is(bench.activity, 'idling')
  bench.go(60, standing)
  bench.monitor.ignition(false, bench.time)
  assert.is(bench.activity, 'parked')
})

test('a vehicle woken by its ignition is given time to talk', () => {
  const bench = parkedBench()
  bench.monitor.ignition(true, bench.time)
  bench.go(3, { values: { batteryVoltage: 12.2 } })
  assert.is(bench.activity, 'idling')
  bench.go(10, standing)
  assert.is(bench.activity, 'idling')
})

test('an ignition input that says off while the engine is seen to run is not believed', () => {
  const bench = new Bench()
  bench.monitor.ignition(false, bench.time)
  bench.go(60, driving)
  assert.is(bench.activity, 'driving')
})

test('an ignition that stays on does not wake what stood too long; switched on anew it does', () => {
  const bench = new Bench()
  bench.monitor.ignition(true, bench.time)
  const on: Going = {
    values: { engineSpeed: 0, speed: 0, batteryVoltage: 12.2 },
    traffic: 400,
    outcome: 'answered',
  }
  bench.go(605, on)
  assert.is(bench.activity, 'parked')
  bench.asks.length = 0
  bench.go(3600, on)
  assert.is(bench.asks.length, 0)
  bench.monitor.ignition(false, bench.time)
  bench.monitor.ignition(true, bench.time)
  assert.is(bench.activity, 'idling')
})

test('the ignition that the vehicle itself tells of ends a drive', () => {
  const on: Going = { ...standing, values: { ...standing.values, ignition: true } }
  const off: Going = { ...standing, values: { engineSpeed: 0, speed: 0, ignition: false } }
  const bench = new Bench().go(60, on)
  bench.asks.length = 0
  bench.go(60, off)
  assert.is(bench.activity, 'parked')
  assert.ok(Math.max(...bench.asks) <= 65)
})

test('a low battery stops everything, once, with a reason, until it recovered', () => {
  const bench = parkedBench().go(300, { values: { batteryVoltage: 11.6 } })
  assert.equal(bench.shutdowns, ['engine off and the battery at 11.6 V, below 11.8 V for 1 min'])
  assert.is(bench.monitor.lowVoltage(bench.time).isLow, true)
  const permission = bench.monitor.mayAsk(bench.time)
  assert.is(permission.ok ? '' : permission.reason, 'voltage')
  bench.go(60, { values: { batteryVoltage: 12 } })
  assert.is(bench.monitor.lowVoltage(bench.time).isLow, true)
  bench.go(60, { values: { batteryVoltage: 12.4 } })
  assert.is(bench.monitor.lowVoltage(bench.time).isLow, false)
  bench.go(300, { values: { batteryVoltage: 11.6 } })
  assert.is(bench.shutdowns.length, 2)
})

test('a crank, a door and a minute without a measurement are no low battery', () => {
  const bench = parkedBench()
  for (let i = 0; i < 20; i++) {
    bench.go(10, { values: { batteryVoltage: 9.5 } }).go(20, { values: { batteryVoltage: 12.3 } })
  }
  bench.go(1, { values: { batteryVoltage: 9.5 } }).go(600, {})
  bench.go(40, { values: { batteryVoltage: 11.5 } }).go(600, {})
  assert.is(bench.shutdowns.length, 0)
})

test('an ignition that is left on ends with a shutdown, not with a flat battery', () => {
  const on = (batteryVoltage: number): Going => ({
    values: { engineSpeed: 0, speed: 0, batteryVoltage },
    traffic: 400,
    outcome: 'answered',
  })
  const bench = new Bench().go(300, on(12.1)).go(3600, on(11.9)).go(120, on(11.7))
  assert.is(bench.shutdowns.length, 1)
})

test('a truck has twice the voltage, and twice the limit', () => {
  const bench = new Bench({ listenOnly: true }).go(60, { values: { batteryVoltage: 25 } })
  bench.go(300, { values: { batteryVoltage: 23.8 } })
  assert.is(bench.shutdowns.length, 0)
  bench.go(300, { values: { batteryVoltage: 23.3 } })
  assert.is(bench.shutdowns.length, 1)
})

test('an alternator that fails is worth one warning, and no shutdown while the engine runs', () => {
  const failing: Going = { ...driving, values: { ...driving.values, batteryVoltage: 11.5 } }
  const bench = new Bench().go(60, driving).go(1200, failing)
  assert.is(bench.activity, 'driving')
  assert.is(bench.warnings.length, 1)
  assert.is(bench.shutdowns.length, 0)
})

test('a limit of 0 switches the guard of the battery off', () => {
  const bench = new Bench({ lowVoltage: 0 }).go(600, { values: { batteryVoltage: 9 } })
  assert.is(bench.shutdowns.length, 0)
})

test('the reason is a sentence with what is known', () => {
  const bench = new Bench()
    .go(30, driving)
    .go(10, standing)
    .go(20, { values: { batteryVoltage: 12.4 } })
  assert.match(bench.monitor.state.reason, /^engine no longer seen, \d+\.\d V( and falling)?, .+/)
})

test('the wake log tells why it woke and why it was parked, and is bounded', () => {
  const bench = parkedBench()
  bench.monitor.ignition(true, bench.time)
  const [first, second, third] = bench.monitor.wakeLog
  assert.equal([first?.from, first?.to], ['unknown', 'idling'])
  assert.equal([second?.from, second?.to], ['driving', 'parked'])
  assert.equal([third?.from, third?.to, third?.cue], ['parked', 'idling', 'ignition'])
  for (let i = 0; i < 1000; i++) bench.monitor.ignition(i % 2 === 1, bench.time)
  assert.is(bench.monitor.wakeLog.length, 200)
})

test('it stands only where that is known', () => {
  const bench = new Bench()
  assert.is(bench.monitor.stands(bench.time), false)
  assert.is(bench.go(10, standing).monitor.stands(bench.time), true)
  assert.is(bench.go(10, driving).monitor.stands(bench.time), false)
  bench.go(10, standing)
  for (let i = 0; i < 5; i++) {
    bench.monitor.motion(30, bench.time)
    bench.go(1, standing)
  }
  assert.is(bench.monitor.stands(bench.time), false)
  bench.go(30, { traffic: 400 })
  assert.is(bench.monitor.stands(bench.time), false)
})

test('while another tester is at work and nothing may be asked, stop-start is no end of a drive', () => {
  const bench = new Bench().go(60, standing)
  bench.go(60, { values: { batteryVoltage: 14 }, traffic: 400 })
  bench.go(60, { values: { batteryVoltage: 12.3 }, traffic: 400 })
  assert.is(bench.activity, 'idling')
})

test('an adapter that opens late still gets its first request', () => {
  const bench = new Bench()
  bench.monitor.lost('', bench.time)
  bench.go(120, {})
  assert.is(bench.activity, 'unknown')
  bench.monitor.found('', bench.time)
  bench.go(10, { outcome: 'silent' })
  assert.is(bench.asks.length, 1)
  assert.is(bench.activity, 'parked')
})

test('an electric car that answers for ever with its brake on is parked after ten minutes', () => {
  const ready: Going = {
    values: { speed: 0, soc: 0.5, parkingBrake: true, batteryVoltage: 14 },
    traffic: 400,
    outcome: 'answered',
  }
  const bench = new Bench().go(590, ready)
  assert.is(bench.activity, 'idling')
  assert.is(bench.go(20, ready).activity, 'parked')
  bench.asks.length = 0
  assert.is(bench.go(3600, ready).asks.length, 0)
})

test('each change is told with what was before', () => {
  const changes: string[] = []
  const changed: ActivityOptions['changed'] = (state, previous) => {
    changes.push(`${previous.activity} → ${state.activity}`)
  }
  new Bench({ changed }).go(30, driving).go(90, standing).go(30, asleep)
  assert.equal(changes, [
    'unknown → idling',
    'idling → driving',
    'driving → idling',
    'idling → parked',
  ])
})

test.run()
