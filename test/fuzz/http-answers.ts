/** The answers on a connection, taken apart as a strict client would, and what must hold for each. */
import * as zlib from 'node:zlib'

export interface HttpAnswer {
  status: number
  headers: Map<string, string>
  body: Buffer
  isWhole: boolean
}

/** Of zstd, which not every Node can decode, the body is left unread. */
const DECODERS: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  gzip: zlib.gunzipSync,
  deflate: zlib.inflateSync,
  br: zlib.brotliDecompressSync,
}

/** Throws where the bytes are no sequence of answers. */
export function answersIn(bytes: Buffer): HttpAnswer[] {
  const answers: HttpAnswer[] = []
  let at = 0
  while (at < bytes.length) {
    const end = bytes.indexOf('\r\n\r\n', at)
    if (end < 0) throw new Error(`half a head: ${bytes.subarray(at, at + 80)}`)
    const [first = '', ...lines] = bytes.toString('latin1', at, end).split('\r\n')
    const status = Number(/^HTTP\/1\.1 (\d{3})(?: |$)/.exec(first)?.[1])
    if (!(status >= 100 && status < 600)) throw new Error(`no status line: ${first.slice(0, 80)}`)
    const headers = new Map<string, string>()
    for (const line of lines) {
      const colon = line.indexOf(':')
      if (colon < 1) throw new Error(`no header: ${line.slice(0, 80)}`)
      headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim())
    }
    const { body, next, isWhole } = bodyAt(bytes, end + 4, status, headers)
    answers.push({ status, headers, body, isWhole })
    at = next
  }
  return answers
}

interface Body {
  body: Buffer
  next: number
  isWhole: boolean
}

function bodyAt(
  bytes: Buffer,
  at: number,
  status: number,
  headers: ReadonlyMap<string, string>,
): Body {
  const none = { body: Buffer.alloc(0), next: at, isWhole: true }
  if (status < 200 || status === 204 || status === 304) return none
  // The answer to a HEAD has the length of a body and no body: what follows is another answer.
  if (bytes.toString('latin1', at, at + 9) === 'HTTP/1.1 ') return none
  if (headers.get('transfer-encoding') === 'chunked') return chunkedAt(bytes, at)
  const length = Number(headers.get('content-length') ?? bytes.length - at)
  if (at === bytes.length) return { ...none, isWhole: length === 0 }
  const next = Math.min(at + length, bytes.length)
  return { body: bytes.subarray(at, next), next, isWhole: next - at === length }
}

function chunkedAt(bytes: Buffer, start: number): Body {
  const parts: Buffer[] = []
  let at = start
  while (at < bytes.length) {
    const line = bytes.indexOf('\r\n', at)
    const size = Number.parseInt(bytes.toString('latin1', at, line < 0 ? at : line), 16)
    if (line < 0 || Number.isNaN(size)) break
    parts.push(bytes.subarray(line + 2, line + 2 + size))
    at = line + 4 + size
    if (size === 0) return { body: Buffer.concat(parts), next: at, isWhole: at <= bytes.length }
  }
  return { body: Buffer.concat(parts), next: bytes.length, isWhole: false }
}

/** Throws where an answer is not what this API promises. */
export function checkAnswer(answer: HttpAnswer, mayBeEmpty: boolean): void {
  const { status, headers, body, isWhole } = answer
  if (status >= 500 && status !== 503) throw new Error(`status ${status}: ${body}`)
  if (status < 400 || (body.length === 0 && mayBeEmpty)) return
  // Of a HEAD that only the server took for one there is no body either.
  if (!isWhole) throw new Error(`status ${status} with a part of a body`)
  const encoding = headers.get('content-encoding')
  const decode = encoding === undefined ? undefined : DECODERS[encoding]
  if (encoding !== undefined && decode === undefined) return
  const text = (decode === undefined ? body : decode(body)).toString()
  const told = JSON.parse(text) as { code?: unknown; message?: unknown }
  // The published refusal of an export has a shape of its own.
  if (status === 409 && Object.keys(told).join() === 'status,userId,userDeviceId,message') return
  const isError = told.code === status && typeof told.message === 'string' && told.message !== ''
  if (!isError || Object.keys(told).join() !== 'code,message') {
    throw new Error(`status ${status} with the body ${text.slice(0, 200)}`)
  }
  if (!/^application\/json/.test(headers.get('content-type') ?? '')) {
    throw new Error(`status ${status} as ${headers.get('content-type')}`)
  }
  if (/\\n\s+at |node_modules/.test(text)) throw new Error(`a stack: ${text}`)
}
