/**
 * The lines of `odograph decode`, one kind each. Every kind is a way to tap the decoder of a bus;
 * fields and their order are the documented ones.
 */
import type { DecoderTaps, IsotpMessage } from '../decoder/bus-decoder.ts'
import type { Reading } from '../model/reading.ts'
import { signals } from '../model/signals.ts'
import type { Micros } from '../model/time.ts'

/** Where the decoder stands: the data frame that it is being given, and that frame's bus. */
export interface DecodePlace {
  n: number
  bus: string
}

type Emit = (line: object) => void

export const tapKinds = {
  spn: (place, emit) => ({
    spn: ({ pgn, source, spn, raw, value, unit, status }, time) =>
      emit({
        n: place.n,
        ts: seconds(time),
        pgn,
        src: source,
        spn,
        raw: raw ?? null,
        value: value ?? null,
        unit,
        status,
      }),
  }),
  tp: (place, emit) => ({
    transport: ({ kind, pgn, source, destination, data }, time) =>
      emit({
        n: place.n,
        ts: seconds(time),
        ch: place.bus,
        pgn,
        src: source,
        dst: destination,
        kind,
        len: data.length,
        data: hex(data),
      }),
  }),
  dm1: (place, emit) => ({
    dm1: ({ pgn, source, transported, data, lamps, dtcs }, time) =>
      emit({
        n: place.n,
        ts: seconds(time),
        ch: place.bus,
        pgn,
        src: source,
        tp: transported,
        raw: hex(data),
        lamps,
        dtcs,
      }),
  }),
  isotp: (place, emit) => ({
    isotp: (message, time) =>
      emit({
        n: place.n,
        ts: seconds(time),
        id: idText(message),
        kind: message.kind,
        len: message.data.length,
        payload: hex(message.data),
      }),
  }),
  obd: (place, emit) => ({
    pid: (message, { service, pid, label, value, unit }, time) =>
      emit({
        n: place.n,
        ts: seconds(time),
        id: idText(message),
        mode: service,
        pid,
        payload: hex(message.data),
        name: label ?? null,
        value: value ?? null,
        unit,
      }),
  }),
} satisfies Record<string, (place: DecodePlace, emit: Emit) => DecoderTaps>

export function readingLine({ signal, value, quality, time, source }: Reading): object {
  const { unit } = signals[signal]
  return { ts: seconds(time), signal, value: value ?? null, unit, quality, source }
}

export function seconds(time: Micros): number {
  return time / 1_000_000
}

export function hex(data: Uint8Array): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('hex').toUpperCase()
}

export function idText({ id, extended }: Pick<IsotpMessage, 'id' | 'extended'>): string {
  return id
    .toString(16)
    .toUpperCase()
    .padStart(extended ? 8 : 3, '0')
}
