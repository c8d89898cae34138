/** Tells the gateway to do something when a message comes. */
import { type Gateway, gatewayOf } from '../lib/gateway.ts'
import type { Message, NodeApi } from '../lib/node-red.ts'
import { defineNode } from '../lib/palette.ts'
import { PaletteError } from '../lib/palette-error.ts'
import { listOf } from '../lib/settings.ts'

const commands = ['health', 'status', 'trouble-codes', 'faster', 'clear-codes', 'export'] as const

type Command = (typeof commands)[number]

interface Asked {
  gateway: Gateway
  vehicle: string
  signals: readonly string[]
}

const runs: Readonly<Record<Command, (asked: Asked) => Promise<unknown>>> = {
  health: ({ gateway }) => gateway.connection.json('/v1/gateway/health'),
  status: (asked) => get(asked, 'status'),
  'trouble-codes': (asked) => get(asked, 'dtcs'),
  async faster(asked) {
    const { signals } = asked
    if (signals.length === 0)
      throw new PaletteError('bad-setting', { setting: 'signals', value: '' })
    await get(asked, 'signals', { watch: signals.join(',') })
    return signals
  },
  async 'clear-codes'({ gateway, vehicle }) {
    const path = await gateway.path(vehicle, 'commands/dtc/clear')
    return await gateway.connection.json(path, { method: 'POST' })
  },
  async export({ gateway, vehicle }) {
    const tokenId = await gateway.vehicle(vehicle)
    const all =
      await gateway.connection.json<{ tokenId: string; userDeviceId: string }[]>(
        '/v1/gateway/vehicles',
      )
    const id = all.find((one) => one.tokenId === tokenId)?.userDeviceId ?? ''
    const path = `/v1/user/device-data/${encodeURIComponent(id)}/export/json/email`
    return await gateway.connection.json(path, { method: 'POST' })
  },
}

export default function command(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-command',
    build(node, tools) {
      const { settings } = tools
      const gateway = gatewayOf(tools)
      const chosen = settings.oneOf('command', commands)
      tools.onInput(async (msg, send) => {
        tools.status('working')
        const signals = settings.list('signals')
        const asked = {
          gateway,
          vehicle: settings.text('vehicle'),
          signals: signals.length > 0 ? signals : namesIn(msg),
        }
        msg.payload = await runs[chosen](asked)
        msg.command = chosen
        send(msg)
        node.status({})
      })
    },
  })
}

async function get({ gateway, vehicle }: Asked, what: string, query = {}): Promise<unknown> {
  return await gateway.connection.json(await gateway.path(vehicle, what), { query })
}

function namesIn({ payload, topic }: Message): string[] {
  if (Array.isArray(payload)) return payload.map(String)
  return listOf(typeof payload === 'string' && payload !== '' ? payload : String(topic ?? ''))
}
