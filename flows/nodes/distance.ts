/** Fetches the distance of each day, or in all, when a message comes. */
import { gatewayOf } from '../lib/gateway.ts'
import type { NodeApi } from '../lib/node-red.ts'
import { defineNode } from '../lib/palette.ts'
import { spanOf } from '../lib/time-span.ts'

const DAY_MS = 86_400_000

interface Days {
  days: { date: string; distance: number | null }[]
}

export default function distance(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-distance',
    build(node, tools) {
      const { settings } = tools
      const gateway = gatewayOf(tools)
      const vehicle = settings.text('vehicle')
      const isDaily = settings.oneOf('what', ['days', 'total']) === 'days'
      const zone = settings.text('timeZone', new Intl.DateTimeFormat().resolvedOptions().timeZone)
      const days = settings.number('days', 14, { min: 1, max: 3660 })
      tools.onInput(async (msg, send) => {
        const path = await gateway.path(vehicle, isDaily ? 'daily-distance' : 'distance-driven')
        msg.unit = 'km'
        if (isDaily) {
          const { from, to } = spanOf(msg, (days - 1) * DAY_MS, Date.now())
          const query = { time_zone: zone, startDate: from, endDate: to }
          msg.payload = (await gateway.connection.json<Days>(path, { query })).days
        } else {
          msg.payload = (
            await gateway.connection.json<{ distanceDriven: number }>(path)
          ).distanceDriven
        }
        send(msg)
        node.status({})
      })
    },
  })
}
