/**
 * The connection to a gateway: its address and token, one live stream for all nodes that use it. Also
 * answers the dialogs, which ask for vehicles and signals to choose from.
 */
import { Connection } from '../lib/connection.ts'
import { Gateway, type GatewayNode } from '../lib/gateway.ts'
import type { AdminRequest, NodeApi } from '../lib/node-red.ts'
import { defineNode, type Tools, textOf } from '../lib/palette.ts'
import { PaletteError } from '../lib/palette-error.ts'

const DEFAULT_URL = 'http://127.0.0.1:8080'

/** Core's `tls-config`. */
interface TlsNode {
  addTLSOptions(options: object): object
}

export default function gateway(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-gateway',
    credentials: { token: { type: 'password' } },
    build(node, tools) {
      const own = node as GatewayNode
      try {
        const token = node.credentials?.token?.trim() || process.env.ODOGRAPH_TOKEN || ''
        own.gateway = new Gateway(connect(urlOf(tools), token, tlsOf(tools)), token)
      } catch (error) {
        // Each node that uses it says so.
        own.problem = error as PaletteError
      }
    },
  })
  answerDialogs(RED)
}

/** A variable of the environment that is not set leaves its name, or nothing. */
function urlOf({ settings }: Tools): string {
  const url = settings.text('url', DEFAULT_URL)
  return url.startsWith('${') ? (process.env.ODOGRAPH_URL ?? DEFAULT_URL) : url
}

function tlsOf(tools: Tools): object | undefined {
  const node = tools.node(tools.settings.text('tls')) as Partial<TlsNode> | undefined
  return node?.addTLSOptions?.({})
}

function connect(url: string, token: string, tls: object | undefined): Connection {
  return new Connection({ url, token, ...(tls === undefined ? {} : { tls }) })
}

interface Question {
  id?: unknown
  url?: unknown
  token?: unknown
  vehicle?: unknown
}

/** `POST odograph/table`: vehicles, and the signals of one, for a gateway that may not be deployed yet. */
function answerDialogs(RED: NodeApi): void {
  RED.httpAdmin?.post(
    '/odograph/table',
    RED.auth.needsPermission('odograph.read'),
    (request, response) => {
      tableOf(RED, request).then(
        (table) => response.json(table),
        (error) => response.status(502).json({ message: textOf(RED, error) }),
      )
    },
  )
}

async function tableOf(RED: NodeApi, { body }: AdminRequest): Promise<object> {
  const asked = chosenGateway(RED, (body ?? {}) as Question)
  const vehicle = String((body as Question).vehicle ?? '')
  const vehicles = await asked.vehicles()
  const signals = await asked
    .path(vehicle, 'signals')
    .then((path) => asked.connection.json<object[]>(path))
    .catch((error: unknown) => {
      // Several vehicles, and none chosen yet: there is something to choose from.
      if (error instanceof PaletteError && error.code === 'which-vehicle') return []
      throw error
    })
  return { vehicles, signals }
}

/** A token that was typed goes where it was typed for; a deployed one to no other address. */
function chosenGateway(RED: NodeApi, { id, url, token }: Question): Gateway {
  const deployed = RED.nodes.getNode(String(id)) as GatewayNode | null
  const typed = typeof token === 'string' ? token.trim() : ''
  const address = typeof url === 'string' && url !== '' && !url.startsWith('${') ? url : undefined
  const known = deployed?.gateway
  const isElsewhere = address !== undefined && originOf(address) !== known?.connection.origin
  if (known !== undefined && typed === '' && !isElsewhere) return known
  const used = typed || (address === undefined ? (process.env.ODOGRAPH_TOKEN ?? '') : '')
  const target = address ?? process.env.ODOGRAPH_URL ?? DEFAULT_URL
  return new Gateway(connect(target, used, undefined), used)
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined
}
