/** Where the API is reached from elsewhere: as configured, else where it listens. */
import { hostname } from 'node:os'

/** An address that stands for all of a machine's is replaced by the machine's name. */
export function publicAddress(
  publicUrl: string | undefined,
  listening: string | undefined,
): string | undefined {
  if (publicUrl !== undefined) return publicUrl
  return listening?.replace(/\/\/(0\.0\.0\.0|\[::\]):/, `//${hostname()}:`)
}
