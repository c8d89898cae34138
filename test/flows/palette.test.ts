/** The palette in a real, headless Node-RED, at a real gateway with a simulated vehicle. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Folder, type RunningGateway, startGateway } from '../support/gateway-process.ts'
import { NodeRed, sink, tab } from '../support/node-red.ts'

const test = suite('palette')

const folder = new Folder()
let gateway: RunningGateway
let red: NodeRed
let credentials: Record<string, object>

test.before(async () => {
  gateway = await startGateway(folder, ['--demo'])
  red = await NodeRed.start()
  credentials = { gw: { token: gateway.token } }
})

test.after(async () => {
  await red.stop()
  await gateway.command.stop()
  folder.remove()
})

test.before.each(() => red.clear())

const gw = () => ({ id: 'gw', type: 'odograph-gateway', url: gateway.url })

test('every set of nodes loads', async () => {
  const ours = (await red.sets()).filter(({ module }) => module.includes('odograph'))
  assert.equal(
    ours.filter(({ err, enabled }) => err !== undefined || !enabled),
    [],
  )
  assert.is(ours.length, 13)
})

test('signal in sends present values at the start, then changes', async () => {
  const node = {
    id: 'in',
    type: 'odograph-signal-in',
    gateway: 'gw',
    signals: 'speed',
    wires: [['sink']],
  }
  await red.deploy([gw(), ...tab(node, sink())], credentials)
  const first = await red.message('sink')
  assert.is(first.topic, 'speed')
  assert.is(typeof first.payload, 'number')
  assert.is(first.unit, 'km/h')
  assert.is(first.quality, 'ok')
  assert.equal(red.errors, [])
})

test.run()
