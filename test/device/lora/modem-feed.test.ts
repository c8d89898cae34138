/** The feed for LoRa modems over real pseudo-terminals and the real serial port. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import {
  createModemFeed,
  type ModemKind,
  type ModemOptions,
} from '../../../src/device/lora/modem/modem-feed.ts'
import { openLine } from '../../../src/device/open-line.ts'
import { systemAfter, systemClock } from '../../../src/device/supervisor.ts'
import { type FakeKind, FakeModem } from '../../support/fake-modem.ts'
import { LoraListener } from '../../support/lora-listener.ts'
import { testWith } from '../../support/needs.ts'

const test = suite('the feed for LoRa modems')

const radio = {
  frequencyHz: 868_100_000,
  spreadingFactor: 7,
  bandwidthHz: 125_000,
  codingRate: '4/5',
  syncWord: 0x34,
} as const

interface Bench {
  modem: FakeModem
  heard: LoraListener
}

type Changes = Partial<ModemOptions> & { checkEvery?: number; echoes?: boolean }

async function withModem(
  kind: FakeKind,
  changes: Changes,
  run: (bench: Bench) => Promise<void>,
): Promise<void> {
  const modem = await FakeModem.open(kind)
  modem.echoes = changes.echoes === true
  const { checkEvery, echoes: _, ...options } = changes
  // Checks are minutes apart.
  const after: typeof systemAfter = (ms, act) =>
    systemAfter(checkEvery !== undefined && ms >= 10_000 ? checkEvery : ms, act)
  const feed = createModemFeed(
    { id: 'stick', port: modem.path, modem: 'auto', content: 'lorawan', radio, ...options },
    { clock: systemClock, world: { after, open: openLine }, backOff: { firstMs: 20, maxMs: 100 } },
  )
  const heard = new LoraListener()
  feed.start(heard)
  try {
    await run({ modem, heard })
  } finally {
    await feed.stop()
    await modem.close()
  }
}

const kinds: [FakeKind, ModemKind, RegExp][] = [
  ['rui3', 'rui3', /^AT\+P2P=868100000:7:125:0:8:14$/],
  ['rui3-4', 'rui3', /^AT\+P2P=868100000:7:0:0:8:14$/],
  ['rak3172-old', 'rui3', /^AT\+PRECV=65535$/],
  ['rak811', 'rak811', /^at\+set_config=lorap2p:868100000:7:0:1:8:14$/],
  ['lora-e5', 'lora-e5', /^AT\+TEST=RFCFG,868\.1,SF7,125,8,8,14,ON,OFF,ON$/],
  ['rn2483', 'rn2483', /^radio set freq 868100000$/],
]

for (const [kind, modem, command] of kinds) {
  testWith(test, 'socat', `${kind}: set up, heard, and again after a packet`, async () => {
    await withModem(kind, { modem }, async ({ modem, heard }) => {
      await heard.until(() => heard.state === 'running')
      assert.ok(
        modem.commands.some((each) => command.test(each)),
        modem.commands.join('\n'),
      )
      for (const hex of ['40010203', '40040506', '40070809']) {
        await heard.until(() => modem.isListening)
        assert.ok(modem.hear(hex))
        const before = heard.frames.length
        await heard.until(() => heard.frames.length > before)
        // It is told to listen again where that is needed.
        while (!modem.isListening) await new Promise((resolve) => setImmediate(resolve))
      }
      const [frame] = heard.frames
      assert.equal(frame?.data, Uint8Array.of(0x40, 1, 2, 3))
      assert.is(frame?.gateway.id, 'stick')
      assert.is(frame?.gateway.rssi, kind === 'rn2483' ? undefined : -82)
      assert.is(frame?.gateway.snr, kind === 'rn2483' ? undefined : 7)
      assert.is(frame?.radio.frequencyHz, 868_100_000)
      assert.is(frame?.radio.spreadingFactor, 7)
    })
  })
}

for (const kind of ['rui3', 'rak811', 'rn2483', 'lora-e5'] as const) {
  testWith(test, 'socat', `${kind} is found out by asking`, async () => {
    await withModem(kind, { modem: 'auto' }, async ({ heard }) => {
      await heard.until(() => heard.state === 'running')
      assert.match(heard.healths.at(-1)?.detail ?? '', new RegExp(`\\(${kind}\\) at 868.1 MHz`))
    })
  })
}

testWith(test, 'socat', 'no modem is ever told to send', async () => {
  for (const [kind, modem] of kinds) {
    await withModem(kind, { modem }, async ({ modem, heard }) => {
      await heard.until(() => heard.state === 'running')
      modem.hear('400102')
      await heard.until(() => heard.frames.length > 0)
      const sent = modem.commands.filter((each) => /send|\btx\b|TXLR|PSEND|join/i.test(each))
      assert.equal(sent, [])
    })
  }
})

testWith(test, 'socat', 'one that sends back what it is told is understood', async () => {
  await withModem('rui3', { modem: 'rui3', echoes: true }, async ({ heard, modem }) => {
    await heard.until(() => heard.state === 'running')
    modem.hear('400102')
    await heard.until(() => heard.frames.length === 1)
  })
})

testWith(test, 'socat', 'a packet in pieces of single bytes is one packet', async () => {
  await withModem('rui3', { modem: 'rui3' }, async ({ heard, modem }) => {
    await heard.until(() => heard.state === 'running')
    for (const byte of Buffer.from('+EVT:RXP2P:-50:6:400102\r\n')) modem.write(Uint8Array.of(byte))
    await heard.until(() => heard.frames.length === 1)
  })
})

testWith(test, 'socat', 'a broken packet is told, and the next is heard', async () => {
  await withModem('rui3', { modem: 'rui3' }, async ({ heard, modem }) => {
    await heard.until(() => heard.state === 'running')
    modem.say('+EVT:RXP2P:-50:6:40010')
    modem.hear('400102')
    await heard.until(() => heard.frames.length === 1)
    assert.equal(
      heard.rejects.map(({ reason }) => reason),
      ['malformed'],
    )
  })
})

testWith(test, 'socat', 'unplugged and plugged in, it is set up again', async () => {
  await withModem('lora-e5', { modem: 'lora-e5' }, async ({ heard, modem }) => {
    await heard.until(() => heard.state === 'running')
    await modem.unplug()
    await heard.until(() => heard.state === 'waiting')
    await modem.plug()
    await heard.until(() => heard.state === 'running')
    modem.hear('400102')
    await heard.until(() => heard.frames.length === 1)
  })
})

testWith(test, 'socat', 'one that has started anew is set up again', async () => {
  await withModem('rn2483', { modem: 'rn2483' }, async ({ heard, modem }) => {
    await heard.until(() => heard.state === 'running')
    modem.isListening = false
    modem.say('RN2483 1.0.5 Oct 31 2018 15:06:52')
    await heard.until(() => heard.healths.some(({ detail }) => /has started anew/.test(detail)))
    await heard.until(() => heard.state === 'running')
    modem.hear('400102')
    await heard.until(() => heard.frames.length === 1)
  })
})

testWith(test, 'socat', 'one that hangs is noticed while nothing is heard', async () => {
  await withModem('rui3', { modem: 'rui3', checkEvery: 50 }, async ({ heard, modem }) => {
    await heard.until(() => heard.state === 'running')
    modem.isHung = true
    await heard.until(() => heard.healths.some(({ detail }) => /does not answer AT;/.test(detail)))
    modem.isHung = false
    await heard.until(() => heard.state === 'running')
  })
})

testWith(test, 'socat', 'what answers to nothing is said to be no known modem', async () => {
  await withModem('rui3', { modem: 'auto' }, async ({ heard, modem }) => {
    modem.isHung = true
    await heard.until(() => heard.state === 'waiting')
    assert.match(heard.healths.at(-1)?.detail ?? '', /no modem answers: asked were rui3, rak811/)
  })
})

testWith(
  test,
  'socat',
  'raw: what anybody sends is an uplink of nobody but the source',
  async () => {
    await withModem('rui3', { modem: 'rui3', content: 'raw' }, async ({ heard, modem }) => {
      await heard.until(() => heard.state === 'running')
      modem.hear('0102')
      await heard.until(() => heard.uplinks.length === 1)
      const [uplink] = heard.uplinks
      assert.is(uplink?.trust, 'none')
      assert.is(uplink?.network, 'p2p')
      assert.is(uplink?.deviceId, 'stick')
      assert.equal(uplink?.payload, Uint8Array.of(1, 2))
    })
  },
)

testWith(test, 'socat', 'an EByte module is read where the line pauses', async () => {
  await withModem('rui3', { modem: 'ebyte-rssi' }, async ({ heard, modem }) => {
    await heard.until(() => heard.state === 'running')
    modem.write(Uint8Array.of(0x40, 1, 2, 200))
    await heard.until(() => heard.frames.length === 1)
    assert.equal(heard.frames[0]?.data, Uint8Array.of(0x40, 1, 2))
    assert.is(heard.frames[0]?.gateway.rssi, -56)
    assert.equal(modem.commands, [])
  })
})

test.run()
