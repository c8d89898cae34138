/** Base64 as gateways and network servers write it: padded or not, in either alphabet (RFC 4648). */
const DIGITS = /^[A-Za-z0-9+/_-]*={0,2}$/

/** Undefined: it is no base64. An empty text is no bytes. */
export function fromBase64(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || !DIGITS.test(text)) return undefined
  if (text.replace(/=+$/, '').length % 4 === 1) return undefined
  return Uint8Array.from(Buffer.from(text, 'base64'))
}
