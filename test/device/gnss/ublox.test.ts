/** Setting up u-blox receivers of two generations, and others that do not listen. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { NmeaStream } from '../../../src/device/gnss/nmea-stream.ts'
import { ubxCheck, ubxFrame } from '../../../src/device/gnss/ubx-frame.ts'
import {
  automotiveMessage,
  rateMessage,
  ubx,
  valset,
  versionOf,
} from '../../../src/device/gnss/ubx-messages.ts'
import type { UbloxSettings } from '../../../src/device/gnss/ubx-setup.ts'
import {
  UbloxReceiver,
  type UbloxReceiverOptions,
} from '../../../src/device/simulator/ublox-receiver.ts'
import { GnssBench, signed } from '../../support/gnss-bench.ts'
import { settled } from '../../support/hand-clock.ts'

const test = suite('u-blox')

const RMC = signed('GNRMC,120000.00,A,4528.7880,N,00908.6460,E,19.44,271.5,230726,,,A,V')
const all: UbloxSettings = {
  ...{ rateHz: 5, dynamicModel: 'automotive' },
  constellations: ['gps', 'galileo'],
}

const known: [name: string, frame: Uint8Array, hex: string][] = [
  ['a question for the version', ubxFrame(ubx.monVer), 'b5620a0400000e34'],
  ['a fix a second', ubxFrame(ubx.cfgRate, rateMessage(1)), 'b56206080600e803010001000139'],
  [
    'three values by key',
    ubxFrame(
      ubx.cfgValset,
      valset([
        [0x209102a7, 1],
        [0x20910009, 1],
        [0x30210001, 1000],
      ]),
    ),
    'b562068a140000010000a70291200109009120010100213' + '0e803f859',
  ],
]
for (const [name, frame, hex] of known) {
  test(`a frame, known from elsewhere: ${name}`, () => {
    assert.is(Buffer.from(frame).toString('hex'), hex)
    assert.ok(ubxCheck(frame))
    for (let at = 2; at < frame.length; at++) {
      const broken = frame.slice()
      broken[at] = (broken[at] ?? 0) ^ 0x10
      assert.not(ubxCheck(broken), `${at}`)
    }
  })
}

test('the dynamic model is a message of 36 bytes of which the mask takes it alone', () => {
  const payload = automotiveMessage()
  assert.is(payload.length, 36)
  assert.equal(payload.slice(0, 3), [1, 0, 4])
  assert.ok(payload.slice(3).every((byte) => byte === 0))
})

function bench(
  ublox: UbloxSettings,
  options: Omit<UbloxReceiverOptions, 'write'>,
  port = '/dev/ttyACM0',
): { bench: GnssBench; receiver: UbloxReceiver } {
  const made = GnssBench.nmea({ port, ublox })
  const receiver = new UbloxReceiver({ ...options, write: (bytes) => made.bytes(bytes) })
  made.receives = (bytes) => receiver.receive(bytes)
  return { bench: made, receiver }
}

/** Until the set-up is over, and the sentence told. */
async function over(made: GnssBench): Promise<void> {
  for (let round = 0; round < 40; round++) await settled()
  await made.clock.advance(12_000)
  await made.say(RMC.slice(1, -3))
  await made.clock.advance(1000)
}

test('one of generation 10 is told by key, in its memory alone', async () => {
  const { bench: made, receiver } = bench(all, { generation: 'M10' })
  await over(made)
  assert.is(receiver.layers, 1)
  assert.is(receiver.messages.size, 0)
  assert.is(receiver.periodMs, 200)
  const expected: [name: string, key: number, value: number][] = [
    ['NMEA out over USB', 0x10780002, 1],
    ['GGA over USB', 0x209100bd, 1],
    ['RMC over USB', 0x209100ae, 1],
    ['GSA once a second', 0x209100c2, 5],
    ['no GSV', 0x209100c7, 0],
    ['automotive', 0x20110021, 4],
    ['GPS', 0x1031001f, 1],
    ['Galileo', 0x10310021, 1],
    ['no GLONASS', 0x10310025, 0],
    ['no BeiDou', 0x10310022, 0],
  ]
  for (const [name, key, value] of expected) assert.is(receiver.values.get(key), value, name)
  assert.is(receiver.values.has(0x10310020), false, 'SBAS is left as it is')
  assert.match(made.detail, /receiving positions.*; MAX-M10S set up for 5 Hz$/)
  assert.equal(made.issues, [])
  await made.source.stop()
  assert.is(made.clock.waiting, 0)
})

test('one of generation 8 is told by messages', async () => {
  const { bench: made, receiver } = bench(all, { generation: 'M8' }, 'tcp://10.0.0.1:4000')
  await over(made)
  assert.is(receiver.values.size, 0)
  assert.is(receiver.periodMs, 200)
  assert.equal([...(receiver.messages.get(ubx.cfgMsg) ?? [])], [0xf0, 0x05, 0])
  assert.is(receiver.messages.get(ubx.cfgNav5)?.[2], 4)
  const port = receiver.messages.get(ubx.cfgPrt)
  assert.is(port?.[14], 0x03, 'UBX and NMEA out')
  assert.equal([...(port?.slice(8, 12) ?? [])], [0x80, 0x25, 0, 0], 'the speed is left')
  const systems = receiver.messages.get(ubx.cfgGnss) ?? new Uint8Array()
  const on = (index: number) => (systems[4 + 8 * index + 4] ?? 0) & 1
  assert.equal([0, 1, 2, 3, 4, 5, 6].map(on), [1, 1, 1, 0, 0, 0, 0])
  assert.match(made.detail, /u-blox M8 set up for 5 Hz$/)
  await made.source.stop()
})

