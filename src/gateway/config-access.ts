/** The configuration for who may read and change it from outside: the file is what is changed. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { changedText, differingLines } from '../config/config-text.ts'
import type { LoadedConfig } from '../config/load.ts'
import { jsonSchema } from '../config/schema.ts'
import { withoutSecrets } from '../config/secrets.ts'
import { writeConfig } from '../config/write-config.ts'
import { parseYaml } from '../config/yaml-document.ts'
import { OdographError } from '../model/errors.ts'
import type { ConfigAccess, ConfigChanged, ConfigReport, ConfigSetting } from '../model/ports.ts'

export class GatewayConfig implements ConfigAccess {
  readonly #loaded: LoadedConfig

  constructor(loaded: LoadedConfig) {
    this.#loaded = loaded
  }

  report(): ConfigReport {
    const { file, origin, config, findings } = this.#loaded
    return {
      ...(file === undefined ? {} : { file, version: versionOf(textOf(file)) }),
      origin,
      written: file === undefined ? {} : writtenOf(file),
      values: withoutSecrets(config),
      findings: findings.map((finding) => String(withoutSecrets(finding))),
    }
  }

  schema(): object {
    return jsonSchema()
  }

  change(
    settings: readonly ConfigSetting[],
    { dryRun, version }: { dryRun: boolean; version: string | undefined },
  ): ConfigChanged | undefined {
    const { file } = this.#loaded
    if (file === undefined) {
      const detail = 'the gateway was started without a file: start it with --config FILE'
      throw new OdographError('config-unreadable', 'configuration', detail)
    }
    const before = textOf(file)
    if (version !== undefined && version !== versionOf(before)) return undefined
    const after = changedText(before, settings)
    const findings = writeConfig({ file, before, after, dryRun })
    const isWritten = findings.length === 0 && !dryRun
    return {
      findings,
      lines: differingLines(before, after).map((line) => hidden(line)),
      isWritten,
      version: versionOf(isWritten ? after : before),
    }
  }
}

/** A line of the file may hold a secret. */
function hidden(line: string): string {
  return line.replace(/((?:password|passphrase|secret|token)["']?\s*:\s*).+/i, '$1(set)')
}

/** What stands in the file, as far as it can be read. */
function writtenOf(file: string): unknown {
  return withoutSecrets(parseYaml(textOf(file), file).value ?? {})
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22)
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
