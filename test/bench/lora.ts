/**
 * LoRa through the whole gateway: frames of 200 trackers as datagrams of a packet forwarder, to
 * records in the journal, with the memory of the process on the way; then what a script costs.
 *
 *   npm run bench:lora -- [UPLINKS]
 */
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { encodeStatusFrame } from '../../src/decoder/lora/codecs/status-frame.ts'
import { createScriptCodecs } from '../../src/sandbox/script-codecs.ts'
import { Folder, freePort, type RunningGateway, startGateway } from '../support/gateway-process.ts'
import { rxpk } from '../support/lora-tracker.ts'
import { encodeUplink } from '../support/lorawan-frames.ts'
import { startScriptWorker } from '../support/source-workers.ts'

const UPLINKS = Number(process.argv[2] ?? 100_000)
const DEVICES = 200
/** Frames in a datagram, and datagrams that are not acknowledged yet. */
const FRAMES = 8
const AHEAD = 4
const FORWARDERS = 4
/** Nothing more was stored for so long. */
const SETTLED_MS = 500

const devices = Array.from({ length: DEVICES }, (_, at) => ({
  id: `t${at}`,
  devEui: (0x1000_0000n + BigInt(at)).toString(16).toUpperCase().padStart(16, '0'),
  devAddr: (0x2600_0000 + at).toString(16).toUpperCase(),
  keys: { nwkSKey: randomBytes(16), appSKey: randomBytes(16) },
}))

function datagramsOf(count: number): Buffer[] {
  const datagrams: Buffer[] = []
  for (let at = 0; at < count; at += FRAMES) {
    const frames = Array.from({ length: Math.min(FRAMES, count - at) }, (_, each) => {
      const number = at + each
      const { devAddr, keys } = devices[number % DEVICES] as (typeof devices)[number]
      const fCnt = Math.floor(number / DEVICES)
      const payload = encodeStatusFrame({ odometer: 1000 + fCnt / 10, speed: fCnt % 90 }, 'long')
      return rxpk(encodeUplink({ devAddr, fCnt, fPort: 2, payload }, keys))
    })
    const head = Buffer.from('02000000B827EBFFFE000001', 'hex')
    head.writeUInt16BE((at / FRAMES) % 65_536, 1)
    datagrams.push(Buffer.concat([head, Buffer.from(JSON.stringify({ rxpk: frames }))]))
  }
  return datagrams
}

async function taken(gateway: RunningGateway): Promise<{ taken: number; rejected: number }> {
  const { body } = await gateway.get('/v1/gateway/lora')
  const report = body as { devices: { uplinks: number }[]; rejects: { count: number }[] }
  const sum = (counts: number[]) => counts.reduce((total, each) => total + each, 0)
  return {
    taken: sum(report.devices.map(({ uplinks }) => uplinks)),
    rejected: sum(report.rejects.map(({ count }) => count)),
  }
}

function megabytes(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kilobytes) / 1024)
}

async function throughGateway(): Promise<void> {
  const folder = new Folder()
  const port = await freePort()
  const config = {
    vehicles: Array.from({ length: 20 }, (_, at) => ({ id: `v${at}` })),
    sources: [{ id: 'air', type: 'semtech-udp', listen: `127.0.0.1:${port}` }],
    mqtt: { enabled: false },
    log: { level: 'error' },
    lora: {
      windowMs: 0,
      devices: devices.map(({ id, devEui, devAddr, keys }, at) => ({
        ...{ id, vehicle: `v${at % 20}`, devEui, devAddr, codec: 'odograph-status' },
        keysFile: folder.file(
          `${id}.json`,
          JSON.stringify({
            nwkSKey: keys.nwkSKey.toString('hex'),
            appSKey: keys.appSKey.toString('hex'),
          }),
        ),
      })),
    },
  }
  try {
    const file = folder.file('odograph.yaml', JSON.stringify(config))
    const gateway = await startGateway(folder, ['--config', file])
    await flood(gateway, port)
    await gateway.command.stop()
  } finally {
    folder.remove()
  }
}

async function flood(gateway: RunningGateway, port: number): Promise<void> {
  const datagrams = datagramsOf(UPLINKS)
  const sockets = Array.from({ length: FORWARDERS }, () => createSocket('udp4'))
  const waits = new EventEmitter()
  let [sent, acknowledged] = [0, 0]
  for (const socket of sockets) {
    socket.on('message', () => {
      acknowledged += 1
      waits.emit('acknowledged')
    })
  }
  const pid = gateway.command.child.pid ?? 0
  const start = performance.now()
  const step = Math.ceil(datagrams.length / 5)
  for (const datagram of datagrams) {
    sockets[sent % FORWARDERS]?.send(datagram, port, '127.0.0.1')
    sent += 1
    while (sent - acknowledged > AHEAD) {
      // One that is over its limit is not acknowledged.
      await once(waits, 'acknowledged', { signal: AbortSignal.timeout(2000) }).catch(() => {
        acknowledged = sent
      })
    }
    if (sent % step === 0) console.log(`${sent * FRAMES} uplinks: ${megabytes(pid)} MB`)
  }
  let before = -1
  for (;;) {
    const { taken: count, rejected } = await taken(gateway)
    if (count === before) {
      const seconds = (performance.now() - start) / 1000 - SETTLED_MS / 1000
      const rate = Math.round(count / seconds).toLocaleString('en')
      console.log(`${count} of ${UPLINKS} stored in ${seconds.toFixed(1)} s: ${rate}/s`)
      if (count < UPLINKS) console.log(`${rejected} rejects`)
      break
    }
    before = count
    await new Promise((resolve) => setTimeout(resolve, SETTLED_MS))
  }
  for (const socket of sockets) socket.close()
}

/** As long as those of vendors, most of it not called. */
const CODEC = `
var names = ['latitude', 'longitude', 'speed', 'odometer']
${Array.from({ length: 60 }, (_, at) => `function unused${at}(b) { return (b[0] << 8 | b[1]) / ${at + 1} }`).join('\n')}
function int32(b, i) { return (b[i] << 24) | (b[i + 1] << 16) | (b[i + 2] << 8) | b[i + 3] }
function decodeUplink(input) {
  var data = {}
  for (var i = 0; i < names.length; i += 1) data[names[i]] = int32(input.bytes, i * 4) / 1e6
  return { data: data, warnings: [] }
}`

async function scripts(): Promise<void> {
  const codecs = createScriptCodecs({ startWorker: startScriptWorker })
  const payload = { bytes: Uint8Array.from(randomBytes(16)), fPort: 2, time: Date.now() }
  const codec = codecs.codec('bench.js', CODEC)
  await codec.decode(payload)
  const buffered = codecs.codec(
    'buffer.js',
    CODEC.replace('var data', 'Buffer.from([1]); var data'),
  )
  for (const [what, each] of [
    ['a script', codec],
    ['a script with Buffer', buffered],
  ] as const) {
    const count = 1000
    const start = performance.now()
    for (let at = 0; at < count; at += 1) await each.decode(payload)
    const rate = Math.round((count / (performance.now() - start)) * 1000)
    console.log(`${what} of ${CODEC.length} characters: ${rate} payloads/s`)
  }
  const delay = monitorEventLoopDelay({ resolution: 5 })
  const hostile = codecs.codec('hostile.js', 'function decodeUplink() { for (;;); }')
  delay.enable()
  await Promise.all(Array.from({ length: 8 }, () => hostile.decode(payload)))
  delay.disable()
  console.log(`longest pause of the loop while 8 scripts hang: ${Math.round(delay.max / 1e6)} ms`)
  await codecs.stop()
}

await throughGateway()
await scripts()
