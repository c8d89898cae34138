/**
 * The cursor of a paged history: where the last page ended, in which order, and the window that
 * was being read, so that a default window does not move between pages. Opaque to clients.
 */
import type { PageMark } from '../model/ports.ts'
import { badRequest } from './http-error.ts'
import type { TimeWindow } from './time-window.ts'

export interface PageCursor {
  mark: PageMark
  order: 'asc' | 'desc'
  window: TimeWindow
}

export function writeCursor({ mark, order, window }: PageCursor): string {
  const parts = [order, mark.time, mark.seq, window.from, window.to]
  return Buffer.from(parts.join(' ')).toString('base64url')
}

export function readCursor(text: string): PageCursor {
  const [order, ...rest] = Buffer.from(text, 'base64url').toString('latin1').split(' ')
  const numbers = rest.map(Number)
  const [time, seq, from, to] = numbers
  if (
    (order !== 'asc' && order !== 'desc') ||
    numbers.length !== 4 ||
    !numbers.every(Number.isSafeInteger) ||
    time === undefined ||
    seq === undefined ||
    from === undefined ||
    to === undefined
  ) {
    throw badRequest('after must be the value of "next" from the page before.')
  }
  return { mark: { time, seq }, order, window: { from, to } }
}
