/**
 * What is plugged in, what each says it is, and the source that would use it. A port is opened once, when
 * it is first seen, and never one that a source of this gateway uses; nothing is sent to a bus.
 */
import { realpath } from 'node:fs/promises'
import { setTimeout as passed } from 'node:timers/promises'
import {
  foundInterfaces as findInterfaces,
  foundPorts as findPorts,
} from '../device/identify/found-ports.ts'
import { type Identified, identify } from '../device/identify/identify.ts'
import { openLine } from '../device/open-line.ts'
import { messageOf } from '../model/errors.ts'
import type { AdapterFinding, AdapterReader } from '../model/ports.ts'

const names: Record<Identified['kind'], string> = {
  elm327: 'ELM327',
  slcan: 'SLCAN adapter',
  gvret: 'GVRET adapter',
  nmea: 'GNSS receiver',
}

/** Of a finding what a configuration is written from. */
export type FoundAdapter = Pick<AdapterFinding, 'path' | 'says' | 'type' | 'source'>

/** Asks one port. Never rejects: what went wrong is what it says. */
export async function askPort(
  path: string,
  bauds: readonly number[] | undefined,
  signal: AbortSignal,
): Promise<AdapterFinding> {
  try {
    const wait = (ms: number) => passed(ms, undefined, { signal })
    const found = await identify({
      ...{ open: openLine, path, signal, wait },
      ...(bauds ? { bauds } : {}),
    })
    if (found === undefined) {
      return { path, state: 'unknown', says: 'answers nothing that is known here' }
    }
    const { kind, baud, says } = found
    const isTcp = path.startsWith('tcp://')
    return {
      path,
      state: 'known',
      type: kind,
      says: `${names[kind]}${says === '' ? '' : ` (${says})`}${isTcp ? '' : ` at ${baud} baud`}`,
      source: {
        id: kind === 'nmea' ? 'gnss' : kind === 'elm327' ? 'obd' : 'can0',
        type: kind,
        port: path,
        ...(isTcp ? {} : { baud }),
        ...(kind === 'slcan' || kind === 'gvret' ? { bitrate: 500_000 } : {}),
      },
    }
  } catch (error) {
    return { path, state: 'failed', says: messageOf(error).replace(`${path}: `, '') }
  }
}

/** CAN interfaces of this system. */
export async function interfaceFindings(): Promise<AdapterFinding[]> {
  return (await findInterfaces()).map(({ name, state }) => ({
    path: name,
    state: 'known',
    type: 'socketcan',
    says: `CAN interface of this system, ${state}`,
    source: { id: name, type: 'socketcan', interface: name },
  }))
}

export interface AdapterScoutOptions {
  /** Sources of this gateway with the port or interface that they use. */
  used: () => readonly { id: string; path: string }[]
}

const simulator: AdapterFinding = {
  path: 'simulator',
  state: 'known',
  type: 'simulator',
  says: 'a simulated truck, to try things out',
  source: { id: 'sim0', type: 'simulator' },
}

export class AdapterScout implements AdapterReader {
  readonly #options: AdapterScoutOptions
  readonly #asked = new Map<string, AdapterFinding>()
  readonly #stopping = new AbortController()
  /** One at a time: an adapter may have two ports. */
  #asking: Promise<void> = Promise.resolve()

  constructor(options: AdapterScoutOptions) {
    this.#options = options
  }

  async adapters(port?: string): Promise<AdapterFinding[]> {
    const used = await this.#used()
    const found = (await findPorts()).map(({ path, device }) => ({ path, device }))
    if (port !== undefined) {
      this.#asked.delete(port)
      found.push({ path: port, device: await deviceOf(port) })
    }
    for (const path of this.#asked.keys()) {
      const isListed = found.some((one) => one.path === path)
      if (!isListed && path.startsWith('/dev/')) this.#asked.delete(path)
      else if (!isListed) found.push({ path, device: await deviceOf(path) })
    }
    const findings = found.map(({ path, device }): AdapterFinding => {
      const usedBy = used.get(device) ?? used.get(path)
      if (usedBy === undefined) return this.#asked.get(path) ?? this.#ask(path)
      return { path, state: 'in-use', usedBy, says: `is used by the source ${usedBy}` }
    })
    const interfaces = (await interfaceFindings()).map((one): AdapterFinding => {
      const usedBy = used.get(one.path)
      return usedBy === undefined ? one : { ...one, state: 'in-use', usedBy }
    })
    return [...findings, ...interfaces, simulator]
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#asking
  }

  #ask(path: string): AdapterFinding {
    const asking: AdapterFinding = { path, state: 'asking', says: 'is asked what it is …' }
    this.#asked.set(path, asking)
    this.#asking = this.#asking.then(async () => {
      if (this.#stopping.signal.aborted) return
      this.#asked.set(path, await askPort(path, undefined, this.#stopping.signal))
    })
    return asking
  }

  async #used(): Promise<Map<string, string>> {
    const used = new Map<string, string>()
    for (const { id, path } of this.#options.used()) {
      used.set(path, id)
      used.set(await deviceOf(path), id)
    }
    return used
  }
}

async function deviceOf(path: string): Promise<string> {
  return await realpath(path).catch(() => path)
}
