/**
 * The J1939 transport protocols: the input is a list of frames between four nodes. A message that
 * comes out was announced with its size, and its packets were heard in order, from its sender.
 */
import * as assert from 'node:assert/strict'
import { ExtendedTransport } from '../../../src/decoder/j1939/extended-transport.ts'
import { Transport, type TransportMessage } from '../../../src/decoder/j1939/transport.ts'
import { hexBytes, type Target } from '../target.ts'
import { framesOf } from './frames.ts'

const DATA = 0x80
const GLOBAL = 0x40

interface Heard {
  isData: boolean
  source: number
  destination: number
  data: Uint8Array
}

/** Bits 0–1 of the identifier byte: source; 2–3: destination; 6: to all; 7: data, else control. */
function heardOf(input: Uint8Array): (Heard & { pause: number })[] {
  return framesOf(input).map(({ id, data, pause }) => ({
    isData: (id & DATA) !== 0,
    source: id & 3,
    destination: (id & GLOBAL) !== 0 ? 255 : (id >> 2) & 3,
    data,
    pause,
  }))
}

function check(input: Uint8Array, isExtended: boolean): void {
  const heard: Heard[] = []
  let time = 0
  const sinks = {
    issue: () => undefined,
    message: (message: TransportMessage) => assertHeard(message, heard, isExtended),
  }
  const transport = isExtended ? new ExtendedTransport(sinks) : new Transport(sinks)
  for (const frame of heardOf(input)) {
    time += frame.pause
    heard.push(frame)
    const { source, destination, data, isData } = frame
    if (isData) transport.data(source, destination, data, data.length, time)
    else transport.control(source, destination, data, data.length, time)
  }
}

/** Every seven bytes of the message stand in some packet of its sender to its destination. */
function assertHeard(
  message: TransportMessage,
  heard: readonly Heard[],
  isExtended: boolean,
): void {
  const { source, destination, data, pgn } = message
  const own = heard.filter((one) => one.source === source && one.destination === destination)
  const announced = own.some(
    (one) => !one.isData && sizeOf(one.data, isExtended) === data.length && pgnOf(one.data) === pgn,
  )
  assert.ok(announced, `a message of ${data.length} bytes was not announced`)
  const packets = new Set(own.filter((one) => one.isData).map((one) => hexOf(one.data.subarray(1))))
  for (let at = 0; at < data.length; at += 7) {
    const piece = hexOf(data.subarray(at, at + 7))
    const found = [...packets].some((packet) => packet.startsWith(piece))
    assert.ok(found, `bytes from ${at} were in no packet`)
  }
}

function sizeOf(data: Uint8Array, isExtended: boolean): number {
  const [, a = 0, b = 0, c = 0, d = 0] = data
  return isExtended ? a + b * 256 + c * 65_536 + d * 16_777_216 : a + b * 256
}

function pgnOf(data: Uint8Array): number {
  const [, , , , , a = 0, b = 0, c = 0] = data
  return a + b * 256 + (c & 3) * 65_536
}

function hexOf(data: Uint8Array): string {
  return Buffer.from(data).toString('hex')
}

export const tp: Target = {
  name: 'tp',
  seeds: () => [
    hexBytes(
      '40 08 20140003FFB0FE00 C0 08 0101020304050607 C0 08 0201020304050607 C0 08 03010203040506FF',
    ),
    hexBytes(
      '04 08 10090002FFCAFE00 01 08 110201FFFFCAFE00 84 08 0101020304050607 84 08 020809FFFFFFFFFF',
    ),
    hexBytes('01 08 13090002FFCAFE00 40 08 FF03FFFFFFB0FE00 04 08 FF01FFFFFFCAFE00'),
  ],
  check: (input) => check(input, false),
}

export const etp: Target = {
  name: 'etp',
  seeds: () => [
    hexBytes(
      '04 08 14FB060000CAFE00 01 08 15FF010000CAFE00 04 08 16FF000000CAFE00 84 08 0101020304050607 84 08 0201020304050607',
    ),
    hexBytes(
      '04 08 1409000000CAFE00 04 08 1602000000CAFE00 84 08 0101020304050607 84 08 020809FFFFFFFFFF 01 08 1709000000CAFE00 04 08 FF01FFFFFFCAFE00',
    ),
  ],
  check: (input) => check(input, true),
}
