/** A place with a border, as the configuration draws it. */
export interface Geofence {
  id: string
  name?: string
  /** Ids of the vehicles that it is for; all where absent. */
  vehicles?: readonly string[]
  shape: Circle | Polygon
  /** Being inside for so long is worth telling. */
  dwellMinutes?: number
}

export interface Position {
  latitude: number
  longitude: number
}

export interface Circle {
  kind: 'circle'
  center: Position
  /** Metres. */
  radius: number
}

export interface Polygon {
  kind: 'polygon'
  /** In order; the last is joined to the first. */
  corners: readonly Position[]
}

/** Where a vehicle is to a fence. */
export interface GeofenceState {
  id: string
  name?: string
  /** Undefined: no position is known yet. */
  inside?: boolean
  /** Since when, in ms since 1970; absent where it was so from the first position on. */
  since?: number
}
