/** The source as the gateway would run it, for a moment, with nothing behind it: what comes of it. */
import { setTimeout as passed } from 'node:timers/promises'
import type { SourceConfig } from '../../config/schema.ts'
import { createSource } from '../../device/create-source.ts'
import type { Millis } from '../../model/time.ts'
import type { BusState } from '../../model/transmit.ts'
import type { Examination } from './examination.ts'

export type SerialSource = Extract<SourceConfig, { type: 'slcan' | 'elm327' | 'gvret' }>

export interface Heard {
  frames: number
  /** Of the line, as far as SLCAN would take for these frames. */
  bytesPerSecond: number
  ms: Millis
  /** Times that frames were lost. */
  lost: number
  bus: BusState
  busDetail: string
  /** Why it is not open. */
  failed?: string
}

const LISTEN_MS: Millis = 3000
/** An ELM327 tries protocols before it listens. */
const OPEN_MS: Millis = 12_000
const STEP_MS: Millis = 100

export async function listen(settings: SerialSource, { signal }: Examination): Promise<Heard> {
  const heard: Heard = { frames: 0, bytesPerSecond: 0, ms: 0, lost: 0, bus: 'ok', busDetail: '' }
  let bytes = 0
  let state = 'starting'
  let detail = ''
  const source = createSource({ ...settings, listenOnly: true }, [])
  source.start({
    frame(frame) {
      heard.frames += 1
      bytes += (frame.extended ? 11 : 6) + 2 * frame.data.length
    },
    issue({ code }) {
      if (code === 'adapter-overflow') heard.lost += 1
    },
    health(health) {
      state = health.state
      detail = health.detail
    },
    busState(now, why) {
      heard.bus = now
      heard.busDetail = why
    },
    end: () => undefined,
  })
  try {
    for (let ms = 0; ms < OPEN_MS && state === 'starting' && !signal.aborted; ms += STEP_MS) {
      await passed(STEP_MS)
    }
    const begun = performance.now()
    for (let ms = 0; ms < LISTEN_MS && state !== 'waiting' && !signal.aborted; ms += STEP_MS) {
      await passed(STEP_MS)
    }
    heard.ms = performance.now() - begun
  } finally {
    await source.stop()
  }
  heard.bytesPerSecond = heard.ms === 0 ? 0 : (bytes * 1000) / heard.ms
  return state === 'waiting' ? { ...heard, failed: detail } : heard
}
