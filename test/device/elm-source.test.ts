/** An ELM327 as a source, against a fake one that does what clones do. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ElmFault, elmFaults } from '../../src/device/simulator/elm-faults.ts'
import { frameOf } from '../../src/model/frame.ts'
import { ElmBench, type ElmBenchOptions } from '../support/elm-bench.ts'

const test = suite('ELM327')

const ENGINE = '7e8#04410c1af8'
const VIN = ['7e8#1014490201585837', '7e8#214f444f47524150', '7e8#2248303030303031']

/** Frames that the bus can have given; whatever else comes was made up. */
const possible = new Set([ENGINE, `${ENGINE}000000`, '7e8#064100be3fa813', ...VIN])

/** Nothing goes out but what permits let out, and flow control for its answers. */
function checkWire(bench: ElmBench): void {
  assert.is(bench.adapter.searches, 0)
  const requests = bench.adapter.transmitted.filter(({ why }) => why !== 'flow-control')
  const sent = requests.map(({ id, data }) => {
    const length = data[0] as number
    return `${id.toString(16)}#${Buffer.from(data.subarray(1, 1 + length))
      .toString('hex')
      .toUpperCase()}`
  })
  const allowed = [...bench.allowed]
  for (const frame of sent) {
    const index = allowed.indexOf(frame)
    assert.ok(index >= 0, `${frame} was sent without a permit`)
    allowed.splice(index, 1)
  }
  for (const text of bench.written) {
    assert.match(text, /^(AT|STI|STMA|STCMM|[0-9A-F]{2,16}\r$| $)/, JSON.stringify(text))
    assert.not.match(text, /ATSP0|ATTP0|ATSPA0|ATZ|ATMR|ATMT/)
  }
}

