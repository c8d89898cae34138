/** Fetches the records of a window of time when a message comes: as an array, or one by one. */
import { setImmediate } from 'node:timers/promises'
import { type Gateway, gatewayOf } from '../lib/gateway.ts'
import type { Message, NodeApi, Send } from '../lib/node-red.ts'
import { defineNode } from '../lib/palette.ts'
import { durationMs, spanOf } from '../lib/time-span.ts'

const PAGE = 1000
const MOST = 1_000_000

interface Hit {
  _id: string
  _source: { data: Record<string, unknown> & { timestamp?: string }; source?: string }
}

interface Page {
  hits: { hits: Hit[]; total: { value: number } }
  next?: string
}

interface Wanted {
  vehicle: string
  signals: readonly string[]
  from: string
  to: string
  order: 'asc' | 'desc'
  limit: number
}

export default function history(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-history',
    build(node, tools) {
      const { settings } = tools
      const gateway = gatewayOf(tools)
      const backMs = durationMs(settings.text('back', '1d'), 'back')
      const output = settings.oneOf('output', ['array', 'messages'])
      const wanted = {
        vehicle: settings.text('vehicle'),
        signals: settings.list('signals'),
        order: settings.oneOf('order', ['asc', 'desc']),
        limit: settings.number('limit', 1000, { min: 1, max: MOST }),
      }
      const closing = new AbortController()
      tools.onClose(() => closing.abort())
      tools.onInput(async (msg, send) => {
        tools.status('working')
        const asked = { ...wanted, ...spanOf(msg, backMs, Date.now()) }
        const pages = pagesOf(gateway, asked, closing.signal)
        if (output === 'array') await asArray(msg, send, pages)
        else await oneByOne(msg, send, pages)
        node.status({})
      })
    },
  })
}

async function* pagesOf(
  gateway: Gateway,
  { vehicle, signals, from, to, order, limit }: Wanted,
  signal: AbortSignal,
): AsyncGenerator<object[]> {
  const path = await gateway.path(vehicle, 'history')
  const window = { startDate: from, endDate: to, order, signals: signals.join(',') }
  let after: string | undefined
  for (let left = limit; left > 0; ) {
    const query = {
      ...window,
      limit: Math.min(left, PAGE),
      ...(after === undefined ? {} : { after }),
    }
    const { hits, next } = await gateway.connection.json<Page>(path, { query, signal })
    yield hits.hits.map(recordOf)
    left -= hits.hits.length
    after = next
    if (next === undefined || hits.hits.length === 0) return
  }
}

/** A record, flat: when it was measured, its id and source, and its signals. */
function recordOf({ _id: id, _source: { data, source } }: Hit): object {
  const { timestamp: time, ...signals } = data
  return { time, id, source, ...signals }
}

async function asArray(msg: Message, send: Send, pages: AsyncGenerator<object[]>): Promise<void> {
  const records: object[] = []
  for await (const page of pages) records.push(...page)
  msg.payload = records
  msg.count = records.length
  send(msg)
}

/** In the way of Node-RED's sequences: `msg.parts`; the last one says how many there were. */
async function oneByOne(msg: Message, send: Send, pages: AsyncGenerator<object[]>): Promise<void> {
  const { _msgid: id = '', payload: _, ...rest } = msg
  let index = 0
  let held: object | undefined
  const tell = (record: object, last: boolean) => {
    const parts = { id, type: 'array', index, ...(last ? { count: index + 1 } : {}) }
    send({ ...rest, payload: record, parts })
    index += 1
  }
  for await (const page of pages) {
    for (const record of page) {
      if (held !== undefined) tell(held, false)
      held = record
    }
    await setImmediate()
  }
  if (held !== undefined) tell(held, true)
}
