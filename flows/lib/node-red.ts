/** What the palette uses of Node-RED, as types. */
export interface Message {
  _msgid?: string
  topic?: unknown
  payload?: unknown
  [property: string]: unknown
}

export type Send = (message: Message | (Message | Message[] | null)[]) => void

export interface NodeStatus {
  fill?: 'red' | 'green' | 'yellow' | 'blue' | 'grey'
  shape?: 'dot' | 'ring'
  /** A key of a catalogue, or a text. */
  text?: string
}

export interface RedNode {
  id: string
  type: string
  name?: string
  credentials?: Record<string, string | undefined>
  on(event: 'input', run: (msg: Message, send: Send, done: (error?: Error) => void) => void): void
  on(event: 'close', run: (removed: boolean, done: () => void) => void): void
  send: Send
  status(status: NodeStatus): void
  error(text: string | Error, msg?: Message): void
  warn(text: string): void
}

/** As a flow file has it: whatever somebody wrote there. */
export type RawConfig = Readonly<Record<string, unknown>> & { id: string; type: string }

export interface AdminRequest {
  body?: unknown
  query: Record<string, string | undefined>
}

export interface AdminResponse {
  status(code: number): AdminResponse
  json(body: unknown): void
}

export type AdminHandler = (
  request: AdminRequest,
  response: AdminResponse,
  next: () => void,
) => void

export interface NodeApi {
  nodes: {
    createNode(node: RedNode, config: RawConfig): void
    registerType(
      type: string,
      create: (this: RedNode, config: RawConfig) => void,
      options?: { credentials?: Record<string, { type: 'text' | 'password' }> },
    ): void
    getNode(id: string): unknown
  }
  httpAdmin?: { post(path: string, ...handlers: AdminHandler[]): void } | undefined
  auth: { needsPermission(permission: string): AdminHandler }
  _(key: string, values?: Record<string, unknown>): string
}