test('what is asked is answered, in frames as on the wire', async () => {
  const bench = new ElmBench()
  await bench.ready()
  assert.match(bench.last?.detail ?? '', /asking through an ELM327 \(claims ELM327 v/)
  assert.equal(await bench.ask('010C'), { kind: 'waited' })
  assert.equal(bench.hexes, [ENGINE])
  assert.equal(await bench.ask('0902'), { kind: 'waited' })
  assert.equal(bench.hexes.slice(1), VIN)
  assert.is(bench.transmitter?.flowControl, 'adapter')
  checkWire(bench)
  await bench.stop()
  assert.is(bench.transmitter, undefined)
  assert.ok(bench.written.at(-1)?.startsWith('ATPC'))
})

test('all control units answer a functional request', async () => {
  const bench = new ElmBench({ bus: { units: [0x7e8, 0x7e9] } })
  await bench.ready()
  await bench.ask('010C', 0x7df)
  assert.equal(bench.hexes.sort(), [ENGINE, '7e9#04410c1af8'])
  await bench.stop()
})

test('29 bits are set for what has them, and 11 for what has those', async () => {
  const bench = new ElmBench({ bus: { extended: true, units: [0x18daf110] } })
  await bench.ready()
  assert.is((await bench.ask('010C', 0x7df)).kind !== 'sent', true)
  assert.equal(bench.hexes, [])
  await bench.ask('010C', 0x18db33f1)
  if (bench.hexes.length === 0) await bench.ask('010C', 0x18db33f1)
  if (bench.hexes.length === 0) await bench.ask('010C', 0x18db33f1)
  assert.equal(bench.hexes, ['18daf110#04410c1af8'])
  await bench.ask('0902', 0x18da10f1, { answerId: 0x18daf110 })
  assert.is(bench.frames.length, 4)
  checkWire(bench)
  await bench.stop()
})

test('the bit rate is found with the requests that are let out, and remembered', async () => {
  const bench = new ElmBench({ bus: { bitrate: 250_000 } })
  await bench.ready()
  await bench.ask('010C')
  assert.equal(bench.hexes, [])
  assert.equal(bench.busStates, [], 'a bit rate that is tried is no error of the bus')
  await bench.ask('010C')
  await bench.ask('010C')
  assert.equal(bench.hexes, [ENGINE, ENGINE])
  bench.adapter.restart(bench.clock.now() * 1000)
  await bench.pass(20_000)
  await bench.ready()
  await bench.ask('010C')
  assert.equal(bench.hexes, [ENGINE, ENGINE, ENGINE])
  checkWire(bench)
  await bench.stop()
})

test('a permit that is not good lets nothing out', async () => {
  const bench = new ElmBench()
  await bench.ready()
  const result = await bench.ask('010C', 0x7e0, { good: false })
  assert.is(result.kind === 'failed' && result.reason, 'permit')
  assert.equal(bench.adapter.transmitted, [])
  await bench.stop()
})

test('nobody who answers is no failure', async () => {
  const bench = new ElmBench({ bitrate: 500_000 })
  await bench.ready()
  assert.equal(await bench.ask('01FF'), { kind: 'waited' })
  assert.equal(bench.hexes, [])
  await bench.stop()
})

const versions = ['1.0', '1.1', '1.2', '1.3', '1.4b', '1.5', '2.0', '2.1', '2.2']

for (const version of versions) {
  test(`a genuine v${version} is asked as far as it can be`, async () => {
    const bench = new ElmBench({ adapter: { version } })
    await bench.ready()
    for (let i = 0; i < 4; i++) await bench.ask('010C')
    assert.ok(bench.hexes.includes(ENGINE), bench.hexes.join())
    for (const hex of bench.hexes) assert.ok(possible.has(hex), hex)
    checkWire(bench)
    await bench.stop()
  })
}

test('an STN is one, whatever it claims', async () => {
  const bench = new ElmBench({ stn: true })
  await bench.ready()
  assert.match(bench.last?.detail ?? '', /STN/)
  await bench.ask('010C')
  assert.equal(bench.hexes, [ENGINE])
  checkWire(bench)
  await bench.stop()
})

test('it is found at the baud rate at which it speaks', async () => {
  const bench = new ElmBench({ at: 9600 })
  await bench.ready(120_000)
  assert.match(bench.last?.detail ?? '', /at 9600 baud/)
  await bench.stop()
})

/** Faults with which no answer can be had. */
const deaf: readonly ElmFault[] = ['silent', 'bus-off']
/** How it shows in the sentence, where it does. */
const shown: Partial<Record<ElmFault, RegExp>> = {
  echo: /echo stays on/,
  fc: /bytes come that no text has/,
  'no-rv': /no voltmeter/,
}

for (const fault of Object.keys(elmFaults) as ElmFault[]) {
  test(`a clone with "${fault}": readings come, none is made up, nothing goes out by itself`, async () => {
    for (let seed = 1; seed <= 3; seed++) {
      const bench = new ElmBench({
        adapter: {
          faults: [fault],
          faultEvery: fault === 'low-voltage-reset' ? 50 : 4,
          seed,
          hangAt: ['ATAT1'],
          hangSeconds: 3,
        },
      })
      await bench.pass(2000)
      let asked = 0
      for (let i = 0; i < 60; i++) {
        if (bench.transmitter === undefined) {
          await bench.pass(2000)
          continue
        }
        await bench.ask(i % 5 === 4 ? '0902' : '010C')
        asked += 1
      }
      for (const hex of bench.hexes) {
        assert.ok(possible.has(hex), `${fault}, seed ${seed}: ${hex} was made up`)
      }
      checkWire(bench)
      if (deaf.includes(fault)) assert.equal(bench.hexes, [])
      else {
        const engines = bench.hexes.filter((hex) => hex.startsWith(ENGINE)).length
        assert.ok(
          engines >= 10,
          `${fault}, seed ${seed}: ${engines} of ${asked}; ${bench.last?.detail}`,
        )
      }
      const sentence = shown[fault]
      if (sentence) assert.match(bench.health.map(({ detail }) => detail).join('\n'), sentence)
      await bench.stop()
    }
  })
}

test('the supply voltage is read between requests, and is the sign of life', async () => {
  const bench = new ElmBench()
  await bench.ready()
  await bench.pass(21_000)
  assert.equal(bench.volts, [12.6, 12.6, 12.6, 12.6])
  bench.adapter.faults.add('silent')
  await bench.pass(20_000)
  assert.match(bench.health.map(({ detail }) => detail).join('\n'), /has stopped answering/)
  bench.adapter.faults.delete('silent')
  await bench.pass(40_000)
  assert.is(bench.last?.state, 'running')
  await bench.ready()
  await bench.ask('010C')
  assert.equal(bench.hexes, [ENGINE])
  await bench.stop()
})

const listening: ElmBenchOptions = {
  listenOnly: true,
  bus: { traffic: { frame: frameOf(0x3e9, [1, 2, 3, 4, 5, 6, 7, 8]), everyMs: 100 } },
}

test('listening is silent: frames come, nothing is acknowledged and nothing sent', async () => {
  const bench = new ElmBench({ ...listening, adapter: { version: '2.1' } })
  let hasAcknowledged = false
  for (let i = 0; i < 100; i++) {
    await bench.pass(50)
    hasAcknowledged ||= bench.adapter.acknowledges
  }
  assert.ok(bench.frames.length > 10, `${bench.frames.length}, ${bench.last?.detail}`)
  assert.equal([...new Set(bench.hexes)], ['3e9#0102030405060708'])
  assert.not(hasAcknowledged)
  assert.is(bench.transmitter, undefined)
  assert.equal(bench.adapter.transmitted, [])
  await bench.stop()
})

test('the bit rate is found by listening, too', async () => {
  const frame = frameOf(0x18fef100, [1, 2, 3, 4, 5, 6, 7, 8])
  const bus = { bitrate: 250_000, traffic: { frame, everyMs: 100 } }
  const bench = new ElmBench({ ...listening, bus, adapter: { version: '2.1' } })
  await bench.pass(10_000)
  assert.ok(bench.frames.length > 10, `${bench.frames.length}`)
  assert.ok(bench.frames.every(({ id, extended }) => id === 0x18fef100 && extended))
  await bench.stop()
})

test('an adapter without a silent mode does not listen', async () => {
  const bench = new ElmBench({ ...listening, adapter: { faults: ['no-csm'] } })
  await bench.pass(5000)
  assert.is(bench.last?.state, 'waiting')
  assert.match(bench.last?.detail ?? '', /no silent mode .*listenOnly: false/)
  assert.equal(bench.frames, [])
  await bench.stop()
})

test('what is no ELM327 is left alone after the usual baud rates', async () => {
  const bench = new ElmBench({ adapter: { faults: ['silent'] } })
  await bench.pass(60_000)
  assert.match(bench.last?.detail ?? '', /nothing answers like an ELM327 at 38400, 115200/)
  assert.equal(bench.adapter.transmitted, [])
  await bench.stop()
})

test.run()
