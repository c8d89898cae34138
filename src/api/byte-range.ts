/** Range requests for one range of bytes (RFC 9110, 14), so that a download can be taken up again. */

export interface ByteRange {
  first: number
  /** Included. */
  last: number
}

/**
 * The range that a header asks for; undefined: all, which is also the answer to what is not understood and to
 * several ranges at once; `outside`: there is nothing at that place.
 */
export function byteRange(
  header: string | undefined,
  bytes: number,
): ByteRange | 'outside' | undefined {
  const [, from, to] = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header?.trim() ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined
  if (from === '') {
    const length = Math.min(Number(to), bytes)
    return length === 0 ? 'outside' : { first: bytes - length, last: bytes - 1 }
  }
  const first = Number(from)
  if (to !== '' && Number(to) < first) return undefined
  if (first >= bytes) return 'outside'
  return { first, last: to === '' ? bytes - 1 : Math.min(Number(to), bytes - 1) }
}
