/**
 * Several PIDs in one request of service 01, up to six. The answer carries PID and data one after the
 * other; nothing separates them, so it can only be read where every length is known. Strict on
 * purpose: an answer in another order, with less or with more than was asked for is not trusted.
 */

export interface SizedPid {
  readonly pid: number
  /** Bytes of data after the PID. */
  readonly length: number
}

export const MAX_PIDS = 6
/** The most an ISO-TP single frame carries, from the service byte on. */
export const SINGLE_FRAME_BYTES = 7
const CURRENT_DATA_ANSWER = 0x41

export function answerBytes(pids: readonly SizedPid[]): number {
  return pids.reduce((sum, { length }) => sum + 1 + length, 1)
}

/** Whether the answer holds exactly these PIDs, in this order and with these lengths. */
export function isExactAnswer(data: Uint8Array, pids: readonly SizedPid[]): boolean {
  return data[0] === CURRENT_DATA_ANSWER && data.length === answerBytes(pids) && inOrder(data, pids)
}

function inOrder(data: Uint8Array, pids: readonly SizedPid[]): boolean {
  let at = 1
  return pids.every(({ pid, length }) => {
    const isHere = data[at] === pid
    at += 1 + length
    return isHere
  })
}

/** The first data byte of a PID in an exact answer. */
export function firstByteOf(
  data: Uint8Array,
  pids: readonly SizedPid[],
  wanted: number,
): number | undefined {
  const index = pids.findIndex(({ pid }) => pid === wanted)
  return index < 0 ? undefined : data[answerBytes(pids.slice(0, index)) + 1]
}
