/** Ends a flow: its values become readings of signals, stored and published like any others. */
import { gatewayOf } from '../lib/gateway.ts'
import type { Message, NodeApi } from '../lib/node-red.ts'
import { defineNode } from '../lib/palette.ts'
import { PaletteError } from '../lib/palette-error.ts'
import { type NewReading, ReadingQueue } from '../lib/reading-queue.ts'

const ACCEPTED = '12.6, true, "text", {speed: 50, odometer: 1200}'

interface Taken {
  taken: { signal: string }[]
  refused: string[]
}

export default function recordOut(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-record-out',
    build(_node, tools) {
      const { settings } = tools
      const gateway = gatewayOf(tools)
      const vehicle = settings.text('vehicle')
      const signal = settings.text('signal')
      const source = settings
        .text('source', 'flow')
        .replace(/[^\w.:-]/g, '-')
        .slice(0, 40)
      let stored = 0
      const queue = new ReadingQueue({
        async post(readings) {
          const path = await gateway.path(vehicle, 'readings')
          const call = { method: 'POST', body: { source, readings } } as const
          const { taken, refused } = await gateway.connection.json<Taken>(path, call)
          stored += taken.length
          return refused
        },
        waiting: (count) => {
          if (count > 0) tools.statusCount('yellow', 'queued', count)
          else tools.statusText(String(stored))
        },
      })
      tools.onInput(async (msg) => {
        const refused = await queue.add(readingsOf(msg, signal))
        if (refused.length > 0) {
          throw new PaletteError('implausible', { signals: refused.join(', ') })
        }
      })
      tools.onClose(() => queue.stop())
    },
  })
}

/** A value of the chosen signal, or of `msg.topic`; or an object of several by name. */
function readingsOf(msg: Message, chosen: string): NewReading[] {
  const { payload, topic, time: given } = msg
  const time = timeOf(given)
  if (isValue(payload)) {
    const signal = chosen || (typeof topic === 'string' ? topic : '')
    if (signal === '') throw new PaletteError('bad-input', { what: 'topic', accepted: 'odometer' })
    return [{ signal, value: payload, time }]
  }
  const values = typeof payload === 'object' && payload !== null ? Object.entries(payload) : []
  const isGood = values.length > 0 && values.every(([, value]) => isValue(value))
  if (!isGood || Array.isArray(payload)) {
    throw new PaletteError('bad-input', { what: 'payload', accepted: ACCEPTED })
  }
  return values.map(([name, value]) => ({
    signal: name,
    value: value as NewReading['value'],
    time,
  }))
}

function isValue(value: unknown): value is NewReading['value'] {
  return typeof value === 'number'
    ? Number.isFinite(value)
    : ['string', 'boolean'].includes(typeof value)
}

/** `msg.time`, as the nodes that begin a flow set it; else now. */
function timeOf(given: unknown): string {
  if (given === undefined) return new Date().toISOString()
  const time = new Date(given as string | number | Date)
  if (!Number.isNaN(time.getTime())) return time.toISOString()
  throw new PaletteError('bad-input', { what: 'time', accepted: '2026-03-01T08:00:00Z' })
}
