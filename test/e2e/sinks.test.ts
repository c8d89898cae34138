/** The whole gateway with a webhook and a folder beside MQTT: real HTTP, real files, a real restart. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { type ConfigInput, loadConfig } from '../../src/config/load.ts'
import { Gateway } from '../../src/gateway.ts'
import { batchEvents } from '../../src/uplink/columns/batch-events.ts'
import { inFolder, silent } from '../support/journal-records.ts'

const test = suite('sinks of a gateway')

const PATIENCE_MS = 30_000

async function until(is: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + PATIENCE_MS; !is(); ) {
    assert.ok(performance.now() < end, `${what} takes too long`)
    await setTimeout(50)
  }
}

function gatewayIn(folder: string, sinks: ConfigInput['sinks']): Gateway {
  const loaded = loadConfig({
    environment: {},
    overrides: (input) => {
      input.api = { listen: '127.0.0.1:0' }
      input.mqtt = { enabled: false }
      input.store = { commit: 0.1 }
      input.records = { onChange: 0.1 }
      input.sources = [{ type: 'simulator', id: 'sim0', vehicle: 'demo' }]
      input.sinks = sinks
    },
  })
  const clock = { now: () => Date.now(), monotonic: () => performance.now() }
  const timeWorld = {
    read: () => undefined,
    modified: () => undefined,
    exists: () => false,
    run: async () => ({ state: 'absent', output: '' }) as const,
  }
  return new Gateway({ ...{ loaded, folder, version: '0', logger: silent, clock, timeWorld } })
}

interface Posted {
  type: string
  ids: string[]
}

/** Takes events, alone or in arrays, once it is open. */
async function receiver(): Promise<{
  server: Server
  url: string
  posts: Posted[]
  isOpen: boolean
}> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (!found.isOpen) {
        response.writeHead(503).end()
        return
      }
      const body: { id: string } | { id: string }[] = JSON.parse(Buffer.concat(chunks).toString())
      const ids = [body].flat().map(({ id }) => id)
      found.posts.push({ type: String(request.headers['content-type']), ids })
      response.writeHead(204).end()
    })
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)))
  const { port } = server.address() as AddressInfo
  const found = { server, url: `http://127.0.0.1:${port}/`, posts: [] as Posted[], isOpen: false }
  return found
}

test('a webhook that comes late gets every record, and a folder gets all as files', () =>
  inFolder(async (folder) => {
    const found = await receiver()
    const drop = join(folder, 'drop')
    mkdirSync(drop)
    const sinks: ConfigInput['sinks'] = [
      { name: 'hook', type: 'webhook', url: found.url },
      {
        ...{ name: 'stick', type: 'files', folder: drop, requireMount: false, encoding: 'columns' },
        batch: { seconds: 1 },
        lanes: ['backlog'],
      },
    ]
    const first = gatewayIn(folder, sinks)
    await first.start()
    await until(() => first.health().store.records >= 20, 'driving')
    const late = first.health().sinks?.find(({ name }) => name === 'hook')
    assert.ok((late?.unsent ?? 0) > 0)
    await first.stop()
    found.isOpen = true
    const second = gatewayIn(folder, sinks)
    await second.start()
    const unsent = () => second.health().sinks?.map((sink) => sink.unsent) ?? []
    await until(() => found.posts.length > 0 && second.health().store.records >= 40, 'the rest')
    await until(() => unsent().every((count) => count <= 5), 'sending')
    await second.stop()
    found.server.close()
    const all = new Set(found.posts.flatMap(({ ids }) => ids))
    assert.ok(all.size >= 35, `${all.size}`)
    const files = readdirSync(drop, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.cbor'))
    const events = files.flatMap((name) => batchEvents(readFileSync(join(drop, name))))
    const places = events.map(({ sequence }) => Number(sequence)).sort((a, b) => a - b)
    assert.equal(
      [...new Set(places)],
      Array.from({ length: new Set(places).size }, (_, index) => index + 1),
      'no place is missing',
    )
    assert.ok(places.length >= 35)
  }))

test.run()
