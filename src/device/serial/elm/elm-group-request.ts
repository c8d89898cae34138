/**
 * Requests for parameter groups (J1939-21) through an ELM327: protocol A knows which frames answer one,
 * those of the transport protocol too, and lets only them through (ELM327 data sheet, "Using J1939").
 */
import type { OutgoingFrame } from '../../../model/transmit.ts'
import type { ReplyFrame } from './reply-frame.ts'

export const GROUP_PROTOCOL = 'A'
/** The only bit rate of that protocol. */
export const GROUP_BITRATE = 250_000

const REQUEST_FORMAT = 0xea
const PLAIN = /^([01][0-9A-F]{7})((?:[0-9A-F]{2}){8})$/
/** Priority, group and sender, as versions before 1.4b show them whatever they are told. */
const PARTS = /^([0-7])([0-3][0-9A-F]{4})([0-9A-F]{2})((?:[0-9A-F]{2}){8})$/

export function isGroupRequest({ id, extended, data, payload }: OutgoingFrame): boolean {
  const isRequest = extended && ((id >> 16) & 0xff) === REQUEST_FORMAT
  return isRequest && payload === undefined && data.length === 3
}

/** Highest byte first: the adapter turns them. */
export function groupRequestHex({ data }: OutgoingFrame): string {
  return Buffer.from(data.toReversed()).toString('hex').toUpperCase()
}

/** A frame of J1939; all that can answer have eight bytes. `inParts`: so the adapter shows headers. */
export function groupFrame(line: string, inParts: boolean): ReplyFrame | undefined {
  const match = (inParts ? PARTS : PLAIN).exec(line)
  if (match === null) return undefined
  const fields = match.slice(1)
  const data = Uint8Array.from(Buffer.from(fields.pop() ?? '', 'hex'))
  const [first = 0, group = 0, sender = 0] = fields.map((field) => Number.parseInt(field, 16))
  const id = inParts ? first * 2 ** 26 + group * 2 ** 8 + sender : first
  return { id, extended: true, data }
}
