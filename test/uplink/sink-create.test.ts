import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { checkConfig } from '../../src/config/load.ts'
import { createSink } from '../../src/uplink/sinks/create-sink.ts'
import { sinkMessage, untilReachable } from '../contracts/sink.ts'
import { HandClock } from '../support/hand-clock.ts'
import { inFolder, silent } from '../support/journal-records.ts'
import { WebServer } from '../support/web-server.ts'

const test = suite('sinks')

test('what the configuration says is what delivers', () =>
  inFolder(async (home) => {
    const server = new WebServer()
    await server.listen()
    const folder = join(home, 'stick')
    mkdirSync(folder)
    const { config, findings } = checkConfig({
      sinks: [
        { name: 'hook', type: 'webhook', url: server.url },
        { name: 'usb', type: 'files', folder, requireMount: false, keepFree: 0 },
      ],
    })
    assert.equal(findings, [])
    const clock = new HandClock()
    const context = { gateway: 'gw1', clock, timers: clock, logger: silent }
    for (const settings of config.sinks) {
      const sink = createSink(settings, context)
      assert.is(sink.name, settings.name)
      sink.start()
      await untilReachable({ sink, clock }, true)
      await sink.deliver(sinkMessage(1))
      await sink.stop()
    }
    assert.is(server.taken().length, 1)
    await server.close()
  }))

test.run()
