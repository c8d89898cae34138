import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { ElmAdapter } from '../../src/device/simulator/elm-adapter.ts'
import type { ElmAdapterOptions } from '../../src/device/simulator/elm-adapter-options.ts'
import { type ElmFault, elmFaults } from '../../src/device/simulator/elm-faults.ts'
import { Random } from '../../src/device/simulator/random.ts'
import { StnAdapter, type StnAdapterOptions } from '../../src/device/simulator/stn-adapter.ts'
import { frameOf } from '../../src/model/frame.ts'
import { EngineHost } from '../support/engine-host.ts'
import { SmallBus, type SmallBusOptions } from '../support/small-bus.ts'

const test = suite('simulated ELM327')

type Options = Partial<ElmAdapterOptions> & { bus?: SmallBusOptions }

function elm({ bus: busOptions, ...options }: Options = {}) {
  const bus = new SmallBus(busOptions)
  let adapter = new ElmAdapter({ model: bus, write: () => undefined })
  const host = new EngineHost((write) => {
    adapter = new ElmAdapter({ model: bus, ...options, write })
    return adapter
  })
  return { adapter, bus, host, ask: (command: string) => host.ask(command) }
}

/** After `ATE0` and a fixed protocol: one that answers without searching. */
function ready(options: Options = {}) {
  const session = elm(options)
  session.ask('ATE0')
  session.ask(session.bus.extendedDiagnostics ? 'ATSP7' : 'ATSP6')
  return session
}

function stn({
  bus: busOptions,
  ...options
}: Partial<StnAdapterOptions> & { bus?: SmallBusOptions }) {
  const bus = new SmallBus(busOptions)
  let adapter = new StnAdapter({ model: bus, write: () => undefined })
  const host = new EngineHost((write) => {
    adapter = new StnAdapter({ model: bus, ...options, write })
    return adapter
  })
  host.ask('ATE0')
  return { adapter, bus, host, ask: (command: string) => host.ask(command) }
}

function dialogue(ask: (command: string) => string, steps: readonly (readonly [string, string])[]) {
  for (const [command, answer] of steps) assert.is(ask(command), answer, command)
}

test('a dialogue goes as the data sheet says', () => {
  const { ask } = elm()
  dialogue(ask, [
    ['ATZ', 'ATZ\r\r\rELM327 v1.5\r\r>'],
    ['at i', 'at i\rELM327 v1.5\r\r>'],
    ['ATE0', 'ATE0\rOK\r\r>'],
    ['AT@1', 'OBDII to RS232 Interpreter\r\r>'],
    ['AT@2', '?\r\r>'],
    ['ATRV', '12.6V\r\r>'],
    ['ATDP', 'AUTO\r\r>'],
    ['ATDPN', 'A0\r\r>'],
    ['0100', 'SEARCHING...\r41 00 BE 3F A8 13 \r\r>'],
    ['ATDP', 'AUTO, ISO 15765-4 (CAN 11/500)\r\r>'],
    ['ATDPN', 'A6\r\r>'],
    ['010C', '41 0C 1A F8 \r\r>'],
    ['', '41 0C 1A F8 \r\r>'],
    ['0105', 'NO DATA\r\r>'],
    [
      '0902',
      '014 \r0: 49 02 01 58 58 37 \r1: 4F 44 4F 47 52 41 50 \r2: 48 30 30 30 30 30 31 \r\r>',
    ],
    ['ATH1', 'OK\r\r>'],
    ['010C', '7E8 04 41 0C 1A F8 \r\r>'],
    ['ATS0', 'OK\r\r>'],
    ['0902', '7E81014490201585837\r7E8214F444F47524150\r7E82248303030303031\r\r>'],
    ['ATCAF0', 'OK\r\r>'],
    ['02010C', '7E804410C1AF8000000\r\r>'],
    ['ATD1', 'OK\r\r>'],
    ['02010C', '7E8804410C1AF8000000\r\r>'],
    ['ATXYZ', '?\r\r>'],
    ['01G', '?\r\r>'],
    ['0102030405060708', 'NO DATA\r\r>'],
    ['010203040506070809', '?\r\r>'],
    ['ATCAF1', 'OK\r\r>'],
    ['0102030405060708', '?\r\r>'],
    ['ATL1', 'OK\r\n\r\n>'],
    ['ATD', 'OK\r\r>'],
  ])
})

