/** The shipped command with a webhook and a folder beside MQTT: real HTTP, real files, a real restart. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import type { GatewayHealth } from '../../src/model/ports.ts'
import { batchEvents } from '../../src/uplink/columns/batch-events.ts'
import { Folder, type RunningGateway, startGateway, until } from '../support/gateway-process.ts'

const test = suite('sinks of a gateway')

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

async function health({ get }: RunningGateway): Promise<GatewayHealth> {
  return (await get('/v1/gateway/health')).body
}

function configOf(url: string, drop: string): string {
  return `
store: { commit: 0.1 }
records: { onChange: 0.1 }
sinks:
  - { name: hook, type: webhook, url: "${url}" }
  - name: stick
    type: files
    folder: ${drop}
    requireMount: false
    encoding: columns
    batch: { seconds: 1 }
    lanes: [backlog]
`
}

test('a webhook that comes late gets every record, and a folder gets all as files', async () => {
  const folder = new Folder()
  const found = await receiver()
  try {
    const drop = join(folder.path, 'drop')
    mkdirSync(drop)
    const config = folder.file('odograph.yaml', configOf(found.url, drop))
    const first = await startGateway(folder, ['--demo', '--config', config])
    await until('driving', async () => (await health(first)).store.records >= 20)
    const late = (await health(first)).sinks?.find(({ name }) => name === 'hook')
    assert.ok((late?.unsent ?? 0) > 0)
    await first.command.stop()
    found.isOpen = true
    const second = await startGateway(folder, ['--demo', '--config', config])
    const before = (await health(second)).store.records
    const ids = () => new Set(found.posts.flatMap((post) => post.ids))
    await until('all that was there', () => ids().size >= before)
    await until('files', () => placesIn(drop).length >= before)
    await second.command.stop()
    const places = placesIn(drop)
    assert.not(String(readdirSync(drop, { recursive: true })).includes('live-'))
    assert.equal(
      places,
      places.map((_, index) => index + 1),
      'every place once, in order',
    )
  } finally {
    found.server.close()
    folder.remove()
  }
})

/** What stands in the files of a folder, in the order of their names. */
function placesIn(drop: string): number[] {
  return readdirSync(drop, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.cbor'))
    .sort((a, b) => firstPlace(a) - firstPlace(b))
    .flatMap((name) => batchEvents(readFileSync(join(drop, name))))
    .map(({ sequence }) => Number(sequence))
}

function firstPlace(name: string): number {
  return Number(/backlog-(\d+)-/.exec(name)?.[1])
}

test.run()
