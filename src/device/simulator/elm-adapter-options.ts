/** What a fake ELM327 is told to be. */
import type { BusModel } from './bus-model.ts'
import type { ElmCommand } from './elm-adapter-host.ts'
import type { ElmFault } from './elm-faults.ts'

/** In the order in which they appeared; 1.5 exists only as a claim of clones. */
export const elmVersions = [
  ...['1.0', '1.0a', '1.1', '1.2', '1.2a', '1.3', '1.3a', '1.4', '1.4b', '1.5'],
  ...['2.0', '2.1', '2.2', '2.3'],
]

export interface ElmAdapterOptions {
  model: BusModel
  /** The bytes are lent: what is to be kept must be copied. */
  write: (bytes: Uint8Array) => void
  /** One of `elmVersions`; commands of later ones are answered `?`. */
  version?: string
  faults?: Iterable<ElmFault>
  /** A fault that strikes now and then does so one time in so many. */
  faultEvery?: number
  seed?: number
  /** Speed of the serial line: what it cannot carry fills the buffer. */
  baud?: number
  bufferBytes?: number
  /** Commands that hang it, as they are sent but without spaces: `ATSP6`, `010C`; else `ATAT2`. */
  hangAt?: Iterable<string>
  /** It hangs until a CR comes after so many seconds; for ever where absent. */
  hangSeconds?: number
  /** Silence after which it sleeps, where the fault is on. */
  sleepSeconds?: number
  banner?: string
  /** Commands beyond AT, with their two letters. */
  extension?: { prefix: string; commands: readonly ElmCommand[] }
}
