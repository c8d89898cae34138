/** The shipped command with Home Assistant and commands switched on, at its own broker. */
import { connectAsync } from 'mqtt'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Folder, startGateway, until } from '../support/gateway-process.ts'
import { hasJinja, rendered } from '../support/jinja.ts'

const test = suite('mqtt inbound')

const CONFIG = `
gateway:
  id: depot.1
mqtt:
  homeAssistant: true
  commands:
    enabled: true
`

interface Discovery {
  components: Record<
    string,
    { state_topic?: string; value_template?: string; json_attributes_template?: string }
  >
}

test('a demo vehicle announces what it shows, and answers commands', async () => {
  const folder = new Folder()
  try {
    const config = folder.file('odograph.yaml', CONFIG)
    const gateway = await startGateway(folder, ['--demo', '--config', config])
    const client = await connectAsync(`mqtt://127.0.0.1:${gateway.mqttPort}`)
    const newest = new Map<string, string>()
    client.on('message', (topic, payload) => newest.set(topic, payload.toString()))
    await client.subscribeAsync(['homeassistant/device/#', 'odograph/#'])
    const [topic, message] = await until('a position in discovery', () =>
      [...newest]
        .filter(([name, text]) => name.startsWith('homeassistant/') && text !== '')
        .map(([name, text]) => [name, JSON.parse(text) as Discovery] as const)
        .find(([, { components }]) => 'position' in components && 'odometer' in components),
    )
    assert.match(topic, /^homeassistant\/device\/depot_1-[0-9a-f]{6}_[\w-]+\/config$/)
    const statusTopic = message.components.odometer?.state_topic ?? ''
    const status = JSON.parse(newest.get(statusTopic) ?? '')
    assert.type(status.odometer, 'number')
    assert.is(status.signals.odometer, status.odometer)
    assert.not('vin' in status.signals)
    if (hasJinja()) {
      const odometer = String(message.components.odometer?.value_template)
      const position = String(message.components.position?.json_attributes_template)
      const [km, place] = rendered([
        { template: odometer, value: status },
        { template: position, value: status },
      ])
      assert.is(km, String(status.odometer))
      assert.is(JSON.parse(place ?? '').latitude, status.signals.latitude)
    }
    const command = statusTopic.replace('/status', '/command/history/get')
    await client.publishAsync(command, JSON.stringify({ id: 'h', limit: 3 }), { qos: 1 })
    const answer = await until('an answer', () => newest.get(`${command}/response`))
    const { id, status: outcome, result } = JSON.parse(answer)
    assert.equal([id, outcome], ['h', 'ok'], answer)
    assert.ok(result.records.length <= 3)
    const clear = statusTopic.replace('/status', '/command/dtc/clear')
    await client.publishAsync(clear, '{}', { qos: 1 })
    const refused = await until('a refusal', () => newest.get(`${clear}/response`))
    assert.is(JSON.parse(refused).error.code, 'not-enabled')
    await client.endAsync(true)
    assert.is((await gateway.command.stop('SIGINT')).code, 0)
  } finally {
    folder.remove()
  }
})

test.run()
