/** Begins a flow with values of signals, as they change. */
import { DropCount } from '../lib/drop-count.ts'
import { gatewayOf } from '../lib/gateway.ts'
import type { Row } from '../lib/live-stream.ts'
import type { NodeApi } from '../lib/node-red.ts'
import { Outbox } from '../lib/outbox.ts'
import { defineNode } from '../lib/palette.ts'
import { SignalFilter } from '../lib/signal-filter.ts'
import { signalMessage } from '../lib/signal-message.ts'

/** More signals than a gateway knows. */
const LIMIT = 1000
const DAY_S = 86_400

export default function signalIn(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-signal-in',
    build(node, tools) {
      const { settings } = tools
      const gateway = gatewayOf(tools)
      let vehicle = ''
      const drops = new DropCount((count) => tools.statusCount('yellow', 'dropped', count))
      const outbox = new Outbox<Row>({
        send: tools.guarded((row) => node.send(signalMessage(row, vehicle))),
        dropped: () => drops.add(1),
        limit: LIMIT,
      })
      const filter = new SignalFilter({
        signals: settings.list('signals'),
        onChange: settings.oneOf('when', ['change', 'every']) === 'change',
        deadband: settings.number('deadband', 0),
        onStart: settings.flag('onStart', true),
        withInvalid: settings.flag('invalid', false),
        intervalMs: settings.number('interval', 0, { max: DAY_S }) * 1000,
        send: (row) => outbox.push(row, row.name),
        after(ms, run) {
          const timer = setTimeout(tools.guarded(run), ms)
          return () => clearTimeout(timer)
        },
        now: () => performance.now(),
      })
      const end = gateway.listen(settings.text('vehicle'), {
        rows: tools.guarded((rows: readonly Row[], from: string) => {
          vehicle = from
          filter.rows(rows)
        }),
        state: (state, why) => tools.linked(state, why),
      })
      tools.onClose(async () => {
        filter.close()
        outbox.close()
        drops.close()
        await end()
      })
    },
  })
}
