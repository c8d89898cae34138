/** What the nodes that begin a flow with what happens at a vehicle have in common. */
import { DropCount } from './drop-count.ts'
import { gatewayOf } from './gateway.ts'
import type { VehicleEvent } from './live-stream.ts'
import type { RedNode } from './node-red.ts'
import { Outbox } from './outbox.ts'
import type { Tools } from './palette.ts'

const PREFIX = 'com.odograph.vehicle.'
const LIMIT = 1000

export interface Happened extends VehicleEvent {
  /** Without its prefix: `dtc.set`. */
  short: string
  vehicle: string
}

/** Calls `take` for each event of the vehicle; what it sends goes through `send`. */
export function onEvents(
  node: RedNode,
  tools: Tools,
  take: (event: Happened, send: (message: object) => void) => void | Promise<void>,
): void {
  const gateway = gatewayOf(tools)
  const drops = new DropCount((count) => tools.statusCount('yellow', 'dropped', count))
  const outbox = new Outbox<object>({
    send: tools.guarded((message) => node.send({ ...message })),
    dropped: () => drops.add(1),
    limit: LIMIT,
  })
  const guarded = tools.guarded((event: Happened) => take(event, (message) => outbox.push(message)))
  const end = gateway.listen(tools.settings.text('vehicle'), {
    event: (event, vehicle) => {
      const { type } = event
      const short = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : type
      guarded({ ...event, short, vehicle })
    },
    state: (state, why) => tools.linked(state, why),
  })
  tools.onClose(async () => {
    outbox.close()
    drops.close()
    await end()
  })
}
