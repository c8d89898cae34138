/**
 * Server-sent events out of text, however it was cut (HTML Living Standard, 9.2.5 and 9.2.6): lines
 * end with LF, CR or CRLF; an empty line ends an event; what begins with a colon is a comment.
 */

export interface ServerEvent {
  /** `message` where the stream names none. */
  event: string
  data: string
  /** The newest `id` of the stream: what to resume from. Empty before the first. */
  lastEventId: string
}

const MAX_EVENT = 4 * 1024 * 1024

export class EventStreamParser {
  /** What the stream asks to wait before it is opened again. */
  retryMs: number | undefined
  #lastEventId: string
  #rest = ''
  #afterReturn = false
  #isFirst = true
  #event = ''
  #data: string[] = []
  #size = 0

  constructor(lastEventId = '') {
    this.#lastEventId = lastEventId
  }

  get lastEventId(): string {
    return this.#lastEventId
  }

  /** The events that the text completes. Throws a `RangeError` where one is larger than 4 MiB. */
  push(text: string): ServerEvent[] {
    const events: ServerEvent[] = []
    for (const line of this.#lines(text)) {
      const event = this.#line(line)
      if (event !== undefined) events.push(event)
    }
    return events
  }

  #lines(given: string): string[] {
    let text = given
    if (this.#isFirst && text !== '') {
      this.#isFirst = false
      if (text.startsWith('\ufeff')) text = text.slice(1)
    }
    // The LF of a CRLF that was cut in two.
    if (this.#afterReturn && text !== '') {
      this.#afterReturn = false
      if (text.startsWith('\n')) text = text.slice(1)
    }
    if (text === '') return []
    this.#afterReturn = text.endsWith('\r')
    const lines = (this.#rest + text).split(/\r\n|\r|\n/)
    this.#rest = lines.pop() ?? ''
    this.#limit(this.#rest.length)
    return lines
  }

  #line(line: string): ServerEvent | undefined {
    if (line === '') return this.#dispatch()
    const colon = line.indexOf(':')
    if (colon === 0) return undefined
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1))
    this.#field(field, value)
    return undefined
  }

  #field(field: string, value: string): void {
    switch (field) {
      case 'event':
        this.#event = value
        break
      case 'data':
        this.#size += value.length
        this.#limit(this.#size)
        this.#data.push(value)
        break
      case 'id':
        if (!value.includes('\0')) this.#lastEventId = value
        break
      case 'retry':
        if (/^\d+$/.test(value)) this.retryMs = Number(value)
        break
    }
  }

  #dispatch(): ServerEvent | undefined {
    const data = this.#data
    const event = this.#event
    this.#data = []
    this.#event = ''
    this.#size = 0
    if (data.length === 0) return undefined
    return {
      event: event === '' ? 'message' : event,
      data: data.join('\n'),
      lastEventId: this.#lastEventId,
    }
  }

  #limit(size: number): void {
    if (size > MAX_EVENT) throw new RangeError('an event of the stream is larger than 4 MiB')
  }
}
