/** A body as lines of text, however the network has cut it; one line in memory at a time. */

const MAX_LINE = 16 * 1024 * 1024

/** Lines without their ends; the last needs none. Throws where a line is longer than 16 MiB. */
export async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  const reader = body.getReader()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true })
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      if (rest.length > MAX_LINE) throw new RangeError('a line of the answer is longer than 16 MiB')
      for (const line of lines) if (line.trim() !== '') yield line
      if (done) break
    }
    if (rest.trim() !== '') yield rest
  } finally {
    // For a reader that left early: the gateway stops reading, too.
    await reader.cancel().catch(() => undefined)
  }
}
