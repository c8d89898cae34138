/**
 * What the sentences of one receiver say together. Of those that tell a place one kind is followed,
 * the best that comes, so that a place is of one sentence and told once. Speed is taken from the
 * same sentence, else from VTG; satellites and HDOP from GGA or GNS, else from GSA.
 */
import type { Millis } from '../../model/time.ts'
import type { Fix } from './fix.ts'
import type { FixReport } from './fix-report.ts'
import type { PlaceType, Sentence } from './nmea-sentence.ts'

const RANK: Record<PlaceType, number> = { RMC: 4, GNS: 3, GGA: 2, GLL: 1 }
/** A better sentence that was silent for as long leaves its part to the next. */
const GONE_MS: Millis = 5000
/** A receiver that hangs goes on talking. One that tells whole seconds repeats a time for up to one. */
const STUCK_MS: Millis = 5000
/** Sentences of one moment come within it. */
const BURST_MS: Millis = 2000

type PlaceSentence = Extract<Sentence, { kind: 'fix' | 'no-fix' }>

export class NmeaReceiver {
  readonly #report: FixReport
  readonly #monotonic: () => Millis
  #leader: { type: PlaceType; at: Millis } | undefined
  /** The moment that was told last, and since when. */
  #moment = { clock: '', since: 0 }
  /** Who says that there is no fix though the leader has one. */
  #denied: { type: PlaceType; clock: string; isGuessed: boolean; at: Millis } | undefined
  /** A valid RMC without a date. */
  #undated: { clock: string; at: Millis } | undefined
  #qualityAt: Millis = Number.NEGATIVE_INFINITY
  /** Satellites of the GSA that came without another sentence between them. */
  #used: number | undefined
  #hdop: number | undefined

  constructor(report: FixReport, monotonic: () => Millis) {
    this.#report = report
    this.#monotonic = monotonic
  }

  take(sentence: Sentence): void {
    if (sentence.kind !== 'satellites') this.#endOfSatellites()
    switch (sentence.kind) {
      case 'fix':
      case 'no-fix':
        this.#place(sentence)
        break
      case 'velocity':
        this.#velocity(sentence.fix)
        break
      case 'satellites':
        this.#satellites(sentence)
        break
      case 'date':
        this.#date(sentence.clock, sentence.utc)
    }
  }

  #place(sentence: PlaceSentence): void {
    const now = this.#monotonic()
    if (sentence.kind === 'no-fix') this.#denied = { ...sentence, at: now }
    else if (this.#denied?.type === sentence.type) this.#denied = undefined
    if (!this.#leads(sentence.type, now)) {
      if (sentence.kind === 'fix') this.#besides(sentence, now)
      return
    }
    this.#leader = { type: sentence.type, at: now }
    if (sentence.kind === 'no-fix' || this.#isDenied(sentence.clock, now)) {
      this.#undated = undefined
      this.#report.noFix()
      return
    }
    if (this.#isStuck(sentence.clock, now)) {
      this.#report.stuck()
      return
    }
    const { type, clock, fix, utc } = sentence
    this.#undated = type === 'RMC' && utc === undefined ? { clock, at: now } : undefined
    if (fix.nsat !== undefined) this.#qualityAt = now
    this.#report.fix(this.#withoutGuessedAltitude(fix))
    if (utc !== undefined) this.#report.time(utc)
  }

  #leads(type: PlaceType, now: Millis): boolean {
    const leader = this.#leader
    if (leader === undefined || now - leader.at > GONE_MS) return true
    return RANK[type] >= RANK[leader.type]
  }

  /** One that is not followed for its place: the quality of a fix. */
  #besides(sentence: Extract<PlaceSentence, { kind: 'fix' }>, now: Millis): void {
    if (!this.#report.hasFix || sentence.type === 'GLL') return
    const { latitude, longitude, ...quality } = this.#withoutGuessedAltitude(sentence.fix)
    this.#qualityAt = now
    this.#report.fix(quality)
  }

  /** Receivers before NMEA 2.3 tell of dead reckoning in GGA alone. */
  #isDenied(clock: string, now: Millis): boolean {
    const denied = this.#denied
    if (denied === undefined || now - denied.at > GONE_MS) return false
    return denied.isGuessed || (denied.clock === clock && clock !== '')
  }

  #isStuck(clock: string, now: Millis): boolean {
    if (clock === '' || clock !== this.#moment.clock) {
      this.#moment = { clock, since: now }
      return false
    }
    return now - this.#moment.since >= STUCK_MS
  }

  /** With three satellites the height is one that was assumed. */
  #withoutGuessedAltitude(fix: Fix): Fix {
    if (this.#report.dimensions !== 2) return fix
    const { altitude, ...rest } = fix
    return rest
  }

  #velocity(fix: Fix | undefined): void {
    const isNews = this.#leader !== undefined && this.#leader.type !== 'RMC'
    if (isNews && fix !== undefined && this.#report.hasFix) this.#report.fix(fix)
  }

  #satellites({ dimensions, used, hdop }: Extract<Sentence, { kind: 'satellites' }>): void {
    if (dimensions === 1) return
    this.#report.dimensions = dimensions
    this.#used = (this.#used ?? 0) + used
    this.#hdop = hdop
  }

  #endOfSatellites(): void {
    const [nsat, hdop] = [this.#used, this.#hdop]
    this.#used = undefined
    this.#hdop = undefined
    if (nsat === undefined || !this.#report.hasFix) return
    if (this.#monotonic() - this.#qualityAt <= GONE_MS) return
    this.#report.fix({ nsat, ...(hdop === undefined ? {} : { hdop }) })
  }

  /** Believed beside a valid RMC of the same moment only, where that has no date itself. */
  #date(clock: string, utc: Millis): void {
    const undated = this.#undated
    if (undated === undefined || this.#monotonic() - undated.at > BURST_MS) return
    if (sameMoment(undated.clock, clock)) this.#report.time(utc)
  }
}

/** Whatever the digits behind the point. */
function sameMoment(one: string, other: string): boolean {
  return one.length >= 6 && Number(one) === Number(other)
}
