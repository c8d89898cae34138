/** The codecs that need no script, by the names that a configuration calls them. */
import { browanTracker } from './codecs/browan-tracker.ts'
import { cayenneLpp } from './codecs/cayenne-lpp.ts'
import { dmG62 } from './codecs/dm-g62.ts'
import { dmOyster } from './codecs/dm-oyster.ts'
import { draginoTrackerd } from './codecs/dragino-trackerd.ts'
import type { NativeCodec } from './codecs/layout.ts'
import { milesightAt101 } from './codecs/milesight-at101.ts'
import { odographStatus } from './codecs/status-frame.ts'

export type { NativeCodec }

export const nativeCodecs: ReadonlyMap<string, NativeCodec> = new Map(
  [cayenneLpp, dmG62, dmOyster, browanTracker, draginoTrackerd, milesightAt101, odographStatus].map(
    (codec) => [codec.name, codec],
  ),
)