test('a search sends a request in every protocol it tries', () => {
  const { ask, adapter, bus } = elm({ bus: { bitrate: 250_000, extended: true } })
  ask('ATE0')
  assert.match(ask('0100'), /^SEARCHING\.\.\.\r41 00 BE 3F A8 13 \r\r>$/)
  assert.is(ask('ATDPN'), 'A9\r\r>')
  assert.is(adapter.searches, 4)
  assert.equal(
    adapter.transmitted.map(({ id, extended, why }) => [id, extended, why]),
    [
      [0x7df, false, 'search'],
      [0x18db33f1, true, 'search'],
      [0x7df, false, 'search'],
      [0x18db33f1, true, 'search'],
      [0x18db33f1, true, 'request'],
    ],
  )
  assert.is(bus.received.length, 3, 'two were sent at a bit rate that is not the bus')
})

test('without an answer, a search ends as it should, and a fixed protocol without a search', () => {
  const { ask, adapter, bus } = elm({ bus: { answers: {} } })
  ask('ATE0')
  assert.is(ask('0100'), 'SEARCHING...\rUNABLE TO CONNECT\r\r>')
  assert.is(adapter.acknowledges, false)
  const searches = adapter.searches
  dialogue(ask, [
    ['ATSP6', 'OK\r\r>'],
    ['0100', 'NO DATA\r\r>'],
    ['ATSP7', 'OK\r\r>'],
    ['0100', 'NO DATA\r\r>'],
    ['ATSP8', 'OK\r\r>'],
    ['0100', 'CAN ERROR\r\r>'],
    ['ATSP3', 'OK\r\r>'],
    ['0100', 'BUS INIT: ...ERROR\r\r>'],
    ['ATTP6', 'OK\r\r>'],
  ])
  bus.awake = false
  assert.is(ask('0100'), 'CAN ERROR\r\r>')
  assert.is(adapter.searches, searches)
})

test('a protocol outlives a reset only where the memory is on', () => {
  const { ask } = elm()
  dialogue(ask, [
    ['ATE0', 'ATE0\rOK\r\r>'],
    ['ATSP8', 'OK\r\r>'],
    ['ATDPN', '8\r\r>'],
    ['ATWS', '\r\rELM327 v1.5\r\r>'],
    ['ATDPN', 'ATDPN\rA0\r\r>'],
    ['ATM1', 'ATM1\rOK\r\r>'],
    ['ATSPA8', 'ATSPA8\rOK\r\r>'],
    ['ATTP6', 'ATTP6\rOK\r\r>'],
    ['ATZ', 'ATZ\r\r\rELM327 v1.5\r\r>'],
    ['ATDPN', 'ATDPN\rA8\r\r>'],
  ])
})

test('commands of later versions are not known', () => {
  const cases: [version: string, known: string[], unknown: string[]][] = [
    ['1.0', ['ATZ', 'ATE0', 'ATH1', 'ATCAF1', 'ATSH7E0', 'ATST32'], ['ATS0', 'ATAT1', 'ATCRA7E8']],
    ['1.2', ['ATAT1', 'ATFCSM0', 'ATMA'], ['ATS0', 'ATD1', 'ATCSM1', '010C1']],
    ['1.3', ['ATS0', 'ATD1', 'ATCRA7E8'], ['ATCRA', 'ATCSM1', 'ATLP', 'ATIGN']],
    ['1.4b', ['ATCSM1', 'ATCRA', 'ATIGN', 'ATCEA'], ['ATAMC', 'ATCRA7XX']],
    ['2.2', ['ATAMC', 'ATCRA7XX', 'ATSH18DB33F1'], ['ATNEVER']],
  ]
  for (const [version, known, unknown] of cases) {
    for (const command of known) {
      const { host } = elm({ version })
      assert.not.match(host.ask(command, 1000), /\?/, `${version} ${command}`)
    }
    for (const command of unknown) {
      assert.match(elm({ version }).ask(command), /\?\r\r>$/, `${version} ${command}`)
    }
  }
})

