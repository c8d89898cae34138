/**
 * The NAME of a control unit, 64 bits, little-endian on the wire (J1939-81 as public knowledge):
 *
 *   bits 0–20    identity number, given by the maker
 *   bits 21–31   manufacturer code
 *   bits 32–34   ECU instance
 *   bits 35–39   function instance
 *   bits 40–47   function
 *   bit 48       reserved
 *   bits 49–55   vehicle system
 *   bits 56–59   vehicle system instance
 *   bits 60–62   industry group
 *   bit 63       whether it can take any address
 *
 * The lower NAME has the higher priority for an address.
 */
import { word32 } from './bytes.ts'
import { functionTexts, industryGroupTexts, manufacturerTexts } from './name-texts.ts'

export interface Name {
  /** Its bytes as they were on the wire, in hexadecimal. */
  text: string
  identityNumber: number
  manufacturerCode: number
  ecuInstance: number
  functionInstance: number
  function: number
  reserved: number
  vehicleSystem: number
  vehicleSystemInstance: number
  industryGroup: number
  arbitraryAddressCapable: boolean
}

export const NAME_BYTES = 8
/** Functions from here on mean something else in every industry group and vehicle system. */
const FIRST_GROUP_FUNCTION = 128

/** Of 8 bytes; what follows them does not count. */
export function nameOf(data: Uint8Array): Name {
  const low = word32(data, 0)
  const high = word32(data, 4)
  return {
    text: textOf(data),
    identityNumber: low & 0x1fffff,
    manufacturerCode: low >>> 21,
    ecuInstance: high & 7,
    functionInstance: (high >>> 3) & 0x1f,
    function: (high >>> 8) & 0xff,
    reserved: (high >>> 16) & 1,
    vehicleSystem: (high >>> 17) & 0x7f,
    vehicleSystemInstance: (high >>> 24) & 0x0f,
    industryGroup: (high >>> 28) & 7,
    arbitraryAddressCapable: high >>> 31 === 1,
  }
}

function textOf(data: Uint8Array): string {
  let text = ''
  for (let i = 0; i < NAME_BYTES; i += 1) {
    text += (data[i] as number).toString(16).padStart(2, '0')
  }
  return text.toUpperCase()
}

/** Whether one NAME is the lower number: the bytes count from the last to the first. */
export function isLower(one: Name, other: Name): boolean {
  for (let at = one.text.length - 2; at >= 0; at -= 2) {
    const [a, b] = [one.text.slice(at, at + 2), other.text.slice(at, at + 2)]
    if (a !== b) return a < b
  }
  return false
}

/** A NAME as a printed line has it: the bytes, then the documented fields in their order. */
export function nameFields(name: Name): Record<string, string | number> {
  return {
    name: name.text,
    identity_number: name.identityNumber,
    manufacturer_code: name.manufacturerCode,
    ecu_instance: name.ecuInstance,
    function_instance: name.functionInstance,
    function: name.function,
    vehicle_system: name.vehicleSystem,
    vehicle_system_instance: name.vehicleSystemInstance,
    industry_group: name.industryGroup,
    arbitrary_address_capable: name.arbitraryAddressCapable ? 1 : 0,
  }
}

/** In words, as far as they are known: undefined is not in our tables. */
export function describeName(name: Name): {
  industryGroup: string | undefined
  function: string | undefined
  manufacturer: string | undefined
} {
  const isGlobal = name.function < FIRST_GROUP_FUNCTION
  return {
    industryGroup: industryGroupTexts[name.industryGroup],
    function: isGlobal ? functionTexts[name.function] : undefined,
    manufacturer: manufacturerTexts[name.manufacturerCode],
  }
}
