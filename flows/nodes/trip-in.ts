/** Begins a flow when a trip starts, or ends. */
import { onEvents } from '../lib/event-node.ts'
import type { NodeApi } from '../lib/node-red.ts'
import { defineNode } from '../lib/palette.ts'

export default function tripIn(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-trip-in',
    build(node, tools) {
      const when = tools.settings.oneOf('when', ['end', 'start', 'both'])
      onEvents(node, tools, ({ short, id, time, data, vehicle }, send) => {
        const [what, which] = short.split('.')
        if (what !== 'trip' || (when !== 'both' && which !== when)) return
        send({ topic: short, payload: data, time, event: id, vehicle })
      })
    },
  })
}
