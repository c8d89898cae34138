/** The sandbox's thread: QuickJS as WebAssembly, which reads payloads one after the other. */
import { parentPort } from 'node:worker_threads'
import * as variant from '@jitl/quickjs-wasmfile-release-sync'
import type { QuickJSSyncVariant } from 'quickjs-emscripten-core'
import { newQuickJSWASMModuleFromVariant, type QuickJSWASMModule } from 'quickjs-emscripten-core'
import { messageOf } from '../model/errors.ts'
import type { ScriptResult } from './script-result.ts'
import { runScript, type ScriptRun } from './script-runner.ts'

export interface ScriptAnswer {
  result: ScriptResult
  /** It must not be asked again. */
  isWorn: boolean
}

/** Sent once, when it can be asked. */
export const READY = 'ready'

/** What QuickJS has once taken of WebAssembly's memory is never given back. */
const WORN_BYTES = 64 * 1024 * 1024
const WORN_RUNS = 1000

let runs = 0

function answerOf(quickjs: QuickJSWASMModule, run: ScriptRun): ScriptAnswer {
  runs += 1
  try {
    const result = runScript(quickjs, run)
    const isWorn = runs >= WORN_RUNS || quickjs.getWasmMemory().buffer.byteLength > WORN_BYTES
    return { result, isWorn }
  } catch (error) {
    const kind = error instanceof RangeError ? 'stack' : 'sandbox'
    return { result: { error: { kind, message: messageOf(error) } }, isWorn: true }
  }
}

// Local time is UTC, as on the servers that codecs are written for, wherever the gateway is. QuickJS
// asks this thread for it.
Date.prototype.getTimezoneOffset = () => 0

// Its types are of CommonJS, what Node loads is the module.
const loaded = variant.default as unknown as QuickJSSyncVariant
const quickjs = await newQuickJSWASMModuleFromVariant(loaded)
parentPort?.on('message', (run: ScriptRun) => parentPort?.postMessage(answerOf(quickjs, run)))
parentPort?.postMessage(READY)
