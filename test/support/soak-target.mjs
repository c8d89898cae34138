// The gateway as it is shipped, with a clock that can be made to jump, and that tells its health to the
// soak test that started it. Memory is told after a collection, so that only what is kept counts.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../dist/config/load.js'
import { Gateway } from '../../dist/gateway.js'
import { createLogger } from '../../dist/logger.js'

const { folder, adapter, mqtt } = JSON.parse(process.argv[2])
const file = join(folder, 'odograph.yaml')
writeFileSync(
  file,
  `vehicles: [{ id: truck }]
sources: [{ type: slcan, id: can0, vehicle: truck, port: 'tcp://127.0.0.1:${adapter}', bitrate: 250000, protocols: [j1939] }]
records: { onChange: 0.1 }
store: { commit: 1, sealAfter: 60, maxMegabytes: 50 }
time: { trust: system }
api: { listen: '127.0.0.1:0' }
mqtt: { url: 'mqtt://127.0.0.1:${mqtt}' }
log: { level: error }
`,
)
let skew = 0
const clock = { now: () => Date.now() + skew, monotonic: () => performance.now() }
const loaded = loadConfig({ file, environment: {} })
const logger = createLogger({ ...loaded.config.log, write: (line) => process.stderr.write(line) })
const gateway = new Gateway({ loaded, folder, version: 'soak', logger, clock })
process.on('message', async ({ ask, jump, stop }) => {
  if (jump !== undefined) skew += jump
  if (ask !== undefined) {
    globalThis.gc()
    process.send(gateway.health())
  }
  if (stop === true) {
    await gateway.stop()
    process.exit(0)
  }
})
await gateway.start()
