/** The shared vectors of LoRa payloads, and what a payload is for a codec. */
import { readFileSync } from 'node:fs'
import type { DecodedPayload, DecodeResult, LoraPayload } from '../../src/model/lora.ts'
import { recording } from './needs.ts'

/** Undefined where the recordings folder is not there. */
export function loraVectors<T>(file: string): T[] | undefined {
  const path = recording(`lora/${file}`)
  if (path === undefined) return undefined
  return (JSON.parse(readFileSync(path, 'utf8')) as { vectors: T[] }).vectors
}

export const RECEIVED = Date.parse('2024-01-25T13:22:45.000Z')

export function payloadOf(hex: string, fPort = 1, time = RECEIVED): LoraPayload {
  return { bytes: Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex')), fPort, time }
}

/** What was read; fails where nothing was. */
export function readOf(result: DecodeResult): DecodedPayload {
  if ('error' in result) throw new Error(result.error)
  return result.decoded
}

/** Why nothing was read; fails where something was. */
export function errorOf(result: DecodeResult): string {
  if ('error' in result) return result.error
  throw new Error(`it was read: ${JSON.stringify(result.decoded)}`)
}
