/**
 * How far a position is from the border of a geofence: metres, below 0 inside. Pure. A circle is measured
 * along the great circle (haversine); a polygon on a plane around it, which is true to a few parts in a
 * thousand up to some 100 km. Both may lie across the 180th meridian.
 */
import type { Circle, Polygon, Position } from '../../model/geofence.ts'

const EARTH_M = 6_371_008.8
const METRES_PER_DEGREE = (Math.PI / 180) * EARTH_M

export function distanceToBorder(shape: Circle | Polygon, position: Position): number {
  if (shape.kind === 'circle') return distance(shape.center, position) - shape.radius
  const point = onPlane(position, shape)
  const corners = shape.corners.map((corner) => onPlane(corner, shape))
  let nearest = Number.POSITIVE_INFINITY
  let inside = false
  for (const [index, to] of corners.entries()) {
    const from = corners.at(index - 1) ?? to
    nearest = Math.min(nearest, distanceToEdge(point, from, to))
    if (isCrossed(point, from, to)) inside = !inside
  }
  return inside ? -nearest : nearest
}

/** Whether two edges of a polygon cross: no border, then. */
export function crossesItself(corners: readonly Position[]): boolean {
  const shape: Polygon = { kind: 'polygon', corners }
  const points = corners.map((corner) => onPlane(corner, shape))
  const edges = points.map((to, index) => [points.at(index - 1) ?? to, to] as const)
  return edges.some(([a, b], i) =>
    edges.some(([c, d], j) => {
      const areNeighbours = Math.abs(i - j) <= 1 || Math.abs(i - j) === edges.length - 1
      return (
        j > i &&
        !areNeighbours &&
        side(a, b, c) * side(a, b, d) < 0 &&
        side(c, d, a) * side(c, d, b) < 0
      )
    }),
  )
}

interface Point {
  x: number
  y: number
}

function onPlane({ latitude, longitude }: Position, { corners }: Polygon): Point {
  const [origin = { latitude: 0, longitude: 0 }] = corners
  const east = wrapped(longitude - origin.longitude)
  return {
    x: east * METRES_PER_DEGREE * Math.cos((origin.latitude * Math.PI) / 180),
    y: (latitude - origin.latitude) * METRES_PER_DEGREE,
  }
}

/** Degrees from -180 to 180. */
function wrapped(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180
}

/** Metres. */
function distance(from: Position, to: Position): number {
  const radians = (degrees: number) => (degrees * Math.PI) / 180
  const up = radians(to.latitude - from.latitude) / 2
  const along = radians(to.longitude - from.longitude) / 2
  const narrowing = Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude))
  const square = Math.sin(up) ** 2 + narrowing * Math.sin(along) ** 2
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(square)))
}

function distanceToEdge(point: Point, from: Point, to: Point): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = dx * dx + dy * dy
  const along = length === 0 ? 0 : ((point.x - from.x) * dx + (point.y - from.y) * dy) / length
  const part = Math.min(Math.max(along, 0), 1)
  return Math.hypot(point.x - from.x - part * dx, point.y - from.y - part * dy)
}

/** Whether a ray from the point to the east crosses the edge. */
function isCrossed({ x, y }: Point, from: Point, to: Point): boolean {
  if (from.y > y === to.y > y) return false
  return x < from.x + ((y - from.y) / (to.y - from.y)) * (to.x - from.x)
}

/** On which side of a line a point is. */
function side(from: Point, to: Point, point: Point): number {
  return (to.x - from.x) * (point.y - from.y) - (to.y - from.y) * (point.x - from.x)
}
