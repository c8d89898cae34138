/** Fetches the newest values of signals when a message comes. */
import { gatewayOf } from '../lib/gateway.ts'
import type { Row } from '../lib/live-stream.ts'
import type { Message, NodeApi } from '../lib/node-red.ts'
import { defineNode } from '../lib/palette.ts'
import { PaletteError } from '../lib/palette-error.ts'
import { listOf } from '../lib/settings.ts'
import { isValid, signalMessage } from '../lib/signal-message.ts'

interface AgedRow extends Row {
  /** Seconds. */
  age?: number
  label?: string
}

export default function signalGet(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-signal-get',
    build(node, tools) {
      const { settings } = tools
      const gateway = gatewayOf(tools)
      const vehicle = settings.text('vehicle')
      const chosen = settings.list('signals')
      tools.onInput(async (msg, send) => {
        const names = chosen.length > 0 ? chosen : namesOf(msg)
        const path = await gateway.path(vehicle, 'signals')
        const rows = await gateway.connection.json<AgedRow[]>(path)
        const token = await gateway.vehicle(vehicle)
        if (names.length === 1) send(oneOf(msg, rows, names[0] as string, token))
        else send(allOf(msg, rows, names, token))
        node.status({})
      })
    },
  })
}

/** Without a choice the message chooses; without either it is all of them. */
function namesOf({ topic }: Message): string[] {
  return typeof topic === 'string' ? listOf(topic) : []
}

function rowOf(rows: readonly AgedRow[], name: string): AgedRow {
  const row = rows.find((one) => one.name === name)
  if (row !== undefined) return row
  throw new PaletteError('bad-input', {
    what: name,
    accepted: rows.map((one) => one.name).join(', '),
  })
}

function oneOf(msg: Message, rows: readonly AgedRow[], name: string, vehicle: string): Message {
  const row = rowOf(rows, name)
  delete msg.last
  return Object.assign(
    msg,
    signalMessage(row, vehicle),
    row.age === undefined ? {} : { age: row.age },
  )
}

/** `payload` has the values that are true now; `signals` everything about each. */
function allOf(msg: Message, rows: readonly AgedRow[], names: string[], vehicle: string): Message {
  const chosen = names.length === 0 ? rows : names.map((name) => rowOf(rows, name))
  const payload = Object.fromEntries(
    chosen.filter(isValid).map(({ name, value }) => [name, value] as const),
  )
  const signals = Object.fromEntries(
    chosen.map(({ name, ...row }) => [name, { quality: 'absent', ...row }] as const),
  )
  return Object.assign(msg, { payload, signals, vehicle })
}
