/**
 * In which geofences a vehicle is, and when it enters and leaves them. Pure; its state is plain data.
 *
 * A fix within 25 m outside of the border (or as far as it may be wrong) changes nothing; a change
 * counts when a second fix agrees, so that a stray one says nothing. Where a vehicle is when it is first
 * seen is neither an arrival nor a departure. Fixes that come late are left out.
 */
import type { Geofence, GeofenceState, Position } from '../../model/geofence.ts'
import type { Millis } from '../../model/time.ts'
import { distanceToBorder } from './fence-shape.ts'

export interface Fix extends Position {
  time: Millis
  hdop?: number
}

export interface GeofenceChange {
  type: 'geofence.enter' | 'geofence.exit' | 'geofence.dwell'
  fence: Geofence
  time: Millis
  /** How long it was, or is, inside. */
  seconds?: number
}

interface FenceState {
  inside: boolean
  /** Absent: it was so when it was first seen. */
  since?: Millis
  /** A fix on the other side, which no other has confirmed. */
  doubt?: Millis
  isDwellTold?: boolean
}

/** Plain data; by the id of the fence. */
export interface GeofencesState {
  time: Millis
  fences: Record<string, FenceState>
}

const MARGIN_M = 25
/** What a receiver is wrong by, for each unit of its dilution. */
const METRES_PER_HDOP = 5
const MAX_HDOP = 10

export class Geofences {
  readonly state: GeofencesState
  readonly #fences: readonly Geofence[]

  constructor(fences: readonly Geofence[], state: GeofencesState = { time: 0, fences: {} }) {
    this.#fences = fences
    const known = new Set(fences.map(({ id }) => id))
    const kept = Object.entries(state.fences).filter(([id]) => known.has(id))
    this.state = structuredClone({ time: state.time, fences: Object.fromEntries(kept) })
  }

  take(fix: Fix): GeofenceChange[] {
    const { time, hdop = 1 } = fix
    if (time <= this.state.time || hdop > MAX_HDOP) return []
    this.state.time = time
    const margin = Math.max(MARGIN_M, hdop * METRES_PER_HDOP)
    return this.#fences.flatMap((fence) => this.#at(fence, fix, margin))
  }

  states(): GeofenceState[] {
    return this.#fences.map(({ id, name }) => {
      const { inside, since } = this.state.fences[id] ?? {}
      return {
        id,
        ...(name === undefined ? {} : { name }),
        ...(inside === undefined ? {} : { inside }),
        ...(since === undefined ? {} : { since }),
      }
    })
  }

  /** What was stamped from `since` on was wrong by `delta`. */
  shift(delta: Millis, since: Millis): void {
    if (this.state.time >= since) this.state.time += delta
    for (const fence of Object.values(this.state.fences)) {
      if (fence.since !== undefined && fence.since >= since) fence.since += delta
      if (fence.doubt !== undefined && fence.doubt >= since) fence.doubt += delta
    }
  }

  #at(fence: Geofence, fix: Fix, margin: number): GeofenceChange[] {
    const metres = distanceToBorder(fence.shape, fix)
    const state = this.state.fences[fence.id]
    if (state === undefined) {
      this.state.fences[fence.id] = { inside: metres <= 0 }
      return []
    }
    const isOther = state.inside ? metres > margin : metres <= 0
    if (!isOther) {
      delete state.doubt
      return this.#dwell(fence, state, fix.time)
    }
    if (state.doubt === undefined) {
      state.doubt = fix.time
      return []
    }
    return [this.#cross(fence, state, state.doubt)]
  }

  #cross(fence: Geofence, state: FenceState, time: Millis): GeofenceChange {
    const { inside, since } = state
    this.state.fences[fence.id] = { inside: !inside, since: time }
    if (!inside) return { type: 'geofence.enter', fence, time }
    const seconds = since === undefined ? undefined : Math.round((time - since) / 1000)
    return { type: 'geofence.exit', fence, time, ...(seconds === undefined ? {} : { seconds }) }
  }

  #dwell(fence: Geofence, state: FenceState, time: Millis): GeofenceChange[] {
    const { dwellMinutes } = fence
    const { inside, since } = state
    if (dwellMinutes === undefined || !inside || since === undefined) return []
    if (state.isDwellTold === true || time - since < dwellMinutes * 60_000) return []
    state.isDwellTold = true
    return [{ type: 'geofence.dwell', fence, time, seconds: Math.round((time - since) / 1000) }]
  }
}
