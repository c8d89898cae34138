/** The part of the configuration that is about updates. */
import { z } from 'zod'
import { seconds, section } from './parts.ts'

export const update = section({
  keys: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Files with the public keys that are trusted; /etc/odograph/update-keys/*.pub if none',
    ),
  confirmAfter: seconds(60, 1, 3600).describe(
    'Seconds that a new version runs before it looks whether everything is as it was',
  ),
  giveUpAfter: seconds(300, 1, 86_400).describe(
    'Seconds after which a new version in which something is worse gives way to the one before',
  ),
}).prefault({})

export type UpdateConfig = z.output<typeof update>
