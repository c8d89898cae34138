/**
 * Requests as nobody should send them: valid ones with a path, a query, headers, a body or a framing
 * that is wrong, too much, or twice. From a seed: the same seed gives the same bytes.
 */
import type { Random } from './mutate.ts'

export interface HttpSubject {
  /** Paths with the ids of a real vehicle. */
  paths: readonly { method: string; path: string }[]
  tokens: readonly string[]
}

/** What is written to one connection, in the parts in which it is written. */
export interface Attack {
  parts: Buffer[]
  /** The client is gone at once, without hearing an answer. */
  isAbandoned: boolean
}

interface Draft {
  method: string
  target: string
  version: string
  headers: [name: string, value: string][]
  body: string
}

const STRANGE = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '',
  ' ',
  '.',
  '..',
  '%00',
  '%',
  '%zz',
  '%E0%A4%A',
  '%ff%fe',
  '%2e%2e%2f',
  '%F0%9F%98%80',
  '\u00ff',
  "' OR 1=1 --",
  '"',
  '{}',
  '[]',
  'null',
  'NaN',
  'Infinity',
  '-1',
  '0',
  '1e309',
  '9007199254740993',
  '1.5',
  '0x10',
  '10000',
  'true',
  '2024-01-25',
  '2024-02-30',
  '+275760-09-13T00:00:00Z',
  '-271821-04-20T00:00:00Z',
  '0000-00-00',
  '9999-12-31',
  '2024-01-25T13:00:00+14:00',
  'YXNjIDEgMSAxIDE',
  'Europe/Berlin',
  'Etc/GMT+99',
  'meta',
  'odometer,__proto__',
]
const PARAMETERS = [
  'startDate',
  'endDate',
  'limit',
  'after',
  'order',
  'buckets',
  'signals',
  'include',
  'time_zone',
  'watch',
  'all',
  'from',
  'to',
  'type',
  'refresh',
]
const METHODS =
  'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE CONNECT PROPFIND get G M-SEARCH'.split(' ')
const HEADERS = [
  'Accept',
  'Accept-Encoding',
  'Authorization',
  'Connection',
  'Content-Length',
  'Content-Type',
  'Content-Encoding',
  'Cookie',
  'Expect',
  'Forwarded',
  'Host',
  'If-None-Match',
  'If-Modified-Since',
  'Last-Event-ID',
  'Origin',
  'Range',
  'TE',
  'Transfer-Encoding',
  'Upgrade',
  'X-Forwarded-For',
  'X-HTTP-Method-Override',
  'X-Request-Id',
  '__proto__',
]
const VALUES = [
  ...STRANGE,
  'application/json',
  'application/x-ndjson',
  'text/csv;q=0.1, */*;q=x',
  'text/event-stream',
  'gzip, br;q=1.0, *;q=0',
  'identity;q=0',
  'bytes=0-1,2-3',
  'bytes=-99999999999999999999',
  'chunked',
  'chunked, gzip',
  'gzip',
  '100-continue',
  'websocket',
  'h2c',
  'Upgrade',
  'close',
  'keep-alive, keep-alive',
  'Bearer ',
  'Bearer a.b.c',
  'Bearer eyJhbGciOiJub25lIn0.e30.',
  'Basic YTpi',
  'for=127.0.0.1',
  'W/"x"',
  'application/json; charset=utf-99',
  'multipart/form-data',
]

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)] as T
}

function often(random: Random, oneIn: number): boolean {
  return random.below(oneIn) === 0
}

function value(random: Random, from: readonly string[]): string {
  if (often(random, 40)) return 'x'.repeat(pick(random, [100, 5000, 17_000, 70_000]))
  const text = pick(random, from)
  return often(random, 8) ? `${text}${pick(random, from)}` : text
}

function draft(random: Random, { paths, tokens }: HttpSubject): Draft {
  const { method, path } = pick(random, paths)
  const headers: Draft['headers'] = [['Host', 'gateway']]
  if (!often(random, 6)) headers.push(['Authorization', `Bearer ${pick(random, tokens)}`])
  const body = method === 'GET' ? '' : pick(random, bodies)(random)
  if (body !== '') {
    headers.push(['Content-Type', 'application/json'])
    headers.push(['Content-Length', String(Buffer.byteLength(body, 'latin1'))])
  }
  return { method, target: path, version: 'HTTP/1.1', headers, body }
}

const GOOD_EXCHANGE =
  '{"nftContractAddress":"0xbA5738a18d83D41847dfFbDC6101d37C69c9B0cF","tokenId":"17","privileges":[1]}'

