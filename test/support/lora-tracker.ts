/** A tracker on a trailer: LoRaWAN 1.0 keys, our own status frames, and packets as forwarders send them. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import {
  encodeStatusFrame,
  type StatusFrameValues,
} from '../../src/decoder/lora/codecs/status-frame.ts'
import type { Folder } from './gateway-process.ts'
import { encodeUplink } from './lorawan-frames.ts'

export interface Rxpk {
  data: string
  [name: string]: unknown
}

export class Tracker {
  readonly devEui: string
  readonly devAddr: string
  readonly #keys = { nwkSKey: randomBytes(16), appSKey: randomBytes(16) }
  fCnt = 0

  constructor(devEui: string, devAddr: string) {
    this.devEui = devEui
    this.devAddr = devAddr
  }

  /** What must never be seen anywhere. */
  get secrets(): string[] {
    return Object.values(this.#keys).map((key) => key.toString('hex'))
  }

  /** The file of its keys. */
  keysFile(folder: Folder): string {
    const keys = Object.entries(this.#keys).map(([name, key]) => [name, key.toString('hex')])
    folder.file(`${this.devEui}.json`, JSON.stringify(Object.fromEntries(keys)))
    return join(folder.path, `${this.devEui}.json`)
  }

  frame(payload: Uint8Array, fCnt = this.fCnt++): Uint8Array {
    return encodeUplink({ devAddr: this.devAddr, fCnt, fPort: 2, payload }, this.#keys)
  }

  status(values: StatusFrameValues): Uint8Array {
    return this.frame(encodeStatusFrame(values, 'long'))
  }
}

/** A frame as a packet forwarder tells it. */
export function rxpk(data: Uint8Array, more: Record<string, unknown> = {}): Rxpk {
  return {
    ...{ tmst: 3_512_348_611, freq: 868.3, chan: 1, rfch: 0, stat: 1, modu: 'LORA' },
    ...{ datr: 'SF9BW125', codr: '4/5', lsnr: 5.1, rssi: -80, size: data.length },
    data: Buffer.from(data).toString('base64'),
    ...more,
  }
}
