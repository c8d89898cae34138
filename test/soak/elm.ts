/**
 * Hours of driving against an ELM327 clone whose quirks change at random: `npm run soak [-- HOURS]`. The
 * real source, governor and poller on the fake adapter and the simulated car, in time that is cranked as
 * fast as the machine goes. Says how long readings were gone after each spell of faults, and whether
 * memory grew; ends with 1 where readings did not come back within ten seconds of a healthy adapter.
 */

import { BusDecoder } from '../../src/decoder/bus-decoder.ts'
import { Governor } from '../../src/device/governor/governor.ts'
import { Poller } from '../../src/device/poller/poller.ts'
import { createElmSource } from '../../src/device/serial/elm/elm.ts'
import { SimulatedCar } from '../../src/device/simulator/car.ts'
import { ElmAdapter } from '../../src/device/simulator/elm-adapter.ts'
import { type ElmFault, elmFaults } from '../../src/device/simulator/elm-faults.ts'
import { Physics } from '../../src/device/simulator/physics.ts'
import { Random } from '../../src/device/simulator/random.ts'
import { pollCatalogue } from '../../src/gateway/poll-catalogue.ts'
import { QuickClock } from './quick-clock.ts'

const hours = Number(process.argv[2] ?? 24)
const STEP_MS = 10
const MINUTE_MS = 60_000
/** Faults with which nothing can be read are followed by some without. */
const SPELL_MS = 5 * MINUTE_MS
const LIMIT_MS = 10_000

const clock = new QuickClock()
const random = new Random(Number(process.argv[3] ?? 1))
const micros = () => clock.now() * 1000
const driving = {
  isRepeated: true,
  phases: [
    { kind: 'idle', seconds: 30 },
    { kind: 'drive', seconds: 560 },
  ],
} as const
const model = new SimulatedCar({ physics: new Physics({ scenario: driving }) })
let hears: ((chunk: Uint8Array) => void) | undefined
const adapter = new ElmAdapter({ model, write: (bytes) => hears?.(Uint8Array.from(bytes)) })

let lastReading = clock.monotonic()
let readings = 0
let opened = 0
let state = ''
const governor = new Governor({
  source: 'obd',
  vehicle: 'car',
  settings: {
    ...{ listenOnly: false, profileIds: [], pgns: [], clearing: false },
    ...{ perSecond: 20, perSecondAndUnit: 10, minGapMs: 15 },
  },
  facts: { mayAsk: () => ({ ok: true }), stands: () => false },
  clock,
  after: clock.after,
  sent: () => undefined,
})
const poller = new Poller({
  asker: governor,
  catalogue: pollCatalogue(['obd'], undefined),
  clock,
  after: clock.after,
})
const decoder = new BusDecoder({
  bus: 'obd',
  protocols: ['obd'],
  issue: () => undefined,
  reading: ({ value }) => {
    if (value === undefined) return
    readings += 1
    lastReading = clock.monotonic()
  },
  taps: { isotp: ({ id, extended, data }, time) => governor.message(id, extended, data, time) },
})
const source = createElmSource(
  { id: 'obd', port: '/dev/x', listenOnly: false },
  {
    clock,
    after: clock.after,
    random: () => random.next(),
    open: async ({ path, data }) => {
      opened += 1
      hears = data
      return {
        path,
        device: path,
        write: async (bytes) => adapter.receive(bytes, micros()),
        close: async () => {
          hears = undefined
        },
      }
    },
  },
)
source.start({
  frame: (frame) => {
    governor.frame(frame)
    decoder.frame(frame)
  },
  issue: () => undefined,
  health: ({ detail }) => {
    state = detail
  },
  end: () => undefined,
  busState: (state) => governor.busState(state),
  transmitter: (transmitter) => {
    governor.transmitter(transmitter)
    poller.available(transmitter !== undefined)
  },
})
poller.start()
poller.activity({ activity: 'driving', reason: 'soak', since: 0 })

async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    adapter.advance(micros())
    await clock.advance(STEP_MS)
  }
}

const names = Object.keys(elmFaults) as ElmFault[]
let worst = 0
let spells = 0
let late = 0
await pass(MINUTE_MS)
globalThis.gc?.()
const heapBefore = process.memoryUsage().heapUsed
const started = performance.now()
while (clock.monotonic() < hours * 60 * MINUTE_MS) {
  for (let count = 1 + random.below(3); count > 0; count--) {
    adapter.faults.add(names[random.below(names.length)] as ElmFault)
  }
  const spell = [...adapter.faults]
  await pass(20_000 + random.below(SPELL_MS))
  adapter.faults.clear()
  if (random.below(4) === 0) adapter.restart(micros())
  spells += 1
  const since = clock.monotonic()
  const before = readings
  while (readings === before && clock.monotonic() - since < 10 * MINUTE_MS) await pass(100)
  const gone = clock.monotonic() - since
  worst = Math.max(worst, gone)
  if (gone > LIMIT_MS) {
    late += 1
    console.log(`${(gone / 1000).toFixed(1)} s after ${spell.join(', ')}: ${state}`)
  }
  await pass(20_000)
}
globalThis.gc?.()
const grown = (process.memoryUsage().heapUsed - heapBefore) / 2 ** 20
const took = (performance.now() - started) / 1000
console.log(
  `${hours} h in ${took.toFixed(0)} s: ${spells} spells of faults, ${readings} readings, opened ${opened} times`,
)
console.log(
  `readings came back after ${(worst / 1000).toFixed(1)} s at most, ${late} times after more than ${LIMIT_MS / 1000} s`,
)
console.log(
  `heap grew by ${grown.toFixed(1)} MiB; ${clock.waiting} timers; last reading ${((clock.monotonic() - lastReading) / 1000).toFixed(1)} s ago; searches ${adapter.searches}`,
)
process.exit(late === 0 && adapter.searches === 0 ? 0 : 1)
