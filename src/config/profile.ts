/**
 * Loads vehicle profiles: the built-in ones of the folder `profiles`, or a file of one's own. What
 * is wrong in one is told with file, line and column; a profile is used whole or not at all.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { z } from 'zod'
import { messageOf, OdographError, systemCode } from '../model/errors.ts'
import type { Profile } from '../model/profile.ts'
import { profileSchema } from './profile-schema.ts'
import { type Place, parseYaml } from './yaml-document.ts'

const ENDING = '.yaml'
const folder = fileURLToPath(new URL('../../profiles', import.meta.url))

export interface LoadedProfile {
  /** Undefined where there are findings. */
  profile: Profile | undefined
  /** One sentence a finding, with its place. */
  findings: string[]
  place: Place
}

/** Reads and checks a file. Throws `file-unreadable`. */
export function loadProfile(file: string): LoadedProfile {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'does not exist' : messageOf(error)
    throw new OdographError('file-unreadable', file, reason, error)
  }
  return checkProfile(text, file)
}

/** Checks the text of a profile; `file` is its name in the findings. */
export function checkProfile(text: string, file: string): LoadedProfile {
  const { value, findings, place } = parseYaml(text, file)
  if (value === undefined) return { profile: undefined, findings, place }
  const result = profileSchema.safeParse(value)
  if (result.success) return { profile: result.data, findings, place }
  return { profile: undefined, findings: findingsOf(result.error, place), place }
}

function findingsOf({ issues }: z.ZodError, place: Place): string[] {
  return issues.flatMap((issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : undefined
    const paths = unknown?.map((key) => [...issue.path, key]) ?? [issue.path]
    const message = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined
    return paths.map((path) => `${place(path)}: ${path.join('.')}: ${message ?? issue.message}`)
  })
}

/** Names of the built-in profiles. */
export function builtInProfiles(): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith(ENDING))
    .map((file) => basename(file, ENDING))
    .sort()
}

/** The file of a profile: a built-in one by its name, else the path itself. */
export function profileFile(nameOrPath: string): string {
  const isBuiltIn = builtInProfiles().includes(nameOrPath)
  return isBuiltIn ? join(folder, `${nameOrPath}${ENDING}`) : nameOrPath
}

/** Throws `file-unreadable` and `config-invalid`, saying what there is or what is wrong. */
export function findProfile(nameOrPath: string): Profile {
  const file = profileFile(nameOrPath)
  if (!existsSync(file)) {
    const known = builtInProfiles().join(', ')
    const detail = `is no profile and no file; built-in profiles are ${known}`
    throw new OdographError('file-unreadable', nameOrPath, detail)
  }
  const { profile, findings } = loadProfile(file)
  if (profile === undefined) {
    throw new OdographError('config-invalid', nameOrPath, findings.join('; '))
  }
  return profile
}
