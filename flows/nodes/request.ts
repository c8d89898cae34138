/** Asks the vehicle one reading question through the governor when a message comes. */
import { gatewayOf } from '../lib/gateway.ts'
import type { Message, NodeApi } from '../lib/node-red.ts'
import { defineNode } from '../lib/palette.ts'
import { PaletteError } from '../lib/palette-error.ts'
import type { Settings } from '../lib/settings.ts'

interface Answer {
  controlUnit: string
  data: string
  time: string
  negative?: string
}

const ACCEPTED = '{kind: "pid", pid}, {kind: "did", did, controlUnit}, {kind: "pgn", pgn}'

export default function request(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-request',
    build(node, tools) {
      const { settings } = tools
      const gateway = gatewayOf(tools)
      const own = questionOf(settings)
      tools.onInput(async (msg, send) => {
        const question = askedBy(msg) ?? own
        if (question === undefined)
          throw new PaletteError('bad-input', { what: 'payload', accepted: ACCEPTED })
        tools.status('working')
        const path = await gateway.path(settings.text('vehicle'), 'commands/request')
        const call = { method: 'POST', body: question } as const
        const { answers } = await gateway.connection.json<{ answers: Answer[] }>(path, call)
        send(Object.assign(msg, { payload: answers.map(answerOf), request: question }))
        node.status({})
      })
    },
  })
}

/** What the dialog says; undefined: the message has to. */
function questionOf(settings: Settings): object | undefined {
  const kind = settings.oneOf('kind', ['pid', 'did', 'pgn'])
  const number = settings.text('number')
  const controlUnit = settings.text('controlUnit')
  if (number === '') return undefined
  // A PGN is written in decimal, as the standard does; PIDs and DIDs in hexadecimal.
  const isGroup = kind === 'pgn'
  const pattern = isGroup ? /^\d{1,6}$/ : /^(0x)?[0-9a-f]{1,4}$/i
  if (!pattern.test(number))
    throw new PaletteError('bad-setting', { setting: 'number', value: number })
  const value = Number.parseInt(number, isGroup ? 10 : 16)
  return { kind, [kind]: value, ...(controlUnit === '' || isGroup ? {} : { controlUnit }) }
}

function askedBy({ payload }: Message): object | undefined {
  const isQuestion = typeof payload === 'object' && payload !== null && 'kind' in payload
  return isQuestion ? payload : undefined
}

function answerOf({ data, ...answer }: Answer): object {
  return { ...answer, data: Buffer.from(data, 'hex') }
}
