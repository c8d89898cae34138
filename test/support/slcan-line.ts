/** A simulated SLCAN adapter that can be plugged in and out, and the source that has it open. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSlcanSource, type SlcanOptions } from '../../src/device/serial/slcan.ts'
import { type AdapterLine, openPty } from '../../src/device/simulator/pty.ts'
import { SlcanAdapter, type SlcanAdapterOptions } from '../../src/device/simulator/slcan-adapter.ts'
import type { BackOff } from '../../src/device/supervisor.ts'
import type { CanFrame } from '../../src/model/frame.ts'
import type { Issue } from '../../src/model/issue.ts'
import type { Source, SourceHealth } from '../../src/model/ports.ts'

/** Generous: it only ends what would hang. */
const DEADLINE_MS = 30_000

export class SlcanLine {
  readonly folder = mkdtempSync(join(tmpdir(), 'odograph-slcan-'))
  readonly path = join(this.folder, 'adapter')
  readonly adapter: SlcanAdapter
  line: AdapterLine | undefined

  constructor(options: Partial<SlcanAdapterOptions> = {}) {
    this.adapter = new SlcanAdapter({ ...options, write: (bytes) => this.line?.write(bytes) })
  }

  async plugIn(): Promise<void> {
    this.adapter.restart()
    this.line = await openPty(this.path, (chunk) => this.adapter.receive(chunk))
  }

  async unplug(): Promise<void> {
    const { line } = this
    this.line = undefined
    await line?.close()
  }

  async end(): Promise<void> {
    await this.unplug()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export class SourceProbe {
  readonly source: Source
  readonly issues: Issue[] = []
  readonly told: SourceHealth[] = []
  frames = 0
  /** Called with each frame, which is only lent. */
  onFrame: (frame: CanFrame) => void = () => undefined

  constructor(
    path: string,
    options: Partial<SlcanOptions> = {},
    backOff: Partial<BackOff> = { firstMs: 50, maxMs: 500 },
  ) {
    this.source = createSlcanSource(
      { id: 'can0', port: path, bitrate: 250_000, ...options },
      { backOff },
    )
  }

  start(): void {
    this.source.start({
      frame: (frame) => {
        this.frames += 1
        this.onFrame(frame)
      },
      issue: (issue) => this.issues.push(issue),
      health: (health) => this.told.push(health),
      end: () => undefined,
    })
  }

  get state(): string | undefined {
    return this.told.at(-1)?.state
  }

  get detail(): string {
    return this.told.at(-1)?.detail ?? ''
  }
}

/** Resolves when it is so; rejects after a generous deadline, saying what was waited for. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = Date.now() + DEADLINE_MS
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
