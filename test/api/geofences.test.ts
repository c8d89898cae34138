/** Geofences from the configuration to events and REST. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { loadConfig } from '../../src/config/load.ts'
import { GeofenceWatch } from '../../src/gateway/geofences.ts'
import type { EventType } from '../../src/model/event.ts'
import { bearer, privilegeToken, testApi } from '../support/api-fakes.ts'
import { newRecord } from '../support/journal-records.ts'

const test = suite('geofences of the gateway')

const depot = 'geofences.0={id: depot, circle: {latitude: 45, longitude: 9, radius: 200}}'

function watch(geofences: unknown, findings: string[] = []) {
  const { config } = loadConfig({
    environment: {},
    overrides: (input) => Object.assign(input, { geofences }),
  })
  const kept = new Map<string, unknown>()
  const told: [EventType, object][] = []
  const made = () =>
    new GeofenceWatch({
      config,
      journal: {
        keep: (_part, owner, state) => void kept.set(owner, structuredClone(state)),
        kept: (_part, owner) => kept.get(owner),
      },
      isTimeKnown: () => true,
      event: (_vehicle, type, data) => told.push([type, data]),
      found: (sentence) => findings.push(sentence),
    })
  return { made, told, config }
}

const circle = { id: 'depot', name: 'Depot', circle: { latitude: 45, longitude: 9, radius: 200 } }
const near = { latitude: 45.0001, longitude: 9 }
const far = { latitude: 45.1, longitude: 9 }

test('a vehicle that comes to a place is told, without its position', () => {
  const { made, told } = watch([circle])
  const first = made()
  first.take(newRecord(1, { data: far }))
  first.take(newRecord(2, { data: { speed: 3 } }))
  first.take(newRecord(3, { data: near }))
  first.keepAll()
  const second = made()
  second.take(newRecord(4, { data: near }))
  assert.equal(told, [
    ['geofence.enter', { geofence: 'depot', name: 'Depot', at: '2026-03-01T00:00:30.000Z' }],
  ])
})

test('a place may be for some vehicles alone', () => {
  const { made, told } = watch([{ ...circle, vehicles: ['bus'] }])
  const watching = made()
  for (const [n, data] of [far, near, near].entries()) watching.take(newRecord(n + 1, { data }))
  assert.equal(told, [])
  assert.equal(watching.geofences('van'), [])
  assert.equal(watching.geofences('bus'), [{ id: 'depot', name: 'Depot' }])
})

test('a border that crosses itself is left out and told', () => {
  const findings: string[] = []
  const polygon = [
    [0, 0],
    [1, 1],
    [0, 1],
    [1, 0],
  ]
  watch([{ id: 'bow', polygon }], findings).made()
  assert.match(findings.join(), '"bow" crosses itself')
})

test('what is no place is told with its key', () => {
  const { findings } = loadConfig({
    environment: {},
    set: ['geofences.0.id=x', depot.replace('.0=', '.1=')],
  })
  assert.match(findings.join(), /geofences/)
})

test('REST says where the vehicle is, to who may know', async () => {
  const watching = watch([circle]).made()
  for (const [n, data] of [far, near, near].entries()) {
    watching.take(newRecord(n + 1, { vehicle: 'truck', data }))
  }
  const t = await testApi({ geofences: watching })
  const url = '/v1/vehicle/17/geofences'
  const response = await t.api.inject({ url, headers: bearer(await privilegeToken([3])) })
  assert.equal(response.json(), [
    { id: 'depot', name: 'Depot', inside: true, since: '2026-03-01T00:00:20.000Z' },
  ])
  const refused = await t.api.inject({ url, headers: bearer(await privilegeToken([1, 8])) })
  assert.is(refused.statusCode, 401)
})

test('events of places are shown with privilege 4 alone', async () => {
  const t = await testApi()
  t.events.add(t.clock.now() - 2, 'geofence.enter', { geofence: 'depot' })
  t.events.add(t.clock.now() - 1, 'ignition.changed', { on: true })
  const typesFor = async (...privileges: number[]) => {
    const headers = bearer(await privilegeToken(privileges))
    const { events } = (await t.api.inject({ url: '/v1/vehicle/17/events', headers })).json()
    return events.map(({ type }: { type: string }) => type.replace('com.odograph.vehicle.', ''))
  }
  assert.equal(await typesFor(1), ['ignition.changed'])
  assert.equal(await typesFor(1, 3), ['ignition.changed'])
  assert.equal(await typesFor(1, 4), ['geofence.enter', 'ignition.changed'])
})

test.run()
