/**
 * The way that simulated vehicles drive: a closed loop, and where one is on it after so many km. It
 * is roughly the outer ring of Milan's boulevards, about 18 km.
 */

export interface Place {
  /** Degrees. */
  latitude: number
  longitude: number
  /** Degrees from north, clockwise. */
  heading: number
}

const loop: readonly (readonly [latitude: number, longitude: number])[] = [
  [45.479, 9.1441],
  [45.4738, 9.1407],
  [45.4685, 9.144],
  [45.456, 9.1485],
  [45.4527, 9.151],
  [45.4435, 9.168],
  [45.441, 9.186],
  [45.443, 9.2165],
  [45.448, 9.227],
  [45.458, 9.2285],
  [45.468, 9.2265],
  [45.4775, 9.2245],
  [45.4858, 9.2165],
  [45.4868, 9.205],
  [45.496, 9.193],
  [45.4977, 9.1853],
  [45.4945, 9.176],
  [45.4935, 9.166],
  [45.493, 9.155],
  [45.4865, 9.1475],
]

const KM_PER_DEGREE = 111.195

interface Stretch {
  distance: number
  length: number
  from: readonly [number, number]
  to: readonly [number, number]
  heading: number
}

export class Route {
  readonly loopKm: number
  readonly #stretches: Stretch[] = []

  constructor() {
    let along = 0
    for (const [index, from] of loop.entries()) {
      const to = loop[(index + 1) % loop.length] ?? from
      const [north, east] = kmBetween(from, to)
      const length = Math.hypot(north, east)
      const heading = ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360
      this.#stretches.push({ distance: along, length, from, to, heading })
      along += length
    }
    this.loopKm = along
  }

  at(km: number): Place {
    const along = ((km % this.loopKm) + this.loopKm) % this.loopKm
    const stretch = this.#stretches.findLast(({ distance }) => distance <= along)
    const { distance, length, from, to, heading } = stretch ?? (this.#stretches[0] as Stretch)
    const share = (along - distance) / length
    return {
      latitude: from[0] + (to[0] - from[0]) * share,
      longitude: from[1] + (to[1] - from[1]) * share,
      heading,
    }
  }
}

function kmBetween(
  a: readonly [number, number],
  b: readonly [number, number],
): [north: number, east: number] {
  const east = (b[1] - a[1]) * Math.cos((((a[0] + b[0]) / 2) * Math.PI) / 180)
  return [(b[0] - a[0]) * KM_PER_DEGREE, east * KM_PER_DEGREE]
}
