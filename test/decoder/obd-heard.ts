/** All that comes out of one diagnostic answer, for the tests of OBD-II and UDS. */
import type { PidValue } from '../../src/decoder/obd/pid-decode.ts'
import { decodeResponse } from '../../src/decoder/obd/responses.ts'
import type { MonitorTest, TroubleCodes, VehicleInfo } from '../../src/decoder/obd/sinks.ts'

export interface Heard {
  pids: PidValue[]
  dtcs: TroubleCodes[]
  infos: VehicleInfo[]
  tests: MonitorTest[]
  dids: { did: number; label: string | undefined; data: string; text: string | undefined }[]
  /** Signal, value, rank, and the quality where it was said. */
  readings: unknown[][]
  issues: { code: string; detail: string }[]
}

/** Decodes an answer written in hexadecimal, or given as bytes. */
export function hear(
  message: string | Uint8Array,
  didLength?: (did: number) => number | undefined,
): Heard {
  const data = typeof message === 'string' ? bytesOf(message) : message
  const heard: Heard = {
    ...{ pids: [], dtcs: [], infos: [], tests: [], dids: [], readings: [], issues: [] },
  }
  // As from ISO-TP: the buffer is longer than the message, with other bytes behind it.
  const buffer = new Uint8Array(data.length + 8).fill(0x5a)
  buffer.set(data)
  decodeResponse(buffer, data.length, {
    pid: (pid) => heard.pids.push(pid),
    dtcs: (dtcs) => heard.dtcs.push(dtcs),
    info: (info) => heard.infos.push(info),
    test: (test) => heard.tests.push(test),
    did: ({ did, label, data: bytes, text }) =>
      heard.dids.push({ did, label, data: hexOf(bytes), text }),
    didLength,
    reading: (...reading) => heard.readings.push(reading),
    issue: (code, detail) => heard.issues.push({ code, detail }),
  })
  return heard
}

export function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
}

export function hexOf(bytes: ArrayLike<number>): string {
  return Buffer.from(Array.from(bytes)).toString('hex').toUpperCase()
}

export function byteHex(value: number): string {
  return value.toString(16).toUpperCase().padStart(2, '0')
}

/** A value of an item as the tables' samples write it: a text where there is one. */
export function itemOf(pid: PidValue | undefined, name: string): number | string | null {
  const item = pid?.items.find((one) => one.name === name)
  return item?.text ?? item?.value ?? null
}

export function close(actual: unknown, expected: unknown, tolerance = 1e-8): boolean {
  if (typeof expected !== 'number') return actual === expected
  const difference = Math.abs(Number(actual) - expected)
  return typeof actual === 'number' && difference <= tolerance + 1e-9 * Math.abs(expected)
}
