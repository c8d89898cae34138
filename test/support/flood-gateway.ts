/** A gateway in a thread of its own that tells a hundred signals ten times a second, for some seconds. */
import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { ScriptedGateway } from './scripted-gateway.ts'

const { rounds } = workerData as { rounds: number }
const gateway = new ScriptedGateway()
await gateway.start()
parentPort?.postMessage({ url: gateway.url })
while (gateway.streams.size === 0) await sleep(10)
const names = Array.from({ length: 100 }, (_, i) => `signal${i}`)
const begun = Date.now()
for (let value = 1; value <= rounds; value += 1) {
  gateway.signals(...names.map((name) => ({ name, value })))
  await sleep(Math.max(begun + value * 100 - Date.now(), 0))
}
parentPort?.postMessage({ took: Date.now() - begun, streams: gateway.streams.size })
