/**
 * The set-up of u-blox receivers, as frames. Generation 9 and later are told values by key
 * (UBX-CFG-VALSET, in the interface descriptions of F9, M9 and M10), those before by a message for
 * each concern (the protocol of the M8, UBX-13003221; the M6 has no CFG-GNSS, and refuses it). All goes to the receiver's memory alone: nothing is saved, a receiver without
 * current has forgotten it.
 */
import { bytesOf } from './ubx-frame.ts'

/** Class and id. */
export const ubx = {
  ackNak: 0x0500,
  ackAck: 0x0501,
  cfgPrt: 0x0600,
  cfgMsg: 0x0601,
  cfgRate: 0x0608,
  cfgNav5: 0x0624,
  cfgGnss: 0x063e,
  cfgValset: 0x068a,
  monVer: 0x0a04,
} as const

export const constellationNames = ['gps', 'galileo', 'beidou', 'qzss', 'glonass', 'sbas'] as const
export type Constellation = (typeof constellationNames)[number]

/** Which port of the receiver the line leads to. */
export type UbloxPort = 'uart' | 'usb'

/** Key (its size is in it), value. */
export type KeyValue = readonly [key: number, value: number]

const RAM = 1
const AUTOMOTIVE = 4
const NMEA_STANDARD = 0xf0

/** Of the sentences those that are used; the satellites only once a second. */
const sentences = {
  GGA: { id: 0x00, key: 0x209100bb, wanted: 'always' },
  GLL: { id: 0x01, key: 0x209100ca, wanted: 'never' },
  GSA: { id: 0x02, key: 0x209100c0, wanted: 'everySecond' },
  GSV: { id: 0x03, key: 0x209100c5, wanted: 'never' },
  RMC: { id: 0x04, key: 0x209100ac, wanted: 'always' },
  VTG: { id: 0x05, key: 0x209100b1, wanted: 'never' },
} as const

/** The keys above are those of the first serial port; of USB they are two further. */
const KEY_OF_USB = 2
const NMEA_OUT: Record<UbloxPort, number> = { uart: 0x10740002, usb: 0x10780002 }

const signalKeys: Record<Constellation, number> = {
  gps: 0x1031001f,
  sbas: 0x10310020,
  galileo: 0x10310021,
  beidou: 0x10310022,
  qzss: 0x10310024,
  glonass: 0x10310025,
}

/** `gnssId` of CFG-GNSS. */
const gnssIds: Record<Constellation, number> = {
  gps: 0,
  sbas: 1,
  galileo: 2,
  beidou: 3,
  qzss: 5,
  glonass: 6,
}

/** Epochs from one sentence to the next; 0: none. */
function every(wanted: 'always' | 'never' | 'everySecond', rateHz: number): number {
  if (wanted === 'always') return 1
  return wanted === 'never' ? 0 : rateHz
}

// ── by key ────────────────────────────────────────────────────────────────────────────────────

/** Bits 28 to 30 of a key are its size: 1 a bit, 2 a byte, 3 two bytes, 4 four. */
export function valset(values: readonly KeyValue[]): number[] {
  const sizes: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4 }
  return [
    ...[0, RAM, 0, 0],
    ...values.flatMap(([key, value]) => {
      const size = sizes[(key >>> 28) & 7] ?? 1
      return [...bytesOf(key, 4), ...bytesOf(value, size)]
    }),
  ]
}

export function sentenceKeys(port: UbloxPort, rateHz: number): KeyValue[] {
  const shift = port === 'usb' ? KEY_OF_USB : 0
  return [
    [NMEA_OUT[port], 1],
    ...Object.values(sentences).map(
      ({ key, wanted }): KeyValue => [key + shift, every(wanted, rateHz)],
    ),
  ]
}

export function rateKeys(rateHz: number): KeyValue[] {
  return [
    [0x30210001, Math.round(1000 / rateHz)],
    [0x30210002, 1],
  ]
}

export const automotiveKeys: KeyValue[] = [[0x20110021, AUTOMOTIVE]]

