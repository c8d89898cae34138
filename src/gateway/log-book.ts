/** The newest lines of the log, for the page: secrets are blanked before they come here. */
import type { LogLine, LogReader } from '../model/ports.ts'

const MAX_LINES = 500
const LEVELS: Record<number, LogLine['level']> = {
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
}

export class LogBook implements LogReader {
  readonly #lines: LogLine[] = []
  #next = 1

  /** A line of JSON, as the log writes it. */
  add(text: string): void {
    const { level, time, msg, ...fields } = JSON.parse(text) as Record<string, unknown>
    this.#lines.push({
      number: this.#next,
      time: Number(time),
      level: LEVELS[Number(level)] ?? 'info',
      message: String(msg),
      fields,
    })
    this.#next += 1
    if (this.#lines.length > MAX_LINES) this.#lines.shift()
  }

  lines(after: number, limit: number): LogLine[] {
    return this.#lines.filter(({ number }) => number > after).slice(-limit)
  }
}
