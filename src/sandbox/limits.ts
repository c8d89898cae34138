/** What a script may use, and how much of it. */
import type { Millis } from '../model/time.ts'

export interface ScriptLimits {
  /** For reading one payload, its own start included. */
  deadlineMs: Millis
  /** Of everything that it holds at once. */
  memoryBytes: number
  stackBytes: number
  /** Of its text, in characters. */
  maxSource: number
  /** Of what it returns, as JSON, in characters. */
  maxResult: number
  /** How deep what it returns is nested. */
  maxDepth: number
}

/**
 * A codec needs a few milliseconds, on a slow Raspberry Pi some tens. With more stack than this,
 * QuickJS may outrun the stack of its thread, which it cannot recover from.
 */
export const defaultLimits: ScriptLimits = {
  deadlineMs: 250,
  memoryBytes: 16 * 1024 * 1024,
  stackBytes: 256 * 1024,
  maxSource: 256 * 1024,
  maxResult: 64 * 1024,
  maxDepth: 32,
}
