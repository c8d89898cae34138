/**
 * Optional views of what lies between frames and readings (`odograph decode`, `odograph stats`,
 * programs that use the decoders). Without a tap nothing of it is built. What a tap gets is its to
 * keep, unless said otherwise.
 */
import type { Micros } from '../model/time.ts'
import type { IsotpKind } from './isotp.ts'
import type { DmMessage } from './j1939/dm.ts'
import type { ActiveCodes } from './j1939/dm1.ts'
import type { Name } from './j1939/name.ts'
import type { Acknowledgement } from './j1939/requests.ts'
import type { SpnStatus } from './j1939/slots.ts'
import type { TransportMessage } from './j1939/transport.ts'
import type { PidValue } from './obd/pid-decode.ts'
import type { DataIdentifier, MonitorTest, TroubleCodes, VehicleInfo } from './obd/sinks.ts'
import type { ProfileValue } from './profile/profile-decoder.ts'

/** A J1939 message after reassembly: a frame, or what a transport session carried. */
export interface J1939Message {
  pgn: number
  source: number
  destination: number
  /** Whether it came through a transport protocol. */
  transported: boolean
  data: Uint8Array
}

/** One SPN of one message; `value` is undefined unless the status is `ok`, `raw` for texts. */
export interface SpnValue {
  pgn: number
  source: number
  spn: number
  label: string
  raw: number | undefined
  value: number | string | undefined
  /** The words for an enumeration's value, where there are some. */
  text: string | undefined
  unit: string
  status: SpnStatus
  /** In groups about one of several (tyre, axle, door): which. */
  instance: number | undefined
}

export interface IsotpMessage {
  id: number
  extended: boolean
  kind: IsotpKind
  data: Uint8Array
}

export interface Dm1Message extends ActiveCodes {
  pgn: number
  source: number
  transported: boolean
  data: Uint8Array
}

export interface DecoderTaps {
  spn?: (value: SpnValue, time: Micros) => void
  transport?: (message: TransportMessage, time: Micros) => void
  /** DM1 alone, in the documented shape of `--what dm1`. */
  dm1?: (message: Dm1Message, time: Micros) => void
  /** Every diagnostic message, DM1 included. */
  dm?: (content: DmMessage, message: J1939Message, time: Micros) => void
  claim?: (name: Name, message: J1939Message, time: Micros) => void
  request?: (pgn: number, message: J1939Message, time: Micros) => void
  acknowledgement?: (content: Acknowledgement, message: J1939Message, time: Micros) => void
  isotp?: (message: IsotpMessage, time: Micros) => void
  pid?: (message: IsotpMessage, pid: PidValue, time: Micros) => void
  dtcs?: (message: IsotpMessage, codes: TroubleCodes, time: Micros) => void
  info?: (message: IsotpMessage, info: VehicleInfo, time: Micros) => void
  test?: (message: IsotpMessage, test: MonitorTest, time: Micros) => void
  /** The data is lent. */
  did?: (message: IsotpMessage, did: DataIdentifier, time: Micros) => void
  profile?: (value: ProfileValue, time: Micros) => void
}
