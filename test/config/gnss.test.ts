/** What a configuration says of satellite receivers. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { sourceSchema } from '../../src/config/source-schema.ts'

const test = suite('configured receivers')

const nmea = { id: 'g', type: 'nmea', port: '/dev/ttyACM0' }

test('a u-blox receiver is set up only where that is written, once a second if not told otherwise', () => {
  const plain = sourceSchema.parse(nmea)
  assert.is('ublox' in plain, false)
  const set = sourceSchema.parse({ ...nmea, ublox: {} })
  assert.equal(set.type === 'nmea' && set.ublox, { rateHz: 1 })
})

const wrong: [name: string, source: object][] = [
  ['more than ten fixes a second', { ...nmea, ublox: { rateHz: 11 } }],
  ['half a fix a second', { ...nmea, ublox: { rateHz: 0.5 } }],
  ['no constellation', { ...nmea, ublox: { constellations: [] } }],
  ['a constellation that there is not', { ...nmea, ublox: { constellations: ['orion'] } }],
  ['an aeroplane', { ...nmea, ublox: { dynamicModel: 'airborne' } }],
  ['a key that there is not', { ...nmea, ublox: { save: true } }],
  ['an address without a port', { id: 'g', type: 'gpsd', address: 'localhost' }],
  ['a device with a line end', { id: 'g', type: 'gpsd', device: '/dev/x\n?POLL' }],
]
for (const [name, source] of wrong) {
  test(`${name} is refused`, () => assert.not(sourceSchema.safeParse(source).success))
}

test.run()
