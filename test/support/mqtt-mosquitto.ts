/** A real broker as a child process, on a free port of 127.0.0.1, with a folder of its own. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './mqtt-fixtures.ts'

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

export interface MosquittoOptions {
  /** Keeps sessions and retained messages over a restart. */
  persistence?: boolean
  /** User names and passwords; without it everyone may connect. */
  users?: Readonly<Record<string, string>>
  /** Lines of the access list; without it everything is allowed. */
  acl?: readonly string[]
  /** Further lines of the configuration, before and after the listener. */
  general?: readonly string[]
  listener?: readonly string[]
}

export class Mosquitto {
  readonly port: number
  readonly folder: string
  private readonly options: MosquittoOptions
  private child: ChildProcess | undefined

  private constructor(port: number, options: MosquittoOptions) {
    this.port = port
    this.options = options
    this.folder = mkdtempSync(join(tmpdir(), 'odograph-mosquitto-'))
  }

  static async create(options: MosquittoOptions = {}): Promise<Mosquitto> {
    return new Mosquitto(await freePort(), options)
  }

  static async started(options: MosquittoOptions = {}): Promise<Mosquitto> {
    const broker = await Mosquitto.create(options)
    try {
      await broker.start()
    } catch (error) {
      await broker.remove()
      throw error
    }
    return broker
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    const child = spawn('mosquitto', ['-c', this.writeConfiguration()], { stdio: 'ignore' })
    this.child = child
    await until('mosquitto listens', () => {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`)
      return canConnect(this.port)
    })
  }

  /** SIGTERM lets it save its sessions; SIGKILL does not. */
  async kill(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const child = this.child
    this.child = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }

  /** Makes it read its access list and passwords again. */
  reload(acl: readonly string[]): void {
    writeFileSync(join(this.folder, 'acl'), `${acl.join('\n')}\n`)
    this.child?.kill('SIGHUP')
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal)
  }

  /** Its sessions and retained messages are gone. */
  forget(): void {
    rmSync(join(this.folder, 'mosquitto.db'), { force: true })
  }

  async remove(): Promise<void> {
    await this.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  private writeConfiguration(): string {
    const { persistence, users, acl, general = [], listener = [] } = this.options
    const lines = ['user root', ...general]
    if (persistence) lines.push('persistence true', `persistence_location ${this.folder}/`)
    lines.push(`listener ${this.port} 127.0.0.1`, `allow_anonymous ${users === undefined}`)
    lines.push(...listener)
    if (users !== undefined) {
      const file = join(this.folder, 'passwords')
      writeFileSync(file, '')
      for (const [name, password] of Object.entries(users)) {
        execFileSync('mosquitto_passwd', ['-b', file, name, password])
      }
      lines.push(`password_file ${file}`)
    }
    if (acl !== undefined) {
      const file = join(this.folder, 'acl')
      writeFileSync(file, `${acl.join('\n')}\n`, { mode: 0o600 })
      lines.push(`acl_file ${file}`)
    }
    const file = join(this.folder, 'mosquitto.conf')
    writeFileSync(file, `${lines.join('\n')}\n`)
    return file
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
