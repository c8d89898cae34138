/** A gateway as the nodes know it: its requests, its vehicles, and one live stream a vehicle. */
import type { Connection } from './connection.ts'
import { type LiveListener, LiveStream } from './live-stream.ts'
import type { RedNode } from './node-red.ts'
import type { Tools } from './palette.ts'
import { PaletteError } from './palette-error.ts'

export interface Vehicle {
  id: string
  tokenId: string
}

export class Gateway {
  readonly connection: Connection
  readonly #token: string
  readonly #streams = new Map<string, LiveStream>()

  constructor(connection: Connection, token: string) {
    this.connection = connection
    this.#token = token
  }

  /** All that the token may see. */
  async vehicles(): Promise<Vehicle[]> {
    const own = tokenIdOf(this.#token)
    if (own !== undefined) return [{ id: own, tokenId: own }]
    return await this.connection.json<Vehicle[]>('/v1/gateway/vehicles')
  }

  /** The token id of a vehicle: by its id, its token id or, where none is named, the only one. */
  async vehicle(name: string): Promise<string> {
    if (/^\d+$/.test(name)) return name
    const all = await this.vehicles()
    const names = all.map(({ id }) => id).join(', ')
    const found = name === '' ? all : all.filter(({ id }) => id === name)
    const [first, second] = found
    if (first === undefined) throw new PaletteError('no-vehicle', { name, names })
    if (second !== undefined) throw new PaletteError('which-vehicle', { names })
    return first.tokenId
  }

  /** `/v1/vehicle/<token id>` and what follows. */
  async path(vehicle: string, rest: string): Promise<string> {
    return `/v1/vehicle/${encodeURIComponent(await this.vehicle(vehicle))}/${rest}`
  }

  /** Returns how to end it. */
  listen(vehicle: string, listener: LiveListener): () => Promise<void> {
    const known = this.#streams.get(vehicle)
    if (known !== undefined) return known.listen(listener)
    const stream = new LiveStream({
      connection: this.connection,
      vehicle: () => this.vehicle(vehicle),
      ended: () => this.#streams.delete(vehicle),
    })
    this.#streams.set(vehicle, stream)
    return stream.listen(listener)
  }
}

/** A gateway's config node; what is wrong with it, where it cannot be used. */
export interface GatewayNode extends RedNode {
  gateway?: Gateway
  problem?: PaletteError
}

/** The gateway that a node has chosen. Throws where it cannot be used. */
export function gatewayOf(tools: Tools): Gateway {
  const node = tools.node(tools.settings.text('gateway')) as GatewayNode | undefined
  if (node?.gateway !== undefined) return node.gateway
  throw node?.problem ?? new PaletteError('no-gateway')
}

/** A privilege token is for one vehicle, and says for which. */
function tokenIdOf(token: string): string | undefined {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')
    const { token_id: id } = JSON.parse(payload) as { token_id?: unknown }
    return typeof id === 'string' ? id : undefined
  } catch {
    return undefined
  }
}
