/**
 * A server of `api.ts` in a process of its own, while 4,000 frames/s are decoded and stored in it:
 * `gateway` is the API on a journal, `bare` a Fastify with one route that answers the same. Says
 * where it listens, over IPC.
 */
import { join } from 'node:path'
import fastify from 'fastify'
import { BusDecoder, type CanFrame, frameOf } from '../../src/decoder/index.ts'
import { Pipelines } from '../../src/gateway/pipelines.ts'
import type { Clock } from '../../src/model/ports.ts'
import { millisToMicros } from '../../src/model/time.ts'
import { Journal } from '../../src/uplink/store/journal.ts'
import { createReader } from '../../src/uplink/store/reader.ts'
import { testApi, truck, userToken } from '../support/api-fakes.ts'
import { silent } from '../support/journal-records.ts'
import { startReaderWorker } from '../support/source-workers.ts'

export interface Started {
  port: number
  token: string
  vehicle: string
}

const [, , kind = 'gateway', folder = '', payload = '{}'] = process.argv
const FRAMES_A_SECOND = 4000
const EVERY_MS = 10
const YEAR_SECONDS = 366 * 86_400

const clock: Clock = { now: () => Date.now(), monotonic: () => performance.now() }
const path = join(folder, kind === 'gateway' ? 'journal.db' : 'bare.db')
const journal = new Journal({ path, commitEvery: 5000, logger: silent, now: () => Date.now() })
const pipelines = new Pipelines({
  journal,
  settings: { onChange: 1000, interval: 60_000 },
  clock,
  boot: 'bench',
  clockTrust: () => 'network',
  issue: () => undefined,
  recorded: () => undefined,
})

/** A truck's bus: engine, speed, odometer, temperatures, fuel, voltage, and groups nobody reads. */
function frames(): CanFrame[] {
  const known = [
    frameOf(0x0cf0_0400, [0x00, 0x7d, 0x7d, 0x60, 0x2b, 0, 0, 0x7d]),
    frameOf(0x18fe_f100, [0xff, 0x00, 0x37, 0xff, 0xff, 0xff, 0xff, 0xff]),
    frameOf(0x18fe_c1ee, [0x10, 0x98, 0x0e, 0x01, 0xff, 0xff, 0xff, 0xff]),
    frameOf(0x18fe_ee00, [0x7d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    frameOf(0x18fe_fc17, [0xff, 0x7d, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
    frameOf(0x18fe_f700, [0xff, 0xff, 0xff, 0xff, 0x18, 0x01, 0x18, 0x01]),
    frameOf(0x18fe_f500, [0xc5, 0xff, 0xff, 0x20, 0x24, 0xff, 0xff, 0xff]),
  ]
  return Array.from({ length: 40 }, (_, index) =>
    index % 4 === 0
      ? (known[(index / 4) % known.length] as CanFrame)
      : frameOf(0x18ff_0000 + index, [index, 1, 2, 3, 4, 5, 6, 7]),
  )
}

function ingest(): void {
  const live = pipelines.live('truck')
  const bus = new BusDecoder({
    bus: 'can0',
    reading: (reading) => live.reading(reading),
    issue: () => undefined,
  })
  const all = frames()
  let last = performance.now()
  let owed = 0
  let count = 0
  setInterval(() => {
    const now = performance.now()
    owed += ((now - last) * FRAMES_A_SECOND) / 1000
    last = now
    const time = millisToMicros(Date.now())
    for (; owed >= 1; owed -= 1) {
      const frame = all[count % all.length] as CanFrame
      count += 1
      frame.time = time
      // The engine turns, so that records are made.
      if (count % 40 === 0) frame.data[3] = count & 0xff
      bus.frame(frame)
    }
    pipelines.tick(time)
  }, EVERY_MS)
}

async function gateway(): Promise<Started> {
  const reader = createReader(path, startReaderWorker)
  const parts = { records: reader, status: pipelines, events: reader, clock, logger: silent }
  const { api } = await testApi(parts)
  const { port } = await api.listen('127.0.0.1', 0)
  return { port, token: await userToken(truck.owner, 10 * YEAR_SECONDS), vehicle: truck.tokenId }
}

async function bare(): Promise<Started> {
  const app = fastify()
  const answer = JSON.parse(payload)
  app.get('/v1/vehicle/:tokenId/status', async () => answer)
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { port, token: '', vehicle: truck.tokenId }
}

ingest()
process.send?.(await (kind === 'gateway' ? gateway() : bare()))
// Asked before and after a load.
process.on('message', () => process.send?.(process.cpuUsage()))
process.once('disconnect', () => process.exit())
