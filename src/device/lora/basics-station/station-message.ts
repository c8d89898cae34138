/**
 * Texts that Basics Station sends, to what they mean. The station takes a frame apart into fields and
 * does not send its bytes, which the MIC is made of: they are put together again here.
 *
 *     updf   MHdr 1, DevAddr 4, FCtrl 1, FCnt 2, FOpts 0..15, FPort 0..1, FRMPayload 0.., MIC 4
 *     jreq   MHdr 1, JoinEui 8, DevEui 8, DevNonce 2, MIC 4
 *
 * All little-endian. DevAddr and MIC come as signed 32-bit numbers, FPort as -1 where there is none,
 * names of fields in changing case, EUIs with dashes or as ID6. `xtime` needs 64 bits, which
 * `JSON.parse` cannot give it; it is for downlinks only and not read. Pure.
 *
 * Follows "The LNS Protocol" of the documentation of LoRa Basics Station (doc.sm.tc), and what the
 * program itself sends.
 */
import type { Millis } from '../../../model/time.ts'
import { withoutUndefined } from '../../../model/without-undefined.ts'
import { readEui } from '../eui.ts'
import { fromGpsMillis, plausibleTime } from '../gps-time.ts'
import { asObject, integerIn, numberIn } from '../json-value.ts'

export interface StationFrame {
  kind: 'frame'
  data: Uint8Array
  dataRate?: number
  frequencyHz?: number
  /** dBm. */
  rssi?: number
  /** dB. */
  snr?: number
  /** By the gateway's GNSS, or else by its clock. */
  time?: Millis
}

export type StationMessage =
  | StationFrame
  | { kind: 'version'; model: string }
  /** `txtime` is echoed digit by digit. */
  | { kind: 'timesync'; txtime: string }
  /** A frame that is no uplink. */
  | { kind: 'foreign'; detail: string }
  /** Something that needs no answer. */
  | { kind: 'other'; name: string }
  | { kind: 'malformed'; detail: string }

/** Names in lower case. */
type Fields = Record<string, unknown>

const MAX_BYTES = 255
const foreign: Record<string, string> = {
  propdf: 'a proprietary frame',
  dndf: 'a downlink of another network',
  jacc: 'a join accept',
}

export function readStationMessage(text: string): StationMessage {
  const fields = fieldsOf(text)
  if (fields === undefined) return malformed('the message is no JSON object')
  const name = fields.msgtype
  if (typeof name !== 'string') return malformed('msgtype is missing')
  if (name === 'version') return { kind: 'version', model: modelOf(fields) }
  if (name === 'timesync') return readTimesync(text)
  if (name === 'updf') return framed(fields, dataFrame(fields))
  if (name === 'jreq' || name === 'rejoin') return framed(fields, joinFrame(fields))
  if (Object.hasOwn(foreign, name)) return { kind: 'foreign', detail: `it is ${foreign[name]}` }
  return { kind: 'other', name: name.slice(0, 40) }
}

/** The EUI that a station asks about on `/router-info`; it may be a number of 64 bits. */
export function readRouterQuery(text: string): { eui: string; router: string } | undefined {
  const router = fieldsOf(text)?.router
  const digits = /"router"\s*:\s*(\d{1,20})\s*[,}]/i.exec(text)?.[1]
  if (typeof router === 'number' && digits !== undefined) {
    const hex = BigInt(digits).toString(16).toUpperCase().padStart(16, '0')
    return hex.length === 16 ? { eui: hex, router: digits } : undefined
  }
  const eui = typeof router === 'string' ? readEui(router) : undefined
  return eui === undefined ? undefined : { eui, router: JSON.stringify(router) }
}

function malformed(detail: string): StationMessage {
  return { kind: 'malformed', detail }
}

function fieldsOf(text: string): Fields | undefined {
  try {
    return lowerCase(asObject(JSON.parse(text)))
  } catch {
    return undefined // The caller says so.
  }
}

function lowerCase(object: Record<string, unknown> | undefined): Fields | undefined {
  if (object === undefined) return undefined
  return Object.fromEntries(Object.entries(object).map(([name, v]) => [name.toLowerCase(), v]))
}

function modelOf({ station, model }: Fields): string {
  const words = [model, station].filter((word) => typeof word === 'string' && word !== '')
  return (
    words
      .join(' ')
      .replace(/[^\x20-\x7e]/g, '?')
      .slice(0, 60) || 'unknown'
  )
}

