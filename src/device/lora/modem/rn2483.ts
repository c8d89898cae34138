/**
 * Microchip RN2483 and RN2903. A packet is `radio_rx  <hex>`, without a word on how well it was heard,
 * and after each the modem has to be told to listen again.
 *
 * Follows the RN2483 LoRa Technology Module Command Reference by Microchip.
 */
import { type Heard, type ModemDialect, packetOf } from './dialect.ts'

export const rn2483: ModemDialect = {
  name: 'rn2483',
  baud: 57_600,
  end: '\r\n',
  ok: /^ok$/,
  refused: /^(invalid_param|err)$/,
  hello: { send: 'sys get ver', ok: /^RN2[49]\d\d / },
  setup: ({ frequencyHz, spreadingFactor, bandwidthHz, codingRate, syncWord }) => [
    { send: 'radio rxstop', isOptional: true },
    // How long it may be paused, in ms.
    { send: 'mac pause', ok: /^\d+$/ },
    { send: 'radio set mod lora' },
    { send: `radio set freq ${frequencyHz}` },
    { send: `radio set sf sf${spreadingFactor}` },
    { send: `radio set bw ${bandwidthHz / 1000}` },
    { send: `radio set cr ${codingRate}` },
    { send: 'radio set crc on' },
    { send: 'radio set iqi off' },
    { send: `radio set sync ${syncWord.toString(16).padStart(2, '0')}` },
    // Else it stops listening after 15 s.
    { send: 'radio set wdt 0' },
  ],
  arm: { send: 'radio rx 0', ok: /^(ok|busy)$/ },
  // Busy: it is listening. Else it does from now on.
  check: { send: 'radio rx 0', ok: /^(ok|busy)$/ },
  checkMs: 10_000,
  reader: () => ({ line }),
}

const PACKET = /^radio_rx +([0-9a-fA-F]*)$/

function line(text: string): Heard | undefined {
  const hex = PACKET.exec(text)?.[1]
  if (hex !== undefined) {
    const heard = packetOf(hex)
    return 'packet' in heard && heard.packet ? { rearm: true, packet: heard.packet } : heard
  }
  if (text === 'radio_err') return { rearm: true }
  return /^RN2[49]\d\d /.test(text) ? { reset: true } : undefined
}
