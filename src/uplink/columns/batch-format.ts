/**
 * The columnar batch: many records of one vehicle in few bytes. On the wire it is
 * `application/vnd.odograph.batch+cbor`; in the journal the same bytes, deflated (RFC 1951), are a
 * sealed block. This text is enough to write a reader.
 *
 * A batch is one CBOR item (RFC 8949): a map with text keys. Lengths are definite, there are no tags.
 * A number may come as an integer or as a float, whichever holds it. Unknown keys are to be ignored.
 *
 *   "format"    1. Another number is another format.
 *   "vehicle"   text: id of the vehicle of all records
 *   "count"     how many records, 1 to 65,536; times the number of columns not more than 2^22
 *   "about"     optional map, see "Events" below
 *   "columns"   map: what stands in every record, a column each: "seq", "time", "received", "boot",
 *               "source", "clock", "number", "monotonic"; and where there is any: "shift", "id"
 *   "signals"   map: name of a signal → column of its values
 *   "quality"   optional map: name of a signal → column of its qualities, where not "ok"
 *
 * seq: place in the journal · time, received: ms since 1970, UTC, when measured and when the gateway
 * had it · boot: one run of the gateway, or one recording · source: bus or channel · clock: how far
 * the wall clock was known (none, rtc, network, gnss, recorded) · number: count within boot and vehicle
 * · monotonic: ms of that run's monotonic clock · shift: ms that time and received were moved by
 * when the clock became known, absent if not at all · id: see "Ids".
 *
 * **A column** is a map. All keys but "kind" may be missing; then it is what stands in brackets.
 *
 *   "present"   byte string (every record has a value): which records have one, as lengths of runs
 *               in unsigned varints: so many have one, so many have none, so many have one, … The
 *               first may be 0. They add up to "count". n below is the number of records that have one.
 *   "kind"      text: how the n numbers are written, see below
 *   "first"     number (0)
 *   "step"      number (0)
 *   "data"      byte string
 *   "plus"      name of a column (none): "received" may have "time", "monotonic" may have "received".
 *               Each number is to be added to what that column has for the same record.
 *   "over"      whole number from 1 (1): each number is to be divided by it, in IEEE 754 double
 *               precision, rounded to nearest. The result is the value, bit by bit.
 *   "values"    array (none): each number is an index into it, from 0, and the value stands there:
 *               text, number, true, false, null, array or map.
 *
 * Of "plus", "over" and "values" a column has one at most. "boot", "source", "clock", "id" and
 * qualities have "values", all texts; the others of "columns" have none, and only "shift" and "id"
 * may have "present".
 *
 * **Varints.** Unsigned: LEB128, seven bits a byte, lowest first, bit 8 set in all bytes of a number
 * but its last; at most eight bytes and below 2^53. Signed: the unsigned number u stands for u / 2 if
 * it is even, for -(u + 1) / 2 if it is odd (0, -1, 1, -2, …). Nothing follows the last one needed.
 *
 * **Kinds.** v[0] … v[n-1] are the numbers; e[…] are signed varints in "data", in order.
 *
 *   "line"      v[i] = first + step · i + e[i]. n varints; without "data" all e are 0.
 *   "diff"      v[0] = first; v[i] = v[i-1] + step + e[i]. n - 1 varints, for e[1] … e[n-1].
 *   "diff2"     v[0] = first; s[0] = step; s[i] = s[i-1] + e[i]; v[i] = v[i-1] + s[i]. n - 1 varints.
 *   "runs"      pairs in "data": a signed varint e, an unsigned varint r: the next r + 1 numbers are
 *               all the number before the pair (at the start: first) + e. As many pairs as give n.
 *   "doubles"   "data" is 8 · n bytes: the first bytes of all n numbers, then the second bytes of all,
 *               and so on. The eight bytes of a number are its IEEE 754 double, little-endian.
 *
 * Numbers of all kinds but "doubles" are whole and less than 2^53 from 0.
 *
 * **Ids.** A record whose "id" column has no value for it (or where there is no such column) has the
 * id that follows from the rest: a KSUID, 27 digits of base 62 (0-9 A-Z a-z, highest first, filled up
 * with 0) of a number of 20 bytes, big-endian:
 *
 *   4 bytes    floor((received - shift) / 1000) - 1,400,000,000, not below 0 nor above 2^32 - 1
 *   10 bytes   the first of SHA-256 of: vehicle, a zero byte, boot, a zero byte (UTF-8)
 *   4 bytes    number modulo 2^32
 *   2 bytes    floor(time - shift) modulo 65,536, not negative
 *
 * **Events.** On the wire, "about" says what else stands in the CloudEvents of this vehicle: "subject"
 * (text), and where known "make", "model" (texts) and "year" (number). A record is then the event
 *
 *   specversion  "1.0"
 *   type         "zone.dimo.device.status.update"
 *   id           of the record
 *   source       "dimo/integration/" and a KSUID: 4 zero bytes, then the first 16 bytes of SHA-256 of:
 *                the word source, a zero byte, the source of the record, a zero byte
 *   subject      of "about"
 *   time         "received" as RFC 3339, UTC, with three digits of a second: 2026-03-01T00:00:00.000Z
 *   sequence     "seq" in decimal, filled up with 0 from the left to 16 digits
 *   data         map of the signals that have a value here; then "make", "model" and "year" of "about"
 *                where they are there; then "timestamp": "time" in the form of time above
 *   location     if latitude and longitude have a value: both as texts, {"lon": …, "lat": …}: the
 *                shortest decimal that gives the same double, no ".0" after whole numbers, with an
 *                exponent only below 1e-6 and from 1e21 on ("1e-7", "1.5e+21")
 */
import { OdographError } from '../../model/errors.ts'

export const BATCH_FORMAT = 1

export const BATCH_CONTENT_TYPE = 'application/vnd.odograph.batch+cbor'

/** So that a few damaged bytes cannot ask for much memory. */
export const MAX_RECORDS = 65_536

/** Records times columns; 32 MB if all are looked at. */
export const MAX_CELLS = 2 ** 22

export type NumberKind = 'line' | 'diff' | 'diff2' | 'runs' | 'doubles'

/** A column as it stands in the map; what is missing has the value in brackets above. */
export interface Column {
  kind: NumberKind
  present?: Uint8Array
  first?: number
  step?: number
  data?: Uint8Array
  plus?: 'time' | 'received'
  over?: number
  values?: unknown[]
}

/** The error of everything in this folder. */
export function invalid(detail: string): OdographError {
  return new OdographError('batch-invalid', 'batch of records', detail)
}
