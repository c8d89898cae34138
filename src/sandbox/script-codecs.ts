/**
 * Codecs that users write, as The Things Stack, ChirpStack and the LoRa Alliance (TS013) have them,
 * unchanged. They run in QuickJS, in a thread of its own, and can do nothing but return data.
 */
import { createHash } from 'node:crypto'
import { OdographError } from '../model/errors.ts'
import type { DecodeResult, LoraCodec } from '../model/lora.ts'
import { defaultLimits, type ScriptLimits } from './limits.ts'
import type { ScriptResult } from './script-result.ts'
import { ScriptThread, type StartScriptWorker } from './script-thread.ts'

export interface ScriptCodecsOptions {
  limits?: Partial<ScriptLimits>
  startWorker?: StartScriptWorker
}

export interface ScriptCodecs {
  /** `name` stands in errors. Throws `config-invalid` for a script that is too long. */
  codec(name: string, source: string): LoraCodec
  stop(): Promise<void>
}

export function createScriptCodecs({ limits, startWorker }: ScriptCodecsOptions): ScriptCodecs {
  const all: ScriptLimits = { ...defaultLimits, ...limits }
  const thread = new ScriptThread(startWorker)
  return {
    codec(name, source) {
      if (source.length > all.maxSource) {
        const detail = `the script has ${source.length} characters; ${all.maxSource} may be`
        throw new OdographError('config-invalid', name, detail)
      }
      return {
        name: `script:${name}#${versionOf(source)}`,
        async decode({ bytes, fPort, time }) {
          const input = { bytes: [...bytes], fPort, time }
          return resultOf(await thread.run({ name, source, input, limits: all }))
        },
      }
    },
    stop: () => thread.stop(),
  }
}

/** A script that was changed is another codec. */
function versionOf(source: string): string {
  return createHash('sha256').update(source).digest('hex').slice(0, 8)
}

/** What `normalizeUplink` made stands beside the rest, as The Things Stack has it. */
function resultOf(result: ScriptResult): DecodeResult {
  if ('error' in result) return { error: `${result.error.kind}: ${result.error.message}` }
  const { data, normalized, warnings } = result
  const fields = normalized === undefined ? data : { ...data, normalized_payload: normalized }
  return { decoded: { fields, warnings } }
}
