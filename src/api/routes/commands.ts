/**
 * `/commands/…`: what is sent to a vehicle for somebody outside. Whether anything is sent is the
 * governor's to decide; here it is only checked that the token has the right to ask for it.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { Requester } from '../../model/bus-request.ts'
import type { VehicleCommands, VehicleQuestion } from '../../model/ports.ts'
import { allPrivileges, privilege } from '../auth/privileges.ts'
import type { ApiContext } from '../context.ts'
import { type Access, accessOf, vehicleGuard } from '../guards.ts'
import { HttpError } from '../http-error.ts'
import { answersOf } from '../openapi.ts'
import { type QuestionBody, questionBody, vehicleParams } from '../schemas/requests.ts'
import { type AnswerView, answersView } from '../views/outcome.ts'

const NEEDS = [privilege.commands]
const ERRORS = [401, 404, 409, 429, 502, 504]

interface Command {
  path: string
  operationId: string
  summary: string
  description: string
  body?: z.ZodType
  handle(commands: VehicleCommands, request: FastifyRequest): Promise<AnswerView[]>
}

export function addCommandRoutes(app: FastifyInstance, context: ApiContext): void {
  addCommand(app, context, {
    path: 'dtc/clear',
    operationId: 'post_v1_vehicle_commands_dtc_clear',
    summary: 'Clears the trouble codes of the vehicle, while it stands still.',
    description: 'Only where the configuration of the gateway allows it.',
    async handle(commands, request) {
      const access = accessOf(request)
      const outcome = await commands.clearCodes(access.vehicle.id, requesterOf(access))
      const answers = answersView(outcome)
      if (answers.every(({ negative }) => negative !== undefined)) throw notCleared(answers)
      return answers
    },
  })
  addCommand(app, context, {
    path: 'request',
    operationId: 'post_v1_vehicle_commands_request',
    summary: 'Asks the vehicle one question: a PID, a data identifier, a parameter group.',
    description: 'Reading only; the governor has the same limits for it as for the gateway itself.',
    body: questionBody,
    async handle(commands, request) {
      const access = accessOf(request)
      const question = questionOf(request.body as QuestionBody)
      return answersView(await commands.ask(access.vehicle.id, question, requesterOf(access)))
    },
  })
}

function addCommand(app: FastifyInstance, context: ApiContext, command: Command): void {
  const { path, operationId, summary, description, body, handle } = command
  const { commands } = context
  app.post(`/v1/vehicle/:tokenId/commands/${path}`, {
    schema: {
      summary,
      description: `${description} Privilege token with 2 (commands); or the owner's user token.`,
      operationId,
      tags: ['commands'],
      security: [{ privilegeToken: [] }, { userToken: [] }],
      params: vehicleParams,
      ...(body === undefined ? {} : { body }),
      response: answersOf('CommandAnswers', 'What the control units answered.', [
        ...(body === undefined ? [] : [400]),
        ...ERRORS,
      ]),
    },
    onRequest: vehicleGuard(context, NEEDS),
    async handler(request) {
      if (commands === undefined) {
        throw new HttpError(409, 'This gateway is not set up to send anything to a vehicle.')
      }
      return { answers: await handle(commands, request) }
    },
  })
}

function requesterOf({ vehicle, privileges }: Access): Requester {
  const name = privileges === allPrivileges ? vehicle.owner : 'privilege token'
  return { kind: 'api', name, privileges: [...privileges] }
}

function notCleared(answers: readonly AnswerView[]): HttpError {
  const said = answers.map(({ controlUnit, negative }) => `${controlUnit} (NRC ${negative})`)
  return new HttpError(409, `The control units refused to clear their codes: ${said.join(', ')}.`)
}

function questionOf(body: QuestionBody): VehicleQuestion {
  switch (body.kind) {
    case 'pid': {
      const { kind, pid, service, controlUnit } = body
      return {
        kind,
        pid,
        ...(service === undefined ? {} : { service }),
        ...(controlUnit === undefined ? {} : { unit: addressOf(controlUnit) }),
      }
    }
    case 'did':
      return { kind: body.kind, did: body.did, unit: addressOf(body.controlUnit) }
    case 'pgn': {
      const { kind, pgn, address } = body
      return { kind, pgn, ...(address === undefined ? {} : { address }) }
    }
  }
}

/** Three digits are 11 bits, eight are 29. */
function addressOf(text: string): { id: number; extended: boolean } {
  return { id: Number.parseInt(text, 16), extended: text.length > 3 }
}
