/**
 * The log, on standard error: sentences for people, or JSON lines. Field names that hold secrets are
 * blanked whatever their value.
 */
import pino from 'pino'
import type { Logger } from './model/ports.ts'

const SECRETS = ['token', 'password', 'key', 'authorization', '*.token', '*.password', '*.key']
const LEVELS: Record<number, string> = { 20: 'debug', 30: 'info', 40: 'warn', 50: 'error' }

export interface LoggerOptions {
  level: 'debug' | 'info' | 'warn' | 'error'
  format: 'text' | 'json'
  write?: (line: string) => void
  /** Gets every line as JSON, too. */
  keep?: (line: string) => void
}

export function createLogger(options: LoggerOptions): Logger {
  const write = options.write ?? ((line: string) => process.stderr.write(line))
  const { keep, format } = options
  const stream = {
    write(line: string) {
      keep?.(line)
      write(format === 'json' ? line : textLine(line))
    },
  }
  return pino(
    {
      level: options.level,
      base: null,
      redact: { paths: SECRETS, censor: '…' },
    },
    stream,
  )
}

/** `12:03:44 warn  sentence  source=can0 port=/dev/ttyACM0` */
function textLine(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown>
  const clock = new Date(Number(time)).toTimeString().slice(0, 8)
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('')
  return `${clock} ${(LEVELS[Number(level)] ?? '').padEnd(5)} ${String(msg)}${rest && ` ${rest}`}\n`
}
