/**
 * Negative responses: 7F, service, code (ISO 14229-1, of which OBD-II uses a part). Names in our own
 * words. Code 78 is no refusal: the answer takes longer and still comes.
 */
import { hex } from './hex.ts'
import type { ResponseSinks } from './sinks.ts'

export const NEGATIVE = 0x7f
const RESPONSE_PENDING = 0x78

export const refusals: Readonly<Record<number, string>> = {
  16: 'refused in general',
  17: 'service not supported',
  18: 'sub-function not supported',
  19: 'wrong length or format of the request',
  20: 'answer too long',
  33: 'busy, ask again',
  34: 'conditions not met',
  36: 'wrong order of requests',
  37: 'no answer from a sub-network',
  38: 'a failure prevents it',
  49: 'out of range or not known',
  51: 'security access denied',
  52: 'authentication required',
  53: 'wrong key',
  54: 'too many attempts',
  55: 'wait before the next attempt',
  56: 'secured transmission required',
  57: 'secured transmission not allowed',
  58: 'verification of secured data failed',
  80: 'certificate: validity period',
  81: 'certificate: signature',
  82: 'certificate: chain of trust',
  83: 'certificate: type',
  84: 'certificate: format',
  85: 'certificate: content',
  86: 'certificate: scope',
  87: 'certificate: revoked',
  88: 'ownership not verified',
  89: 'challenge not computed',
  90: 'access rights not set',
  91: 'session key not derived',
  92: 'configuration data not used',
  93: 'de-authentication failed',
  112: 'transfer not accepted',
  113: 'transfer interrupted',
  114: 'programming failed',
  115: 'wrong block counter',
  [RESPONSE_PENDING]: 'answer pending',
  126: 'sub-function not supported in this session',
  127: 'service not supported in this session',
  129: 'engine speed too high',
  130: 'engine speed too low',
  131: 'engine running',
  132: 'engine not running',
  133: 'engine not running long enough',
  134: 'temperature too high',
  135: 'temperature too low',
  136: 'vehicle speed too high',
  137: 'vehicle speed too low',
  138: 'throttle or pedal too high',
  139: 'throttle or pedal too low',
  140: 'transmission not in neutral',
  141: 'transmission not in gear',
  143: 'brake not pressed',
  144: 'shifter not in park',
  145: 'torque converter locked',
  146: 'voltage too high',
  147: 'voltage too low',
  148: 'resource not available for now',
}

export const services: Readonly<Record<number, string>> = {
  1: 'current data',
  2: 'freeze frame',
  3: 'stored codes',
  4: 'clear codes',
  5: 'oxygen sensor tests',
  6: 'monitor tests',
  7: 'pending codes',
  8: 'control',
  9: 'vehicle information',
  10: 'permanent codes',
  16: 'session control',
  17: 'reset',
  20: 'clear codes',
  25: 'read codes',
  34: 'read data',
  35: 'read memory',
  36: 'read scaling',
  39: 'security access',
  40: 'communication control',
  41: 'authentication',
  42: 'read data periodically',
  44: 'define identifier',
  46: 'write data',
  47: 'control inputs and outputs',
  49: 'routine',
  52: 'request download',
  53: 'request upload',
  54: 'transfer data',
  55: 'end of transfer',
  56: 'file transfer',
  61: 'write memory',
  62: 'tester present',
  131: 'timing',
  132: 'secured transmission',
  133: 'control code setting',
  134: 'response on event',
  135: 'link control',
}

/** A refusal becomes an issue, never a value; one that is cut short says what it does not say. */
export function negativeResponse(data: Uint8Array, length: number, sinks: ResponseSinks): void {
  const service = length > 1 ? named(data[1] as number, services) : '?'
  const code = length > 2 ? (data[2] as number) : undefined
  if (code === RESPONSE_PENDING) return
  const reason = code === undefined ? '?' : named(code, refusals)
  sinks.issue('negative-response', `service ${service}, code ${reason}`)
}

function named(number: number, names: Readonly<Record<number, string>>): string {
  const name = names[number]
  return name === undefined ? hex(number) : `${hex(number)} (${name})`
}
