/**
 * How every node of the palette is made: settings are brought up to date and read, whatever is wrong
 * with them is told on the node, and nothing that a handler or a callback throws leaves it — an
 * error that escapes would end Node-RED.
 */
import { migrate, type Step } from './migrate.ts'
import type { Message, NodeApi, NodeStatus, RawConfig, RedNode, Send } from './node-red.ts'
import { messageOf, PaletteError } from './palette-error.ts'
import { Settings } from './settings.ts'

/** The catalogue that all nodes share. */
const SHARED = '@odograph/node-red-odograph/gateway:'

export type StatusName = 'connected' | 'connecting' | 'disconnected' | 'working'

const statuses: Readonly<Record<StatusName, NodeStatus>> = {
  connected: { fill: 'green', shape: 'dot', text: 'node-red:common.status.connected' },
  connecting: { fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' },
  disconnected: { fill: 'red', shape: 'ring', text: 'node-red:common.status.disconnected' },
  working: { fill: 'blue', shape: 'dot', text: `${SHARED}status.working` },
}

export interface Tools {
  settings: Settings
  /** Another node's id as a node of the palette; undefined where there is none. */
  node(id: string): unknown
  status(name: StatusName): void
  /** A number beside a word: `dropped`, `queued`. */
  statusCount(fill: 'green' | 'yellow' | 'red', key: 'dropped' | 'queued', count: number): void
  /** A value beside the green dot. */
  statusText(text: string): void
  /** Tells of an error that belongs to no message. */
  failed(error: unknown): void
  /** How its stream does; a loss is told once, until it is another one. */
  linked(state: 'connected' | 'connecting' | 'disconnected', why?: PaletteError): void
  /** For callbacks: what it throws is told on the node. */
  guarded<A extends unknown[]>(run: (...args: A) => void | Promise<void>): (...args: A) => void
  /** Handles each message; `done` is told when it is, or what went wrong. */
  onInput(handle: (msg: Message, send: Send) => void | Promise<void>): void
  /** Before the node is gone. */
  onClose(run: () => void | Promise<void>): void
}

export interface NodeDefinition {
  type: string
  /** The newest version of its settings. */
  steps?: readonly Step[]
  credentials?: Record<string, { type: 'text' | 'password' }>
  build(node: RedNode, tools: Tools): void
}

/** Registers a node. What is wrong with its settings leaves it there, with a red ring. */
export function defineNode(RED: NodeApi, definition: NodeDefinition): void {
  const { type, steps = [], credentials, build } = definition
  RED.nodes.registerType(
    type,
    function (this: RedNode, config: RawConfig) {
      RED.nodes.createNode(this, config)
      const tools = toolsFor(RED, this, migrate(config, steps))
      try {
        build(this, tools)
      } catch (error) {
        tools.failed(error)
      }
    },
    credentials === undefined ? {} : { credentials },
  )
}

/** The words for an error, in the language of the runtime. */
export function textOf(RED: NodeApi, error: unknown): string {
  if (!(error instanceof PaletteError)) return messageOf(error)
  return RED._(`${SHARED}errors.${error.code}`, { ...error.values })
}

function statusOf(error: unknown): NodeStatus {
  const code = error instanceof PaletteError ? error.code : 'failed'
  return { fill: 'red', shape: 'ring', text: `${SHARED}short.${code}` }
}

function toolsFor(RED: NodeApi, node: RedNode, config: RawConfig): Tools {
  let lastLoss = ''
  const failed = (error: unknown) => {
    node.status(statusOf(error))
    node.error(textOf(RED, error))
  }
  return {
    settings: new Settings(config),
    node: (id) => (id === '' ? undefined : (RED.nodes.getNode(id) ?? undefined)),
    status: (name) => node.status(statuses[name]),
    statusCount: (fill, key, count) =>
      node.status({ fill, shape: 'ring', text: RED._(`${SHARED}status.${key}`, { count }) }),
    statusText: (text) => node.status({ fill: 'green', shape: 'dot', text: text.slice(0, 32) }),
    failed,
    linked(state, why) {
      // While it tries again, what was wrong stays to be seen.
      if (state === 'connecting' && lastLoss !== '') return
      if (state === 'connected') lastLoss = ''
      if (state !== 'disconnected' || why === undefined) {
        node.status(statuses[state])
        return
      }
      node.status(statusOf(why))
      if (why.code === lastLoss) return
      lastLoss = why.code
      node.warn(textOf(RED, why))
    },
    guarded:
      (run) =>
      (...args) => {
        promised(() => run(...args)).catch(failed)
      },
    onInput(handle) {
      node.on('input', (msg, send, done) => {
        promised(() => handle(msg, send)).then(
          () => done(),
          (error) => {
            node.status(statusOf(error))
            const told = new Error(textOf(RED, error), { cause: error })
            done(told)
          },
        )
      })
    },
    onClose(run) {
      node.on('close', (_removed, done) => {
        promised(run).catch(failed).finally(done)
      })
    },
  }
}

/** Also what is thrown at once is a rejection. */
async function promised(run: () => void | Promise<void>): Promise<void> {
  await run()
}
