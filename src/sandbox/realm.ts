/**
 * What a script finds around it, as text that QuickJS runs: nothing of the host. `console` does
 * nothing, the time is always that of reception, `module.exports` may be written to, and `Buffer` is
 * there for those that mention it.
 *
 * The forms of codecs that are called, in this order:
 *
 *   decodeUplink({ bytes, fPort, recvTime, variables })   TS013 of the LoRa Alliance, The Things Stack
 *                                                         v3, ChirpStack v4; also as an export or in
 *                                                         `driver`; `normalizeUplink({ data })` after it
 *   Decoder(bytes, port)                                  The Things Network v2
 *   Decode(fPort, bytes, variables)                       ChirpStack v3
 *
 * Follows TS013-1.0.0 and the documentation of The Things Stack and ChirpStack on payload codecs.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/**
 * Runs before the script. A function of the time that makes the realm and returns what reads a payload
 * after the script has run: it keeps the functions it needs, whatever the script does to them.
 */
export const REALM = `(function (now) {
  'use strict'
  var global = globalThis
  var HostDate = Date
  var construct = Reflect.construct
  var stringify = JSON.stringify
  var parse = JSON.parse
  var isArray = Array.isArray
  var text = String
  var TypeError = global.TypeError

  function define(name, value) {
    Object.defineProperty(global, name, { value: value, writable: true, configurable: true })
  }

  function PinnedDate() {
    if (new.target === undefined) return new HostDate(now).toString()
    return construct(HostDate, arguments.length === 0 ? [now] : arguments, new.target)
  }
  PinnedDate.prototype = HostDate.prototype
  PinnedDate.prototype.constructor = PinnedDate
  PinnedDate.now = function () { return now }
  PinnedDate.UTC = HostDate.UTC
  PinnedDate.parse = HostDate.parse
  define('Date', PinnedDate)
  delete global.performance

  function nothing() {}
  var names = ['log', 'debug', 'info', 'warn', 'error', 'trace', 'dir', 'table', 'assert']
  var console = {}
  for (var at = 0; at < names.length; at += 1) console[names[at]] = nothing
  define('console', console)

  var module = { exports: {} }
  define('module', module)
  define('exports', module.exports)

  function isFunction(value) { return typeof value === 'function' }
  function isObject(value) { return typeof value === 'object' && value !== null && !isArray(value) }

  function inExports(name) {
    var places = [module.exports, module.exports && module.exports.driver, global.driver]
    if (typeof driver !== 'undefined') places[places.length] = driver
    for (var at = 0; at < places.length; at += 1) {
      if (places[at] && isFunction(places[at][name])) return places[at][name]
    }
    return undefined
  }

  function modern(entry, input) {
    var result = entry({
      bytes: input.bytes,
      fPort: input.fPort,
      recvTime: new HostDate(now),
      variables: {},
    })
    if (!isObject(result)) return { bad: typeof result }
    if (isFunction(result.then)) return { bad: 'a promise' }
    var errors = list(result.errors)
    if (errors.length > 0) return { errors: errors }
    if (result.data === undefined || result.data === null) return { missing: true }
    if (!isObject(result.data)) return { bad: 'data that is ' + (isArray(result.data) ? 'a list' : typeof result.data) }
    return normalized({ data: result.data, warnings: list(result.warnings) })
  }

  function older(result) {
    if (!isObject(result)) return { bad: isArray(result) ? 'a list' : typeof result }
    return { data: result, warnings: [] }
  }

  function list(value) {
    if (value === undefined || value === null) return []
    var all = isArray(value) ? value : [value]
    var texts = []
    for (var at = 0; at < all.length && at < 20; at += 1) texts[at] = text(all[at])
    return texts
  }

  /** What it does wrong spoils nothing of what was decoded. */
  function normalized(decoded) {
    var entry = typeof normalizeUplink === 'function' ? normalizeUplink : inExports('normalizeUplink')
    if (entry === undefined) return decoded
    try {
      var result = entry({ data: parse(stringify(decoded.data)) })
      var errors = list(isObject(result) ? result.errors : 'it returned no object')
      if (errors.length === 0 && (isObject(result.data) || isArray(result.data))) {
        decoded.normalized = isArray(result.data) ? result.data : [result.data]
      }
      var told = errors.concat(list(result && result.warnings))
      for (var at = 0; at < told.length; at += 1) {
        decoded.warnings[decoded.warnings.length] = 'normalizeUplink: ' + told[at]
      }
    } catch (error) {
      decoded.warnings[decoded.warnings.length] = 'normalizeUplink: ' + text(error)
    }
    return decoded
  }

  function decode(input) {
    var entry = typeof decodeUplink === 'function' ? decodeUplink : inExports('decodeUplink')
    if (entry !== undefined) return modern(entry, input)
    entry = typeof Decoder === 'function' ? Decoder : inExports('Decoder')
    if (entry !== undefined) return older(entry(input.bytes, input.fPort))
    entry = typeof Decode === 'function' ? Decode : inExports('Decode')
    if (entry !== undefined) return older(entry(input.fPort, input.bytes, {}))
    return { absent: true }
  }

  return function (input) {
    var answer = decode(parse(input))
    try {
      return stringify(answer)
    } catch (error) {
      if (error instanceof TypeError) return stringify({ unwritable: error.message })
      throw error
    }
  }
})`

let bufferText: string | undefined

/** The text that defines `Buffer`, from the packages of the browsers' one. */
export function bufferRealm(): string {
  bufferText ??= makeBufferRealm()
  return bufferText
}

/** CommonJS packages, each in a function of its own. */
function makeBufferRealm(): string {
  const ours = createRequire(import.meta.url)
  // With the slash, for without it Node means its own.
  const path = ours.resolve('buffer/')
  const theirs = createRequire(path)
  const modules = ['base64-js', 'ieee754'].map(
    (name) => `${JSON.stringify(name)}: ${asFunction(theirs.resolve(name))}`,
  )
  return `Object.defineProperty(globalThis, 'Buffer', { writable: true, configurable: true, value: (function () {
  var modules = { ${modules.join(',\n')} }
  function load(name) { var module = { exports: {} }; modules[name](module, module.exports); return module.exports }
  var module = { exports: {} }
  ;(${asFunction(path)})(module, module.exports, load)
  return module.exports.Buffer
})() })`
}

function asFunction(path: string): string {
  return `function (module, exports, require) {\n${readFileSync(path, 'utf8')}\n}`
}
