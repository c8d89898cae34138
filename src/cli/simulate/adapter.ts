/** The fake adapter that `odograph simulate` is asked to be, with its bus, running by the clock. */
import { createPlayback } from '../../device/capture/playback.ts'
import { type AdapterEngine, connect } from '../../device/simulator/adapter-bench.ts'
import { ElmAdapter } from '../../device/simulator/elm-adapter.ts'
import type { ElmFault } from '../../device/simulator/elm-faults.ts'
import { type GnssFault, nmeaSentences } from '../../device/simulator/gnss.ts'
import { GvretAdapter, type GvretFault } from '../../device/simulator/gvret-adapter.ts'
import { Physics } from '../../device/simulator/physics.ts'
import { scenarios } from '../../device/simulator/physics-scenario.ts'
import { simulatedBus } from '../../device/simulator/simulated-bus.ts'
import { SlcanAdapter, type SlcanFault } from '../../device/simulator/slcan-adapter.ts'
import { createSteadyTraffic } from '../../device/simulator/steady-traffic.ts'
import { StnAdapter } from '../../device/simulator/stn-adapter.ts'
import { UbloxReceiver } from '../../device/simulator/ublox-receiver.ts'
import type { CanFrame } from '../../model/frame.ts'
import type { Source } from '../../model/ports.ts'
import type { SimulateSettings } from './settings.ts'

export interface Wire {
  write(bytes: Uint8Array): void
  /** Bytes that the host has not taken. */
  pending(): number
  say(text: string): void
}

export interface FakeAdapter {
  receive(bytes: Uint8Array): void
  start(): void
  stop(): Promise<void>
  /** At the end, in a sentence. */
  summary(): string
}

/** Beyond this the host is not reading, and the adapter loses frames as a real one does. */
const BUFFER_BYTES = 256 * 1024
const FLUSH_MS = 20
const SECOND_MS = 1000

export function fakeAdapter(settings: SimulateSettings, wire: Wire): FakeAdapter {
  if (settings.kind === 'nmea') return receiver(settings, wire)
  const traffic = trafficOf(settings, wire)
  if (traffic !== undefined) return playingAdapter(settings, wire, traffic)
  return benchAdapter(engineOf(settings, wire))
}

/** Whatever is asked of it goes to a vehicle that answers. */
function benchAdapter({ engine, summary }: Engine): FakeAdapter {
  const bench = connect(engine)
  return {
    receive: (bytes) => bench.receive(bytes),
    start: () => undefined,
    stop: async () => bench.stop(),
    summary,
  }
}

interface Engine {
  engine: AdapterEngine
  summary: () => string
}

function engineOf(settings: SimulateSettings, wire: Wire): Engine {
  const { kind, vehicle, scenario, seed, faults, version, dialect, singlePid } = settings
  const begun = scenario === undefined ? {} : { scenario, start: Date.now() * 1000 }
  const model = simulatedBus(vehicle, { seed, singlePid, ...begun })
  const write = (bytes: Uint8Array) => wire.write(bytes)
  if (kind === 'slcan') {
    const engine = new SlcanAdapter({ model, write, dialect, seed, faults: faults as SlcanFault[] })
    return { engine: told(engine, wire.say), summary: () => `${engine.sent} frames sent` }
  }
  if (kind === 'gvret') {
    const engine = new GvretAdapter({ model, write, seed, faults: faults as GvretFault[] })
    return { engine, summary: () => `${engine.transmitted.length} frames put on the bus` }
  }
  const options = { model, write, seed, faults: faults as ElmFault[] }
  const versioned = version === undefined ? options : { ...options, version }
  const engine = kind === 'stn' ? new StnAdapter(versioned) : new ElmAdapter(versioned)
  return {
    engine,
    summary: () =>
      `${engine.transmitted.length} frames put on the bus, ${engine.searches} of them in search of a protocol`,
  }
}

/** The same adapter, telling of its channel. */
function told(engine: SlcanAdapter, say: (text: string) => void): AdapterEngine {
  return {
    get isBusy() {
      return engine.isBusy
    },
    advance: (time) => engine.advance(time),
    receive(bytes, time) {
      const before = engine.state
      engine.receive(bytes, time)
      if (engine.state !== before) say(stateText(engine))
    },
  }
}

function stateText({ state }: SlcanAdapter): string {
  if (state === 'closed') return 'channel closed'
  return state === 'listen' ? 'channel opened, listen-only' : 'channel opened'
}

/** What an SLCAN adapter's bus carries where it is no vehicle. */
function trafficOf({ file, rate }: SimulateSettings, { say }: Wire): Source | undefined {
  if (rate !== undefined) return createSteadyTraffic({ id: 'bus', rate })
  if (file === undefined) return undefined
  const onError = (error: Error) => say(error.message)
  return createPlayback({ id: 'bus', path: file, speed: 1, retry: false, onError })
}

/** A recording is not played to nobody: it starts with the first opening of the channel. */
function playingAdapter(
  { faults, seed, dialect }: SimulateSettings,
  wire: Wire,
  traffic: Source,
): FakeAdapter {
  const adapter = new SlcanAdapter({
    ...{ dialect, seed, faults: faults as SlcanFault[] },
    write: (bytes) => wire.write(bytes),
  })
  let flusher: NodeJS.Timeout | undefined
  let isPlaying = false
  const play = () => {
    isPlaying = true
    flusher = setInterval(() => adapter.flush(), FLUSH_MS)
    traffic.start({
      frame: (frame: CanFrame) => {
        if (wire.pending() > BUFFER_BYTES) adapter.overflow()
        else adapter.frame(frame)
      },
      issue: (issue) => wire.say(`${issue.code} at ${issue.at}: ${issue.detail ?? ''}`),
      health: () => undefined,
      end: () => wire.say('the recording has ended; the bus is quiet until Ctrl-C'),
    })
  }
  return {
    receive(bytes) {
      const before = adapter.state
      adapter.receive(bytes, Date.now() * 1000)
      if (adapter.state === before) return
      wire.say(stateText(adapter))
      if (adapter.state !== 'closed' && !isPlaying) play()
    },
    start: () => undefined,
    async stop() {
      clearInterval(flusher)
      await traffic.stop()
    },
    summary: () => `${adapter.sent} frames sent`,
  }
}

/** A satellite receiver talks by itself; it listens to what u-blox receivers understand. */
function receiver({ scenario, seed, faults }: SimulateSettings, wire: Wire): FakeAdapter {
  const physics = new Physics({ scenario: scenarios[scenario ?? 'demo'], seed })
  const options = { faults: new Set(faults as GnssFault[]) }
  const listener = new UbloxReceiver({ write: (bytes) => wire.write(bytes) })
  let timer: NodeJS.Timeout | undefined
  let sentences = 0
  const talk = () => {
    const spoken = nmeaSentences(physics, Date.now() * 1000, options)
    sentences += spoken.length
    wire.write(Buffer.from(spoken.join(''), 'latin1'))
    timer = setTimeout(talk, listener.periodMs)
  }
  return {
    receive: (bytes) => listener.receive(bytes),
    start() {
      timer = setTimeout(talk, SECOND_MS)
    },
    async stop() {
      clearTimeout(timer)
    },
    summary: () => `${sentences} sentences sent`,
  }
}
