/**
 * What every sink must do, whatever lies behind it. The real far side is on the bench: a test of a
 * sink gives the bench, and these tests are run over it.
 */
import { setImmediate as turn } from 'node:timers/promises'
import type { uvu } from 'uvu'
import * as assert from 'uvu/assert'
import { DeliveryError, type FailureKind } from '../../src/uplink/outbox-port.ts'
import type { Sink, SinkMessage } from '../../src/uplink/sinks/sink.ts'
import type { HandClock } from '../support/hand-clock.ts'

export interface SinkBench {
  sink: Sink
  clock: HandClock
  /** What the far side holds, in order of arrival. */
  received(): Promise<Uint8Array[]>
  goAway(): Promise<void>
  comeBack(): Promise<void>
  /** How `deliver` fails while it is away. */
  awayKind: FailureKind
  /** A message that will be refused, or the same message with a far side that refuses it. */
  refusedMessage(): SinkMessage
  accept(): void
  close(): Promise<void>
}

export function sinkMessage(number: number, fields: Partial<SinkMessage> = {}): SinkMessage {
  const payload = Buffer.from(JSON.stringify([{ id: `record-${number}`, data: { speed: number } }]))
  return {
    vehicle: 'van',
    lane: 'live',
    contentType: 'application/cloudevents-batch+json',
    payload,
    count: 1,
    key: `gw-live-${number}`,
    span: { firstSeq: number, lastSeq: number, firstTime: Date.UTC(2026, 2, 1) },
    ...fields,
  }
}

/** Resolves when the sink tells so; its timers go on meanwhile. */
export async function untilReachable(
  { sink, clock }: Pick<SinkBench, 'sink' | 'clock'>,
  wanted: boolean,
): Promise<void> {
  let reachable: boolean | undefined
  const forget = sink.watch((told) => {
    reachable = told
  })
  while (reachable !== wanted) {
    await clock.advance(1_000)
    await turn()
  }
  forget()
}

export async function failureOf(delivered: Promise<void>): Promise<DeliveryError> {
  try {
    await delivered
  } catch (error) {
    assert.instance(error, DeliveryError, String(error))
    return error as DeliveryError
  }
  throw new Error('it was delivered')
}

const texts = (payloads: readonly Uint8Array[]) =>
  payloads.map((payload) => Buffer.from(payload).toString())

export function sinkContract(
  test: uvu.Test<object>,
  name: string,
  make: () => Promise<SinkBench>,
): void {
  const contract = (sentence: string, run: (bench: SinkBench) => Promise<void>) =>
    test(`${name}: ${sentence}`, async () => {
      const bench = await make()
      try {
        await run(bench)
      } finally {
        await bench.close()
      }
    })

  const started = async (bench: SinkBench): Promise<Sink> => {
    bench.sink.start()
    await untilReachable(bench, true)
    return bench.sink
  }

  contract('what is delivered is there, byte for byte and once', async (bench) => {
    const sink = await started(bench)
    const payload = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 31) & 0xff)
    await sink.deliver(sinkMessage(1, { payload, contentType: 'application/cloudevents+cbor' }))
    const [only, ...more] = await bench.received()
    assert.equal(Buffer.from(only ?? []), Buffer.from(payload))
    assert.equal(more.length, 0)
  })

  contract('messages handed over at once arrive in their order, each once', async (bench) => {
    const sink = await started(bench)
    const messages = Array.from({ length: 12 }, (_, i) => sinkMessage(i + 1))
    await Promise.all(messages.map((message) => sink.deliver(message)))
    assert.equal(texts(await bench.received()), texts(messages.map(({ payload }) => payload)))
  })

  contract('every lane and vehicle gets through', async (bench) => {
    const sink = await started(bench)
    const messages = [
      sinkMessage(1),
      sinkMessage(2, { lane: 'backlog' }),
      sinkMessage(3, { lane: 'events', contentType: 'application/cloudevents+json' }),
      sinkMessage(4, { vehicle: 'bus' }),
    ]
    await Promise.all(messages.map((message) => sink.deliver(message)))
    const arrived = texts(await bench.received()).sort()
    assert.equal(arrived, texts(messages.map(({ payload }) => payload)))
  })

  contract('a refusal is told as one, in words, and the sink goes on', async (bench) => {
    const sink = await started(bench)
    const failure = await failureOf(sink.deliver(bench.refusedMessage()))
    assert.is(failure.kind, 'refused')
    assert.ok(failure.message.length > 10, failure.message)
    assert.is(sink.health().state, 'refused')
    assert.equal(await bench.received(), [])
    bench.accept()
    await sink.deliver(sinkMessage(2))
    assert.is((await bench.received()).length, 1)
    assert.is(sink.health().state, 'idle')
  })

  contract(
    'while the far side is away nothing is taken; afterwards everything is',
    async (bench) => {
      const sink = await started(bench)
      await sink.deliver(sinkMessage(1))
      await bench.goAway()
      const failure = await failureOf(sink.deliver(sinkMessage(2)))
      assert.is(failure.kind, bench.awayKind)
      assert.ok(['offline', 'waiting'].includes(sink.health().state), sink.health().state)
      assert.ok(sink.health().detail.length > 10, sink.health().detail)
      await bench.comeBack()
      await untilReachable(bench, true)
      await sink.deliver(sinkMessage(2))
      const expected = texts([1, 2].map((number) => sinkMessage(number).payload))
      assert.equal(texts(await bench.received()), expected)
      assert.is(sink.health().state, 'idle')
    },
  )

  contract('what waits behind a failure fails too and overtakes nothing', async (bench) => {
    const sink = await started(bench)
    await bench.goAway()
    const outcomes = await Promise.all(
      [1, 2, 3].map((number) => failureOf(sink.deliver(sinkMessage(number)))),
    )
    assert.equal(
      outcomes.map(({ kind }) => kind),
      [bench.awayKind, bench.awayKind, bench.awayKind],
    )
    await bench.comeBack()
    await untilReachable(bench, true)
    assert.equal(await bench.received(), [])
  })

  contract('before the start and after the stop it is offline, and says so', async (bench) => {
    const { sink } = bench
    assert.is(sink.health().state, 'stopped')
    assert.is((await failureOf(sink.deliver(sinkMessage(1)))).kind, 'offline')
    await started(bench)
    await sink.stop()
    assert.is(sink.health().state, 'stopped')
    assert.is((await failureOf(sink.deliver(sinkMessage(1)))).kind, 'offline')
    assert.equal(await bench.received(), [])
  })

  contract('start and stop may be called again and again', async (bench) => {
    const { sink } = bench
    await sink.stop()
    sink.start()
    sink.start()
    const stops = [sink.stop(), sink.stop()]
    sink.start()
    await Promise.all(stops)
    await untilReachable(bench, true)
    await sink.deliver(sinkMessage(1))
    await sink.stop()
    await sink.stop()
    assert.is((await bench.received()).length, 1)
    assert.is(bench.clock.waiting, 0, 'timers that are left')
  })

  contract('a stop lets what is being delivered come to its end', async (bench) => {
    const sink = await started(bench)
    const delivered = sink.deliver(sinkMessage(1))
    await Promise.all([delivered, sink.stop()])
    assert.is((await bench.received()).length, 1)
  })

  contract('who watches is told at once, on every change, and not after leaving', async (bench) => {
    const { sink } = bench
    const told: boolean[] = []
    const forget = sink.watch((reachable) => told.push(reachable))
    await started(bench)
    await sink.stop()
    forget()
    await started(bench)
    assert.equal(told, [false, true, false])
  })
}