test('flow control goes to whom it concerns, unless it is switched off', () => {
  const { ask, adapter } = ready({ bus: { units: [0x7e8, 0x7ea] } })
  ask('0902')
  const sent = () =>
    adapter.transmitted.map(({ id, data, why }) => [id, Buffer.from(data).toString('hex'), why])
  assert.equal(sent(), [
    [0x7df, '0209020000000000', 'request'],
    [0x7e0, '3000000000000000', 'flow-control'],
    [0x7e2, '3000000000000000', 'flow-control'],
  ])
  dialogue(ask, [
    ['ATFCSM1', '?\r\r>'],
    ['ATFCSH7E5', 'OK\r\r>'],
    ['ATFCSD300A14', 'OK\r\r>'],
    ['ATFCSM1', 'OK\r\r>'],
    ['ATSH7E0', 'OK\r\r>'],
    ['0902', '014 \r0: 49 02 01 58 58 37 \r\r>'],
    ['ATCFC0', 'OK\r\r>'],
    ['0902', '014 \r0: 49 02 01 58 58 37 \r\r>'],
  ])
  assert.equal(sent().slice(3), [
    [0x7e0, '0209020000000000', 'request'],
    [0x7e5, '300a140000000000', 'flow-control'],
    [0x7e0, '0209020000000000', 'request'],
  ])
})

test('29-bit answers and their flow control', () => {
  const { ask, adapter } = ready({ bus: { extended: true } })
  ask('ATH1')
  assert.is(ask('010C'), '18 DA F1 10 04 41 0C 1A F8 \r\r>')
  ask('0902')
  assert.is(adapter.transmitted.at(-1)?.id, 0x18da10f1)
  ask('ATSHDA10F1')
  assert.is(ask('010C'), '18 DA F1 10 04 41 0C 1A F8 \r\r>')
  assert.is(adapter.transmitted.at(-1)?.id, 0x18da10f1)
})

test('the last digit of a request is the number of lines it waits for', () => {
  const { host } = ready()
  const before = host.now
  assert.is(host.ask('010C1'), '41 0C 1A F8 \r\r>')
  const short = host.now - before
  host.ask('ATAT0')
  const start = host.now
  host.ask('010C')
  assert.ok(short < 50_000, `${short} µs`)
  assert.ok(host.now - start >= 0x32 * 4096, 'it waits the whole time for more')
})

test('the waiting time is AT ST times 4.096 ms', () => {
  const { host } = ready({ bus: { answers: {} } })
  for (const [setting, steps] of [
    ['ATST0A', 10],
    ['ATST64', 100],
    ['ATST00', 50],
  ] as const) {
    host.ask(setting)
    const start = host.now
    host.ask('010C')
    const taken = host.now - start
    assert.ok(taken >= steps * 4096 && taken < steps * 4096 + 10_000, `${setting} ${taken}`)
  }
})

test('a control unit that asks for time gets it from version 2.0 on', () => {
  for (const [version, answer] of [
    ['1.5', '7F 01 78 \r\r>'],
    ['2.1', '7F 01 78 \r41 0C 1A F8 \r\r>'],
  ] as const) {
    const { ask, bus } = ready({ version, bus: { answers: { '010C': '7F0178' } } })
    bus.later = { after: '010C', frame: frameOf(0x7e8, [4, 0x41, 0x0c, 0x1a, 0xf8]), ms: 1000 }
    assert.is(ask('010C'), answer)
  }
})

test('any character during a request stops it and is lost', () => {
  const { host } = ready()
  host.send('010C\r')
  assert.is(host.wait(5), '')
  host.send('ATI\r')
  assert.is(host.wait(10), 'STOPPED\r\r>?\r\r>')
})

test('monitoring prints the bus until a character comes', () => {
  const frame = frameOf(0x123, [1, 2, 3])
  const { host, ask, adapter } = ready({ bus: { traffic: { frame, everyMs: 10 } } })
  for (const command of ['ATH1', 'ATCAF0', 'ATCSM1']) ask(command)
  host.send('ATMA\r')
  assert.is(host.wait(30), '123 01 02 03 \r123 01 02 03 \r123 01 02 03 \r')
  assert.is(adapter.acknowledges, false)
  host.send('x')
  assert.is(host.wait(5), 'STOPPED\r\r>')
  assert.is(adapter.transmitted.length, 0)
  ask('ATCRA7E8')
  host.send('ATMA\r')
  assert.is(host.wait(100), '')
  host.send('x')
  ask('ATCSM0')
  host.send('ATMA\r')
  assert.is(adapter.acknowledges, true)
})

