/**
 * The lines of `odograph decode`, one kind each. Every kind is a way to tap the decoder of a bus;
 * fields and their order are the documented ones.
 */
import { groupName } from '../../decoder/j1939/group-name.ts'
import { nameFields } from '../../decoder/j1939/name.ts'
import type { DecoderTaps, IsotpMessage, J1939Message } from '../../decoder/taps.ts'
import { isInRange } from '../../decoder/vehicle/plausibility.ts'
import type { Reading } from '../../model/reading.ts'
import { signals } from '../../model/signals.ts'
import type { Micros } from '../../model/time.ts'
import type { DecodePlace, Emit, Line } from './line.ts'

export const tapKinds = {
  spn: (place, emit) => ({
    spn: ({ pgn, source, spn, label, raw, value, text, unit, status, instance }, time) =>
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
        name: label,
        text: text ?? null,
        instance: instance ?? null,
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
  dm: (place, emit) => ({
    dm: (content, message, time) =>
      emit({ ...j1939Line(place, message, time), raw: hex(message.data), ...content }),
  }),
  address_claim: (place, emit) => ({
    claim: (name, { source }, time) =>
      emit({ n: place.n, ts: seconds(time), ch: place.bus, src: source, ...nameFields(name) }),
  }),
  requests: (place, emit) => ({
    request: (requested, { source, destination }, time) =>
      emit({
        n: place.n,
        ts: seconds(time),
        ch: place.bus,
        src: source,
        dst: destination,
        requested_pgn: requested,
        name: groupName(requested)?.label ?? null,
      }),
  }),
  ack: (place, emit) => ({
    acknowledgement: ({ kind, groupFunction, address, pgn }, message, time) =>
      emit({
        ...j1939Line(place, message, time),
        kind,
        acknowledged_pgn: pgn,
        address: address ?? null,
        group_function: groupFunction ?? null,
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
    pid: (message, { service, pid, label, value, unit, items }, time) =>
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
        items,
      }),
    info: (message, { infoType, label, values }, time) =>
      emit({
        n: place.n,
        ts: seconds(time),
        id: idText(message),
        mode: 9,
        pid: infoType,
        payload: hex(message.data),
        name: label,
        value: values[0]?.value ?? null,
        unit: '',
        items: values,
      }),
    test: (message, { monitor, label, ...test }, time) =>
      emit({
        n: place.n,
        ts: seconds(time),
        id: idText(message),
        mode: 6,
        pid: monitor,
        payload: hex(message.data),
        name: label,
        value: test.value ?? null,
        unit: test.unit,
        items: [test],
      }),
  }),
  dtc: (place, emit) => ({
    dtcs: (message, { service, kind, codes }, time) =>
      emit({ n: place.n, ts: seconds(time), id: idText(message), mode: service, kind, codes }),
  }),
  did: (place, emit) => ({
    did: (message, { did, label, data, text }, time) =>
      emit({
        n: place.n,
        ts: seconds(time),
        id: idText(message),
        did: did.toString(16).toUpperCase().padStart(4, '0'),
        name: label ?? null,
        data: hex(data),
        text: text ?? null,
      }),
  }),
  profile: (place, emit) => ({
    profile: ({ id, extended, message, did, name, raw, value, unit, quality, text }, time) =>
      emit({
        n: place.n,
        ts: seconds(time),
        id: idText({ id, extended }),
        did: did === undefined ? null : did.toString(16).toUpperCase().padStart(4, '0'),
        message,
        name,
        raw,
        value: value ?? null,
        unit,
        quality,
        text: text ?? null,
      }),
  }),
} satisfies Record<string, (place: DecodePlace, emit: Emit) => DecoderTaps>

function j1939Line(place: DecodePlace, message: J1939Message, time: Micros): object {
  const { pgn, source, destination } = message
  return { n: place.n, ts: seconds(time), ch: place.bus, pgn, src: source, dst: destination }
}

/** A value that its signal cannot have is told as such, without the number. */
export function readingLine(reading: Reading): Line {
  const { signal, value, quality, time, source } = reading
  const { unit } = signals[signal]
  const ts = seconds(time)
  if (!isInRange(reading, signals[signal])) {
    return { ts, signal, value: null, unit, quality: 'implausible', source }
  }
  return { ts, signal, value: value ?? null, unit, quality, source }
}

/** The data identifier of a UDS answer, as text; null for others. */
export function didOf(data: Uint8Array): string | null {
  return data[0] === 0x62 && data.length >= 3 ? hex(data.subarray(1, 3)) : null
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
