/**
 * What is answered to a command, always: `{ id?, command, status: "ok", result }`, or `status: "error"`
 * with a code of this table and a sentence.
 */
import type { RequestAnswer, RequestOutcome } from '../../model/bus-request.ts'
import { isoTime, microsToMillis } from '../../model/time.ts'

export const commandErrors = {
  'unknown-command': 'there is no such command here',
  malformed: 'the request cannot be read',
  'too-large': 'the request is too large',
  retained: 'a retained request would run at every connection, so it does not run at all',
  expired: 'the request came too late',
  'clock-unknown':
    'the gateway does not know what time it is, so it cannot tell whether the request has expired',
  'not-enabled': 'the configuration does not allow this command over MQTT',
  refused: 'it was not sent to the vehicle',
  'id-reused': 'the id was used for another request a moment ago',
  'rate-limited': 'too many requests came at once',
  busy: 'too many commands are under way',
  'no-data': 'nothing is known yet',
  'no-answer': 'no control unit answered in time',
  failed: 'it did not work',
} as const

export type CommandErrorCode = keyof typeof commandErrors

/** Why a command has no result. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly code: CommandErrorCode
  readonly retryAfterSeconds: number | undefined

  constructor(code: CommandErrorCode, detail: string = commandErrors[code], retryAfterMs?: number) {
    super(detail)
    this.code = code
    this.retryAfterSeconds =
      retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(retryAfterMs / 1000))
  }
}

export interface AnswerHead {
  id?: string
  command: string
}

export function resultText(head: AnswerHead, result: unknown): string {
  return JSON.stringify({ ...head, status: 'ok', result })
}

export function errorText(head: AnswerHead, error: CommandError): string {
  const { code, message, retryAfterSeconds } = error
  const retry = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  return JSON.stringify({ ...head, status: 'error', error: { code, message, ...retry } })
}

export interface UnitAnswer {
  /** The identifier that it answered with. */
  controlUnit: string
  /** From the service byte on, hexadecimal. */
  data: string
  time: string
  /** The negative response code, where it is one (ISO 14229-1). */
  negative?: string
}

const NEGATIVE = 0x7f

/** The answers of all control units. Throws a `CommandError` where there are none. */
export function unitAnswers(outcome: RequestOutcome): UnitAnswer[] {
  switch (outcome.kind) {
    case 'answered':
      return outcome.answers.map(unitAnswer)
    case 'silent':
      throw new CommandError('no-answer')
    case 'failed':
      throw new CommandError('failed', `the adapter or the bus failed: ${outcome.detail}`)
    case 'refused':
      throw new CommandError('refused', outcome.detail, outcome.again)
  }
}

function unitAnswer({ from, data, time }: RequestAnswer): UnitAnswer {
  const code = data[0] === NEGATIVE ? data[2] : undefined
  return {
    controlUnit: hex(from.id, from.extended ? 8 : 3),
    data: Buffer.from(data).toString('hex').toUpperCase(),
    time: isoTime(microsToMillis(time)),
    ...(code === undefined ? {} : { negative: hex(code, 2) }),
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}