function readTimesync(text: string): StationMessage {
  const txtime = /"txtime"\s*:\s*(-?\d{1,20})\s*[,}]/i.exec(text)?.[1]
  if (txtime === undefined) return malformed('txtime is no whole number')
  return { kind: 'timesync', txtime }
}

function framed(fields: Fields, frame: Uint8Array | string): StationMessage {
  if (typeof frame === 'string') return malformed(frame)
  if (frame.length > MAX_BYTES) return malformed(`a frame of ${frame.length} bytes is too long`)
  const { gpstime, rxtime, rssi, snr } = lowerCase(asObject(fields.upinfo)) ?? {}
  const signal = withoutUndefined({
    dataRate: integerIn(fields.dr, 0, 15),
    frequencyHz: integerIn(fields.freq, 1_000_000, 10_000_000_000),
    rssi: numberIn(rssi, -250, 100),
    snr: numberIn(snr, -100, 100),
    time: timeOf(gpstime, rxtime),
  })
  return { kind: 'frame', data: frame, ...signal }
}

/** `gpstime` in µs of GPS time, 0 where the gateway has none; `rxtime` in s since 1970. */
function timeOf(gpstime: unknown, rxtime: unknown): Millis | undefined {
  const gps = typeof gpstime === 'number' && gpstime > 0 ? gpstime / 1000 : undefined
  // Rounded: seconds with three decimals are seldom exact in binary.
  const own = typeof rxtime === 'number' ? Math.round(rxtime * 1000) : undefined
  return fromGpsMillis(gps) ?? plausibleTime(own)
}

/** The bytes, or what is wrong. */
function dataFrame(fields: Fields): Uint8Array | string {
  const head = Buffer.alloc(8)
  const mic = word(fields.mic)
  const devAddr = word(fields.devaddr)
  const mHdr = integerIn(fields.mhdr, 0, 0xff)
  const fCtrl = integerIn(fields.fctrl, 0, 0xff)
  const fCnt = integerIn(fields.fcnt, 0, 0xffff)
  if (mHdr === undefined || fCtrl === undefined) return 'MHdr or FCtrl is no byte'
  if (fCnt === undefined) return 'FCnt is no number of 16 bits'
  if (devAddr === undefined || mic === undefined) return 'DevAddr or MIC is no number of 32 bits'
  const options = bytesOf(fields.fopts)
  const payload = bytesOf(fields.frmpayload)
  if (options === undefined || options.length > 15) return 'FOpts is no hex of 15 bytes at most'
  if (payload === undefined) return 'FRMPayload is no hex'
  const port = integerIn(fields.fport ?? -1, -1, 0xff)
  if (port === undefined) return 'FPort is none of -1 to 255'
  if (port < 0 && payload.length > 0) return 'FRMPayload is there without FPort'
  head.writeUInt8(mHdr, 0)
  head.writeUInt32LE(devAddr, 1)
  head.writeUInt8(fCtrl, 5)
  head.writeUInt16LE(fCnt, 6)
  const middle = port < 0 ? [options] : [options, Uint8Array.of(port), payload]
  return Uint8Array.from(Buffer.concat([head, ...middle, littleEndian(mic)]))
}

function joinFrame(fields: Fields): Uint8Array | string {
  const mHdr = integerIn(fields.mhdr, 0, 0xff)
  const joinEui = readEui(fields.joineui ?? fields.appeui)
  const devEui = readEui(fields.deveui)
  const devNonce = integerIn(fields.devnonce, 0, 0xffff)
  const mic = word(fields.mic)
  if (mHdr === undefined) return 'MHdr is no byte'
  if (joinEui === undefined || devEui === undefined) return 'JoinEui or DevEui is no EUI'
  if (devNonce === undefined || mic === undefined) return 'DevNonce or MIC is no number of its size'
  const euis = [joinEui, devEui].map((eui) => Buffer.from(eui, 'hex').reverse())
  const nonce = Uint8Array.of(devNonce & 0xff, devNonce >> 8)
  return Uint8Array.from(Buffer.concat([Uint8Array.of(mHdr), ...euis, nonce, littleEndian(mic)]))
}

/** Signed or not, 32 bits as an unsigned number. */
function word(value: unknown): number | undefined {
  const number = integerIn(value, -0x80000000, 0xffffffff)
  return number === undefined ? undefined : number >>> 0
}

function littleEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function bytesOf(hex: unknown): Uint8Array | undefined {
  if (hex === undefined || hex === null) return new Uint8Array(0)
  const isHex = typeof hex === 'string' && hex.length % 2 === 0 && /^[0-9a-f]*$/i.test(hex)
  return isHex ? Buffer.from(hex, 'hex') : undefined
}
