/** The whole gateway with adapters that ask, over real pseudo-terminals and a real serial port. */
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { GatewayHealth } from '../../src/model/ports.ts'
import { Command, Folder, odograph, startGateway, until } from '../support/gateway-process.ts'
import { testWith } from '../support/needs.ts'

const test = suite('asking a vehicle')

async function simulator(folder: Folder, kind: string, ...args: string[]): Promise<string> {
  const link = join(folder.path, `tty-${kind}`)
  const command = new Command(['simulate', kind, '--link', link, ...args])
  folder.commands.push(command)
  await until('the adapter', () => command.stdout.includes('ready '))
  return link
}

/** Frames of the governor's log, after the gateway has stopped. */
async function log(data: string): Promise<{ kind: string; requester: string; cause: string }[]> {
  const { stdout } = await odograph('governor', 'log', '--data', data, '--json', '--limit', '10000')
  const lines = stdout.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line))
}

testWith(
  test,
  'socat',
  'a car is asked through a clone with faults, its codes are read, and every frame is in the log',
  async () => {
    const folder = new Folder()
    const quirks = ['--fault', 'echo,no-cr,fc', '--scenario', 'smartAlternator']
    const port = await simulator(folder, 'elm327', ...quirks)
    try {
      const config = folder.file(
        'odograph.yaml',
        `vehicles: [{ id: car, tokenId: "17" }]
sources: [{ id: obd, type: elm327, vehicle: car, port: ${port}, listenOnly: false }]
governor: { clearCodes: true }
`,
      )
      const gateway = await startGateway(folder, ['--config', config])
      const raw = await until('readings of a car that drives or stands', async () => {
        const { body } = await gateway.get('/v1/vehicle/17/status-raw')
        const signals = body as Record<string, { value: unknown }>
        return signals.vin && signals.odometer && signals.activity && signals.speed && signals
      })
      assert.ok(['driving', 'idling'].includes(String(raw.activity?.value)))
      assert.ok(Number(raw.odometer?.value) > 0)
      assert.match(String(raw.activityReason?.value), /./)
      const codes = await until('trouble codes', async () => {
        const { status, body } = await gateway.get('/v1/vehicle/17/dtcs')
        return status === 200 && (body as { codes: { code: string; kind: string }[] }).codes
      })
      assert.equal(codes, [], 'they were read, and there are none')
      const health = (await gateway.get('/v1/gateway/health')).body as GatewayHealth
      assert.match(health.sources[0]?.detail ?? '', /asking through an ELM327 .*echo stays on/)
      assert.is((await gateway.command.stop()).code, 0)
      const frames = await log(join(folder.path, 'data'))
      assert.ok(frames.length > 20, `${frames.length} frames`)
      assert.ok(frames.every(({ kind }) => kind === 'request' || kind === 'flow-control'))
      assert.ok(frames.every(({ requester }) => /^gateway (poller|probe)$/.test(requester)))
      assert.ok(frames.some(({ cause }) => /speed/.test(cause)))
    } finally {
      await folder.remove()
    }
  },
)

testWith(test, 'socat', 'a parked car is left alone but for the questions of a start', async () => {
  const folder = new Folder()
  const port = await simulator(folder, 'elm327', '--scenario', 'workshop')
  try {
    const config = folder.file(
      'odograph.yaml',
      `sources: [{ id: obd, type: elm327, vehicle: car, port: ${port}, listenOnly: false }]\n`,
    )
    const gateway = await startGateway(folder, ['--config', config])
    await until('that it is known to be parked', async () => {
      const { body } = await gateway.get('/v1/gateway/health')
      const [source] = (body as GatewayHealth).sources
      return /parked/.test(JSON.stringify(source?.asking ?? ''))
    })
    await new Promise((resolve) => setTimeout(resolve, 5000))
    assert.is((await gateway.command.stop()).code, 0)
    const frames = await log(join(folder.path, 'data'))
    assert.ok(frames.length <= 2, JSON.stringify(frames))
  } finally {
    await folder.remove()
  }
})

testWith(test, 'socat', 'adapters are recognised, and told with what to configure', async () => {
  const folder = new Folder()
  try {
    const elm = await simulator(folder, 'elm327', '--version', '1.4b')
    const slcan = await simulator(folder, 'slcan')
    const { code, stdout } = await odograph('sources', '--port', elm, '--port', slcan)
    assert.is(code, 0)
    assert.match(stdout, /ELM327 \(ELM327 v1\.4b\)/)
    assert.match(stdout, /SLCAN adapter \(version 1013, serial number A001\)/)
    assert.ok(stdout.includes(`- { id: obd, type: elm327, port: ${elm}`), stdout)
    assert.ok(stdout.includes(`- { id: can0, type: slcan, port: ${slcan}`), stdout)
    const nothing = await odograph('sources', '--port', join(folder.path, 'none'))
    assert.is(nothing.code, 1)
    assert.match(nothing.stdout, /no such serial port/)
  } finally {
    await folder.remove()
  }
})

testWith(
  test,
  'socat',
  'a GVRET adapter, a receiver and a second car make one status each',
  async () => {
    const folder = new Folder()
    try {
      const gvret = await simulator(folder, 'gvret', '--vehicle', 'truck')
      const gnss = await simulator(folder, 'nmea')
      const ev = await simulator(folder, 'stn', '--vehicle', 'ev', '--scenario', 'electricCharging')
      const config = folder.file(
        'odograph.yaml',
        `vehicles: [{ id: truck, tokenId: "17" }, { id: trailer, tokenId: "18" }, { id: ev, tokenId: "19" }]
sources:
  - { id: can0, type: gvret, vehicle: truck, port: ${gvret}, bitrate: 250000 }
  - { id: gnss, type: nmea, vehicle: trailer, port: ${gnss} }
  - { id: obd, type: elm327, vehicle: ev, port: ${ev}, listenOnly: false }
`,
      )
      const gateway = await startGateway(folder, ['--config', config])
      const status = (id: number, field: string) =>
        until(`${field} of ${id}`, async () => {
          const { status, body } = await gateway.get(`/v1/vehicle/${id}/status`)
          return status === 200 && (body as Record<string, unknown>)[field]
        })
      assert.ok(Number(await status(17, 'odometer')) > 100_000)
      assert.ok(Math.abs(Number(await status(18, 'latitude')) - 45.47) < 0.1)
      assert.ok(Number(await status(19, 'soc')) > 0)
      assert.is((await gateway.command.stop()).code, 0)
    } finally {
      await folder.remove()
    }
  },
)

test.run()
