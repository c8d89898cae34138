/** `odograph simulate gpsd`: a gpsd with a receiver in a simulated vehicle, until it is stopped. */
import type { GpsdFault } from '../../device/simulator/gpsd-lines.ts'
import { gpsdReports } from '../../device/simulator/gpsd-lines.ts'
import { openGpsdServer } from '../../device/simulator/gpsd-server.ts'
import { Physics } from '../../device/simulator/physics.ts'
import { scenarios } from '../../device/simulator/physics-scenario.ts'
import { OdographError } from '../../model/errors.ts'
import type { CommandIo } from '../command.ts'
import type { SimulateSettings } from './settings.ts'

const SECOND_MS = 1000
const USUAL = { host: '127.0.0.1', port: 2947 }

export async function simulateGpsd(
  settings: SimulateSettings,
  io: Pick<CommandIo, 'stdout' | 'stderr' | 'signal'>,
): Promise<number> {
  const { link, port, tcp = USUAL, scenario, seed, vehicle } = settings
  if (link !== undefined || port !== undefined) {
    throw new OdographError('usage', '--link and --port', 'gpsd speaks over TCP: use --tcp')
  }
  const faults = new Set(settings.faults as GpsdFault[])
  const physics = new Physics({ scenario: scenarios[scenario ?? 'demo'], seed })
  const server = await openGpsdServer({ ...tcp, faults })
  const address = `${server.host}:${server.port}`
  const suffix = faults.size === 0 ? '' : `, with faults: ${[...faults].join(', ')}`
  io.stderr.write(`gpsd at ${address}: a simulated ${vehicle}${suffix}\n`)
  io.stderr.write('A gateway opens it with this in its configuration:\n')
  io.stderr.write(`  sources:\n    - { id: gnss, type: gpsd, address: ${address} }\n`)
  io.stdout.write(`ready ${address}\n`)
  const timer = setInterval(
    () => server.tell(gpsdReports(physics, Date.now() * 1000, faults)),
    SECOND_MS,
  )
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve()
    io.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  clearInterval(timer)
  await server.close()
  return 0
}
