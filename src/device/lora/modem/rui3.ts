/**
 * RAK modules with RUI3 (RAK3172, RAK4631, RAK11720), WisBlock's AT firmware, and the RAK3172 before
 * RUI3. A packet comes in one line, or in two from the older ones:
 *
 *   +EVT:RXP2P:<rssi>:<snr>:<hex>
 *   +EVT:RXP2P, RSSI <rssi>, SNR <snr>
 *   +EVT:<hex>
 *
 * Follows the RUI3 AT Command Manual of RAKwireless and its guide for migration.
 */
import {
  type Heard,
  type LineReader,
  type ModemDialect,
  type ModemRadio,
  packetOf,
} from './dialect.ts'

const codingRates = { '4/5': 0, '4/6': 1, '4/7': 2, '4/8': 3 } as const
/** Newer firmware counts them, older names them in kHz. */
const bandwidths = { 125000: 0, 250000: 1, 500000: 2 } as const
const PREAMBLE = 8
/** Only for its place in the list: nothing is sent. */
const POWER = 14
const REBOOT_MS = 8000

export const rui3: ModemDialect = {
  name: 'rui3',
  baud: 115_200,
  end: '\r\n',
  ok: /^OK$/,
  refused: /^AT_\w+$|^\+CME ERROR/,
  hello: { send: 'AT+VER=?', ok: /^(AT\+VER=|RUI|\+VER:|RAK)/ },
  setup: (radio) => [
    // While it listens it takes no settings.
    { send: 'AT+PRECV=0', isOptional: true },
    // It may start anew for that, and answer before or after.
    { send: 'AT+NWM=0', ok: /^(OK|.*Work Mode: ?LoRa P2P.*)$/i, deadlineMs: REBOOT_MS },
    { send: 'AT', deadlineMs: REBOOT_MS },
    {
      send: p2p(radio, radio.bandwidthHz / 1000),
      instead: { send: p2p(radio, bandwidths[radio.bandwidthHz]) },
    },
    { send: `AT+SYNCWORD=${wideSyncWord(radio.syncWord)}`, isOptional: true },
    { send: 'AT+IQINVER=0', isOptional: true },
  ],
  // 65535 is for one packet, on firmware that knows no other.
  arm: { send: 'AT+PRECV=65534', instead: { send: 'AT+PRECV=65535' } },
  check: { send: 'AT' },
  checkMs: 60_000,
  reader: () => new Rui3Reader(),
}

function p2p(radio: ModemRadio, bandwidth: number): string {
  const { frequencyHz, spreadingFactor, codingRate } = radio
  const values = [frequencyHz, spreadingFactor, bandwidth, codingRates[codingRate], PREAMBLE, POWER]
  return `AT+P2P=${values.join(':')}`
}

/** The SX126x has two bytes of it: 0x34 is 0x3444. */
function wideSyncWord(byte: number): string {
  const [high = '0', low = '0'] = byte.toString(16).toUpperCase().padStart(2, '0')
  return `${high}4${low}4`
}

const WHOLE = /^\+EVT:RXP2P:(-?\d{1,3}):(-?\d{1,3}):([0-9a-fA-F]*)$/
const HEAD = /^\+EVT:RXP2P, ?RSSI (-?\d{1,3}), ?SNR (-?\d{1,3})$/
const BODY = /^\+EVT:([0-9a-fA-F]+)$/
const ENDED = /^\+EVT:RXP2P RECEIVE (TIMEOUT|ERROR)/
const BOOTED = /Work Mode:|^RAKwireless/i

class Rui3Reader implements LineReader {
  /** RSSI and SNR of the packet that the next line holds. */
  #head: [string, string] | undefined

  line(text: string): Heard | undefined {
    const head = this.#head
    this.#head = undefined
    const whole = WHOLE.exec(text)
    if (whole !== null) return packetOf(whole[3] ?? '', whole[1], whole[2])
    const begun = HEAD.exec(text)
    if (begun !== null) {
      this.#head = [begun[1] ?? '', begun[2] ?? '']
      return undefined
    }
    const body = BODY.exec(text)
    if (body !== null && head !== undefined) return armed(packetOf(body[1] ?? '', ...head))
    if (ENDED.test(text)) return { rearm: true }
    return BOOTED.test(text) ? { reset: true } : undefined
  }
}

/** The older ones listen for one packet. */
function armed(heard: Heard): Heard {
  return 'packet' in heard && heard.packet ? { rearm: true, packet: heard.packet } : heard
}
