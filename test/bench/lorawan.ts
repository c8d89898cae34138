/**
 * LoRaWAN uplinks a second on one core, from the PHYPayload to the payload in clear: MIC, counter
 * and cipher alone, then the receiver with everything; and what a frame costs that is rejected.
 *
 *   node --import tsx test/bench/lorawan.ts [FRAMES]
 */
import { parsePhyPayload } from '../../src/decoder/lorawan/frame.ts'
import { LorawanReceiver } from '../../src/decoder/lorawan/receiver.ts'
import { type LoraSession, Session } from '../../src/decoder/lorawan/session.ts'
import { Random } from '../../src/device/simulator/random.ts'
import { randomBytes, randomHex, randomKeys10 } from '../decoder/lorawan/random-uplinks.ts'
import { encodeUplink, heard } from '../support/lorawan-frames.ts'

const count = Number(process.argv[2] ?? 40_000)
const DEVICES = 200
const ROUNDS = 3
const START = Date.UTC(2024, 0, 1)

const random = new Random(868)
const sessions: LoraSession[] = Array.from({ length: DEVICES }, () => ({
  devEui: randomHex(random, 8),
  devAddr: randomHex(random, 4),
  ...randomKeys10(random),
  version: '1.0',
  policy: { reset: 'reject' },
}))
const frames = Array.from({ length: count }, (_, index) => {
  const { devAddr, ...keys } = sessions[index % DEVICES] as LoraSession & { version: '1.0' }
  const fCnt = Math.floor(index / DEVICES)
  const payload = randomBytes(random, 11 + random.below(40))
  const { nwkSKey, appSKey } = keys
  return encodeUplink({ devAddr, fCnt, fPort: 2, payload }, { nwkSKey, appSKey })
})

function timed(what: string, run: () => number): void {
  for (let round = 1; round <= ROUNDS; round++) {
    const start = process.hrtime.bigint()
    const done = run()
    const micros = Number(process.hrtime.bigint() - start) / 1000
    if (done !== count) throw new Error(`${what}: ${done} of ${count}`)
    const rate = Math.round((count / micros) * 1e6).toLocaleString('en')
    console.log(`${what}: ${rate} frames/s, ${(micros / count).toFixed(1)} µs a frame`)
  }
}

/** Frames that were accepted and those that were rejected. */
function receive(data: readonly Uint8Array[], copies: number): [number, number] {
  const told = [0, 0] as [number, number]
  const receiver = new LorawanReceiver({
    sessions,
    perSecond: 1e9,
    accepted: () => undefined,
    complete: () => told[0]++,
    rejected: () => told[1]++,
    notice: () => undefined,
  })
  data.forEach((bytes, index) => {
    for (let copy = 0; copy < copies; copy++) {
      receiver.frame(heard(bytes, START + index, { id: `A${copy}`, snr: copy }))
    }
  })
  receiver.flush()
  return told
}

const made = sessions.map((session) => new Session(session))
timed('MIC and cipher', () => {
  let done = 0
  frames.forEach((bytes, index) => {
    const frame = parsePhyPayload(bytes)
    const session = made[index % DEVICES]
    const fCnt = Math.floor(index / DEVICES)
    if (frame.kind !== 'data' || !session?.isAuthentic(frame, fCnt, {})) return
    done += session.payloadOf(frame, fCnt).length > 0 ? 1 : 0
  })
  return done
})
timed('receiver, three gateways each', () => receive(frames, 3)[0])
const forged = frames.map((bytes) => bytes.map((byte, at) => (at === 12 ? byte ^ 1 : byte)))
timed('receiver, all forged', () => receive(forged, 1)[1])
