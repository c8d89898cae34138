/**
 * A LoRa modem behind a pseudo-terminal, which answers as its kind does. What it hears is given to it;
 * it keeps it to itself unless it was told to listen.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type AdapterLine, openPty } from '../../src/device/simulator/pty.ts'

export type FakeKind = 'rui3' | 'rui3-4' | 'rak3172-old' | 'rak811' | 'lora-e5' | 'rn2483'

interface Manners {
  /** What it answers, in lines; undefined: nothing. */
  answer(command: string, modem: FakeModem): readonly string[] | undefined
  packet(hex: string, modem: FakeModem): readonly string[]
}

const rssi = -82
const snr = 7

function rui3(command: string, modem: FakeModem, bandwidth: string): readonly string[] {
  if (command === 'AT+VER=?') return ['AT+VER=RUI_4.0.6_RAK3172-E', 'OK']
  if (command === 'AT+NWM=0') return ['Current Work Mode: LoRa P2P.', 'OK']
  if (command.startsWith('AT+P2P=')) {
    if (modem.isListening) return ['AT_BUSY_ERROR']
    return command.split(':')[2] === bandwidth ? ['OK'] : ['AT_PARAM_ERROR']
  }
  if (command.startsWith('AT+PRECV=')) {
    const value = command.slice(9)
    if (bandwidth === 'old' && value === '65534') return ['AT_PARAM_ERROR']
    modem.isListening = value !== '0'
    return ['OK']
  }
  return /^AT(\+SYNCWORD=\w{4}|\+IQINVER=0)?$/.test(command) ? ['OK'] : ['AT_ERROR']
}

const manners: Record<FakeKind, Manners> = {
  rui3: {
    answer: (command, modem) => rui3(command, modem, '125'),
    packet: (hex) => [`+EVT:RXP2P:${rssi}:${snr}:${hex}`],
  },
  'rui3-4': {
    answer: (command, modem) => rui3(command, modem, '0'),
    packet: (hex) => [`+EVT:RXP2P:${rssi}:${snr}:${hex}`],
  },
  'rak3172-old': {
    answer(command, modem) {
      if (/SYNCWORD|IQINVER/.test(command)) return ['AT_ERROR']
      if (command === 'AT+PRECV=65534') return ['AT_PARAM_ERROR']
      return rui3(command, modem, '125')
    },
    packet(hex, modem) {
      modem.isListening = false
      return [`+EVT:RXP2P, RSSI ${rssi}, SNR ${snr}`, `+EVT:${hex}`]
    },
  },
  rak811: {
    answer(command, modem) {
      if (command === 'at+version') return ['OK V3.0.0.14.H']
      if (command === 'at+set_config=lora:work_mode:1')
        return ['UART1 work mode', 'Initialization OK']
      if (/^at\+set_config=lorap2p:\d{9}:\d+:[0-2]:[1-4]:8:14$/.test(command)) return ['OK']
      modem.isListening ||= command === 'at+set_config=lorap2p:transfer_mode:1'
      return modem.isListening ? ['OK'] : ['ERROR: 1']
    },
    packet: (hex) => [`at+recv=0,${rssi},${snr},${hex.length / 2}:${hex}`],
  },
  'lora-e5': {
    answer(command, modem) {
      if (command === 'AT') return ['+AT: OK']
      if (command === 'AT+MODE=TEST') return ['+MODE: TEST']
      if (command.startsWith('AT+TEST=RFCFG,')) return ['+TEST: RFCFG F:868100000, SF7, BW125K']
      if (command !== 'AT+TEST=RXLRPKT') return ['+AT: ERROR(-1)']
      modem.isListening = true
      return ['+TEST: RXLRPKT']
    },
    packet: (hex) => [
      `+TEST: LEN:${hex.length / 2}, RSSI:${rssi}, SNR:${snr}`,
      `+TEST: RX "${hex}"`,
    ],
  },
  rn2483: {
    answer(command, modem) {
      if (command === 'sys get ver') return ['RN2483 1.0.5 Oct 31 2018 15:06:52']
      if (command === 'mac pause') return ['4294967245']
      if (command === 'radio rx 0') {
        const answer = modem.isListening ? 'busy' : 'ok'
        modem.isListening = true
        return [answer]
      }
      return /^radio (rxstop|set \w+ [\w/]+)$/.test(command) ? ['ok'] : ['invalid_param']
    },
    packet(hex, modem) {
      modem.isListening = false
      return [`radio_rx  ${hex}`]
    },
  },
}

export class FakeModem {
  readonly path: string
  /** All that it was told. */
  readonly commands: string[] = []
  isListening = false
  /** Says nothing any more. */
  isHung = false
  /** Sends back what it is told. */
  echoes = false
  readonly #kind: FakeKind
  readonly #folder: string
  #line: AdapterLine | undefined
  #partial = ''

  static async open(kind: FakeKind): Promise<FakeModem> {
    const modem = new FakeModem(kind)
    await modem.plug()
    return modem
  }

  private constructor(kind: FakeKind) {
    this.#kind = kind
    this.#folder = mkdtempSync(join(tmpdir(), 'odograph-modem-'))
    this.path = join(this.#folder, 'port')
  }

  async plug(): Promise<void> {
    this.isListening = false
    this.#line = await openPty(this.path, (chunk) => this.#take(chunk))
  }

  async unplug(): Promise<void> {
    await this.#line?.close()
    this.#line = undefined
  }

  async close(): Promise<void> {
    await this.unplug()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  /** Heard on the air; false where it does not listen. */
  hear(hex: string): boolean {
    if (!this.isListening) return false
    this.say(...manners[this.#kind].packet(hex, this))
    return true
  }

  say(...lines: string[]): void {
    this.write(lines.map((line) => `${line}\r\n`).join(''))
  }

  write(text: string | Uint8Array): void {
    this.#line?.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
  }

  #take(chunk: Uint8Array): void {
    this.#partial += Buffer.from(chunk).toString('latin1')
    for (;;) {
      const end = this.#partial.indexOf('\r\n')
      if (end < 0) return
      const command = this.#partial.slice(0, end)
      this.#partial = this.#partial.slice(end + 2)
      this.#told(command)
    }
  }

  #told(command: string): void {
    this.commands.push(command)
    if (this.isHung) return
    if (this.echoes) this.say(command)
    const lines = manners[this.#kind].answer(command, this)
    if (lines !== undefined) this.say(...lines)
  }
}
