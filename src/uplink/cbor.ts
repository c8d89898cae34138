/**
 * The one file that knows the CBOR library. Its options keep private tags and over-long map headers
 * off the wire, so that any CBOR library reads the result.
 */
import { Encoder } from 'cbor-x'

const cbor = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false })

export function encodeCbor(value: object): Buffer {
  return cbor.encode(value)
}
