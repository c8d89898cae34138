/**
 * Runs a target: so many mutants from a seed, or mutants of what reached new code. Finds are told
 * with the input in hexadecimal; a hang is an input that takes longer than a second; growth is told
 * by the heap after each tenth.
 */
import { setImmediate as turn } from 'node:timers/promises'
import { Coverage } from './coverage.ts'
import { mutant, randomOf } from './mutate.ts'
import type { Target } from './target.ts'

const HANG_MS = 1000
const GUIDED_CORPUS = 2000
/** What waits for the event loop (closed handles) gets its turn after so many inputs. */
const TURN = 256

export interface FuzzOptions {
  count: number
  seed: number
  /** Keeps what reaches new code and goes on from there; slower by an order of magnitude. */
  isGuided: boolean
}

export interface FuzzResult {
  inputs: number
  corpus: number
  /** MB of heap in use after each tenth, where the garbage collector can be called. */
  heap: number[]
}

export class Find extends Error {
  readonly input: Uint8Array

  constructor(target: Target, input: Uint8Array, number: number, cause: unknown) {
    const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
    const hex = Buffer.from(input.subarray(0, 512)).toString('hex')
    super(`${target.name}, input ${number} (${input.length} bytes): ${reason}\n${hex}`)
    this.input = input
  }
}

export async function fuzz(target: Target, options: FuzzOptions): Promise<FuzzResult> {
  const { count, seed, isGuided } = options
  const random = randomOf(seed)
  const corpus = target.seeds()
  for (const [i, input] of corpus.entries()) await one(target, input, i)
  const coverage = isGuided ? await Coverage.start() : undefined
  const heap: number[] = []
  try {
    for (let number = 0; number < count; number += 1) {
      const input = mutant(corpus, random)
      await one(target, input, number)
      if (coverage !== undefined && (await coverage.isNew()) && corpus.length < GUIDED_CORPUS) {
        corpus.push(input)
      }
      if (number % TURN === 0) await turn()
      if ((number + 1) % Math.ceil(count / 10) === 0) heap.push(heapInUse())
    }
  } finally {
    await coverage?.stop()
  }
  return { inputs: count, corpus: corpus.length, heap }
}

async function one(target: Target, input: Uint8Array, number: number): Promise<void> {
  const started = performance.now()
  try {
    const pending = target.check(input)
    if (pending !== undefined) await pending
  } catch (error) {
    throw new Find(target, input, number, error)
  }
  const elapsed = performance.now() - started
  if (elapsed > HANG_MS) throw new Find(target, input, number, `took ${Math.round(elapsed)} ms`)
}

function heapInUse(): number {
  ;(globalThis as { gc?: () => void }).gc?.()
  return Math.round(process.memoryUsage().heapUsed / 1e5) / 10
}
