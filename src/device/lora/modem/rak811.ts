/**
 * RAK811 and RAK4200 with RUI v2. A packet is `at+recv=<port>,<rssi>,<snr>,<length>:<hex>`; the length
 * is 0 for what is no packet.
 *
 * Follows the AT Command Manual of the RAK811 by RAKwireless.
 */
import { type Heard, type ModemDialect, type ModemRadio, packetOf } from './dialect.ts'

const codingRates = { '4/5': 1, '4/6': 2, '4/7': 3, '4/8': 4 } as const
const bandwidths = { 125000: 0, 250000: 1, 500000: 2 } as const
const PREAMBLE = 8
/** Only for its place in the list: nothing is sent. */
const POWER = 14
const REBOOT_MS = 8000

export const rak811: ModemDialect = {
  name: 'rak811',
  baud: 115_200,
  end: '\r\n',
  ok: /^OK\b/,
  refused: /^ERROR/,
  hello: { send: 'at+version', ok: /^OK ?V?\d+\.\d+/ },
  // It has no command for the sync word.
  setup: (radio) => [
    {
      send: 'at+set_config=lora:work_mode:1',
      ok: /^(OK|Initialization OK)/,
      deadlineMs: REBOOT_MS,
    },
    { send: 'at+version', deadlineMs: REBOOT_MS },
    { send: p2p(radio) },
  ],
  arm: { send: 'at+set_config=lorap2p:transfer_mode:1' },
  check: { send: 'at+version' },
  checkMs: 60_000,
  reader: () => ({ line }),
}

function p2p({ frequencyHz, spreadingFactor, bandwidthHz, codingRate }: ModemRadio): string {
  const values = [
    ...[frequencyHz, spreadingFactor, bandwidths[bandwidthHz], codingRates[codingRate]],
    ...[PREAMBLE, POWER],
  ]
  return `at+set_config=lorap2p:${values.join(':')}`
}

const PACKET = /^at\+recv=\d{1,3},(-?\d{1,3}),(-?\d{1,3}),(\d{1,3})(?::([0-9a-fA-F]*))?$/

function line(text: string): Heard | undefined {
  const [, rssi, snr, length, hex = ''] = PACKET.exec(text) ?? []
  if (length === undefined) return /^Initialization OK/.test(text) ? { reset: true } : undefined
  if (Number(length) === 0) return undefined
  if (hex.length === Number(length) * 2) return packetOf(hex, rssi, snr)
  return { malformed: `it says ${length} bytes, and has ${hex.length} digits of hex` }
}
