/** Uplinks as they may come, from a seed. */
import type { Random } from '../../../src/device/simulator/random.ts'
import type { UplinkFields, UplinkKeys10, UplinkKeys11 } from '../../support/lorawan-frames.ts'

export function randomBytes(random: Random, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random.below(256))
}

export function randomHex(random: Random, bytes: number): string {
  return Buffer.from(randomBytes(random, bytes)).toString('hex').toUpperCase()
}

export function randomKeys10(random: Random): UplinkKeys10 {
  return { nwkSKey: randomBytes(random, 16), appSKey: randomBytes(random, 16) }
}

export function randomKeys11(random: Random): UplinkKeys11 {
  const key = () => randomBytes(random, 16)
  return {
    version: '1.1',
    fNwkSIntKey: key(),
    sNwkSIntKey: key(),
    nwkSEncKey: key(),
    appSKey: key(),
    txDr: random.below(16),
    txCh: random.below(96),
    confFCnt: random.below(0x10000),
  }
}

/** Any lengths that fit, any flags; FPort 0 and none now and then. */
export function randomUplink(random: Random): UplinkFields {
  const kind = random.below(10)
  const fPort = kind === 0 ? undefined : kind === 1 ? 0 : 1 + random.below(255)
  const fOpts = fPort === 0 ? undefined : randomBytes(random, random.below(16))
  const room = 255 - 13 - (fOpts?.length ?? 0)
  const payload = fPort === undefined ? undefined : randomBytes(random, random.below(room + 1))
  return {
    devAddr: randomHex(random, 4),
    fCnt: random.below(2 ** 32),
    confirmed: random.below(2) === 1,
    flags: random.below(16) << 4,
    ...(fPort !== undefined && { fPort }),
    ...(payload && { payload }),
    ...(fOpts && { fOpts }),
  }
}
