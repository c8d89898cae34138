/**
 * One payload read by one script, in a QuickJS of its own that nothing outlives. Runs in the sandbox's
 * thread. Texts go in and a text comes out; no function and no object of the host is ever passed in.
 */
import {
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSWASMModule,
  Scope,
} from 'quickjs-emscripten-core'
import { cleanOf } from './clean.ts'
import type { ScriptLimits } from './limits.ts'
import { bufferRealm, REALM } from './realm.ts'
import type { ScriptError, ScriptErrorKind, ScriptInput, ScriptResult } from './script-result.ts'

export interface ScriptRun {
  /** For the places of errors. */
  name: string
  source: string
  input: ScriptInput
  limits: ScriptLimits
}

/** Throws where the sandbox itself broke: then it must not be used again. */
export function runScript(quickjs: QuickJSWASMModule, run: ScriptRun): ScriptResult {
  // Frees all that it was given, the newest first, whatever happens.
  return Scope.withScope((scope) => {
    const runtime = scope.manage(quickjs.newRuntime())
    runtime.setMemoryLimit(run.limits.memoryBytes)
    runtime.setMaxStackSize(run.limits.stackBytes)
    const context = scope.manage(runtime.newContext())
    try {
      return decoded({ scope, runtime, context, limits: run.limits, isLate: () => false }, run)
    } catch (error) {
      if (error instanceof Refused) return { error: error.reason }
      throw error
    }
  })
}

interface Realm {
  scope: Scope
  runtime: QuickJSRuntime
  context: QuickJSContext
  limits: ScriptLimits
  /** Whether the script has had its time. */
  isLate: () => boolean
}

class Refused extends Error {
  readonly reason: ScriptError

  constructor(kind: ScriptErrorKind, message: string) {
    super(message)
    this.reason = { kind, message: message.slice(0, MAX_MESSAGE) }
  }
}

const MAX_MESSAGE = 500

function decoded(realm: Realm, { name, source, input }: ScriptRun): ScriptResult {
  const { runtime, context, scope, limits } = realm
  if (/\bBuffer\b/.test(source)) evaluated(realm, bufferRealm(), 'buffer')
  const now = scope.manage(context.newNumber(input.time))
  const read = called(realm, evaluated(realm, REALM, 'realm'), now)
  const until = performance.now() + limits.deadlineMs
  realm.isLate = () => performance.now() > until
  runtime.setInterruptHandler(realm.isLate)
  evaluated(realm, source, name)
  const { bytes, fPort } = input
  const given = scope.manage(context.newString(JSON.stringify({ bytes, fPort })))
  return answerOf(realm, called(realm, read, given))
}

function evaluated(realm: Realm, source: string, name: string): QuickJSHandle {
  const { context, scope } = realm
  const result = context.evalCode(source, name, { type: 'global' })
  if (result.error === undefined) return scope.manage(result.value)
  const refused = refusal(realm, scope.manage(result.error))
  if (refused.reason.kind !== 'throw' || !refused.message.startsWith('SyntaxError')) throw refused
  // Whether it is the text that is wrong, or something that it parsed.
  const compiled = context.evalCode(source, name, { type: 'global', compileOnly: true })
  scope.manage(compiled.error ?? compiled.value)
  if (compiled.error === undefined) throw refused
  throw new Refused('compile', `the script cannot be compiled: ${refused.message}`)
}

function called(realm: Realm, entry: QuickJSHandle, argument: QuickJSHandle): QuickJSHandle {
  const { context, scope } = realm
  const result = context.callFunction(entry, context.undefined, argument)
  if (result.error) throw refusal(realm, scope.manage(result.error))
  return scope.manage(result.value)
}

interface Answer {
  absent?: true
  missing?: true
  bad?: string
  unwritable?: string
  errors?: string[]
  data?: Record<string, unknown>
  normalized?: unknown[]
  warnings?: string[]
}

function answerOf({ context, limits }: Realm, handle: QuickJSHandle): ScriptResult {
  const { maxResult, maxDepth } = limits
  if (context.typeof(handle) !== 'string') {
    throw new Refused('bad_return', UNWRITABLE)
  }
  const length = context.getProp(handle, 'length').consume((each) => context.getNumber(each))
  if (length > maxResult) {
    throw new Refused('too_large', `the script returned ${length} characters; ${maxResult} may be`)
  }
  const answer = JSON.parse(context.getString(handle)) as Answer
  const { absent, missing, bad, unwritable, errors, data, normalized, warnings = [] } = answer
  if (absent) throw new Refused('no_entry', NO_ENTRY)
  if (bad !== undefined) throw new Refused('bad_return', `the script returned ${bad}, no object`)
  if (unwritable !== undefined) throw new Refused('bad_return', `${UNWRITABLE}: ${unwritable}`)
  if (errors !== undefined) throw new Refused('codec_errors', errors.join('; '))
  if (missing || data === undefined) throw new Refused('no_data', 'the script returned no data')
  const clean = cleanOf(data, maxDepth)
  const others = normalized?.map((each) => cleanOf(each, maxDepth))
  if (clean === undefined || others?.includes(undefined)) {
    throw new Refused('too_large', `what the script returned is nested deeper than ${maxDepth}`)
  }
  // What has a toJSON of its own is whatever that returns.
  if (!isObject(clean))
    throw new Refused('bad_return', 'the script returned data that is no object')
  return { data: clean, ...(others && { normalized: others.filter(isObject) }), warnings }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const UNWRITABLE = 'what the script returned cannot be written as JSON'
const NO_ENTRY = 'the script has no function decodeUplink, Decoder or Decode'

/** Why a call ended. */
function refusal({ context, limits, isLate }: Realm, error: QuickJSHandle): Refused {
  const dumped: unknown = context.dump(error)
  const { name, message } = errorOf(dumped)
  if (isLate() || (name === 'InternalError' && message === 'interrupted')) {
    return new Refused('timeout', `the script took longer than ${limits.deadlineMs} ms`)
  }
  if (/^InternalError|^RangeError/.test(name) && /stack/i.test(message)) {
    return new Refused('stack', 'the script called itself too deep')
  }
  if (name === 'InternalError' && /memory/.test(message)) return memory(limits)
  // There was none left to make the error of.
  if (dumped === null || dumped === undefined) return memory(limits)
  const hint = /'?require'? is not defined/.test(message) ? ' (it has to be a single file)' : ''
  return new Refused('throw', `${name === '' ? '' : `${name}: `}${message}${hint}`)
}

function memory({ memoryBytes }: ScriptLimits): Refused {
  return new Refused('memory', `the script used more memory than ${memoryBytes / 2 ** 20} MiB`)
}

function errorOf(dumped: unknown): { name: string; message: string } {
  if (typeof dumped !== 'object' || dumped === null) return { name: '', message: String(dumped) }
  const { name, message } = dumped as Record<string, unknown>
  return {
    name: typeof name === 'string' ? name : 'Error',
    message: typeof message === 'string' ? message : 'an object was thrown',
  }
}
