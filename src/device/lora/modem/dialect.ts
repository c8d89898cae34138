/**
 * What kinds of LoRa modems there are to the rest: how one is told from another, brought into
 * reception, and what its lines say. All of them only listen; none is ever told to send.
 */
export interface ModemRadio {
  frequencyHz: number
  spreadingFactor: number
  bandwidthHz: 125_000 | 250_000 | 500_000
  codingRate: '4/5' | '4/6' | '4/7' | '4/8'
  /** As the SX127x has it, one byte: 0x34 is that of LoRaWAN, 0x12 the usual private one. */
  syncWord: number
}

/** A command, and the lines that end it. */
export interface Step {
  send: string
  /** The dialect's own where absent. */
  ok?: RegExp
  /** What is tried where it was refused. */
  instead?: Step
  /** A modem that does not know it is none the worse. */
  isOptional?: boolean
  deadlineMs?: number
}

export interface Packet {
  bytes: Uint8Array
  /** dBm. */
  rssi?: number
  /** dB. */
  snr?: number
}

/** What a line means; undefined: nothing. */
export type Heard =
  | { packet: Packet }
  /** It does not listen any more until it is told to. */
  | { rearm: true; packet?: Packet }
  /** It has begun anew, and forgotten its settings. */
  | { reset: true }
  /** A packet that is none, in words. */
  | { malformed: string }

/** Reads the lines of one modem, in order. */
export interface LineReader {
  line(text: string): Heard | undefined
}

export interface ModemDialect {
  name: string
  baud: number
  /** Ends commands. */
  end: string
  /** How a command ends, where its step does not say. */
  ok: RegExp
  refused: RegExp
  /** Asked of a modem of an unknown kind; `ok` of it is answered by no other kind. */
  hello: Step
  setup(radio: ModemRadio): readonly Step[]
  /** Makes it listen (again). */
  arm: Step
  /** Asked now and then while all is quiet: no answer means that it hangs. */
  check: Step
  checkMs: number
  reader(): LineReader
}

/** Undefined: it is no hex, or an odd number of digits, or nothing. */
export function fromHex(text: string): Uint8Array | undefined {
  if (!/^([0-9a-fA-F]{2}){1,255}$/.test(text)) return undefined
  return Uint8Array.from(Buffer.from(text, 'hex'))
}

/** A packet out of the texts of a line; what is no number is left out. */
export function packetOf(hex: string, rssi?: string, snr?: string): Heard {
  const bytes = fromHex(hex)
  if (bytes === undefined) return { malformed: `"${hex.slice(0, 48)}" is no whole bytes in hex` }
  const packet: Packet = { bytes }
  if (rssi !== undefined) packet.rssi = Number(rssi)
  if (snr !== undefined) packet.snr = Number(snr)
  return { packet }
}