test('the buffer runs full where the line is slower than the bus', () => {
  const traffic = { frame: frameOf(0x123, [1, 2, 3, 4, 5, 6, 7, 8]), everyMs: 1 }
  for (const [baud, isFull] of [
    [9_600, true],
    [38_400, false],
    [500_000, false],
  ] as const) {
    const { host, ask } = ready({ baud, bus: { traffic: { ...traffic, everyMs: 10 } } })
    ask('ATCAF0')
    host.send('ATMA\r')
    assert.is(/BUFFER FULL\r\r>$/.test(host.wait(5000)), isFull, `${baud}`)
  }
})

test('it acknowledges from its first request until the protocol is closed', () => {
  const { ask, adapter } = ready()
  assert.is(adapter.acknowledges, false)
  ask('010C')
  assert.is(adapter.acknowledges, true)
  ask('ATPC')
  assert.is(adapter.acknowledges, false)
})

test('J1939 requests and single parameter groups', () => {
  const traffic = { frame: frameOf(0x18feca00, [0, 0xff, 0, 0, 0, 0, 0xff, 0xff]), everyMs: 50 }
  const { ask, adapter } = elm({ bus: { bitrate: 250_000, extended: true, traffic } })
  for (const command of ['ATE0', 'ATSPA', 'ATH1']) ask(command)
  assert.is(ask('ATMPFECA1'), '6 0FECA 00 00 FF 00 00 00 00 FF FF \r\r>')
  assert.is(adapter.transmitted.length, 0)
  assert.is(ask('00FECA1'), '6 0FECA 00 00 FF 00 00 00 00 FF FF \r\r>')
  const [sent] = adapter.transmitted
  assert.equal([sent?.id, ...(sent?.data ?? [])], [0x18eafff9, 0xca, 0xfe, 0x00])
})

test('what is sent is shaped as commands ask for', () => {
  const { host, ask, adapter } = ready()
  dialogue(ask, [
    ['ATR0', 'OK\r\r>'],
    ['010C', '\r>'],
  ])
  assert.is(host.wait(50), '')
  dialogue(ask, [
    ['ATR1', 'OK\r\r>'],
    ['ATCEA12', 'OK\r\r>'],
    ['010C', 'NO DATA\r\r>'],
    ['ATCEA', 'OK\r\r>'],
    ['ATV1', 'OK\r\r>'],
    ['010C', '41 0C 1A F8 \r\r>'],
    ['ATCAF0', 'OK\r\r>'],
    ['ATSH0007E0', 'OK\r\r>'],
    ['3E', 'NO DATA\r\r>'],
  ])
  assert.equal(
    adapter.transmitted.map(({ id, data }) => [id, Buffer.from(data).toString('hex')]),
    [
      [0x7df, '02010c0000000000'],
      [0x7df, '1202010c00000000'],
      [0x7df, '02010c'],
      [0x7e0, '3e'],
    ],
  )
})

test('it sleeps by command and comes back with a prompt', () => {
  const { host, ask, adapter } = ready()
  ask('010C')
  host.send('ATLP\r')
  assert.is(host.wait(10), 'OK\r')
  assert.is(adapter.acknowledges, false)
  host.send(' ')
  assert.is(host.wait(10), '\r>')
  assert.is(ask('ATI'), 'ELM327 v1.5\r\r>')
})

test('whatever comes in, nothing throws and power brings it back', () => {
  const random = new Random(11)
  const faults = Object.keys(elmFaults) as ElmFault[]
  const letters = 'ATSPHMAZCF0123456789 \r\r\r\n>x\0'
  for (let round = 0; round < 40; round++) {
    const chosen = faults.filter(() => random.below(4) === 0)
    const { host, adapter } = elm({ faults: chosen, seed: round, hangAt: ['ATZ'] })
    for (let i = 0; i < 60; i++) {
      const text = Array.from({ length: random.below(12) }, () => {
        return letters.charAt(random.below(letters.length))
      })
      host.send(text.join(''))
      host.wait(random.below(300))
    }
    adapter.faults.clear()
    adapter.restart(host.now)
    host.wait(1000)
    for (const command of ['ATE0', 'ATSP6']) host.ask(command)
    assert.is(host.ask('010C'), '41 0C 1A F8 \r\r>', chosen.join())
  }
})