test('without what it is not told, nothing but sentences and rate is touched', async () => {
  const { bench: made, receiver } = bench({ rateHz: 1 }, { generation: 'M10' })
  await over(made)
  assert.ok([...receiver.values.keys()].every((key) => ![0x1031, 0x2011].includes(key >>> 16)))
  await made.source.stop()
})

test('what it refuses is said, and the rest done', async () => {
  const { bench: made, receiver } = bench(all, { generation: 'M10', refuses: [0x10310022] })
  await over(made)
  assert.is(receiver.values.get(0x20110021), 4)
  assert.is(receiver.periodMs, 200)
  assert.match(made.detail, /set up for 5 Hz, but the constellations refused$/)
  assert.is(made.of('latitude').length, 1)
  await made.source.stop()
})

test('one behind an adapter that looks like its own USB is told at its serial port', async () => {
  const { bench: made, receiver } = bench(all, { generation: 'M10', refuses: [0x10780002] })
  await over(made)
  assert.is(receiver.values.get(0x209100ac), 1)
  assert.match(made.detail, /set up for 5 Hz$/)
  await made.source.stop()
})

test('a line that is too slow for the rate gets what it carries', async () => {
  const { bench: made, receiver } = bench({ rateHz: 10 }, { generation: 'M10' }, '/dev/ttyAMA0')
  await over(made)
  assert.is(receiver.periodMs, 200)
  assert.match(made.detail, /9600 baud carry no more than 5 Hz; 10 were asked for/)
  await made.source.stop()
})

test('another make does not answer: that is said, and its places are taken', async () => {
  const made = GnssBench.nmea({ ublox: all })
  await over(made)
  assert.is(made.written.length, 2)
  assert.match(made.detail, /receiving positions.*; not set up: no u-blox receiver answers/)
  assert.is(made.of('latitude').length, 1)
  assert.equal(made.issues, [])
  await made.source.stop()
  assert.is(made.clock.waiting, 0)
})

test('one that falls silent in the middle of it is waited for, but not for ever', async () => {
  const { bench: made, receiver } = bench(all, { generation: 'M10' })
  made.receives = (bytes) => {
    if (made.written.length < 3) receiver.receive(bytes)
  }
  await over(made)
  assert.match(made.detail, /but the dynamic model not confirmed, .*the rate not confirmed/)
  await made.source.stop()
})

test('it is asked again after it was unplugged, and closed in the middle it ends', async () => {
  const { bench: made, receiver } = bench(all, { generation: 'M10' })
  await over(made)
  receiver.values.clear()
  made.unplug()
  await made.clock.advance(2000)
  await over(made)
  assert.is(receiver.values.get(0x20110021), 4)
  made.receives = () => undefined
  made.unplug()
  await made.clock.advance(800)
  await made.source.stop()
  assert.is(made.clock.waiting, 0)
})

test('nothing is written to a receiver that is not to be set up', async () => {
  const made = GnssBench.nmea()
  await over(made)
  assert.equal(made.written, [])
  await made.source.stop()
})

test('one that speaks its binary protocol alone is told of', async () => {
  const made = GnssBench.nmea()
  for (let second = 0; second < 3; second++) {
    await made.clock.advance(1000)
    made.bytes(ubxFrame(0x0107, new Uint8Array(92)))
  }
  await made.clock.advance(1000)
  assert.match(made.detail, /binary protocol alone/)
  assert.equal(made.issues, [])
  await made.say(RMC.slice(1, -3))
  assert.match(made.detail, /receiving positions/)
  await made.source.stop()
})

test('answers are found among sentences, however they are cut', () => {
  const bytes = Buffer.concat([
    Buffer.from(`${RMC}\r\n`),
    ubxFrame(ubx.ackAck, [0x06, 0x8a]),
    Buffer.from(`${RMC.slice(0, 20)}`),
    ubxFrame(ubx.ackNak, [0x06, 0x08]),
    Buffer.from(`${RMC.slice(20)}\r\n`),
  ])
  for (const size of [1, 2, 3, 7, 1000]) {
    const heard: string[] = []
    const stream = new NmeaStream({
      line: (line) => heard.push(line),
      frame: (type, payload) =>
        heard.push(`${type.toString(16)} ${Buffer.from(payload).toString('hex')}`),
      junk: () => assert.unreachable(),
    })
    for (let at = 0; at < bytes.length; at += size) stream.push(bytes.subarray(at, at + size))
    assert.equal(heard, [RMC, '501 068a', '500 0608', RMC])
  }
})

test('a false beginning before a frame hides neither it nor the sentence after it', () => {
  const heard: string[] = []
  const stream = new NmeaStream({
    line: (line) => heard.push(line),
    frame: (type) => heard.push(type.toString(16)),
    junk: () => undefined,
  })
  const ack = ubxFrame(ubx.ackAck, [0x06, 0x8a])
  stream.push(Buffer.concat([Buffer.from([0xb5, 0xb5]), ack, Buffer.from(`${RMC}\r\n`)]))
  const broken = ack.slice()
  broken[6] = 0
  stream.push(Buffer.concat([broken, ack, broken, Buffer.from(`${RMC}\r\n`)]))
  assert.equal(heard, ['501', RMC, '501', RMC])
})

test('a version that says little is one without keys', () => {
  assert.equal(versionOf(new Uint8Array(0)), { name: 'u-blox', byKey: false })
  const old = new Uint8Array(40)
  old.set(Buffer.from('00040007'), 30)
  assert.equal(versionOf(old), { name: 'u-blox 6', byKey: false })
  old.set(Buffer.from('000A0000'), 30)
  assert.equal(versionOf(old), { name: 'u-blox M10', byKey: true })
})

test.run()
