/**
 * A real Node-RED in this process, headless or with its editor, with the palette as it is built. There is
 * one a process: each test file starts its own. `ODOGRAPH_NODE_RED` names another version's folder.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { until } from './gateway-process.ts'

const PALETTE = fileURLToPath(new URL('../../dist/flows', import.meta.url))

export interface FlowNode {
  id: string
  type: string
  [property: string]: unknown
}

export interface Msg {
  topic?: unknown
  payload?: unknown
  [property: string]: unknown
}

/** One message on one wire. */
export interface Delivery {
  from: string
  to: string
  msg: Msg
}

interface HookEvent {
  source: { id: string }
  destination: { id: string }
  msg: Msg
}

interface RuntimeNode {
  receive(msg: Msg): void
  [property: string]: unknown
}

interface Runtime {
  init(server: Server | undefined, settings: object): void
  start(): Promise<void>
  stop(): Promise<void>
  httpAdmin: unknown
  httpNode: unknown
  version(): string
  hooks: { add(name: string, run: (event: HookEvent) => void): void }
  nodes: { getNode(id: string): RuntimeNode | undefined }
  runtime: {
    flows: {
      setFlows(options: object): Promise<{ rev: string }>
    }
    nodes: { getNodeList(options: object): Promise<NodeSet[]> }
    events?: unknown
  }
  events: { on(name: string, run: (event: never) => void): void }
  log: { addHandler(handler: object): void }
}

export interface NodeSet {
  id: string
  module: string
  types: string[]
  enabled: boolean
  err?: unknown
}

export interface Logged {
  level: number
  msg: string
  id?: string
  type?: string
}

export interface StatusTold {
  id: string
  fill?: string
  shape?: string
  text?: string
}

const WARN = 30
const ERROR = 20

export interface NodeRedOptions {
  settings?: object
  /** With its editor, on a free port of loopback. */
  editor?: boolean
  userDir?: string
  palette?: string
}

export class NodeRed {
  readonly deliveries: Delivery[] = []
  readonly completed: { id: string; error?: unknown }[] = []
  readonly logged: Logged[] = []
  readonly statuses: StatusTold[] = []
  url = ''
  readonly #runtime: Runtime
  readonly #folder: string
  readonly #server: Server | undefined
  #isOwnFolder = true
  #started: () => void = () => undefined

  private constructor(runtime: Runtime, folder: string, server: Server | undefined) {
    this.#runtime = runtime
    this.#folder = folder
    this.#server = server
  }

