/**
 * Seeed LoRa-E5 (Wio-E5) in its test mode. A packet is two lines:
 *
 *   +TEST: LEN:9, RSSI:-26, SNR:13
 *   +TEST: RX "<hex>"
 *
 * Follows the LoRa-E5 AT Command Specification by Seeed.
 */
import {
  type Heard,
  type LineReader,
  type ModemDialect,
  type ModemRadio,
  packetOf,
} from './dialect.ts'

const PREAMBLE = 8
/** Only for its place in the list: nothing is sent. */
const POWER = 14

export const loraE5: ModemDialect = {
  name: 'lora-e5',
  baud: 9600,
  end: '\r\n',
  ok: /^\+\w+: (?!ERROR)/,
  refused: /ERROR\(/,
  hello: { send: 'AT', ok: /^\+AT: OK$/ },
  setup: (radio) => [
    { send: 'AT+MODE=TEST', ok: /^\+MODE: TEST/ },
    { send: rfcfg(radio), ok: /^\+TEST: RFCFG / },
  ],
  arm: { send: 'AT+TEST=RXLRPKT', ok: /^\+TEST: RXLRPKT/ },
  // A modem that has left its test mode refuses it; one that has not listens on, after a moment.
  check: { send: 'AT+TEST=RXLRPKT', ok: /^\+TEST: RXLRPKT/ },
  checkMs: 300_000,
  reader: () => new LoraE5Reader(),
}

/** The coding rate stands in the header of each packet. The sync word can be one of two. */
function rfcfg({ frequencyHz, spreadingFactor, bandwidthHz, syncWord }: ModemRadio): string {
  const [megahertz, kilohertz] = [frequencyHz / 1e6, bandwidthHz / 1000]
  const isPublic = syncWord === 0x34 ? 'ON' : 'OFF'
  const values = [megahertz, `SF${spreadingFactor}`, kilohertz, PREAMBLE, PREAMBLE, POWER]
  return `AT+TEST=RFCFG,${values.join(',')},ON,OFF,${isPublic}`
}

const HEAD = /^\+TEST: LEN:(\d{1,3}), RSSI:(-?\d{1,3}), SNR:(-?\d{1,3})$/
const BODY = /^\+TEST: RX "([0-9a-fA-F ]*)"$/
const BOOTED = /^\+INFO:|^\+VER:/

class LoraE5Reader implements LineReader {
  #head: { length: number; rssi: string; snr: string } | undefined

  line(text: string): Heard | undefined {
    const head = this.#head
    this.#head = undefined
    const [, length, rssi = '', snr = ''] = HEAD.exec(text) ?? []
    if (length !== undefined) {
      this.#head = { length: Number(length), rssi, snr }
      return undefined
    }
    const body = BODY.exec(text)
    if (body === null) return BOOTED.test(text) ? { reset: true } : undefined
    const hex = (body[1] ?? '').replaceAll(' ', '')
    if (head === undefined) return { malformed: 'a packet came without its first line' }
    if (hex.length !== head.length * 2) {
      return { malformed: `it says ${head.length} bytes, and has ${hex.length} digits of hex` }
    }
    return packetOf(hex, head.rssi, head.snr)
  }
}
