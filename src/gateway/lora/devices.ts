/** The LoRa devices of the configuration: who an uplink is from, and what reads its payload. */
import type { LoraDeviceConfig } from '../../config/lora-schema.ts'
import { compileFieldMap, type FieldMap, type FieldTarget } from '../../decoder/lora/field-map.ts'
import type { LoraSession } from '../../decoder/lorawan/session.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { LoraCodec, LoraUplink } from '../../model/lora.ts'
import { withoutUndefined } from '../../model/without-undefined.ts'
import { type DeviceKeys, readDeviceKeys } from './device-keys.ts'

/** A device as it is used; its keys do not stand in it. */
export interface LoraDevice {
  id: string
  vehicle: string
  devEui?: string
  /** What a network server calls it. */
  name?: string
  devAddr?: string
  /** As configured. */
  codecName: string
  /** Undefined: what the network server has decoded. */
  codec: LoraCodec | undefined
  map: FieldMap
}

export interface LoraDevicesOptions {
  devices: readonly LoraDeviceConfig[]
  /** Throws `config-invalid` for a codec that is not there. */
  codec: (name: string) => LoraCodec | undefined
  /** The last counter that a device has used here. */
  lastFCnt: (devEui: string) => number | undefined
  /** What is wrong with one; it is left out then. */
  found: (sentence: string) => void
}

export class LoraDevices {
  readonly all: LoraDevice[] = []
  readonly sessions: LoraSession[] = []
  /** AppKeys by EUI. */
  readonly joinKeys = new Map<string, Uint8Array>()
  readonly #byEui = new Map<string, LoraDevice>()
  readonly #byName = new Map<string, LoraDevice>()
  readonly #byAddress = new Map<string, LoraDevice>()

  constructor(options: LoraDevicesOptions) {
    for (const config of options.devices) {
      try {
        this.#add(config, options)
      } catch (error) {
        options.found(`LoRa device ${config.id}: ${messageOf(error)}. It is left out.`)
      }
    }
  }

  /** Whose an uplink is: by EUI, by the server's name of it, by its address where no other tells. */
  of({ devEui, deviceId, devAddr }: Partial<LoraUplink>): LoraDevice | undefined {
    if (devEui !== undefined) {
      const known = this.#byEui.get(devEui)
      if (known !== undefined) return known
    }
    if (deviceId !== undefined) return this.#byName.get(deviceId)
    return devEui === undefined && devAddr !== undefined ? this.#byAddress.get(devAddr) : undefined
  }

  /** Whose address it is, as configured. */
  byAddress(devAddr: string): LoraDevice | undefined {
    return this.#byAddress.get(devAddr)
  }

  byId(id: string): LoraDevice | undefined {
    return this.all.find((device) => device.id === id)
  }

  #add(config: LoraDeviceConfig, options: LoraDevicesOptions): void {
    const { id, vehicle, devEui, name, devAddr, codec: codecName } = config
    // Names of signals are checked there, with suggestions.
    const map = compileFieldMap(config.map as Record<string, FieldTarget>)
    const codec = options.codec(codecName)
    const keys = config.keysFile === undefined ? {} : readDeviceKeys(config.keysFile)
    const optional = withoutUndefined({ devEui, name, devAddr })
    const device: LoraDevice = { id, vehicle, ...optional, codecName, codec, map }
    this.#check(config, keys)
    if (devEui !== undefined) this.#byEui.set(devEui, device)
    if (name !== undefined) this.#byName.set(name, device)
    if (devAddr !== undefined) this.#byAddress.set(devAddr, device)
    this.all.push(device)
    this.#addKeys(config, keys, options)
  }

  #check({ id, devEui, name, devAddr, keysFile }: LoraDeviceConfig, keys: DeviceKeys): void {
    const invalid = (detail: string) => new OdographError('config-invalid', 'it', detail)
    if (this.byId(id) !== undefined) throw invalid('has the id of another')
    if (devEui === undefined && name === undefined && devAddr === undefined) {
      throw invalid('needs devEui, or name (what its network server calls it)')
    }
    if (devEui !== undefined && this.#byEui.has(devEui)) throw invalid(`has the EUI of another`)
    if (name !== undefined && this.#byName.has(name)) throw invalid('has the name of another')
    if (keysFile === undefined) return
    if (keys.session !== undefined && (devAddr === undefined || devEui === undefined)) {
      throw invalid('has keys of a session; devAddr and devEui say whose they are')
    }
  }

  #addKeys(
    { devEui, devAddr, reset, maxGap, fCnt }: LoraDeviceConfig,
    { session, appKey }: DeviceKeys,
    { lastFCnt }: LoraDevicesOptions,
  ): void {
    if (devEui !== undefined && appKey !== undefined) this.joinKeys.set(devEui, appKey)
    if (session === undefined || devEui === undefined || devAddr === undefined) return
    const last = lastFCnt(devEui) ?? fCnt
    this.sessions.push({
      ...{ devEui, devAddr, ...session },
      policy: { reset, ...withoutUndefined({ maxGap }) },
      ...withoutUndefined({ lastFCnt: last }),
    })
  }
}
