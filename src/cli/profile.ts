/**
 * `odograph profile`: `list` the built-in vehicle profiles, `check` some and run their evidence,
 * `import` one from another collection's format, print the `schema` of the files.
 */
import { builtInProfiles, findProfile, loadProfile, profileFile } from '../config/profile.ts'
import { layoutText } from '../config/profile-layout.ts'
import { profileJsonSchema } from '../config/profile-schema.ts'
import { overlapsOf, type ProfileProblem, problemsOf } from '../decoder/profile/check.ts'
import { type EvidenceResult, proofOf, runEvidence } from '../decoder/profile/evidence.ts'
import { OdographError } from '../model/errors.ts'
import type { Profile } from '../model/profile.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { importProfile } from './profile-import.ts'

const verbs: Record<string, (args: string[], io: CommandIo) => number> = {
  list,
  check,
  import: importProfile,
  schema,
}

export async function profile(args: string[], io: CommandIo): Promise<number> {
  const [verb = '', ...rest] = args
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (run !== undefined) return run(rest, io)
  const detail = `use profile ${Object.keys(verbs).join(', profile ')}`
  throw new OdographError('usage', `profile ${verb}`.trim(), detail)
}

function list(args: string[], io: CommandIo): number {
  parseCommand(args, {})
  const names = builtInProfiles()
  const width = Math.max(0, ...names.map((name) => name.length))
  for (const name of names) {
    const { label, passive, polled } = findProfile(name)
    const counts = `${passive.length} passive, ${polled.length} polled messages`
    io.stdout.write(`${name.padEnd(width)}  ${label}: ${counts}\n`)
  }
  return 0
}

function schema(args: string[], io: CommandIo): number {
  parseCommand(args, {})
  io.stdout.write(`${JSON.stringify(profileJsonSchema(), null, 2)}\n`)
  return 0
}

/** 1 where one of them is not right; every one is looked at. */
function check(args: string[], io: CommandIo): number {
  if (args.length === 0) {
    throw new OdographError('usage', 'profile check', 'name files or built-in profiles')
  }
  parseCommand(args, {}, args)
  const wrong = args.filter((name) => !checkOne(name, io))
  return wrong.length === 0 ? 0 : 1
}

function checkOne(name: string, { stdout, stderr }: CommandIo): boolean {
  const file = profileFile(name)
  const { profile, findings, place } = loadProfile(file)
  for (const finding of findings) stderr.write(`${finding}\n`)
  if (profile === undefined) return false
  const tell = ({ path, text }: ProfileProblem, kind = '') =>
    stderr.write(`${place(path)}: ${kind}${text}\n`)
  const problems = problemsOf(profile)
  for (const problem of problems) tell(problem)
  for (const overlap of overlapsOf(profile)) tell(overlap, 'note: ')
  if (problems.length > 0) return false
  const results = runEvidence(profile)
  const wrong = results.filter(({ right }) => !right)
  for (const result of wrong) tell(disproof(result))
  for (const line of report(profile, results)) stdout.write(`${line}\n`)
  return wrong.length === 0
}

function disproof({ index, signal, expected, got }: EvidenceResult): ProfileProblem {
  const text = `${signal} is ${shown(got)} instead of ${shown(expected)}`
  return { path: ['evidence', index, 'expect'], text }
}

function shown(value: EvidenceResult['got']): string {
  if (value === undefined) return 'not there'
  return value === null ? 'without a value' : String(value)
}

/** A head line, and one a signal: what it is, what it feeds, and how often it was proved. */
function report(profile: Profile, results: readonly EvidenceResult[]): string[] {
  const right = results.filter((result) => result.right).length
  const signals = [...profile.passive, ...profile.polled].flatMap((message) => message.signals)
  const proofs = proofOf(profile, results)
  const width = Math.max(0, ...proofs.map(({ signal }) => signal.length))
  const lines = signals.map(({ layout, maps }, index) => {
    const { signal = '', values = 0, absent = 0 } = proofs[index] ?? {}
    const proof =
      values + absent === 0 ? 'not proved' : `shown ${values}× with a value, ${absent}× without`
    const feeds = maps === undefined ? '' : ` feeds ${maps}`
    return `  ${signal.padEnd(width)}  ${layoutText(layout)}${feeds}: ${proof}`
  })
  const head = `${profile.id}: ${signals.length} signals, ${right} of ${results.length} values right`
  return [head, ...lines]
}
