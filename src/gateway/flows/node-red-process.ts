/**
 * Node-RED beside the gateway, in a process of its own: whatever a node does there, the gateway goes on.
 * Its flows stand in `flows/` of the data folder, with the secret that encrypts their credentials and
 * the token with which they come to the gateway.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { writeDurably } from '../../config/durable-file.ts'
import { messageOf, OdographError } from '../../model/errors.ts'
import type { NodeRedInstall } from './find-node-red.ts'

const PALETTE = fileURLToPath(new URL('../../flows', import.meta.url))
const SETTINGS = fileURLToPath(new URL('./settings.cjs', import.meta.url))
const STOP_LIMIT_MS = 15_000
const OWNER_ONLY = 0o600

export interface NodeRedOptions {
  install: NodeRedInstall
  /** The data folder of the gateway. */
  folder: string
  listen: { host: string; port: number }
  gateway: { url: string; token: string; caFile?: string | undefined }
  /** A line that it prints. */
  line: (text: string) => void
}

export class NodeRedProcess {
  readonly folder: string
  readonly #options: NodeRedOptions
  #child: ChildProcess | undefined

  /** Throws `store-failed`. */
  constructor(options: NodeRedOptions) {
    this.#options = options
    this.folder = flowsFolder(options.folder)
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Resolves to its exit code when it has ended, by itself or stopped. */
  async run(): Promise<number> {
    const { install, line } = this.#options
    const args = [install.script, '--userDir', this.folder, '--settings', SETTINGS]
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: this.#environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (text) => {
        if (text.trim() !== '') line(text)
      })
    }
    return await new Promise((resolve) => {
      child.once('error', (error) => {
        line(messageOf(error))
        resolve(1)
      })
      child.once('close', (code) => resolve(code ?? 1))
    })
  }

  /** Resolves when it answers, or after a while when it does not; false then. */
  async answers(signal: AbortSignal): Promise<boolean> {
    const { host, port } = this.#options.listen
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}/`
    for (let i = 0; i < 120 && !signal.aborted && this.#child?.exitCode === null; i += 1) {
      const isUp = await fetch(url, { signal }).then(
        (response) => response.status < 500,
        () => false,
      )
      if (isUp) return true
      await new Promise((resolve) => setTimeout(resolve, 500))
    }
    return false
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const closed = new Promise((resolve) => child.once('close', resolve))
    child.kill('SIGTERM')
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
    await closed
    clearTimeout(timer)
  }

  #environment(): NodeJS.ProcessEnv {
    const { listen, gateway } = this.#options
    const { url, token, caFile } = gateway
    return {
      ...process.env,
      ODOGRAPH_URL: url,
      ODOGRAPH_TOKEN: token,
      ODOGRAPH_PALETTE: PALETTE,
      ODOGRAPH_FLOWS_FOLDER: this.folder,
      ODOGRAPH_FLOWS_HOST: listen.host,
      ODOGRAPH_FLOWS_PORT: String(listen.port),
      ODOGRAPH_FLOWS_SECRET: keptText(join(this.folder, 'secret'), newSecret),
      ...(caFile === undefined ? {} : { NODE_EXTRA_CA_CERTS: caFile }),
    }
  }
}

/** Throws `store-failed`. */
export function flowsFolder(data: string): string {
  const folder = join(data, 'flows')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o750 })
    return folder
  } catch (error) {
    throw new OdographError('store-failed', folder, `cannot be made: ${messageOf(error)}`, error)
  }
}

function newSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** Made once, for its owner alone to read. */
function keptText(path: string, make: () => string): string {
  if (existsSync(path)) return readFileSync(path, 'utf8').trim()
  const text = make()
  writeDurably(path, `${text}\n`, OWNER_ONLY)
  return text
}
