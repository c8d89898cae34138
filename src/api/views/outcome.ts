/** What became of a request to a vehicle, as an answer or as a refusal. */
import type { RequestAnswer, RequestOutcome } from '../../model/bus-request.ts'
import { isoTime, microsToMillis } from '../../model/time.ts'
import { HttpError, unauthorized } from '../http-error.ts'

export interface AnswerView {
  controlUnit: string
  data: string
  time: string
  negative?: string
}

const NEGATIVE = 0x7f

/** The answers of all control units. Throws where there are none, with the reason. */
export function answersView(outcome: RequestOutcome): AnswerView[] {
  switch (outcome.kind) {
    case 'answered':
      return outcome.answers.map(answerView)
    case 'silent':
      throw new HttpError(504, 'No control unit answered in time.')
    case 'failed':
      throw new HttpError(502, `The adapter or the bus failed: ${outcome.detail}.`)
    case 'refused': {
      const { reason, detail, again } = outcome
      const message = `Refused: ${detail}.`
      if (reason === 'privilege') throw unauthorized(message)
      const seconds = again === undefined ? undefined : Math.max(1, Math.ceil(again / 1000))
      throw new HttpError(
        409,
        message,
        seconds === undefined ? {} : { 'retry-after': String(seconds) },
      )
    }
  }
}

function answerView({ from, data, time }: RequestAnswer): AnswerView {
  const bytes = Buffer.from(data)
  return {
    controlUnit: hex(from.id, from.extended ? 8 : 3),
    data: bytes.toString('hex').toUpperCase(),
    time: isoTime(microsToMillis(time)),
    ...(bytes[0] === NEGATIVE && bytes[2] !== undefined ? { negative: hex(bytes[2], 2) } : {}),
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}
