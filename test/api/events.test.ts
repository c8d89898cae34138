import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { bearer, NOW, privilegeToken, type TestApi, testApi, truck } from '../support/api-fakes.ts'

const test = suite('events over REST')

const HOUR = 3_600_000

async function ask(t: TestApi, query = '', privileges = [1]) {
  const headers = bearer(await privilegeToken(privileges))
  const response = await t.api.inject({ url: `/v1/vehicle/17/events${query}`, headers })
  return { status: response.statusCode, body: response.json() }
}

const numbersOf = (body: { events: { data: { n: number } }[] }) =>
  body.events.map(({ data }) => data.n)

test('an event is a CloudEvent about the vehicle', async () => {
  const t = await testApi()
  const event = t.events.add(NOW - 1000, 'dtc.set', { code: 'P0301' })
  t.events.add(NOW - 1000, 'dtc.set', { code: 'P0302' }, 'van')
  assert.equal(await ask(t), {
    status: 200,
    body: {
      events: [
        {
          specversion: '1.0',
          id: event.id,
          source: 'odograph/vehicle/truck',
          type: 'com.odograph.vehicle.dtc.set',
          subject: truck.userDeviceId,
          time: '2024-01-25T17:59:59.250Z',
          datacontenttype: 'application/json',
          data: { code: 'P0301' },
        },
      ],
    },
  })
})

test('the window is the last 14 days, or from and to, the end included', async () => {
  const t = await testApi()
  for (const days of [15, 13, 2, 1, 0])
    t.events.add(NOW - days * 24 * HOUR, 'ignition.changed', { n: days })
  assert.equal(numbersOf((await ask(t)).body), [13, 2, 1, 0])
  assert.equal(numbersOf((await ask(t, '?from=2024-01-23&to=2024-01-24')).body), [2, 1])
  assert.equal(numbersOf((await ask(t, '?from=2024-01-24T18:00:00Z')).body), [1, 0])
  assert.equal(numbersOf((await ask(t, '?from=2024-01-24&to=2024-01-22')).body), [])
})

test('types can be chosen', async () => {
  const t = await testApi()
  t.events.add(NOW - 3, 'dtc.set', { n: 1 })
  t.events.add(NOW - 2, 'dtc.cleared', { n: 2 })
  t.events.add(NOW - 1, 'activity.changed', { n: 3 })
  assert.equal(numbersOf((await ask(t, '?type=dtc.set,activity.changed')).body), [1, 3])
  assert.equal(numbersOf((await ask(t, '?type=voltage.low')).body), [])
})

test('pages follow one another until there is no next', async () => {
  const t = await testApi()
  for (let n = 0; n < 250; n += 1) t.events.add(NOW - 1000 + Math.floor(n / 3), 'dtc.set', { n })
  const found: number[] = []
  let after = ''
  let pages = 0
  do {
    const { body } = await ask(t, after === '' ? '?limit=40' : `?limit=40&after=${after}`)
    found.push(...numbersOf(body))
    after = body.next ?? ''
    pages += 1
    t.clock.advance(10)
  } while (after !== '')
  assert.is(pages, 7)
  assert.equal(
    found,
    Array.from({ length: 250 }, (_, n) => n),
  )
  assert.is((await ask(t)).body.events.length, 100)
})

test('it takes privilege 1', async () => {
  const t = await testApi()
  for (const privileges of [[], [2, 3, 4, 5, 6, 7, 8]]) {
    assert.is((await ask(t, '', privileges)).status, 401)
  }
})

test('what is not understood is told by its name', async () => {
  const t = await testApi()
  const cases: [query: string, says: RegExp][] = [
    ['?from=yesterday', /^from must be a date/],
    ['?to=2024-02-30', /^to must be a date/],
    ['?type=dtc', /^type takes dtc\.set, /],
    ['?limit=0', /^limit must be/],
    ['?after=x', /^after must be/],
  ]
  for (const [query, says] of cases) {
    const { status, body } = await ask(t, query)
    assert.is(status, 400, query)
    assert.match(body.message, says)
  }
})

test.run()
