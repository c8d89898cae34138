/**
 * The message integrity code of data frames (LoRaWAN 1.0.4, section 4.4; 1.1, section 4.4).
 *
 * B0: 49, 4 bytes 0, direction, DevAddr 4, counter 4, 0, length of the message.
 * B1 (1.1, up): the same, but for ConfFCnt 2, TxDr 1, TxCh 1 in place of the four bytes 0.
 *
 * The MIC is the first four bytes of CMAC(B0 | message); in a 1.1 uplink the first two of the CMAC
 * over B1 with the SNwkSIntKey, then the first two of the one over B0 with the FNwkSIntKey.
 */
import { type Cmac, isSameCode } from './cmac.ts'
import { type DataFrame, MIC_BYTES } from './frame.ts'

/** How a 1.1 uplink was sent, which goes into its MIC. */
export interface Transmission {
  /** Number of the data rate and of the channel, in the plan of the region. */
  txDr: number
  txCh: number
  /** Lower half of the counter of the confirmed downlink that it acknowledges; 0 without ACK. */
  confFCnt: number
}

/** Block B0, or B1 where `transmission` is given. */
export function micBlock(
  frame: Pick<DataFrame, 'direction' | 'message'>,
  fCnt: number,
  transmission?: Transmission,
): Uint8Array {
  const block = new Uint8Array(16)
  block[0] = 0x49
  if (transmission !== undefined) {
    block[1] = transmission.confFCnt & 0xff
    block[2] = (transmission.confFCnt >> 8) & 0xff
    block[3] = transmission.txDr
    block[4] = transmission.txCh
  }
  block[5] = frame.direction === 'up' ? 0 : 1
  block.set(frame.message.subarray(1, 5), 6)
  setCounter(block, fCnt)
  block[15] = frame.message.length
  return block
}

/** Whether all of the MIC is that of 1.0, made with this key. */
export function isMic10(frame: DataFrame, fCnt: number, key: Cmac): boolean {
  const code = key.code(frame.message, micBlock(frame, fCnt))
  return isSameCode(code.subarray(0, MIC_BYTES), frame.mic)
}

/** Whether the half that a forwarding server can check is right: the last two bytes of the MIC. */
export function isForwardingHalf(frame: DataFrame, fCnt: number, key: Cmac): boolean {
  const code = key.code(frame.message, micBlock(frame, fCnt))
  return isSameCode(code.subarray(0, 2), frame.mic.subarray(2))
}

/** Whether the half that only the serving server can check is right: the first two bytes. */
export function isServingHalf(
  frame: DataFrame,
  fCnt: number,
  key: Cmac,
  transmission: Transmission,
): boolean {
  const sent = frame.ack ? transmission : { ...transmission, confFCnt: 0 }
  const code = key.code(frame.message, micBlock(frame, fCnt, sent))
  return isSameCode(code.subarray(0, 2), frame.mic.subarray(0, 2))
}

/** Writes all 32 bits of the counter where blocks A and B have it. */
export function setCounter(block: Uint8Array, fCnt: number): void {
  block[10] = fCnt & 0xff
  block[11] = (fCnt >>> 8) & 0xff
  block[12] = (fCnt >>> 16) & 0xff
  block[13] = fCnt >>> 24
}
