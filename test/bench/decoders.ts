/**
 * `npm run bench`, second part: what a frame costs in each decoder, with all tables loaded, and what
 * it leaves on the heap.
 *
 * 1. J1939 frames known to the tables, OBD-II answers, and frames that nothing knows.
 * 2. A DBC file of 200 messages against one of 20: nanoseconds a frame.
 * 3. Reading a DBC file of a megabyte.
 * 4. Collections of the young heap while ten million frames are decoded: none means that nothing is
 *    allocated per frame.
 */
import { PerformanceObserver } from 'node:perf_hooks'
import { setImmediate as settled } from 'node:timers/promises'
import { BusDecoder } from '../../src/decoder/bus-decoder.ts'
import { compileDbc } from '../../src/decoder/dbc/compile.ts'
import { dbcText, parseDbc } from '../../src/decoder/dbc/parse.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'

const ROUNDS = 7
const BATCH = 1_000_000
const START = 1_750_000_000_000_000

const ignore = () => undefined

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number
}

/** Nanoseconds a frame, the median of some rounds. One frame is lent, as sources lend it. */
function cost(frames: readonly CanFrame[], decode: (frame: CanFrame) => void): number {
  const ids = Uint32Array.from(frames, ({ id }) => id)
  const bytes = new Uint8Array(frames.length * 8)
  for (const [i, { data }] of frames.entries()) bytes.set(data.subarray(0, 8), i * 8)
  const lent = frameOf(0, new Uint8Array(8), { extended: frames[0]?.extended ?? false })
  let time = START
  const rounds: number[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const started = performance.now()
    for (let i = 0, n = 0; i < BATCH; i += 1, n += 1) {
      if (n === ids.length) n = 0
      time += 500
      lent.time = time
      lent.id = ids[n] as number
      for (let at = 0; at < 8; at += 1) lent.data[at] = bytes[n * 8 + at] as number
      decode(lent)
    }
    // The first round only warms up.
    if (round > 0) rounds.push(((performance.now() - started) * 1e6) / BATCH)
  }
  return median(rounds)
}

function busDecoder(): BusDecoder {
  return new BusDecoder({ bus: 'can0', reading: ignore, issue: ignore })
}

const data = (seed: number) => Array.from({ length: 8 }, (_, i) => (seed * 31 + i * 17) & 0x7f)

const traffic: Record<string, CanFrame[]> = {
  'J1939, groups that feed signals': [
    0x0cf00400, 0x0cf00300, 0x18fef100, 0x18feee00, 0x18fee000, 0x18fef700, 0x18fef200,
  ].map((id, i) => frameOf(id, data(i))),
  'J1939, groups that feed none': [0x0cf00203, 0x18f0010b, 0x18fdd00b, 0x0cf02303].map((id, i) =>
    frameOf(id, data(i)),
  ),
  'OBD-II, single frames': [
    [0x04, 0x41, 0x0c, 0x1a, 0xf8, 0, 0, 0],
    [0x03, 0x41, 0x0d, 0x39, 0, 0, 0, 0],
    [0x03, 0x41, 0x05, 0x85, 0, 0, 0, 0],
  ].map((bytes) => frameOf(0x7e8, bytes)),
  'known to nobody': [0x18ff1234, 0x1cefaa55, 0x19f01234, 0x1af01234].map((id, i) =>
    frameOf(id, data(i)),
  ),
}

/** A DBC file of so many messages, eight signals each. */
function dbcOf(messages: number, comments = ''): string {
  let text = 'VERSION ""\nNS_ :\nBS_:\nBU_: A B\n'
  for (let m = 0; m < messages; m += 1) {
    text += `BO_ ${0x100 + m} Message_${m}: 8 A\n`
    for (let s = 0; s < 8; s += 1) {
      text += ` SG_ Signal_${m}_${s} : ${s * 8}|8@1+ (0.4,-40) [-40|62] "degC" B\n`
    }
  }
  for (let m = 0; m < messages && comments !== ''; m += 1) {
    text += `CM_ SG_ ${0x100 + m} Signal_${m}_0 "${comments}";\n`
    text += `VAL_ ${0x100 + m} Signal_${m}_1 0 "off" 1 "on" 2 "error" 3 "not available" ;\n`
  }
  return text
}

function dbcCost(messages: number): number {
  const { dbc } = parseDbc(dbcOf(messages))
  const decoder = compileDbc(dbc)
  const frames = dbc.messages.map(({ id }, i) => frameOf(id, data(i)))
  return cost(frames, (frame) => decoder.decode(frame, ignore))
}

for (const [what, frames] of Object.entries(traffic)) {
  const decoder = busDecoder()
  console.log(`${what.padEnd(33)} ${cost(frames, (f) => decoder.frame(f)).toFixed(0)} ns a frame`)
}

const [few, many] = [dbcCost(20), dbcCost(200)]
console.log(`DBC of 20 messages                ${few.toFixed(0)} ns a frame of 8 signals`)
console.log(
  `DBC of 200 messages               ${many.toFixed(0)} ns a frame, ${(many / few).toFixed(2)} times that of 20`,
)

const large = Buffer.from(dbcOf(1500, 'a comment as long as comments in such files are'))
const parsing: number[] = []
for (let round = 0; round < ROUNDS; round += 1) {
  const started = performance.now()
  compileDbc(parseDbc(dbcText(large)).dbc)
  parsing.push(performance.now() - started)
}
console.log(
  `DBC of ${(large.length / 1e6).toFixed(2)} MB                    first ${parsing[0]?.toFixed(0)} ms, median ${median(parsing).toFixed(0)} ms to parse and compile`,
)

/** Counts collections, as they are reported a little later. */
let collections = 0
const observer = new PerformanceObserver((list) => {
  collections += list.getEntries().length
})
observer.observe({ entryTypes: ['gc'] })
const decoder = busDecoder()
const mixed = Object.entries(traffic)
  .filter(([what]) => !what.startsWith('OBD'))
  .flatMap(([, frames]) => frames)
for (const round of ['warm', 'steady']) {
  await settled()
  collections = 0
  const before = process.memoryUsage().heapUsed
  let time = START
  for (let i = 0; i < 10_000_000; i += 1) {
    const frame = mixed[i % mixed.length] as CanFrame
    time += 500
    frame.time = time
    decoder.frame(frame)
  }
  const grown = process.memoryUsage().heapUsed - before
  await settled()
  if (round === 'steady') {
    console.log(
      `heap, 10 million J1939 frames     ${(grown / 1e6).toFixed(2)} MB more, ${collections} collections`,
    )
  }
}
observer.disconnect()
