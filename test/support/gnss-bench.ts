/** A satellite receiver as a source, its line in the hands of a test. */

import type { GnssDependencies } from '../../src/device/gnss/gnss-source.ts'
import { createGpsdSource } from '../../src/device/gnss/gpsd-source.ts'
import { createNmeaSource, type NmeaOptions } from '../../src/device/gnss/nmea-source.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { GnssTime, Source, SourceHealth } from '../../src/model/ports.ts'
import { HandClock, settled } from './hand-clock.ts'

/** With its right checksum. */
export function signed(body: string): string {
  let sum = 0
  for (const char of body) sum ^= char.charCodeAt(0)
  return `$${body}*${sum.toString(16).toUpperCase().padStart(2, '0')}`
}

export class GnssBench {
  readonly clock = new HandClock()
  readonly measured: [signal: string, value: number][] = []
  readonly issues: Issue[] = []
  readonly health: SourceHealth[] = []
  readonly times: GnssTime[] = []
  readonly written: Uint8Array[] = []
  readonly source: Source
  /** What the other end does with what is written to it. */
  receives: (bytes: Uint8Array) => void = () => undefined
  #hears: ((chunk: Uint8Array) => void) | undefined
  #lost: ((reason: string) => void) | undefined

  constructor(make: (deps: GnssDependencies) => Source) {
    this.source = make({
      clock: this.clock,
      after: this.clock.after,
      open: async ({ path, data, closed }) => {
        this.#hears = data
        this.#lost = closed
        const write = async (bytes: Uint8Array) => {
          this.written.push(bytes)
          this.receives(bytes)
        }
        return { path, device: path, write, close: async () => undefined }
      },
    })
    this.source.start({
      frame: () => {
        throw new Error('a receiver has no frames')
      },
      issue: (issue) => this.issues.push(issue),
      health: (health) => this.health.push(health),
      end: () => undefined,
      time: (fix) => this.times.push(fix),
      measured: (signal, value) => this.measured.push([signal, Number(value)]),
    })
  }

  static nmea(options: Partial<NmeaOptions> = {}): GnssBench {
    return new GnssBench((deps) =>
      createNmeaSource({ id: 'gnss', port: '/dev/x', ...options }, deps),
    )
  }

  static gpsd(device?: string): GnssBench {
    const options = { id: 'gnss', address: '127.0.0.1:2947', device }
    return new GnssBench((deps) => createGpsdSource(options, deps))
  }

  get detail(): string {
    return this.health.at(-1)?.detail ?? ''
  }

  /** What came of this signal, in order. */
  of(signal: string): number[] {
    return this.measured.filter(([name]) => name === signal).map(([, value]) => value)
  }

  bytes(bytes: Uint8Array): void {
    this.#hears?.(bytes)
  }

  text(text: string): void {
    this.bytes(Buffer.from(text, 'latin1'))
  }

  /** Sentences without `$` and checksum. */
  async say(...bodies: string[]): Promise<void> {
    await settled()
    this.text(bodies.map((body) => `${signed(body)}\r\n`).join(''))
  }

  async tell(...messages: object[]): Promise<void> {
    await settled()
    this.text(messages.map((message) => `${JSON.stringify(message)}\r\n`).join(''))
  }

  unplug(): void {
    this.#lost?.('/dev/x: the device was disconnected')
  }
}