test('another serial speed has to be confirmed', () => {
  const { host, adapter } = ready()
  host.send('ATBRD08\r')
  assert.is(host.wait(10), 'OK\rELM327 v1.5\r')
  host.send('\r')
  assert.is(host.wait(10), 'OK\r\r>')
  assert.is(adapter.out.baud, 500_000)
  host.send('ATBRD68\r')
  assert.is(host.wait(100), 'OK\rELM327 v1.5\r\r>')
  assert.is(adapter.out.baud, 500_000)
})

/** What each fault has to show, at the latest after many requests. */
const signs: Record<ElmFault, (session: ReturnType<typeof ready>) => boolean> = {
  echo: ({ ask }) => ask('ATI').startsWith('ATI\r'),
  'no-prompt': ({ host }) => !host.ask('010C', 2000).includes('>'),
  'no-cr': ({ ask }) => ask('ATE0') === 'OK\r>',
  fc: ({ ask }) => /[\u00fc\0]/.test(ask('010C')),
  split: ({ host }) => {
    host.send('ATI\r')
    const atOnce = host.taken().toString()
    return !atOnce.endsWith('>') && (atOnce + host.wait(5)).endsWith('\r\r>')
  },
  merge: ({ ask }) => /F8 \r>/.test(ask('010C')),
  garbage: ({ ask }) => /[\u0080-\u00ff]/.test(ask('010C')),
  stopped: ({ ask }) => ask('010C').includes('STOPPED'),
  'buffer-full': ({ ask }) => ask('010C').includes('BUFFER FULL'),
  'can-error': ({ ask }) => ask('010C').includes('CAN ERROR'),
  unable: ({ ask }) => ask('010C').includes('UNABLE TO CONNECT'),
  'rx-error': ({ ask }) => ask('010C').includes('<RX ERROR'),
  'hang-at-al': ({ host }) => host.ask('ATAL', 500) === '' && host.ask('ATI', 500) === '',
  hang: ({ host }) => host.ask('ATSTFF', 500) === '',
  silent: ({ host }) => host.ask('ATI', 500) === '',
  slow: ({ host }) => {
    const start = host.now
    host.ask('010C1')
    return host.now - start >= 125_000
  },
  'headers-off': ({ ask }) => ask('ATH1').includes('OK') && ask('010C') === '41 0C 1A F8 \r\r>',
  padding: ({ ask }) => {
    ask('ATH1')
    return ask('010C') === '7E8 04 41 0C 1A F8 00 00 00 \r\r>'
  },
  'fake-version': ({ ask }) => ask('ATI').includes('v2.1') && ask('ATS0').includes('?'),
  'no-csm': ({ host, adapter }) => {
    const isUnknown = host.ask('ATCSM1').includes('?')
    host.send('ATMA\r')
    return isUnknown && adapter.acknowledges
  },
  'no-rv': ({ ask }) => ask('ATRV').includes('?'),
  shuffle: ({ ask }) => /2: .*1: /s.test(ask('0902')),
  'wrong-bytes': ({ ask }) => {
    const digits = ask('010C').replace(/[^0-9A-F]/g, '')
    return digits.length % 2 === 1
  },
  'low-voltage-reset': ({ ask }) => ask('ATI').includes('LV RESET'),
  'bus-off': ({ ask, bus, adapter }) => {
    const answer = ask('010C')
    return answer === 'CAN ERROR\r\r>' && bus.received.length === 0 && !adapter.acknowledges
  },
  sleep: ({ host }) => {
    host.wait(25_000)
    return host.ask('ATI') === '\r>?\r\r>'
  },
}

