/** The profiles that the configuration names for vehicles. One that cannot be used is left out. */
import { findProfile } from '../config/profile.ts'
import type { Config } from '../config/schema.ts'
import { problemsOf } from '../decoder/profile/check.ts'
import { messageOf } from '../model/errors.ts'
import type { Profile } from '../model/profile.ts'

/** By vehicle id. `found` is told, in a sentence, of every profile that cannot be used. */
export function vehicleProfiles(
  { vehicles }: Pick<Config, 'vehicles'>,
  found: (sentence: string) => void,
): ReadonlyMap<string, Profile> {
  const profiles = new Map<string, Profile>()
  for (const { id, profile } of vehicles) {
    if (profile === undefined) continue
    try {
      const usable = findProfile(profile)
      for (const { path, text } of problemsOf(usable)) {
        found(`vehicle ${id}, profile ${profile}: ${path.join('.')}: ${text}`)
      }
      profiles.set(id, usable)
    } catch (error) {
      found(`vehicle ${id} runs without its profile: ${messageOf(error)}`)
    }
  }
  return profiles
}
