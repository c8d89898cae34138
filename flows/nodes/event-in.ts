/** Begins a flow with what happens: places, alarms, ignition, parked and driving. */
import { onEvents } from '../lib/event-node.ts'
import type { NodeApi } from '../lib/node-red.ts'
import { defineNode } from '../lib/palette.ts'

export default function eventIn(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-event-in',
    build(node, tools) {
      const types = new Set(tools.settings.list('types'))
      onEvents(node, tools, ({ short, id, time, data, vehicle }, send) => {
        if (types.size > 0 && !types.has(short)) return
        send({ topic: short, payload: data, time, event: id, vehicle })
      })
    },
  })
}