const bodies: readonly ((random: Random) => string)[] = [
  () => GOOD_EXCHANGE,
  () => '{"kind":"pid","pid":12}',
  () => '{"__proto__":{"a":1},"constructor":{"prototype":{"b":2}}}',
  () => '['.repeat(30_000),
  () => `{"a":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
  () => '{"tokenId":1e400,"privileges":[null,-1,1.5,"1",{}]}',
  () => `{"tokenId":"${'9'.repeat(60_000)}"}`,
  () => '\xff\xfe\x00',
  () => ' '.repeat(70_000),
  (random) => GOOD_EXCHANGE.slice(0, random.below(GOOD_EXCHANGE.length)),
  (random) => JSON.stringify(pick(random, STRANGE)),
]

type Change = (request: Draft, random: Random) => void

const changes: readonly Change[] = [
  (request, random) => {
    request.method = pick(random, METHODS)
  },
  (request, random) => {
    const parts = request.target.split('/')
    parts[random.below(parts.length)] = value(random, STRANGE)
    request.target = parts.join('/')
  },
  (request, random) => {
    request.target += query(random)
  },
  (request, random) => {
    request.target += query(random)
  },
  (request, random) => {
    const { target } = request
    request.target = pick(random, [
      `http://gateway${target}`,
      `http://other.example:99999${target}`,
      `//gateway${target}`,
      '*',
      'gateway:443',
      `${target}/`,
      `/${target}`,
      `${target}#x`,
      `${target}?`,
      `${target};a=b`,
      target.toUpperCase(),
      '/assets/%2e%2e/%2e%2e/server.ts',
      '/v1/swagger/static/..%2f..%2fpackage.json',
      '/assets/\\..\\server.ts',
      '',
    ])
  },
  (request, random) => {
    for (let count = 1 + random.below(3); count > 0; count -= 1) {
      request.headers.push([pick(random, HEADERS), value(random, VALUES)])
    }
  },
  (request, random) => {
    for (let count = pick(random, [50, 500, 3000]); count > 0; count -= 1) {
      request.headers.push([`a${count}`, 'b'])
    }
  },
  (request, random) => {
    request.headers.splice(random.below(request.headers.length + 1), 1)
  },
  (request, random) => {
    request.body = pick(random, bodies)(random)
    request.headers.push(['Content-Type', value(random, ['application/json', ...VALUES])])
  },
  (request, random) => {
    const length = pick(random, ['0', '1', '5', '99', '-1', '1e3', '18446744073709551616', 'x', ''])
    request.headers = request.headers.filter(([name]) => name !== 'Content-Length')
    request.headers.push(['Content-Length', length])
  },
  (request, random) => {
    request.headers = request.headers.filter(([name]) => name !== 'Content-Length')
    request.headers.push(['Transfer-Encoding', 'chunked'], ['Content-Type', 'application/json'])
    request.body = pick(random, [
      `${GOOD_EXCHANGE.length.toString(16)}\r\n${GOOD_EXCHANGE}\r\n0\r\n\r\n`,
      'zz\r\nabc\r\n0\r\n\r\n',
      '5\r\nab\r\n0\r\n\r\n',
      'ffffffffffffffff\r\na',
      '-1\r\n\r\n',
      `1;${'x'.repeat(20_000)}\r\n{\r\n0\r\n\r\n`,
      '0\r\nX: y\r\n\r\n',
      '1\n{\n0\n\n',
      '',
    ])
  },
  (request, random) => {
    request.version = pick(random, ['HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/9.9', 'HTP', '', 'X'])
  },
]

function query(random: Random): string {
  const count = often(random, 12) ? pick(random, [100, 1000, 2500]) : 1 + random.below(4)
  const parts = Array.from({ length: count }, () => {
    const name = often(random, 4) ? value(random, STRANGE) : pick(random, PARAMETERS)
    const suffix = pick(random, ['', '', '', '', '[]', '[a]', '[__proto__][b]'])
    return `${name}${suffix}${often(random, 10) ? '' : '='}${value(random, STRANGE)}`
  })
  const repeated = often(random, 5) ? [...parts, ...parts] : parts
  return `?${repeated.join(pick(random, ['&', '&', '&', ';', '&&']))}`
}

function written(request: Draft, random: Random): Buffer {
  const end = often(random, 30) ? '\n' : '\r\n'
  const separator = often(random, 30) ? pick(random, [':', ' : ', ':\t', '']) : ': '
  const lines = request.headers.map(([name, text]) => `${name}${separator}${text}`)
  const head = [`${request.method} ${request.target} ${request.version}`, ...lines, '', '']
  return Buffer.from(`${head.join(end)}${request.body}`, 'latin1')
}

export function attack(random: Random, subject: HttpSubject): Attack {
  const count = often(random, 10) ? pick(random, [2, 5, 60]) : 1
  const requests = Array.from({ length: count }, () => {
    const request = draft(random, subject)
    for (let left = random.below(4); left > 0; left -= 1) pick(random, changes)(request, random)
    return written(request, random)
  })
  let bytes: Buffer = Buffer.concat(requests)
  if (often(random, 8)) bytes = bytes.subarray(0, random.below(bytes.length + 1))
  if (often(random, 8)) bytes = flipped(bytes, random)
  return { parts: cut(bytes, random), isAbandoned: often(random, 12) }
}

function flipped(bytes: Buffer, random: Random): Buffer {
  const changed = Buffer.from(bytes)
  for (let left = 1 + random.below(4); left > 0 && changed.length > 0; left -= 1) {
    changed[random.below(Math.min(changed.length, 400))] = random.below(256)
  }
  return changed
}

function cut(bytes: Buffer, random: Random): Buffer[] {
  if (!often(random, 5)) return [bytes]
  const parts: Buffer[] = []
  let at = 0
  while (at < bytes.length && parts.length < 20) {
    const next = at + 1 + random.below(Math.min(bytes.length, 200))
    parts.push(bytes.subarray(at, next))
    at = next
  }
  parts.push(bytes.subarray(at))
  return parts
}
