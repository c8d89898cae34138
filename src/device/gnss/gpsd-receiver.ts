/**
 * What gpsd says of one receiver. Of several it is the configured one, else the first that has a fix,
 * as long as it has one: two antennas a metre apart would make a vehicle that jumps.
 */
import type { Millis } from '../../model/time.ts'
import type { FixReport } from './fix-report.ts'
import type { GpsdMessage } from './gpsd-message.ts'

/** A receiver without a fix for as long leaves its part to another one. */
const GONE_MS: Millis = 10_000
const NO_RECEIVER =
  'gpsd has no receiver: is one plugged in, and named in DEVICES of /etc/default/gpsd?'

export class GpsdReceiver {
  readonly #report: FixReport
  readonly #monotonic: () => Millis
  /** The configured one. */
  readonly #wanted: string | undefined
  #followed: { device: string; fixAt: Millis } | undefined
  #devices: string[] = []

  constructor(report: FixReport, monotonic: () => Millis, wanted: string | undefined) {
    this.#report = report
    this.#monotonic = monotonic
    this.#wanted = wanted
  }

  take(message: GpsdMessage): void {
    switch (message.kind) {
      case 'version':
        if (message.major === 3) return
        this.#report.note = `it speaks protocol ${message.major}, and 3 is what is known here`
        return
      case 'devices':
        this.#deviceList(message.paths)
        return
      case 'fix':
        this.#fix(message)
        return
      case 'no-fix':
        if (this.#isFollowed(message.device)) this.#report.noFix()
        return
      case 'sky':
        if (this.#report.hasFix && this.#isFollowed(message.device)) this.#report.fix(message.fix)
    }
  }

  #deviceList(paths: string[]): void {
    this.#devices = paths
    const wanted = this.#wanted
    const isMissing = wanted !== undefined && !paths.includes(wanted)
    const others = paths.length === 0 ? '' : `; it has ${paths.join(', ')}`
    this.#report.hint = isMissing
      ? `gpsd has no receiver ${wanted}${others}`
      : paths.length === 0
        ? NO_RECEIVER
        : ''
  }

  #fix(message: Extract<GpsdMessage, { kind: 'fix' }>): void {
    const { device, fix, dimensions, utc } = message
    const now = this.#monotonic()
    const isFree = this.#followed === undefined || now - this.#followed.fixAt > GONE_MS
    if (!this.#isAllowed(device) || !(isFree || this.#isFollowed(device))) return
    const isOther = this.#followed !== undefined && this.#followed.device !== device
    this.#followed = { device, fixAt: now }
    this.#report.hint = ''
    this.#report.dimensions = dimensions
    if (this.#devices.length > 1) this.#report.note = `following ${device}`
    // The quality of the one before is not its own.
    if (isOther) this.#report.forgetQuality()
    this.#report.fix(fix)
    if (utc !== undefined) this.#report.time(utc)
  }

  #isAllowed(device: string): boolean {
    return this.#wanted === undefined || device === this.#wanted || device === ''
  }

  #isFollowed(device: string): boolean {
    if (this.#followed === undefined) return this.#isAllowed(device)
    return device === this.#followed.device
  }
}
