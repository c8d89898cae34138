/** What reads payloads, by the name that the configuration gives it. */
import { readFileSync } from 'node:fs'
import { nativeCodecs } from '../../decoder/lora/native-codecs.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { LoraCodec } from '../../model/lora.ts'
import { createScriptCodecs } from '../../sandbox/script-codecs.ts'

export interface LoraCodecs {
  /** Undefined for `network`. Throws `config-invalid`, or `file-unreadable` for a script. */
  codec(name: string): LoraCodec | undefined
  stop(): Promise<void>
}

const SCRIPT = 'script:'
const NETWORK = 'network'

export function loraCodecs(scriptMs: number): LoraCodecs {
  const scripts = createScriptCodecs({ limits: { deadlineMs: scriptMs } })
  return {
    codec(name) {
      if (name === NETWORK) return undefined
      if (name.startsWith(SCRIPT)) {
        const path = name.slice(SCRIPT.length)
        return scripts.codec(path, textOf(path))
      }
      const native = nativeCodecs.get(name)
      if (native !== undefined) return native
      const known = [...nativeCodecs.keys(), NETWORK, `${SCRIPT}FILE`].join(', ')
      throw new OdographError('config-invalid', `codec ${name}`, `is not known; known are ${known}`)
    },
    stop: () => scripts.stop(),
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new OdographError('file-unreadable', path, messageOf(error), error)
  }
}
