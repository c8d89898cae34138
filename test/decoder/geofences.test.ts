/** Geofences: how far a border is, and when a vehicle enters, leaves and stays. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { crossesItself, distanceToBorder } from '../../src/decoder/vehicle/fence-shape.ts'
import { type GeofenceChange, Geofences } from '../../src/decoder/vehicle/geofences.ts'
import type { Circle, Geofence, Polygon, Position } from '../../src/model/geofence.ts'
import { chance } from '../support/journal-records.ts'

const test = suite('geofences')

const METRES_PER_DEGREE = 111_195

function at(latitude: number, longitude: number): Position {
  return { latitude, longitude }
}

function circle(center: Position, radius: number): Circle {
  return { kind: 'circle', center, radius }
}

function polygon(...corners: [number, number][]): Polygon {
  return { kind: 'polygon', corners: corners.map(([lat, lon]) => at(lat, lon)) }
}

const square = polygon([45, 9], [45, 9.01], [45.01, 9.01], [45.01, 9])

const distances: [name: string, shape: Circle | Polygon, from: Position, metres: number][] = [
  ['the centre of a circle', circle(at(45, 9), 200), at(45, 9), -200],
  ['a place north of it', circle(at(45, 9), 200), at(45 + 500 / METRES_PER_DEGREE, 9), 300],
  ['across the 180th meridian', circle(at(0, 179.999), 100), at(0, -179.999), 122.4],
  ['the middle of a square', square, at(45.005, 9.005), -393],
  ['a place south of it', square, at(44.999, 9.005), 111.2],
  ['its corner', square, at(45, 9), 0],
  ['beyond a corner', square, at(44.999, 8.999), 136.2],
  [
    'inside of one that lies across the meridian',
    polygon([-17, 179.9], [-17, -179.9], [-16.8, -179.9], [-16.8, 179.9]),
    at(-16.9, 180),
    -10_640,
  ],
  ['far in the north', circle(at(70, 20), 1000), at(70, 20.1), 2802],
]

for (const [name, shape, from, metres] of distances) {
  test(`the border is ${metres} m from ${name}`, () => {
    const found = distanceToBorder(shape, from)
    assert.ok(Math.abs(found - metres) <= Math.max(1, Math.abs(metres) * 0.01), `${found}`)
  })
}

test('a polygon is inside where walking around it says so', () => {
  const random = chance(3)
  for (let round = 0; round < 300; round += 1) {
    const [lat, lon] = [random() * 120 - 60, random() * 360 - 180]
    const count = 3 + Math.floor(random() * 6)
    const corners = Array.from({ length: count }, (_, i) => {
      const [angle, reach] = [(i / count) * 2 * Math.PI, 0.005 + random() * 0.01]
      return at(lat + reach * Math.sin(angle), lon + reach * Math.cos(angle))
    })
    const shape: Polygon = { kind: 'polygon', corners }
    const point = at(lat + (random() - 0.5) * 0.03, lon + (random() - 0.5) * 0.03)
    let turns = 0
    for (const [i, to] of corners.entries()) {
      const from = corners.at(i - 1) as Position
      const bearing = (p: Position) =>
        Math.atan2(p.latitude - point.latitude, p.longitude - point.longitude)
      const turn = bearing(to) - bearing(from)
      turns += turn > Math.PI ? turn - 2 * Math.PI : turn < -Math.PI ? turn + 2 * Math.PI : turn
    }
    assert.is(distanceToBorder(shape, point) < 0, Math.abs(turns) > 1, `round ${round}`)
  }
})

test('a border that crosses itself is known', () => {
  assert.ok(crossesItself([at(0, 0), at(1, 1), at(0, 1), at(1, 0)]))
  assert.not(crossesItself(square.corners))
  assert.not(crossesItself([at(0, 0), at(0, 1), at(1, 0)]))
})

const depot: Geofence = {
  id: 'depot',
  name: 'Depot',
  shape: circle(at(45, 9), 200),
  dwellMinutes: 10,
}

/** Fixes so many metres north of the depot, a minute apart. */
function drive(
  fences: Geofences,
  metres: readonly number[],
  from = 0,
  hdop?: number,
): GeofenceChange[] {
  return metres.flatMap((north, index) =>
    fences.take({
      ...at(45 + north / METRES_PER_DEGREE, 9),
      time: (from + index + 1) * 60_000,
      ...(hdop === undefined ? {} : { hdop }),
    }),
  )
}

const typesOf = (changes: GeofenceChange[]) =>
  changes.map(({ type, time }) => [type, time / 60_000])

const drives: [name: string, metres: number[], told: [string, number][]][] = [
  [
    'a vehicle comes and goes',
    [900, 100, 50, 100, 400, 900],
    [
      ['geofence.enter', 2],
      ['geofence.exit', 5],
    ],
  ],
  ['it is first seen inside', [50, 50, 60], []],
  ['it was first seen inside, and goes', [50, 400, 500], [['geofence.exit', 2]]],
  ['a stray fix says it is far away', [900, 100, 50, 9000, 50, 60], [['geofence.enter', 2]]],
  ['a stray fix says it is there', [900, 50, 900, 900], []],
  ['it stands on the border', [900, 150, 150, 205, 195, 210, 199, 220], [['geofence.enter', 2]]],
  [
    'it stays',
    [900, 9, ...Array.from({ length: 14 }, () => 9)],
    [
      ['geofence.enter', 2],
      ['geofence.dwell', 12],
    ],
  ],
]

for (const [name, metres, told] of drives) {
  test(`${name}: ${told.map(([type]) => type).join(', ') || 'nothing is told'}`, () => {
    assert.equal(typesOf(drive(new Geofences([depot]), metres)), told)
  })
}

test('how long it was inside is told at the exit', () => {
  const changes = drive(new Geofences([depot]), [900, 50, 50, 50, 50, 900, 900])
  assert.is(changes.at(-1)?.seconds, 240)
})

test('a fix that is not precise counts as far as it goes, and one that is poor not at all', () => {
  const fences = new Geofences([depot])
  drive(fences, [900, 50, 50])
  assert.equal(drive(fences, [235, 235], 3, 9), [])
  assert.equal(drive(fences, [5000, 5000], 5, 20), [])
  assert.equal(typesOf(drive(fences, [235, 235], 7, 1)), [['geofence.exit', 8]])
})

test('what comes late changes nothing', () => {
  const fences = new Geofences([depot])
  drive(fences, [900, 50, 50], 100)
  assert.equal(drive(fences, [900, 900, 900]), [])
})

test('after a restart it goes on, also where it had begun to doubt', () => {
  const metres = [900, 50, 50, 40, 900, 900, 50, 50]
  const whole = typesOf(drive(new Geofences([depot]), metres))
  for (let cut = 0; cut <= metres.length; cut += 1) {
    const first = new Geofences([depot])
    const before = drive(first, metres.slice(0, cut))
    const second = new Geofences([depot], JSON.parse(JSON.stringify(first.state)))
    const after = drive(second, metres.slice(cut), cut)
    assert.equal(typesOf([...before, ...after]), whole, `cut at ${cut}`)
  }
})

test('where it is can be asked for', () => {
  const fences = new Geofences([depot])
  assert.equal(fences.states(), [{ id: 'depot', name: 'Depot' }])
  drive(fences, [900, 50, 50])
  assert.equal(fences.states(), [{ id: 'depot', name: 'Depot', inside: true, since: 120_000 }])
})

test.run()
