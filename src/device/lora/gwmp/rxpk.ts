/**
 * One `rxpk` of a packet forwarder to the pieces of a LoRa frame, or to why it is none. Each is read
 * on its own, so that a broken one does not spoil its neighbours. Pure.
 *
 * Time: `time` (UTC) where it is there, else `tmms` (GPS time). They are of one receiver, and gateways
 * differ in the leap seconds that they know, of which `time` needs none here. `tmst` is the counter of
 * the concentrator, wraps every 71.6 min, and is never a time.
 *
 * Follows PROTOCOL.md of Lora-net/sx1302_hal, "3. Upstream protocol", and for `rsig` the gateways v2.
 */
import type { LoraRadio } from '../../../model/lora.ts'
import type { Millis } from '../../../model/time.ts'
import { fromBase64 } from '../base64.ts'
import { bestFirst, type Signal } from '../best-first.ts'
import { fromGpsMillis, fromUtcText } from '../gps-time.ts'
import { asObject, numberIn } from '../json-value.ts'

/** No radio of these sends more at once. */
const MAX_BYTES = 255

export interface HeardFrame {
  data: Uint8Array
  radio: LoraRadio
  /** dBm. */
  rssi?: number
  /** dB. */
  snr?: number
  /** By the gateway's GNSS. */
  time?: Millis
  /** In words: what is odd about it but does no harm. */
  warning?: string
}

export interface RefusedFrame {
  reason: 'crc' | 'malformed'
  /** In words. */
  detail: string
}

export function readRxpk(value: unknown): HeardFrame | RefusedFrame {
  const rxpk = asObject(value)
  if (rxpk === undefined) return { reason: 'malformed', detail: 'an rxpk is no object' }
  if (rxpk.stat !== 1) return { reason: 'crc', detail: crcText(rxpk.stat) }
  const data = readData(rxpk.data)
  if (typeof data === 'string') return { reason: 'malformed', detail: data }
  const frame: HeardFrame = { data, radio: readRadio(rxpk), ...readSignal(rxpk) }
  const time = fromUtcText(rxpk.time) ?? fromGpsMillis(rxpk.tmms)
  if (time !== undefined) frame.time = time
  if (typeof rxpk.size === 'number' && rxpk.size !== data.length) {
    frame.warning = `size says ${rxpk.size}, data has ${data.length} bytes; data is taken`
  }
  return frame
}

function crcText(stat: unknown): string {
  if (stat === -1) return 'stat is -1: the checksum was wrong'
  if (stat === 0) return 'stat is 0: it was sent without a checksum'
  return 'stat is not 1: nothing says that the checksum was right'
}

/** A text says what is wrong. */
function readData(data: unknown): Uint8Array | string {
  if (typeof data !== 'string' || data === '') return 'data is missing'
  const bytes = fromBase64(data)
  if (bytes === undefined) return 'data is no base64'
  if (bytes.length > MAX_BYTES) {
    return `data has ${bytes.length} bytes; a frame has ${MAX_BYTES} at most`
  }
  return bytes
}

const LORA_RATE = /^SF(\d{1,2})BW(\d{1,4})$/
const KILOHERTZ = new Set([125, 250, 500, 203, 406, 812, 1625])
const CODING_RATE = /^4\/[5-8]$/
/** As some forwarders shorten them. */
const codingRates: Record<string, string> = { '2/3': '4/6', '1/2': '4/8', '2/4': '4/8' }

function readRadio(rxpk: Record<string, unknown>): LoraRadio {
  const radio: LoraRadio = {}
  const megahertz = numberIn(rxpk.freq, 1, 10_000)
  // Not cut off: 868.3 * 1e6 is 868299999.99….
  if (megahertz !== undefined) radio.frequencyHz = Math.round(megahertz * 1e6)
  const rate = typeof rxpk.datr === 'string' ? LORA_RATE.exec(rxpk.datr) : null
  const [factor, bandwidth] = [Number(rate?.[1]), Number(rate?.[2])]
  if (factor >= 5 && factor <= 12 && KILOHERTZ.has(bandwidth)) {
    radio.spreadingFactor = factor
    radio.bandwidthHz = bandwidth * 1000
  }
  const coding = typeof rxpk.codr === 'string' ? rxpk.codr : ''
  const codingRate = Object.hasOwn(codingRates, coding) ? codingRates[coding] : coding
  if (codingRate !== undefined && CODING_RATE.test(codingRate)) radio.codingRate = codingRate
  return radio
}

/** Of the best antenna, where there are several: by SNR, then by RSSI. */
function readSignal(rxpk: Record<string, unknown>): Signal {
  const antennas = Array.isArray(rxpk.rsig) ? rxpk.rsig.slice(0, 16) : []
  const signals = antennas.map((antenna) => {
    const { rssic, rssi, lsnr } = asObject(antenna) ?? {}
    return signalOf(rssic ?? rssi, lsnr)
  })
  const own = signalOf(rxpk.rssi, rxpk.lsnr)
  const best = signals.sort(bestFirst)[0]
  return { ...own, ...best }
}

function signalOf(rssi: unknown, snr: unknown): Signal {
  const signal: Signal = {}
  const decibelMilliwatts = numberIn(rssi, -250, 100)
  const decibels = numberIn(snr, -100, 100)
  if (decibelMilliwatts !== undefined) signal.rssi = decibelMilliwatts
  if (decibels !== undefined) signal.snr = decibels
  return signal
}
