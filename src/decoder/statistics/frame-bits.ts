/**
 * How many bits a frame takes on the bus (ISO 11898-1 as public knowledge), stuff bits counted from
 * the frame's own content, the three bits between frames included.
 *
 * Classic: start, identifier, control and data length, data and CRC are stuffed after five equal
 * bits; CRC delimiter, acknowledge, end of frame and the space after it (13 bits) are not. CAN FD is
 * counted the same way for its nominal-rate part; its data part is given apart, because it may be
 * sent at a higher rate.
 */
import type { CanFrame } from '../../model/frame.ts'

const UNSTUFFED_END = 13
const POLYNOMIAL = 0x4599
/** CAN FD: start to BRS with 11 and 29 bits, and the end, at the nominal rate. */
const FD_HEAD = 17
const FD_EXTENDED_HEAD = 36
/** ESI, DLC, stuff count, CRC of 17 or 21 bits with a fixed stuff bit every four. */
const FD_TAIL_17 = 1 + 4 + 4 + 17 + 6
const FD_TAIL_21 = 1 + 4 + 4 + 21 + 7

export interface FrameBits {
  /** Bits at the nominal rate. */
  nominal: number
  /** Bits at the data rate of CAN FD with BRS; 0 otherwise. */
  data: number
}

export function bitsOf(frame: CanFrame): FrameBits {
  return frame.fd ? fdBits(frame) : { nominal: classicBits(frame), data: 0 }
}

function fdBits({ extended, length, brs }: CanFrame): FrameBits {
  const head = extended ? FD_EXTENDED_HEAD : FD_HEAD
  const body = length * 8 + (length <= 16 ? FD_TAIL_17 : FD_TAIL_21)
  return brs
    ? { nominal: head + UNSTUFFED_END, data: body }
    : { nominal: head + body + UNSTUFFED_END, data: 0 }
}

/** Counts bits as they are sent: runs for the stuffing, and the CRC on the way. */
class Stuffer {
  count = 0
  crc = 0
  #run = 0
  #last = -1

  send(value: number, bits: number, isChecked = true): void {
    for (let i = bits - 1; i >= 0; i -= 1) {
      const bit = (value >>> i) & 1
      if (isChecked) this.#check(bit)
      this.count += 1
      this.#run = bit === this.#last ? this.#run + 1 : 1
      this.#last = bit
      if (this.#run === 5) {
        this.count += 1
        this.#last = 1 - bit
        this.#run = 1
      }
    }
  }

  #check(bit: number): void {
    const top = ((this.crc >> 14) & 1) ^ bit
    this.crc = (this.crc << 1) & 0x7fff
    if (top === 1) this.crc ^= POLYNOMIAL
  }
}

function classicBits({ id, extended, remote, length, data }: CanFrame): number {
  const stuffer = new Stuffer()
  const rtr = remote ? 1 : 0
  stuffer.send(0, 1)
  if (extended) {
    stuffer.send(id >>> 18, 11)
    // SRR and IDE are recessive, then the low part of the identifier, RTR and two reserved bits.
    stuffer.send(0b11, 2)
    stuffer.send(id & 0x3ffff, 18)
    stuffer.send(rtr << 2, 3)
  } else {
    stuffer.send(id, 11)
    stuffer.send(rtr << 2, 3)
  }
  stuffer.send(length, 4)
  if (!remote) for (let i = 0; i < length; i += 1) stuffer.send(data[i] as number, 8)
  stuffer.send(stuffer.crc, 15, false)
  return stuffer.count + UNSTUFFED_END
}
