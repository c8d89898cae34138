import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { GatewayHealth, SourceReport } from '../../src/model/ports.ts'
import {
  Command,
  Folder,
  type RunningGateway,
  startGateway,
  until,
} from '../support/gateway-process.ts'
import { testWith } from '../support/needs.ts'
import { candumpLog, truckDrive } from '../support/recordings.ts'

const test = suite('an SLCAN adapter')

async function simulator(...args: string[]): Promise<Command> {
  const command = new Command(['simulate', 'slcan', ...args])
  await until('the adapter', () => command.stdout.includes('ready '))
  return command
}

async function source(gateway: RunningGateway): Promise<SourceReport> {
  const { body } = await gateway.get('/v1/gateway/health')
  return (body as GatewayHealth).sources[0] as SourceReport
}

testWith(
  test,
  'socat',
  'is opened listen-only through a real serial port, and its frames become a status',
  async () => {
    const folder = new Folder()
    const link = join(folder.path, 'ttyCAN')
    const log = folder.file('drive.log', candumpLog(truckDrive(20)))
    const adapter = await simulator('--link', link, '--file', log)
    folder.commands.push(adapter)
    try {
      const config = folder.file(
        'odograph.yaml',
        `vehicles: [{ id: truck, tokenId: "17" }]
sources: [{ id: can0, type: slcan, vehicle: truck, port: ${link}, bitrate: 250000 }]
`,
      )
      const gateway = await startGateway(folder, ['--config', config])
      const status = await until('a status', async () => {
        const { status, body } = await gateway.get('/v1/vehicle/17/status')
        return status === 200 && 'latitude' in body && (body as Record<string, number>)
      })
      assert.is(status.batteryVoltage, 13.8)
      assert.is(status.fuelPercentRemaining, 0.5)
      assert.is(status.longitude, 11.5)
      const { state, detail, buses } = await source(gateway)
      assert.is(state, 'running')
      assert.match(detail, /listen-only/)
      assert.equal(buses, ['can0'])
      assert.is((await gateway.command.stop()).code, 0)
      assert.is((await adapter.stop()).code, 0)
    } finally {
      folder.remove()
    }
  },
)

testWith(
  test,
  'socat',
  'may be unplugged and come back, garbage and all; the gateway says so and goes on',
  async () => {
    const folder = new Folder()
    const link = join(folder.path, 'ttyCAN')
    try {
      const config = folder.file(
        'odograph.yaml',
        `sources: [{ id: can0, type: slcan, vehicle: truck, port: ${link}, bitrate: 250000 }]\n`,
      )
      const gateway = await startGateway(folder, ['--config', config])
      await until('waiting', async () => (await source(gateway)).state === 'waiting')
      for (const faults of ['garbage,split', 'noack']) {
        const before = (await source(gateway)).frames
        const adapter = await simulator('--link', link, '--fault', faults, '--seed', '7')
        folder.commands.push(adapter)
        await until('frames', async () => (await source(gateway)).frames > before + 50, 40_000)
        await adapter.stop('SIGKILL')
        const gone = await until('waiting again', async () => {
          const report = await source(gateway)
          return report.state === 'waiting' && report
        })
        assert.match(gone.detail, new RegExp(link))
      }
      const end = await gateway.command.stop()
      assert.is(end.code, 0, end.stderr)
    } finally {
      folder.remove()
    }
  },
)

test.run()
