/** The real command in a process of its own, on free ports of loopback and a folder of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What is shipped, not the sources: the guard builds it first. */
const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export interface Finished {
  code: number | null
  stdout: string
  stderr: string
}

export class Command {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly finished: Promise<Finished>

  constructor(args: string[], env: Record<string, string> = {}, input?: string) {
    this.child = spawn(process.execPath, [MAIN, ...args], {
      env: { ...process.env, ...env },
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    this.child.stdin?.end(input)
    this.child.stdout?.on('data', (data) => {
      this.stdout += data
    })
    this.child.stderr?.on('data', (data) => {
      this.stderr += data
    })
    running.add(this.child)
    this.finished = new Promise((resolve) => {
      this.child.on('close', (code) => {
        running.delete(this.child)
        resolve({ code, stdout: this.stdout, stderr: this.stderr })
      })
    })
  }

  stop(signal: NodeJS.Signals = 'SIGINT'): Promise<Finished> {
    this.child.kill(signal)
    return this.finished
  }
}

export function odograph(...args: string[]): Promise<Finished> {
  return new Command(args).finished
}

/** Polls until the condition gives something, with the last state in the error. */
export async function until<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  limitMs = 20_000,
): Promise<T> {
  const end = Date.now() + limitMs
  for (;;) {
    const result = await condition()
    if (result !== undefined && result !== false) return result
    if (Date.now() > end) throw new Error(`${what} did not happen within ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

export class Folder {
  readonly path = mkdtempSync(join(tmpdir(), 'odograph-test-'))
  /** Gateways that run on it; none outlives its folder, so that a failed test ends. */
  readonly commands: Command[] = []

  file(name: string, content: string): string {
    const path = join(this.path, name)
    writeFileSync(path, content)
    return path
  }

  remove(): void {
    for (const { child } of this.commands) child.kill('SIGKILL')
    rmSync(this.path, { recursive: true, force: true })
  }
}

export interface RunningGateway {
  command: Command
  url: string
  mqttPort: number
  /** GET with the owner's token; the parsed body. */
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; body: never }>
  token: string
}

/** Starts `odograph run` and waits for its ready line. */
export async function startGateway(
  folder: Folder,
  args: string[],
  options: { env?: Record<string, string>; mqttPort?: number } = {},
): Promise<RunningGateway> {
  const mqttPort = options.mqttPort ?? (await freePort())
  const listen = ['--listen', '127.0.0.1:0', '--mqtt-listen', `127.0.0.1:${mqttPort}`]
  const command = new Command(
    ['run', '--data', join(folder.path, 'data'), ...listen, ...args],
    options.env,
  )
  folder.commands.push(command)
  const url = await until('ready', () => {
    if (command.child.exitCode !== null) throw new Error(`run ended: ${command.stderr}`)
    return /^ready (http:\S+)$/m.exec(command.stdout)?.[1]
  })
  const created = await odograph('token', 'create', '--data', join(folder.path, 'data'), '--user')
  const token = created.stdout.trim()
  const get: RunningGateway['get'] = async (path, headers = {}) => {
    const authorization = `Bearer ${token}`
    const response = await fetch(url + path, { headers: { authorization, ...headers } })
    return { status: response.status, body: (await response.json()) as never }
  }
  return { command, url, mqttPort, token, get }
}
