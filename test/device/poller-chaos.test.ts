import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { BusRequest, RequestOutcome } from '../../src/model/bus-request.ts'
import { carCatalogue, engine, otherItem, PolledBench, seeded } from '../support/polled-car.ts'

const test = suite('poller: a bad adapter')

/** What a bad adapter and a bad bus make of a request; mostly nothing. */
function mischief(random: () => number, request: BusRequest): RequestOutcome | undefined {
  const answer = (bytes: number[], id = 0x7e8): RequestOutcome => ({
    kind: 'answered',
    answers: [{ from: { id, extended: false }, data: Uint8Array.from(bytes), time: 0 }],
  })
  const [service = 0, pid = 0] = request.data
  const again = Math.floor(random() * 2000)
  const tricks: (() => RequestOutcome | undefined)[] = [
    () => ({ kind: 'silent' }),
    () => ({ kind: 'silent' }),
    () => ({ kind: 'failed', detail: 'BUFFER FULL' }),
    () => answer([]),
    () => answer([service + 0x40]),
    () => answer([service + 0x40, pid, ...Array.from({ length: again % 9 }, () => again % 256)]),
    () => answer([0x7f, service, 0x21]),
    () => answer([service + 0x40, pid, 0, 0, 0, 0], 0x7ef),
    () => ({ kind: 'answered', answers: [] }),
    () => ({ kind: 'refused', reason: 'budget', detail: '', again }),
    () => ({ kind: 'refused', reason: 'back-off', detail: '', again }),
    () => ({ kind: 'refused', reason: 'bus-error', detail: '', again }),
  ]
  return random() < 0.5 ? undefined : tricks[Math.floor(random() * tricks.length)]?.()
}

test('whatever an adapter does for hours, it is never stuck, and readings resume in 10 s', async () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = seeded(seed)
    const catalogue = [...carCatalogue(), otherItem('did', '22F40D', { to: 0x7e0 })]
    const bench = new PolledBench([engine({ others: { '22F40D': '62F40D00' } })], { catalogue })
    if (seed % 3 > 0) await bench.drive(60)
    let last = 0
    bench.car.refusal = (request) => {
      last = bench.clock.monotonic()
      return mischief(random, request)
    }
    await bench.drive(1800)
    assert.ok(bench.clock.monotonic() - last < 15_000, `seed ${seed}: stuck`)
    bench.car.refusal = () => undefined
    bench.forget()
    await bench.advance(10)
    const pids = new Set(bench.car.sent.flatMap(({ hex }) => hex.match(/../g)?.slice(1) ?? []))
    assert.ok(pids.has('0D'), `seed ${seed}: ${bench.car.sent.map(({ hex }) => hex).join()}`)
    await bench.advance(60)
    assert.is(bench.poller.report().dead, 0, `seed ${seed}`)
  }
})

test('an adapter that loses nine answers in ten leaves nothing dead behind', async () => {
  for (let seed = 1; seed <= 8; seed++) {
    const random = seeded(seed)
    const bench = new PolledBench([engine()])
    await bench.drive(60)
    bench.car.refusal = () => (random() < 0.9 ? { kind: 'silent' } : undefined)
    await bench.advance(1200)
    bench.car.refusal = () => undefined
    bench.forget()
    await bench.advance(12)
    const speeds = bench.car.sent.filter(({ hex }) => /^01.*0D/.test(hex))
    assert.ok(speeds.length >= 1, `seed ${seed}`)
    await bench.advance(30)
    assert.is(bench.poller.report().dead, 0, `seed ${seed}`)
  }
})

test.run()
