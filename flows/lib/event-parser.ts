/** Server-sent events (HTML Living Standard, 9.2) out of the chunks of a stream. */
const MAX_EVENT = 16 * 1024 * 1024

export interface StreamEvent {
  type: string
  id: string
  data: string
}

export class EventParser {
  readonly #decoder = new TextDecoder()
  #text = ''
  #type = ''
  #id = ''
  #data: string[] = []

  /** The events that are whole by this chunk. Throws RangeError for one without an end. */
  push(chunk: Uint8Array): StreamEvent[] {
    this.#text += this.#decoder.decode(chunk, { stream: true })
    if (this.#text.length > MAX_EVENT) throw new RangeError('an event without an end')
    const lines = this.#text.split(/\r\n|\n|\r(?!$)/)
    this.#text = lines.pop() ?? ''
    return lines.flatMap((line) => this.#line(line) ?? [])
  }

  #line(line: string): StreamEvent | undefined {
    if (line === '') return this.#end()
    if (line.startsWith(':')) return undefined
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') this.#type = value
    else if (field === 'data') this.#data.push(value)
    else if (field === 'id' && !value.includes('\0')) this.#id = value
    return undefined
  }

  #end(): StreamEvent | undefined {
    const { length } = this.#data
    const event = { type: this.#type || 'message', id: this.#id, data: this.#data.join('\n') }
    this.#type = ''
    this.#data = []
    return length === 0 ? undefined : event
  }
}
