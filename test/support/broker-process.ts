/** A real broker for the scenario that all of them go through: a child process with a folder. */
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './mqtt-fixtures.ts'

export interface RealBroker {
  readonly port: number
  start(): Promise<void>
  /** Ends it in the way that keeps what it has acknowledged. */
  kill(): Promise<void>
  /** What it has saved is gone. */
  forget(): void
  /** Ends it and removes all it has left. Idempotent. */
  remove(): Promise<void>
}

export interface BrokerCommand {
  program: string
  args: readonly string[]
  env?: Record<string, string>
  /** Ports that must answer before it counts as started. */
  ports: readonly number[]
  /** Subfolder with what it saves. */
  state: string
}

export class BrokerProcess implements RealBroker {
  readonly folder: string
  readonly port: number
  private readonly command: (folder: string) => BrokerCommand
  private readonly stopSignal: NodeJS.Signals
  private state: string | undefined
  private child: ChildProcess | undefined

  constructor(
    name: string,
    port: number,
    command: (folder: string) => BrokerCommand,
    stopSignal: NodeJS.Signals = 'SIGTERM',
  ) {
    this.stopSignal = stopSignal
    this.folder = mkdtempSync(join(tmpdir(), `odograph-${name}-`))
    this.port = port
    this.command = command
  }

  async start(): Promise<void> {
    const { program, args, env = {}, ports, state } = this.command(this.folder)
    this.state = join(this.folder, state)
    // a group of its own, for a start script with the broker as its child
    const options: SpawnOptions = {
      cwd: this.folder,
      detached: true,
      env: { ...process.env, ...env },
      stdio: 'ignore',
    }
    const child = spawn(program, args, options)
    this.child = child
    for (const port of ports) {
      await until(`${program} listens`, () => {
        if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`)
        return canConnect(port)
      })
    }
  }

  /** To the whole group: `SIGSTOP` freezes it, `SIGCONT` lets it go on. */
  signal(signal: NodeJS.Signals): void {
    const { child } = this
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    try {
      process.kill(-child.pid, signal)
    } catch {
      // it has ended just now
    }
  }

  async kill(signal = this.stopSignal): Promise<void> {
    const { child } = this
    if (child === undefined) return
    this.signal(signal)
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    const { ports } = this.command(this.folder)
    for (const port of ports) await until('the port is free', async () => !(await canConnect(port)))
    this.child = undefined
  }

  forget(): void {
    if (this.state !== undefined) rmSync(this.state, { recursive: true, force: true })
  }

  async remove(): Promise<void> {
    await this.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

export function canConnect(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host)
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