/** SBAS is no constellation of its own: it stays as it is unless it is named. */
export function constellationKeys(wanted: readonly Constellation[]): KeyValue[] {
  return constellationNames
    .filter((name) => name !== 'sbas' || wanted.includes(name))
    .map((name): KeyValue => [signalKeys[name], wanted.includes(name) ? 1 : 0])
}

// ── by message ────────────────────────────────────────────────────────────────────────────────

/** For the port that it comes by, each one. */
export function sentenceMessages(rateHz: number): number[][] {
  return Object.values(sentences).map(({ id, wanted }) => [
    NMEA_STANDARD,
    id,
    every(wanted, rateHz),
  ])
}

/** Milliseconds, solutions of a measurement, aligned to the time of GPS. */
export function rateMessage(rateHz: number): number[] {
  return [...bytesOf(Math.round(1000 / rateHz), 2), ...bytesOf(1, 2), ...bytesOf(1, 2)]
}

/** 36 bytes, of which the mask takes the dynamic model alone. */
export function automotiveMessage(): number[] {
  return [...bytesOf(1, 2), AUTOMOTIVE, ...Array.from({ length: 33 }, () => 0)]
}

/**
 * The port as the receiver has told it (20 bytes, in and out protocols at 12 and 14), with UBX
 * and NMEA both ways; undefined where it has them already.
 */
export function portMessage(told: Uint8Array): number[] | undefined {
  if (told.length !== 20) return undefined
  const both = 0x03
  if (((told[12] ?? 0) & (told[14] ?? 0) & both) === both) return undefined
  const bytes = [...told]
  bytes[12] = (told[12] ?? 0) | both
  bytes[14] = (told[14] ?? 0) | both
  return bytes
}

/**
 * The systems as the receiver has told them (4 bytes, then 8 for each: id, channels kept, channels at most,
 * reserved, flags with "on" as their lowest bit), others switched on; undefined: told wrongly.
 */
export function constellationMessage(
  told: Uint8Array,
  wanted: readonly Constellation[],
): number[] | undefined {
  const blocks = told[3] ?? 0
  if (blocks === 0 || told.length !== 4 + 8 * blocks) return undefined
  const bytes = [...told]
  for (let at = 4; at < bytes.length; at += 8) {
    const name = constellationNames.find((one) => gnssIds[one] === told[at])
    if (name === undefined || (name === 'sbas' && !wanted.includes(name))) continue
    const flags = (told[at + 4] ?? 0) & 0xfe
    bytes[at + 4] = wanted.includes(name) ? flags | 1 : flags
  }
  return bytes
}

// ── what it says of itself ────────────────────────────────────────────────────────────────────

export interface UbloxVersion {
  /** `MAX-M10S`, or the generation where it does not tell its name. */
  name: string
  /** Whether it is told by key. */
  byKey: boolean
}

const generations: Record<string, string> = {
  '00040007': 'u-blox 6',
  '00070000': 'u-blox 7',
  '00080000': 'u-blox M8',
  '00190000': 'u-blox 9',
  '000A0000': 'u-blox M10',
}
/** The version of the protocol from which on there are keys. */
const KEYS_FROM = 27

/** Payload of MON-VER: software (30), hardware (10), then texts of 30, each with zeros behind. */
export function versionOf(payload: Uint8Array): UbloxVersion {
  const text = (from: number, size: number) =>
    Buffer.from(payload.subarray(from, from + size))
      .toString('latin1')
      .replace(/\0[\s\S]*$/, '')
      .replace(/[^ -~]/g, '')
  const hardware = text(30, 10)
  const more: string[] = []
  for (let at = 40; at + 30 <= payload.length; at += 30) more.push(text(at, 30))
  const told = (name: string) => more.find((one) => one.startsWith(`${name}=`))?.slice(4)
  const protocol = more.map((one) => /^PROTVER[= ]([\d.]+)/.exec(one)?.[1]).find(Boolean)
  const generation = generations[hardware]
  return {
    name: told('MOD') ?? generation ?? 'u-blox',
    byKey:
      protocol === undefined
        ? ['u-blox 9', 'u-blox M10'].includes(generation ?? '')
        : Number(protocol) >= KEYS_FROM,
  }
}