  static async start(options: NodeRedOptions = {}): Promise<NodeRed> {
    const { editor = false, settings = {}, palette = PALETTE } = options
    const folder = options.userDir ?? mkdtempSync(join(tmpdir(), 'odograph-node-red-'))
    const load = createRequire(process.env.ODOGRAPH_NODE_RED ?? import.meta.url)
    const RED = load('node-red') as Runtime
    const express = createRequire(load.resolve('node-red'))('express') as () => Handler
    const app = express()
    const server = editor ? createServer(app) : undefined
    RED.init(server, {
      ...(editor
        ? { httpAdminRoot: '/', httpNodeRoot: '/' }
        : { httpAdminRoot: false, httpNodeRoot: false, disableEditor: true }),
      userDir: folder,
      nodesDir: [palette],
      flowFile: 'flows.json',
      credentialSecret: false,
      logging: { console: { level: 'off' } },
      telemetry: { enabled: false },
      // Nothing is asked for elsewhere.
      externalModules: { palette: { allowInstall: false } },
      editorTheme: { tours: false, projects: { enabled: false } },
      ...settings,
    })
    const started = new NodeRed(RED, folder, server)
    started.#isOwnFolder = options.userDir === undefined
    started.#watch()
    if (editor) {
      app.use('/', RED.httpAdmin as never)
      app.use('/', RED.httpNode as never)
    }
    const loaded = new Promise((resolve) => RED.events.on('flows:started', resolve as never))
    await RED.start()
    // Flows are read, and replace what was deployed until then, after that.
    await loaded
    if (server !== undefined) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      started.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    }
    return started
  }

  get version(): string {
    return this.#runtime.version()
  }

  #watch(): void {
    const { hooks, events, log } = this.#runtime
    hooks.add('postDeliver.test', ({ source, destination, msg }) => {
      this.deliveries.push({ from: source.id, to: destination.id, msg })
    })
    hooks.add('onComplete.test', (event) => {
      const { node, error } = event as unknown as { node: { id: string }; error?: unknown }
      this.completed.push({ id: node.id, ...(error ? { error } : {}) })
    })
    events.on('flows:started', () => this.#started())
    events.on('node-status', ({ id, status }: { id: string; status: object }) => {
      this.statuses.push({ id, ...status })
    })
    log.addHandler({
      emit: (_: string, line: Logged) => {
        if (line.level <= WARN) this.logged.push({ ...line, msg: String(line.msg) })
      },
    })
  }

  /** What went wrong since the last deploy, and cannot be helped by waiting. */
  get errors(): string[] {
    return this.logged.filter(({ level }) => level <= ERROR).map(({ msg }) => msg)
  }

  async sets(): Promise<NodeSet[]> {
    return await this.#runtime.runtime.nodes.getNodeList({})
  }

  /** `credentials` by node; `type`: `full`, `nodes` or `flows`. */
  async deploy(
    nodes: readonly object[],
    credentials: Record<string, object> = {},
    type = 'full',
  ): Promise<void> {
    const started = new Promise((resolve) => {
      this.#started = () => resolve(undefined)
    })
    await this.#runtime.runtime.flows.setFlows({
      flows: { flows: nodes, credentials },
      deploymentType: type,
    })
    await started
  }

  clear(): void {
    for (const list of [this.deliveries, this.completed, this.logged, this.statuses])
      list.length = 0
  }

  send(id: string, msg: Msg): void {
    const node = this.#runtime.nodes.getNode(id)
    if (!node) throw new Error(`there is no node ${id}`)
    node.receive(msg)
  }

  node(id: string): RuntimeNode | undefined {
    return this.#runtime.nodes.getNode(id)
  }

  /** Messages that came to a node. */
  to(id: string): Msg[] {
    return this.deliveries.filter((one) => one.to === id).map(({ msg }) => msg)
  }

  statusOf(id: string): StatusTold | undefined {
    return this.statuses.findLast((one) => one.id === id)
  }

  async message(id: string, isIt: (msg: Msg) => boolean = () => true, ms?: number): Promise<Msg> {
    return await this.#until(`a message to ${id}`, () => this.to(id).find(isIt), ms)
  }

  async status(
    id: string,
    isIt: (status: StatusTold) => boolean,
    ms?: number,
  ): Promise<StatusTold> {
    const found = () => this.statuses.findLast((one) => one.id === id)
    return await this.#until(
      `the status of ${id}`,
      () => {
        const now = found()
        return now !== undefined && isIt(now) ? now : undefined
      },
      ms,
    )
  }

  /** What did not happen is told with what happened instead. */
  async #until<T>(what: string, found: () => T | undefined, ms?: number): Promise<T> {
    try {
      return await until(what, found, ms)
    } catch (error) {
      const { logged, statuses, deliveries } = this
      const seen = { logged, statuses: statuses.slice(-5), deliveries: deliveries.slice(-3) }
      throw new Error(`${error instanceof Error ? error.message : error}: ${JSON.stringify(seen)}`)
    }
  }

  async stop(): Promise<void> {
    await this.#runtime.stop()
    this.#server?.closeAllConnections()
    await new Promise<void>((resolve) => {
      if (this.#server === undefined) resolve()
      else this.#server.close(() => resolve())
    })
    if (this.#isOwnFolder) rmSync(this.#folder, { recursive: true, force: true })
  }
}

type Handler = Parameters<typeof createServer>[1] & { use(path: string, app: never): void }

/** A tab with nodes, wired one after the other to a `sink` each where nothing else is said. */
export function tab(...nodes: FlowNode[]): FlowNode[] {
  return [
    { id: 'tab', type: 'tab', label: 'test' },
    ...nodes.map((node) => ({ z: 'tab', x: 100, y: 100, wires: [], ...node })),
  ]
}

/** Takes messages and does nothing with them. */
export function sink(id = 'sink'): FlowNode {
  return { id, type: 'junction', wires: [[]] }
}
