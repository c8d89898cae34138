/** Begins a flow with raw frames from the bus, filtered by the gateway. */
import { DropCount } from '../lib/drop-count.ts'
import { EventLink } from '../lib/event-link.ts'
import { gatewayOf } from '../lib/gateway.ts'
import type { NodeApi } from '../lib/node-red.ts'
import { Outbox } from '../lib/outbox.ts'
import { defineNode } from '../lib/palette.ts'

const LIMIT = 1000

interface RawFrame {
  time: string
  bus: string
  id: string
  data: string
  remote?: boolean
  error?: boolean
  fd?: boolean
}

export default function frameIn(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-frame-in',
    build(node, tools) {
      const { settings } = tools
      const gateway = gatewayOf(tools)
      const drops = new DropCount((count) => tools.statusCount('yellow', 'dropped', count))
      const outbox = new Outbox<RawFrame>({
        send: tools.guarded((frame) => node.send(messageOf(frame))),
        dropped: () => drops.add(1),
        limit: LIMIT,
      })
      const link = new EventLink({
        connection: gateway.connection,
        path: () => gateway.path(settings.text('vehicle'), 'frames'),
        query: {
          ids: settings.list('ids').join(','),
          pgns: settings.list('pgns').join(','),
          buses: settings.list('buses').join(','),
          changes: String(settings.flag('changes', true)),
          perSecond: settings.number('perSecond', 200, { min: 1, max: 2000 }),
        },
        event: tools.guarded(({ type, data }) => {
          if (type !== 'frames') return
          const { frames, dropped } = JSON.parse(data) as { frames: RawFrame[]; dropped: number }
          if (dropped > 0) drops.add(dropped)
          for (const frame of frames) outbox.push(frame)
        }),
        state: (state, why) => tools.linked(state, why),
      })
      link.start()
      tools.onClose(async () => {
        outbox.close()
        drops.close()
        await link.stop()
      })
    },
  })
}

/** `payload` in the form that other CAN nodes use: `canid`, `ext`, `dlc`, `data`. */
function messageOf({ id, data, bus, time, remote, error, fd }: RawFrame) {
  const bytes = Buffer.from(data, 'hex')
  return {
    topic: id,
    payload: {
      ...{ canid: Number.parseInt(id, 16), ext: id.length > 3, dlc: bytes.length, data: bytes },
      ...(remote === true ? { rtr: true } : {}),
      ...(error === true ? { err: true } : {}),
      ...(fd === true ? { canfd: true } : {}),
    },
    time,
    bus,
  }
}
