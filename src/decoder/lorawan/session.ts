/**
 * A device that is known with its keys, as configured, and what is made of the keys once: an
 * authentic frame of the device and its text are found with it.
 */
import type { LoraRadio } from '../../model/lora.ts'
import { Cmac, isSameCode } from './cmac.ts'
import type { DataFrame } from './frame.ts'
import type { CounterPolicy } from './frame-counter.ts'
import { isForwardingHalf, isMic10, isServingHalf } from './mic.ts'
import { PayloadCipher } from './payload-cipher.ts'

/** Keys of a session, 16 bytes each. */
export type SessionKeys =
  | { version: '1.0'; nwkSKey: Uint8Array; appSKey: Uint8Array }
  | {
      version: '1.1'
      fNwkSIntKey: Uint8Array
      /** With it and `channelOf`, all of a MIC is checked and not only the half of it. */
      sNwkSIntKey?: Uint8Array
      nwkSEncKey: Uint8Array
      appSKey: Uint8Array
      /** Numbers of data rate and channel in the region's plan; undefined: not in it. */
      channelOf?(radio: LoraRadio): { txDr: number; txCh: number } | undefined
    }

interface SessionOfDevice {
  /** Hex, 16 digits. */
  devEui: string
  /** Hex, 8 digits. */
  devAddr: string
  joinEui?: string
  /** What the uplinks shall call it. */
  deviceId?: string
  policy: CounterPolicy
  /** The last counter that was accepted; absent before the first uplink. */
  lastFCnt?: number
}

export type LoraSession = SessionOfDevice & SessionKeys

/** Its keys do not show: neither in a log of it nor in JSON. */
export class Session {
  readonly devEui: string
  readonly devAddr: string
  readonly policy: CounterPolicy
  readonly #device: LoraSession
  readonly #integrity: Cmac
  readonly #serving: Cmac | undefined
  readonly #network: PayloadCipher
  readonly #application: PayloadCipher
  /** The last counter that was accepted. */
  last: number | undefined

  /** Throws a RangeError that names the key where one has not 16 bytes. */
  constructor(device: LoraSession) {
    checkKeys(device)
    this.#device = device
    this.devEui = device.devEui.toUpperCase()
    this.devAddr = device.devAddr.toUpperCase()
    this.policy = device.policy
    this.last = device.lastFCnt
    this.#application = new PayloadCipher(device.appSKey)
    if (device.version === '1.0') {
      this.#integrity = new Cmac(device.nwkSKey)
      this.#network = new PayloadCipher(device.nwkSKey)
    } else {
      this.#integrity = new Cmac(device.fNwkSIntKey)
      this.#network = new PayloadCipher(device.nwkSEncKey)
      if (device.sNwkSIntKey !== undefined) this.#serving = new Cmac(device.sNwkSIntKey)
    }
  }

  /** What uplinks of it carry besides EUI and address. */
  get names(): { joinEui?: string; deviceId?: string } {
    const { joinEui, deviceId } = this.#device
    return {
      ...(joinEui !== undefined && { joinEui: joinEui.toUpperCase() }),
      ...(deviceId !== undefined && { deviceId }),
    }
  }

  /** Whether the device made the frame, with this counter. */
  isAuthentic(frame: DataFrame, fCnt: number, radio: LoraRadio): boolean {
    if (this.#device.version === '1.0') return isMic10(frame, fCnt, this.#integrity)
    if (!isForwardingHalf(frame, fCnt, this.#integrity)) return false
    // With ACK the counter of a downlink is in it, and whoever sent that one is not here.
    if (this.#serving === undefined || frame.ack) return true
    const channel = this.#device.channelOf?.(radio)
    if (channel === undefined) return true
    return isServingHalf(frame, fCnt, this.#serving, { ...channel, confFCnt: 0 })
  }

  /** FRMPayload in clear: of the application, or MAC commands on FPort 0. */
  payloadOf(frame: DataFrame, fCnt: number): Uint8Array {
    const cipher = frame.fPort === 0 ? this.#network : this.#application
    return cipher.payload(frame, fCnt, frame.payload)
  }

  /** FOpts in clear. */
  fOptsOf(frame: DataFrame, fCnt: number): Uint8Array {
    if (this.#device.version === '1.0') return Uint8Array.from(frame.fOpts)
    return this.#network.fOpts(frame, fCnt, frame.fOpts)
  }

  /** Whether the other one is the same session: address and keys, so that the counter goes on. */
  continues(other: Session): boolean {
    const [mine, theirs] = [keysOf(this.#device), keysOf(other.#device)]
    return (
      this.devEui === other.devEui &&
      this.devAddr === other.devAddr &&
      this.#device.version === other.#device.version &&
      mine.every(([name, key]) => {
        const same = theirs.find(([theirName]) => theirName === name)
        return same === undefined || isSameCode(key, same[1])
      })
    )
  }
}

function keysOf(device: LoraSession): [name: string, key: Uint8Array][] {
  const keys: [string, Uint8Array | undefined][] =
    device.version === '1.0'
      ? [['nwkSKey', device.nwkSKey]]
      : [
          ['fNwkSIntKey', device.fNwkSIntKey],
          ['sNwkSIntKey', device.sNwkSIntKey],
          ['nwkSEncKey', device.nwkSEncKey],
        ]
  keys.push(['appSKey', device.appSKey])
  return keys.filter((pair): pair is [string, Uint8Array] => pair[1] !== undefined)
}

function checkKeys(device: LoraSession): void {
  for (const [name, key] of keysOf(device)) {
    if (key.length === 16) continue
    throw new RangeError(`${name} of ${device.devEui} has ${key.length} bytes instead of 16`)
  }
}
