/** Begins a flow when a trouble code is set, or goes. */
import { onEvents } from '../lib/event-node.ts'
import { gatewayOf } from '../lib/gateway.ts'
import type { NodeApi } from '../lib/node-red.ts'
import { defineNode } from '../lib/palette.ts'
import { PaletteError } from '../lib/palette-error.ts'

interface Codes {
  codes: { code: string; firstSeen: string }[]
}

export default function troubleIn(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-trouble-in',
    build(node, tools) {
      const { settings } = tools
      const gateway = gatewayOf(tools)
      const name = settings.text('vehicle')
      const when = settings.oneOf('when', ['set', 'cleared', 'both'])
      onEvents(node, tools, ({ short, id, time, data, vehicle }, send) => {
        const [what, which = ''] = short.split('.')
        if (what !== 'dtc' || (when !== 'both' && which !== when)) return
        send({ topic: data.code, payload: data, state: which, time, event: id, vehicle })
      })
      if (!settings.flag('onStart', false) || when === 'cleared') return
      const closing = new AbortController()
      tools.onClose(() => closing.abort())
      const { signal } = closing
      tools.guarded(async () => {
        const path = await gateway.path(name, 'dtcs')
        const { codes } = await gateway.connection.json<Codes>(path, { signal }).catch(noneYet)
        const vehicle = await gateway.vehicle(name)
        for (const code of codes) {
          node.send({
            topic: code.code,
            payload: code,
            state: 'set',
            time: code.firstSeen,
            vehicle,
          })
        }
      })()
    },
  })
}

/** Where none were read yet, they are told when they are. */
function noneYet(error: unknown): Codes {
  if (error instanceof PaletteError && error.code === 'not-found') return { codes: [] }
  throw error
}
