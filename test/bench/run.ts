/**
 * `npm run bench`: ratios within one run, because machines are noisy.
 *
 * 1. A candump file of a million frames and more → readings, in this process, from reading the file
 *    to having the readings, against `log2asc` of can-utils converting the same file to nowhere.
 * 2. The same through the whole pipeline (status, records).
 * 3. Memory after each tenth of a long file.
 *
 * The file comes from the simulated vehicle with other traffic around it, so about one frame in
 * three is known to the tables. A real recording may be given: `npm run bench -- FILE`.
 */
import { spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { BusDecoder } from '../../src/decoder/bus-decoder.ts'
import { Counters } from '../../src/decoder/vehicle/counters.ts'
import { Odometer } from '../../src/decoder/vehicle/odometer.ts'
import { VehiclePipeline } from '../../src/decoder/vehicle/vehicle-pipeline.ts'
import { readCapture } from '../../src/device/capture/capture-file.ts'
import type { Reading } from '../../src/model/reading.ts'
import { hasProgram } from '../support/needs.ts'
import { generatedRecording } from './generated-recording.ts'

const ROUNDS = 5

interface Round {
  seconds: number
  frames: number
  readings: number
}

const ignore = () => undefined

async function toReadings(file: string, each: (reading: Reading) => void): Promise<Round> {
  const decoders: BusDecoder[] = []
  let readings = 0
  const started = performance.now()
  const { frames } = await readCapture(file, {
    frame(frame, buses) {
      let decoder = decoders[frame.bus]
      if (decoder === undefined) {
        decoder = new BusDecoder({
          bus: buses[frame.bus] ?? '',
          reading(reading) {
            readings += 1
            each(reading)
          },
          issue: ignore,
        })
        decoders[frame.bus] = decoder
      }
      decoder.frame(frame)
    },
    issue: ignore,
  })
  return { seconds: (performance.now() - started) / 1000, frames, readings }
}

function toRecords(file: string): Promise<Round> {
  const pipeline = new VehiclePipeline({
    vehicle: 'bench',
    odometer: new Odometer(),
    counters: new Counters(),
    settings: { onChange: 1000, interval: 60_000 },
    stamp: (time) => ({
      boot: 'bench',
      monotonic: 0,
      receivedAt: Math.floor(time / 1000),
      clockTrust: 'recorded',
    }),
    record: ignore,
    issue: ignore,
  })
  return toReadings(file, (reading) => pipeline.reading(reading))
}

function log2asc(file: string): number {
  const started = performance.now()
  const result = spawnSync('log2asc', ['-I', file, '-O', '/dev/null', 'can0', 'can1'])
  if (result.status !== 0) throw new Error(`log2asc: ${result.stderr}`)
  return (performance.now() - started) / 1000
}

const median = (values: number[]) =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number

const given = process.argv[2]
const file = given ?? generatedRecording(1_200_000)
console.log(`${file}  ${(statSync(file).size / 1e6).toFixed(0)} MB`)

const readings: Round[] = []
const records: Round[] = []
const peer: number[] = []
const withPeer = hasProgram('log2asc')
await toReadings(file, ignore)
for (let round = 0; round < ROUNDS; round += 1) {
  readings.push(await toReadings(file, ignore))
  records.push(await toRecords(file))
  if (withPeer) peer.push(log2asc(file))
}

const { frames, readings: count } = readings[0] as Round
const rate = (rounds: Round[]) => frames / median(rounds.map((round) => round.seconds)) / 1e6
console.log(`frames                ${frames}, readings ${count}`)
console.log(
  `to readings           ${rate(readings).toFixed(2)} million frames/s (median of ${ROUNDS})`,
)
console.log(`to records            ${rate(records).toFixed(2)} million frames/s`)
if (withPeer) {
  const peerRate = frames / median(peer) / 1e6
  console.log(`log2asc               ${peerRate.toFixed(2)} million frames/s`)
  console.log(`to readings : log2asc ${(rate(readings) / peerRate).toFixed(1)} times as fast`)
} else console.log('log2asc               not installed (can-utils)')

global.gc?.()
const before = process.memoryUsage().rss
for (let round = 0; round < 10; round += 1) await toReadings(file, ignore)
const grown = (process.memoryUsage().rss - before) / 1e6
console.log(
  `memory                ${(before / 1e6).toFixed(0)} MB, ${grown.toFixed(1)} MB more after ${(frames * 10) / 1e6} million frames`,
)
