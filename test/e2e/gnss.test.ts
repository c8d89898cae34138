/** The whole gateway with satellite receivers: one behind gpsd, one u-blox on a pseudo-terminal. */
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { GatewayHealth } from '../../src/model/ports.ts'
import { Command, Folder, odograph, startGateway, until } from '../support/gateway-process.ts'
import { freePort } from '../support/mqtt-mosquitto.ts'
import { testWith } from '../support/needs.ts'

const test = suite('receivers')

testWith(
  test,
  'socat',
  'a place of each comes to its vehicle, and health tells how good it is',
  async () => {
    const folder = new Folder()
    try {
      const address = `127.0.0.1:${await freePort()}`
      const link = join(folder.path, 'tty-nmea')
      for (const args of [
        ['gpsd', '--tcp', address, '--fault', 'two-receivers'],
        ['nmea', '--link', link, '--fault', 'garbage'],
      ]) {
        const command = new Command(['simulate', ...args])
        folder.commands.push(command)
        await until('the receiver', () => command.stdout.includes('ready '))
      }
      const config = folder.file(
        'odograph.yaml',
        `vehicles: [{ id: car, tokenId: "17" }, { id: van, tokenId: "18" }]
sources:
  - { id: gpsd, type: gpsd, vehicle: car, address: "${address}" }
  - { id: ublox, type: nmea, vehicle: van, port: ${link}, baud: 115200, ublox: { rateHz: 5, dynamicModel: automotive } }
time: { trust: gnss-only }
`,
      )
      const gateway = await startGateway(folder, ['--config', config])
      const status = (id: number, field: string) =>
        until(`${field} of ${id}`, async () => {
          const { status: code, body } = await gateway.get(`/v1/vehicle/${id}/status`)
          return code === 200 && (body as Record<string, unknown>)[field]
        })
      for (const id of [17, 18]) {
        assert.ok(Math.abs(Number(await status(id, 'latitude')) - 45.47) < 0.1)
        assert.ok(Math.abs(Number(await status(id, 'longitude')) - 9.18) < 0.2)
      }
      const health = await until('the quality and the time', async () => {
        const { body } = await gateway.get('/v1/gateway/health')
        const { sources, clockTrust } = body as GatewayHealth
        const isKnown = sources.every(({ detail }) => detail.includes('9 satellites'))
        return isKnown && clockTrust === 'gnss' && (body as GatewayHealth)
      })
      const [gpsd, ublox] = health.sources
      assert.match(
        gpsd?.detail ?? '',
        /^receiving positions from gpsd at .*: 3D, 9 satellites, HDOP 0\.9; following \/dev\/ttyACM0$/,
      )
      assert.match(ublox?.detail ?? '', /: 3D, 9 satellites, HDOP 0\.9; MAX-M10S set up for 5 Hz$/)
      assert.equal([gpsd?.issues, ublox?.issues], [[], []])
      assert.is((gpsd as { isUpdate?: unknown }).isUpdate, undefined)
      assert.is((await gateway.command.stop()).code, 0)
    } finally {
      await folder.remove()
    }
  },
)

test('what a simulated gpsd cannot be is said', async () => {
  const { code, stderr } = await odograph('simulate', 'gpsd', '--link', '/tmp/x')
  assert.is(code, 2)
  assert.match(stderr, /gpsd speaks over TCP: use --tcp/)
  const wrong = await odograph('simulate', 'gpsd', '--fault', 'asleep')
  assert.match(wrong.stderr, /dead-reckoning/)
})

test.run()
