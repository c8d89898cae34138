/**
 * The two tools of can-utils that stand between SocketCAN and us: `candump -L` gives a line a frame as
 * it comes, and `canplayer -t` sends a line a frame as it is written to it. Each is one process for as
 * long as the source is open: starting `cansend` for every request costs ten times as much.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { messageOf, systemCode } from '../../model/errors.ts'
import type { FrameFilter, OutgoingFrame } from '../../model/transmit.ts'

export interface Tool {
  /** Resolves, once, with the reason, when the process has ended. */
  readonly ended: Promise<string>
  /** False: it takes nothing any more. */
  write(text: string): boolean
  /** Idempotent; resolves when it has ended. */
  stop(): Promise<void>
}

export type StartTool = (
  program: string,
  args: readonly string[],
  output: (chunk: Uint8Array) => void,
) => Tool

const KILL_MS = 2000
const MAX_WORDS = 500
/** CAN_EFF_FLAG of linux/can.h: in a mask, the identifier's length matters. */
const EXTENDED = 0x80000000
/** Filters that a socket takes (CAN_RAW_FILTER_MAX). */
const MAX_FILTERS = 512

export const startTool: StartTool = (program, args, output) => {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  let words = ''
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(startText(program, error)))
    child.once('close', (code) => resolve(endText(program, code, words)))
  })
  child.stdout.on('data', output)
  child.stderr.on('data', (text: Buffer) => {
    words = (words + text.toString()).slice(-MAX_WORDS)
  })
  // A pipe that breaks is told of by the end of the process.
  child.stdin.on('error', () => undefined)
  return {
    ended,
    write: (text) => child.exitCode === null && child.stdin.writable && child.stdin.write(text),
    stop: () => stop(child, ended),
  }
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  child.kill('SIGTERM')
  const impatience = setTimeout(() => child.kill('SIGKILL'), KILL_MS)
  await ended
  clearTimeout(impatience)
}

function startText(program: string, error: Error): string {
  if (systemCode(error) !== 'ENOENT') return `${program} cannot be started: ${messageOf(error)}`
  return `${program} is not installed: sudo apt install can-utils`
}

function endText(program: string, code: number | null, words: string): string {
  const said = words.trim().replaceAll(/\s+/g, ' ')
  if (said !== '') return `${program} has ended: ${said}`
  return `${program} has ended${code === null ? '' : ` with exit code ${code}`}`
}

/** Data frames of the filters, all if there are none, and every error frame. */
export function candumpArguments(name: string, filters: readonly FrameFilter[]): string[] {
  const usable = filters.length > MAX_FILTERS ? [] : filters
  const data = usable.length === 0 ? ['0:0'] : usable.map(filterText)
  return ['-L', '-d', [name, ...data, '#FFFFFFFF'].join(',')]
}

/** An identifier of 8 digits is one of 29 bits to candump, whatever they say; so 11 bits have 3. */
function filterText({ id, mask, extended }: FrameFilter): string {
  const digits = extended ? hex(EXTENDED + id, 8) : hex(id, 3)
  return `${digits}:${hex(EXTENDED + mask, 8)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

/** Without loopback: what we send does not come back as if somebody else had. */
export function canplayerArguments(name: string): string[] {
  return ['-t', '-x', `${name}=${name}`]
}

export function playerLine(name: string, { id, extended, data }: OutgoingFrame): string {
  const digits = hex(id, extended ? 8 : 3)
  return `(0.000000) ${name} ${digits}#${Buffer.from(data).toString('hex').toUpperCase()}\n`
}
