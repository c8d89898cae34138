/** What the lines of LoRa modems mean. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { Heard, LineReader, Packet } from '../../../src/device/lora/modem/dialect.ts'
import { dialects } from '../../../src/device/lora/modem/dialects.ts'
import { openTransparent } from '../../../src/device/lora/modem/transparent-session.ts'
import { randomOf } from '../../fuzz/mutate.ts'
import { HandClock } from '../../support/hand-clock.ts'
import { loraVectors } from '../../support/lora-payloads.ts'

const test = suite('the lines of LoRa modems')

interface Vector {
  id: string
  name: string
  modem: string
  lines: (string | { raw: string } | { rawHex: string })[]
  expect: { payload: string; rssi: number | null; snr: number | null; rearm?: boolean }[]
}

/** The names of the vectors for what one dialect reads. */
const names: Record<string, string> = { 'rui-legacy': 'rui3', 'rui3-lorawan': 'rui3' }

function readerOf(name: string): LineReader {
  const dialect = dialects.find((each) => each.name === (names[name] ?? name))
  if (dialect === undefined) throw new Error(`no dialect ${name}`)
  return dialect.reader()
}

function packetsOf(heard: readonly (Heard | undefined)[]): Packet[] {
  return heard.flatMap((each) =>
    each !== undefined && 'packet' in each && each.packet !== undefined ? [each.packet] : [],
  )
}

function seen({ bytes, rssi, snr }: Packet): object {
  const payload = Buffer.from(bytes).toString('hex').toUpperCase()
  return { payload, rssi: rssi ?? null, snr: snr ?? null }
}

/** As the link splits them. */
function linesOf(lines: Vector['lines']): string[] {
  const text = lines.map((line) => {
    if (typeof line === 'string') return `${line}\r\n`
    return 'raw' in line ? line.raw : ''
  })
  return text.join('').split(/\r?\n/)
}

for (const { id, name, modem, lines, expect } of loraVectors<Vector>('modem-lines.json') ?? []) {
  test(`${id}: ${name}`, async () => {
    const reader = modem.startsWith('ebyte') ? undefined : readerOf(modem)
    const packets =
      reader === undefined
        ? await transparent(lines, modem === 'ebyte')
        : packetsOf(linesOf(lines).map((line) => reader.line(line)))
    assert.equal(
      packets.map(seen),
      expect.map(({ payload, rssi, snr }) => ({ payload, rssi, snr })),
    )
  })
}

async function transparent(lines: Vector['lines'], hasRssi: boolean): Promise<Packet[]> {
  const clock = new HandClock()
  const packets: Packet[] = []
  let data: (chunk: Uint8Array) => void = () => undefined
  const world = {
    after: clock.after,
    open: async (options: { path: string; data: typeof data }) => {
      data = options.data
      const { path } = options
      return { path, device: path, write: async () => undefined, close: async () => undefined }
    },
  }
  const packet = (each: Packet) => packets.push(each)
  const malformed = () => undefined
  const options = { port: 'p', hasRssi, packet, malformed }
  const session = await openTransparent(options, world, new AbortController().signal)
  for (const line of lines) {
    if (typeof line === 'string' || 'raw' in line) continue
    const bytes = Buffer.from(line.rawHex, 'hex')
    // In two reads, for a line does not keep a packet together.
    data(bytes.subarray(0, 3))
    await clock.advance(20)
    data(bytes.subarray(3))
    await clock.advance(60)
  }
  await session.close()
  return packets
}

test('one that listens for a single packet is told to listen again', () => {
  const cases: [string, string[]][] = [
    ['rn2483', ['radio_rx  0102']],
    ['rn2483', ['radio_err']],
    ['rui3', ['+EVT:RXP2P, RSSI -60, SNR 11', '+EVT:0102']],
    ['rui3', ['+EVT:RXP2P RECEIVE TIMEOUT']],
  ]
  for (const [name, lines] of cases) {
    const reader = readerOf(name)
    const last = lines.map((line) => reader.line(line)).at(-1)
    assert.ok(last !== undefined && 'rearm' in last, lines.join())
  }
})

test('one that has started anew is known by what it says then', () => {
  const cases: [string, string][] = [
    ['rui3', 'Current Work Mode: LoRaWAN.'],
    ['rui3', 'RAKwireless RAK3172-E Example'],
    ['rak811', 'Initialization OK'],
    ['lora-e5', '+INFO: Input timeout'],
    ['rn2483', 'RN2483 1.0.5 Oct 31 2018 15:06:52'],
  ]
  for (const [name, line] of cases) {
    assert.equal(readerOf(name).line(line), { reset: true }, line)
  }
})

test('a packet that contradicts itself is none, and is told as such', () => {
  const cases: [string, string[]][] = [
    ['rui3', ['+EVT:RXP2P:-28:2:D6D']],
    ['rui3', ['+EVT:RXP2P:-28:2:']],
    ['rak811', ['at+recv=0,-50,6,3:0102']],
    ['lora-e5', ['+TEST: LEN:3, RSSI:-1, SNR:1', '+TEST: RX "0102"']],
    ['lora-e5', ['+TEST: RX "0102"']],
    ['rn2483', ['radio_rx  012']],
  ]
  for (const [name, lines] of cases) {
    const reader = readerOf(name)
    const last = lines.map((line) => reader.line(line)).at(-1)
    assert.ok(last !== undefined && 'malformed' in last, lines.join())
  }
})

test('a first line counts for the very next line alone', () => {
  const reader = readerOf('lora-e5')
  const lines = ['+TEST: LEN:2, RSSI:-1, SNR:1', '+MODE: TEST', '+TEST: RX "0102"']
  assert.equal(packetsOf(lines.map((line) => reader.line(line))), [])
})

test('20,000 lines of rubbish: no packet longer than 255 bytes, and nothing is thrown', () => {
  const random = randomOf(11)
  const parts = [
    ...[
      '+EVT:RXP2P:',
      '-60',
      ':',
      '7',
      'A1B2',
      '+EVT:',
      '+TEST: ',
      'LEN:2, ',
      'RSSI:-3, ',
      'SNR:1',
    ],
    ...['RX "', '"', 'radio_rx  ', 'at+recv=', '0,-1,2,', '\u0000', 'ff'.repeat(200), ' ', 'OK'],
  ]
  for (const dialect of dialects) {
    const reader = dialect.reader()
    for (let at = 0; at < 5000; at += 1) {
      const length = 1 + random.below(6)
      const line = Array.from({ length }, () => parts[random.below(parts.length)]).join('')
      for (const { bytes } of packetsOf([reader.line(line)])) {
        assert.ok(bytes.length > 0 && bytes.length <= 255)
      }
    }
  }
})

test.run()
