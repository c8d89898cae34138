/**
 * What comes by LoRa, in three steps: a frame as one gateway heard it, the uplink that it is (made
 * from frames here, or by a network server elsewhere), and what a codec reads in its payload.
 */
import type { IssueSink } from './issue.ts'
import type { SourceHealth } from './ports.ts'
import type { Millis } from './time.ts'

/** A gateway (packet forwarder, hotspot, modem) that heard a transmission. */
export interface LoraGateway {
  /** EUI in upper-case hex, or whatever the network calls it. */
  id: string
  name?: string
  /** dBm. */
  rssi?: number
  /** dB. */
  snr?: number
  /** By the gateway's own GNSS; never the time of a concentrator's counter. */
  time?: Millis
  /** Where the gateway stands; never where the vehicle is. Degrees. */
  latitude?: number
  longitude?: number
}

/** How a transmission was sent. */
export interface LoraRadio {
  frequencyHz?: number
  spreadingFactor?: number
  bandwidthHz?: number
  /** As `4/5`. */
  codingRate?: string
}

/** A LoRaWAN frame (PHYPayload) as one gateway heard it. Nothing of it is true before its MIC is. */
export interface LoraFrame {
  /** Id of the source. */
  source: string
  data: Uint8Array
  gateway: LoraGateway
  radio: LoraRadio
  /** When the gateway's message came here. */
  receivedAt: Millis
}

export type LoraNetwork = 'lorawan' | 'chirpstack' | 'ttn' | 'helium' | 'p2p'

/** Who vouches that the device sent it: its MIC, checked here; the network server; nobody. */
export type LoraTrust = 'mic' | 'network' | 'none'

/** One transmission of one device, its payload decrypted. */
export interface LoraUplink {
  /** Id of the source. */
  source: string
  network: LoraNetwork
  /** Upper-case hex, 16 digits. One of `devEui` and `deviceId` at least is there. */
  devEui?: string
  /** The network server's name of the device. */
  deviceId?: string
  joinEui?: string
  /** Upper-case hex, 8 digits. */
  devAddr?: string
  /** All 32 bits of it, where they are known. */
  fCnt?: number
  fPort?: number
  payload: Uint8Array
  confirmed: boolean
  /** When it was on the air, as well as that is known. */
  receivedAt: Millis
  /** Whose clock `receivedAt` is: a gateway's GNSS, the network server's, ours. */
  timeSource: 'gateway' | 'network' | 'clock'
  /** All that heard it, the best first (SNR, then RSSI). */
  gateways: LoraGateway[]
  radio: LoraRadio
  /** What the network server's codec made of it. */
  decoded?: Record<string, unknown>
  /** The network delivers it late, out of a buffer. */
  replay?: boolean
  /** Made up by the network server for a test. */
  simulated?: boolean
  trust: LoraTrust
  /** What the network still owes its owner (Helium data credits). */
  dcBalance?: number
  /** Its counter was set back, and the policy of the device lets it. */
  reset?: boolean
}

/** Why a frame or message had no effect. */
export const loraRejectTexts = {
  malformed: 'it is no uplink of this format',
  crc: 'its radio checksum is wrong or missing',
  mic: 'its MIC fits no key of its address',
  fcnt_replay: 'its counter was used before',
  fcnt_gap: 'its counter is too far ahead',
  unknown_devaddr: 'no device has its address',
  unknown_device: 'no device has its EUI or name',
  not_for_us: 'it is no data uplink',
  duplicate: 'it was delivered before',
  rate: 'too many came at once',
  gateway: 'its gateway is not on the list',
  encrypted: 'its payload is encrypted for somebody else',
  simulated: 'it was made up by the network server',
} as const

export type LoraRejectReason = keyof typeof loraRejectTexts

/** A frame or message that had no effect but this. */
export interface LoraReject {
  reason: LoraRejectReason
  source: string
  time: Millis
  /** In words; never with a key in it. */
  detail?: string
  devEui?: string
  deviceId?: string
  devAddr?: string
  gateway?: string
}

/** Something heard that is no uplink and no fault: a join request, what a server logs of a device. */
export interface LoraNotice {
  kind: 'join' | 'log' | 'status' | 'location' | 'gateway'
  source: string
  time: Millis
  /** A sentence. */
  detail: string
  devEui?: string
  joinEui?: string
  deviceId?: string
  gateway?: string
  /** The server says that something is wrong. */
  isProblem?: boolean
  /** Of the device's own cell: 0 to 1, and V. */
  battery?: number
}

export interface LoraFeedEvents {
  /** From whatever hears the air. */
  frame(frame: LoraFrame): void
  /** From whatever has checked and decrypted it. */
  uplink(uplink: LoraUplink): void
  reject(reject: LoraReject): void
  notice(notice: LoraNotice): void
  health(health: SourceHealth): void
  issue: IssueSink
}

/** An input for LoRa. `start` returns at once and never throws for what the world does. */
export interface LoraFeed {
  readonly id: string
  start(events: LoraFeedEvents): void
  /** Idempotent; resolves when everything it started has ended. */
  stop(): Promise<void>
  /** How it is now, where that changes without news. */
  health?(): SourceHealth
  /** Our clock was wrong by `delta` from `since` on. */
  shift?(delta: Millis, since: Millis): void
}

/** What a codec is given. */
export interface LoraPayload {
  bytes: Uint8Array
  fPort: number
  /** When it was received, to which times in it are relative. */
  time: Millis
}

/** What a codec reads in a payload: fields by name, nested as it likes, before any is a signal. */
export interface DecodedPayload {
  /** `latitude`, `batteryVoltage`, or what the device calls it. */
  fields: Record<string, unknown>
  /** When it was measured, where the payload says so. */
  time?: Millis
  /** The position in it is an old one: it is kept out of the status. */
  isPositionStale?: boolean
  warnings: string[]
}

/** Either what a payload says or, in words, why it could not be read. */
export type DecodeResult = { decoded: DecodedPayload } | { error: string }

/** Reads payloads of one kind of device. Never throws for what is in a payload. */
export interface LoraCodec {
  readonly name: string
  decode(payload: LoraPayload): DecodeResult | Promise<DecodeResult>
}

/** A request of a network server, as it came. */
export interface LoraRequest {
  headers: Readonly<Record<string, string | string[] | undefined>>
  query: Readonly<Record<string, unknown>>
  body: Uint8Array
  /** Who asks. */
  address: string
}

/** What it is answered, in words. */
export interface LoraReply {
  status: 200 | 400 | 401 | 404 | 429 | 503
  message: string
}

/** Sources that network servers push to. */
export interface LoraHooks {
  /** `event`: what the path says behind the source. 200 is said only of what is stored. */
  receive(source: string, request: LoraRequest, event: string | undefined): LoraReply
}
