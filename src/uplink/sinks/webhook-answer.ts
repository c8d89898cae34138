/**
 * What the answer of a webhook means for the lane: done, again soon, again slowly, or in smaller
 * pieces. Status codes and `Retry-After`: RFC 9110, 10.2.3 and 15; 429: RFC 6585, 4.
 */
import type { DeliveryError } from '../outbox-port.ts'
import { AdvisedError } from './sink.ts'

export interface Answer {
  status: number
  /** Header fields that matter here, as received. */
  retryAfter?: string | undefined
  date?: string | undefined
  location?: string | undefined
  /** The beginning of the body. */
  text: string
}

const LONGEST_WAIT_MS = 3_600_000
const SHOWN_CHARACTERS = 200

/** Codes below 500 that pass by themselves. */
const PASSING = new Set([408, 425, 429])

/** Why the message was not taken; undefined where it was. `secrets` are never shown. */
export function answerFault(
  answer: Answer,
  nowMs: number,
  secrets: readonly string[],
): DeliveryError | undefined {
  const { status } = answer
  if (status >= 200 && status < 300) return undefined
  const said = `${answersWith(status)}${quoted(answer.text, secrets)}`
  if (status >= 500 || PASSING.has(status)) {
    const afterMs = retryAfterMs(answer, nowMs)
    return new AdvisedError('retry', said, afterMs === undefined ? {} : { afterMs })
  }
  if (status === 413) {
    return new AdvisedError('refused', `the batch is too large for it: it ${said}`, { split: true })
  }
  if (status >= 300 && status < 400) {
    return new AdvisedError('refused', `${answersWith(status)}${redirect(answer)}`, {})
  }
  return new AdvisedError('refused', said, {})
}

/** `Retry-After` in milliseconds, at most an hour; undefined where it is absent or makes no sense. */
export function retryAfterMs(answer: Answer, nowMs: number): number | undefined {
  const text = answer.retryAfter?.trim() ?? ''
  let waitMs: number
  if (/^\d+$/.test(text)) {
    waitMs = Number(text) * 1000
  } else {
    // by the server's own clock where it tells it: ours may not be set yet
    const sentAt = Date.parse(answer.date ?? '')
    waitMs = Date.parse(text) - (Number.isNaN(sentAt) ? nowMs : sentAt)
  }
  if (Number.isNaN(waitMs) || waitMs <= 0) return undefined
  return Math.min(waitMs, LONGEST_WAIT_MS)
}

/** The text without the secrets, on one line and short. */
export function shown(text: string, secrets: readonly string[]): string {
  let clean = text
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) {
    if (secret !== '') clean = clean.replaceAll(secret, '***')
  }
  return clean
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, SHOWN_CHARACTERS)
}

function answersWith(status: number): string {
  const hint = hints[status]
  return hint === undefined ? `answers ${status}` : `answers ${status}, ${hint}`
}

const hints: Readonly<Record<number, string>> = {
  401: 'it does not accept the credentials',
  403: 'it does not allow this',
  404: 'there is nothing at this address',
  405: 'it takes no POST at this address',
  408: 'it waited too long',
  410: 'the address is no longer in use',
  415: 'it does not take this format',
  429: 'it is asked too often',
  503: 'it is not available now',
}

function quoted(text: string, secrets: readonly string[]): string {
  const words = shown(text, secrets)
  return words === '' ? '' : `: "${words}"`
}

function redirect({ location }: Answer): string {
  const url = location !== undefined && URL.canParse(location) ? new URL(location) : undefined
  // the path may be the secret of the address
  const target = url === undefined ? 'elsewhere' : `to ${url.origin}`
  return ` and sends us ${target}; redirects are not followed: configure the address itself`
}
