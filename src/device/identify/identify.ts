/**
 * Finds out what is at the other end of a serial line, by asking what is harmless to all of them:
 *
 *   listening    a GNSS receiver talks by itself: `$G…*hh` · an SLCAN channel that was left open too
 *   `ATI`        an ELM327 tells its version; an SLCAN adapter, for which `A` is no command, refuses.
 *                Twice, for the first may end somebody's half line. Never a CR alone: an ELM327
 *                repeats its last command then, which may have been a request to the vehicle
 *   `STI`        the same of an STN chip; asked of ELM327s alone
 *   `V`, `N`     an SLCAN adapter tells version and serial number; it stays closed
 *   E7 E7 F1 09  a GVRET adapter answers F1 09 DE AD
 *
 * Nothing of it opens a channel, sends a frame, or changes a setting that lasts.
 */
import { setTimeout as passed } from 'node:timers/promises'
import type { Millis } from '../../model/time.ts'
import type { OpenPort, PortOptions } from '../serial/port.ts'

export interface Identified {
  kind: 'elm327' | 'slcan' | 'gvret' | 'nmea'
  baud: number
  /** What it says it is, cleaned; empty if it says nothing. */
  says: string
}

export interface IdentifyOptions {
  open: (options: PortOptions) => Promise<OpenPort>
  path: string
  /** In the order in which they are tried. */
  bauds?: readonly number[]
  signal?: AbortSignal
  /** Lets time pass. */
  wait?: Wait
}

type Wait = (ms: Millis) => Promise<unknown>

/** The usual ones of adapters and receivers, most frequent first. */
export const usualBauds: readonly number[] = [115_200, 38_400, 9600, 1_000_000, 500_000, 230_400]

const LISTEN_MS: Millis = 1200
const ANSWER_MS: Millis = 400
const MAX_HEARD = 65_536
/** Stands for BEL, with which SLCAN refuses. */
const REFUSED = '␇'

const SENTENCE = /\$G[A-Z]{4},[^\r\n*]*\*[0-9A-F]{2}/
const SLCAN_FRAME =
  /(^|\r)(t[0-7][0-9A-F]{2}[0-8]([0-9A-F]{2}){0,8}|T[01][0-9A-F]{7}[0-8]([0-9A-F]{2}){0,8})\r/i
const ELM_VERSION = /(ELM ?327[^\r\n>]*|OBDII[^\r\n>]*)/i
const STN_VERSION = /STN\d{4}[^\r\n>]*/
const SLCAN_VERSION = /(?:^|[\r␇])[Vv]([0-9A-Za-z .:_/-]{2,60})\r/
const SLCAN_NUMBER = /(?:^|[\r␇])N([0-9A-Za-z]{4,32})\r/
const GVRET_ALIVE = Buffer.from([0xf1, 0x09, 0xde, 0xad]).toString('latin1')

/**
 * Undefined: nothing that is known here answers. Throws as `openPort` does if the line cannot be
 * opened at all.
 */
export async function identify(options: IdentifyOptions): Promise<Identified | undefined> {
  const { open, path, bauds = usualBauds, signal, wait = passed } = options
  for (const baudRate of bauds) {
    if (signal?.aborted === true) return undefined
    let heard = ''
    const data = (chunk: Uint8Array) => {
      if (heard.length < MAX_HEARD) heard += textOf(chunk)
    }
    const port = await open({
      ...{ path, baudRate, data, closed: () => undefined },
      ...(signal === undefined ? {} : { signal }),
    })
    try {
      const line = new Line(port, () => heard, wait)
      const found = await ask(line, baudRate === bauds[0] ? LISTEN_MS : LISTEN_MS / 2)
      if (found !== undefined) return { ...found, baud: baudRate }
    } finally {
      await port.close()
    }
  }
  return undefined
}

/** What was heard since the last command, and commands that wait for an answer. */
class Line {
  readonly #port: OpenPort
  readonly #heard: () => string
  readonly wait: Wait

  constructor(port: OpenPort, heard: () => string, wait: Wait) {
    this.#port = port
    this.#heard = heard
    this.wait = wait
  }

  get heard(): string {
    return this.#heard()
  }

  /** Resolves with what came after the command, as soon as it looks whole, or by time. */
  async ask(bytes: string, isWhole: RegExp): Promise<string> {
    const before = this.heard.length
    // A line that takes no bytes gives no answer either.
    await this.#port.write(Buffer.from(bytes, 'latin1')).catch(() => undefined)
    for (let waited = 0; waited < ANSWER_MS; waited += 20) {
      await this.wait(20)
      if (isWhole.test(this.heard.slice(before))) break
    }
    return this.heard.slice(before)
  }
}

async function ask(line: Line, listenMs: Millis): Promise<Omit<Identified, 'baud'> | undefined> {
  for (let waited = 0; waited < listenMs; waited += 100) {
    await line.wait(100)
    if (SENTENCE.test(line.heard)) return { kind: 'nmea', says: talkerOf(line.heard) }
    if (SLCAN_FRAME.test(line.heard)) return { kind: 'slcan', says: 'an open channel' }
  }
  await line.ask('ATI\r', />|␇/)
  const version = await line.ask('ATI\r', />|␇/)
  const elm = ELM_VERSION.exec(version)
  if (elm !== null) return { kind: 'elm327', says: await elmName(line, clean(elm[0])) }
  if (/\?\s*>|>\s*$/.test(version)) return { kind: 'elm327', says: '' }
  return (await slcan(line)) ?? (await gvret(line))
}

/** An STN chip claims to be an ELM327 too. */
async function elmName(line: Line, version: string): Promise<string> {
  const stn = STN_VERSION.exec(await line.ask('STI\r', />/))
  return stn === null ? version : `${clean(stn[0])} (${version})`
}

async function slcan(line: Line): Promise<Omit<Identified, 'baud'> | undefined> {
  const version = await line.ask('V\r', /[\r␇]/)
  const told = SLCAN_VERSION.exec(`\r${version}`)
  const serial = SLCAN_NUMBER.exec(`\r${await line.ask('N\r', /[\r␇]/)}`)
  if (told === null && serial === null && !/^[\r␇]+$/.test(version)) return undefined
  const parts = [told === null ? '' : `version ${clean(told[1] ?? '')}`]
  if (serial !== null) parts.push(`serial number ${clean(serial[1] ?? '')}`)
  return { kind: 'slcan', says: parts.filter((part) => part !== '').join(', ') }
}

async function gvret(line: Line): Promise<Omit<Identified, 'baud'> | undefined> {
  const alive = await line.ask('\xe7\xe7\xf1\x09', /\xde\xad/)
  return alive.includes(GVRET_ALIVE) ? { kind: 'gvret', says: '' } : undefined
}

function talkerOf(heard: string): string {
  const talkers = { GP: 'GPS', GL: 'GLONASS', GA: 'Galileo', GB: 'BeiDou', GN: 'several systems' }
  const [sentence = ''] = SENTENCE.exec(heard) ?? []
  return talkers[sentence.slice(1, 3) as keyof typeof talkers] ?? ''
}

/** BEL made visible; 0 and 0xFC, which some clones scatter, left out. */
function textOf(chunk: Uint8Array): string {
  const text = Buffer.from(chunk.filter((byte) => byte !== 0 && byte !== 0xfc)).toString('latin1')
  return text.replaceAll(String.fromCharCode(7), REFUSED)
}

function clean(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '').trim()
}
