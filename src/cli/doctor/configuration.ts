/** The configuration: whether it is there, can be read, and says only what is understood. */
import { existsSync } from 'node:fs'
import { openSecrets } from '../../config/secrets.ts'
import type { Check, Examination } from './examination.ts'
import { type Finding, failure, note, ok, warning } from './finding.ts'

export const configuration: Check = {
  name: 'configuration',
  run: ({ loaded }: Examination) => {
    const { file, findings, origin } = loaded
    if (file === undefined) return [...none(), ...sentences(loaded)]
    if (!existsSync(file)) return [missing(file)]
    if (origin !== 'file') return [broken(file, loaded)]
    if (findings.length === 0) return [ok('config-ok', `${file} is valid`)]
    return sentences(loaded)
  },
}

function none(): Finding[] {
  return [
    note('config-none', 'No configuration was named: the defaults are looked at', {
      remedy: 'odograph doctor --config FILE, or odograph init to make one',
    }),
  ]
}

function missing(file: string): Finding {
  return failure('config-missing', `The configuration ${file} does not exist`, {
    remedy: `odograph init --config ${file}`,
  })
}

function broken(file: string, { findings, origin }: Examination['loaded']): Finding {
  const uses = origin === 'defaults' ? 'the defaults' : 'the last configuration that worked'
  return failure('config-broken', `${file} cannot be read as a configuration`, {
    cause: findings[0] ?? '',
    remedy: `put the line right, then odograph config check ${file}; until then the gateway runs with ${uses}`,
  })
}

function sentences({ findings, unknown, config, file }: Examination['loaded']): Finding[] {
  const open = openSecrets(config)
  return findings.map((sentence) => {
    const evidence = `odograph config check ${file ?? 'FILE'}`
    if (open.includes(sentence)) {
      const remedy = 'chmod 600 that file'
      return warning('config-secret-open', sentence, { remedy })
    }
    if (unknown.includes(sentence)) {
      const cause = 'a key that nobody knows has no effect'
      return warning('config-unknown-key', sentence, {
        cause,
        remedy: 'correct or remove it',
        evidence,
      })
    }
    const cause = 'what is not valid is left out, and the rest is used'
    return failure('config-invalid', sentence, { cause, remedy: 'correct it', evidence })
  })
}
