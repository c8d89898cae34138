/** The devices that are known, by address and by EUI. */
import { type LoraSession, Session } from './session.ts'

export class SessionBook {
  #byAddress: ReadonlyMap<string, readonly Session[]> = new Map()
  #byEui: ReadonlyMap<string, Session> = new Map()

  /** Throws as `replace` does. */
  constructor(list: readonly LoraSession[]) {
    this.replace(list)
  }

  /** Of two with one EUI the later counts. Throws a RangeError where a key has not 16 bytes. */
  replace(list: readonly LoraSession[]): void {
    const byEui = new Map(
      list.map((device) => {
        const session = new Session(device)
        return [session.devEui, session] as const
      }),
    )
    const byAddress = new Map<string, Session[]>()
    for (const session of byEui.values()) {
      const before = this.#byEui.get(session.devEui)
      if (before?.continues(session)) session.last = before.last ?? session.last
      const same = byAddress.get(session.devAddr)
      if (same === undefined) byAddress.set(session.devAddr, [session])
      else same.push(session)
    }
    this.#byEui = byEui
    this.#byAddress = byAddress
  }

  /** An address is not one device's alone: the MIC tells whose frame it is. */
  byAddress(devAddr: string): readonly Session[] {
    return this.#byAddress.get(devAddr) ?? []
  }

  has(devEui: string): boolean {
    return this.#byEui.has(devEui.toUpperCase())
  }

  lastFCnt(devEui: string): number | undefined {
    return this.#byEui.get(devEui.toUpperCase())?.last
  }
}
