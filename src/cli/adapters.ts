/** What is plugged in, as it answers, with the source of a configuration that would use it. */
import { foundInterfaces } from '../device/identify/found-ports.ts'
import { type Identified, identify } from '../device/identify/identify.ts'
import { openLine } from '../device/open-line.ts'
import { messageOf } from '../model/errors.ts'

export interface FoundAdapter {
  path: string
  /** What it is, or why that is not known. */
  says: string
  type?: Identified['kind'] | 'socketcan'
  /** A source of the configuration. */
  source?: Record<string, string | number>
}

const names: Record<Identified['kind'], string> = {
  elm327: 'ELM327',
  slcan: 'SLCAN adapter',
  gvret: 'GVRET adapter',
  nmea: 'GNSS receiver',
}

/** Never rejects: a port that cannot be opened says why. */
export async function askPort(
  path: string,
  bauds: readonly number[] | undefined,
  signal: AbortSignal,
): Promise<FoundAdapter> {
  try {
    const found = await identify({ open: openLine, path, signal, ...(bauds ? { bauds } : {}) })
    if (found === undefined) return { path, says: 'answers nothing that is known here' }
    const { kind, baud, says } = found
    const isTcp = path.startsWith('tcp://')
    return {
      path,
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
    return { path, says: messageOf(error).replace(`${path}: `, '') }
  }
}

export async function canInterfaces(): Promise<FoundAdapter[]> {
  return (await foundInterfaces()).map(({ name, state }) => ({
    path: name,
    type: 'socketcan',
    says: `CAN interface of this system, ${state}`,
    source: { id: name, type: 'socketcan', interface: name },
  }))
}