for (const fault of Object.keys(elmFaults) as ElmFault[]) {
  test(`the fault ${fault} shows, and only while it is on`, () => {
    const session = ready({ hangAt: ['ATSTFF'], seed: 3 })
    session.adapter.faults.add(fault)
    const tries = Array.from({ length: 100 }, (_, index) => index)
    assert.ok(
      tries.some(() => signs[fault](session)),
      elmFaults[fault],
    )
    session.adapter.faults.delete(fault)
    session.adapter.restart(session.host.now)
    session.host.wait(1000)
    session.ask('ATE0')
    session.ask('ATSP6')
    for (let i = 0; i < 20; i++) assert.is(session.ask('010C'), '41 0C 1A F8 \r\r>')
  })
}

test('it sleeps after silence, and the first character only wakes it', () => {
  const { host } = ready({ faults: ['sleep'], sleepSeconds: 5 })
  assert.is(host.wait(6000), '')
  assert.is(host.ask('ATI'), '\r>?\r\r>')
  assert.is(host.ask('ATI'), 'ELM327 v1.5\r\r>')
})

test('a hanging command hangs it until a CR comes late enough, or until power is cut', () => {
  const { host, adapter } = ready({ faults: ['hang'], hangAt: ['ATAT2'], hangSeconds: 3 })
  assert.is(host.ask('ATAT2', 1000), '')
  assert.is(host.ask('', 1000), '')
  host.wait(2000)
  assert.is(host.ask('', 1000), '\r>')
  assert.is(host.ask('ATI'), 'ELM327 v1.5\r\r>')
  host.ask('ATAT2', 500)
  adapter.restart(host.now)
  assert.is(host.wait(1000), '\r\rELM327 v1.5\r\r>')
})

test('the same seed makes the same faults', () => {
  const run = (seed: number) => {
    const { ask } = ready({ seed, faults: ['garbage', 'fc', 'wrong-bytes', 'stopped', 'merge'] })
    return Array.from({ length: 40 }, () => ask('0902')).join('')
  }
  assert.is(run(7), run(7))
  assert.is.not(run(7), run(8))
})

test('an STN says who it is and knows the commands of an ELM327', () => {
  const { ask } = stn({})
  dialogue(ask, [
    ['ATI', 'ELM327 v1.4b\r\r>'],
    ['STI', 'STN1110 v4.2.0\r\r>'],
    ['STDI', 'OBDLink SX r4.2\r\r>'],
    ['STSN', '111000000001\r\r>'],
    ['STVR', '12.64\r\r>'],
    ['STNEVER', '?\r\r>'],
    ['STP33', 'OK\r\r>'],
    ['STPRS', 'ISO 15765 (CAN 11/500)\r\r>'],
    ['010C', '41 0C 1A F8 \r\r>'],
    ['STPX H:7E0, D:010C, R:1', '41 0C 1A F8 \r\r>'],
    ['STPX H:7E0', '?\r\r>'],
    ['STSBR 500000', 'OK\r\r>'],
    ['STSBR 3', '?\r\r>'],
    ['STPBR 250000', 'OK\r\r>'],
    ['010C', 'CAN ERROR\r\r>'],
  ])
})

test('an STN monitors through its filters, silently unless told otherwise', () => {
  const frame = frameOf(0x18fef117, [1, 2], { extended: true })
  const bus = { bitrate: 250_000, extended: true, traffic: { frame, everyMs: 10 } }
  const { ask, host, adapter } = stn({ bus })
  const shown = (command: string) => {
    host.send(`${command}\r`)
    const text = host.wait(20)
    host.send('x')
    host.wait(5)
    return text
  }
  for (const command of ['ATH1', 'ATJHF0', 'STP42', 'STCMM0']) ask(command)
  const two = '18 FE F1 17 01 02 \r'.repeat(2)
  assert.is(shown('STMA'), two)
  assert.is(shown('STM'), '')
  ask('STFAP 18FEF100, 1FFFFF00')
  assert.is(shown('STM'), two)
  ask('STFAB 18FEF117, 1FFFFFFF')
  assert.is(shown('STM'), '')
  ask('STFAC')
  assert.is(shown('STM'), '')
  ask('STFPGA FEF1')
  assert.is(shown('STM'), two)
  assert.is(adapter.transmitted.length, 0)
  host.send('STM\r')
  assert.is(adapter.acknowledges, false)
  host.send('x')
  ask('STCMM1')
  host.send('STM\r')
  assert.is(adapter.acknowledges, true)
})

test.run()
