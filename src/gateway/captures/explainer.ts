/**
 * The frames behind a value: looked for in the frames that are held in memory, then in the captures of
 * that time, from the newest before the moment backwards.
 */

import type { Protocol } from '../../decoder/bus-decoder.ts'
import { type FrameFinding, FramesBehind, type SaidValue } from '../../decoder/frames-behind.ts'
import { readCapture } from '../../device/capture/capture-file.ts'
import type { FrameExplainer, FrameExplanation } from '../../model/capture.ts'
import type { CanFrame } from '../../model/frame.ts'
import type { Profile } from '../../model/profile.ts'
import type { SignalName } from '../../model/signals.ts'
import { type Millis, millisToMicros } from '../../model/time.ts'
import type { Captures } from './captures.ts'

export interface ExplainerOptions {
  captures: Captures
  profiles: ReadonlyMap<string, Profile>
  /** As what frames of a bus of the vehicle are decoded. */
  protocols: (vehicle: string, bus: string) => readonly Protocol[]
}

/** What comes once a minute, and what a session takes. */
const LOOK_BACK: Millis = 90_000

export class Explainer implements FrameExplainer {
  readonly #options: ExplainerOptions

  constructor(options: ExplainerOptions) {
    this.#options = options
  }

  async explain(
    vehicle: string,
    signal: SignalName,
    { at, bus }: { at: Millis; bus?: string | undefined },
  ): Promise<FrameExplanation | undefined> {
    const window = { from: millisToMicros(at - LOOK_BACK), to: millisToMicros(at) + 999 }
    const inMemory = this.#behind(vehicle, signal, bus)
    const snapshot = this.#options.captures.snapshot(vehicle)
    snapshot?.each(window.from, window.to, (frame) =>
      inMemory.frame(frame, snapshot.buses[frame.bus] ?? ''),
    )
    if (inMemory.finding !== undefined) return explanationOf(inMemory.finding, undefined)
    for (const capture of this.#options.captures.captures(vehicle)) {
      const isOfThen = capture.from <= at && capture.to >= at - LOOK_BACK
      const file = this.#options.captures.file(vehicle, capture.id)
      if (!isOfThen || file === undefined) continue
      const behind = this.#behind(vehicle, signal, bus)
      await readCapture(file.path, {
        frame: (frame: CanFrame, buses) => {
          if (frame.time < window.from || frame.time > window.to) return
          behind.frame(frame, buses[frame.bus] ?? '')
        },
        issue: () => undefined,
      })
      if (behind.finding !== undefined) return explanationOf(behind.finding, capture.id)
    }
    return undefined
  }

  #behind(vehicle: string, signal: SignalName, bus: string | undefined): FramesBehind {
    const { profiles, protocols } = this.#options
    return new FramesBehind({
      signal,
      bus,
      profile: profiles.get(vehicle),
      protocols: (name) => protocols(vehicle, name),
    })
  }
}

function explanationOf(
  { reading, frames, said }: FrameFinding,
  capture: string | undefined,
): FrameExplanation {
  return {
    reading,
    frames: frames.map((frame) => ({ ...frame })),
    said: said.map((value) => ({ ...value, matches: matches(value, reading.value) })),
    ...(capture === undefined ? {} : { capture }),
  }
}

/** Whether the value is the one of the reading, in its unit or a hundredth or thousandth of it. */
function matches({ value, text }: SaidValue, reading: unknown): boolean {
  if (typeof reading !== 'number') return value === reading || text === reading
  if (typeof value !== 'number') return false
  const near = (one: number) => Math.abs(one - reading) <= Math.abs(reading) * 1e-9 + 1e-9
  return [1, 100, 1000, 3600].some((factor) => near(value / factor))
}
