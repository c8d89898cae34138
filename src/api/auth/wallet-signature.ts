/**
 * Signatures of Ethereum wallets over a text (EIP-191, `personal_sign`): who has signed it. Only what
 * can be computed is verified: signatures of contracts (EIP-1271, EIP-6492) need their chain. The only
 * place that knows `micro-eth-signer`.
 */
import { addr, eip191Signer } from 'micro-eth-signer'

/** r, s and v. */
const SIGNATURE_BYTES = 65

export const UNVERIFIABLE =
  'must be 65 bytes (r, s, v): signatures of contract wallets (EIP-1271, EIP-6492) cannot be verified here, for that needs the network; sign with the key of an account'

/**
 * The address with its checksum (EIP-55), from any case; undefined for what is no address, or where
 * the case of its digits shows that some are wrong.
 */
export function walletAddress(text: string): string | undefined {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text)) return undefined
  const address = addr.addChecksum(text.toLowerCase())
  const hasCase = /[a-f]/.test(text.slice(2)) && /[A-F]/.test(text.slice(2))
  return hasCase && address !== text ? undefined : address
}

/** The digits alone, in lower case. */
export function signatureHex(text: string): string {
  return text.replace(/^0x/i, '').toLowerCase()
}

export function isVerifiable(hex: string): boolean {
  return hex.length === SIGNATURE_BYTES * 2
}

/** The address, with its checksum, whose key signed the text; undefined for what is no signature. */
export function signerOf(hex: string, text: string): string | undefined {
  const end = { '00': '1b', '01': '1c' }[hex.slice(-2)] ?? hex.slice(-2)
  try {
    return eip191Signer.recoverAddress(`0x${hex.slice(0, -2)}${end}`, text)
  } catch {
    return undefined // No point of the curve, or numbers out of range.
  }
}
