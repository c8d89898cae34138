/** Commands with handlers that remember what they were asked, and a clock by hand. */
import type { RequestOutcome } from '../../src/model/bus-request.ts'
import type { CommandHandlers } from '../../src/model/ports.ts'
import { type CommandsOptions, createCommands } from '../../src/uplink/mqtt/commands.ts'
import type { Message } from '../../src/uplink/mqtt/in-flight.ts'
import type { IncomingMessage } from '../../src/uplink/mqtt/subscriptions.ts'
import { HandClock } from './hand-clock.ts'
import { MemoryLogger, recordOf, van } from './mqtt-fixtures.ts'

export interface Answer {
  id?: string
  command: string
  status: 'ok' | 'error'
  // biome-ignore lint/suspicious/noExplicitAny: what a command gives is what the test looks at
  result?: any
  error?: { code: string; message: string; retryAfterSeconds?: number }
}

export const READING = [
  'status/get',
  'dtc/read',
  'history/get',
  'poll/boost',
  'health/get',
] as const

export class FakeHandlers implements CommandHandlers {
  readonly calls: string[] = []
  outcome: RequestOutcome = {
    kind: 'answered',
    answers: [{ from: { id: 0x7e8, extended: false }, data: Uint8Array.of(0x44), time: 1_000_000 }],
  }
  /** What holds commands to the vehicle up, where something does. */
  hold: Promise<void> = Promise.resolve()

  status(vehicle: string): object | undefined {
    this.calls.push(`status ${vehicle}`)
    return vehicle === 'van' ? { odometer: 1 } : undefined
  }

  health(): object {
    this.calls.push('health')
    return { status: 'ok' }
  }

  readonly troubleCodes = {
    troubleCodes: (vehicle: string) => {
      this.calls.push(`codes ${vehicle}`)
      return undefined
    },
  }

  readonly records: CommandHandlers['records'] = {
    page: async (query, options) => {
      this.calls.push(`page ${JSON.stringify([query, options])}`)
      const records = Array.from({ length: options.limit }, (_, i) => recordOf(i + 1))
      return { total: 0, records }
    },
  }

  readonly vehicle: NonNullable<CommandHandlers['vehicle']> = {
    clearCodes: async (vehicle, requester) => {
      this.calls.push(`clear ${vehicle} ${JSON.stringify(requester)}`)
      await this.hold
      return this.outcome
    },
    ask: async (vehicle, question) => {
      this.calls.push(`ask ${vehicle} ${JSON.stringify(question)}`)
      await this.hold
      return this.outcome
    },
    watch: (vehicle, signals, until) => {
      this.calls.push(`watch ${vehicle} ${signals.join()} ${until}`)
    },
  }
}

export function commandDesk(options: Partial<CommandsOptions> = {}) {
  const clock = new HandClock()
  const handlers = new FakeHandlers()
  const logger = new MemoryLogger()
  const published: Message[] = []
  const commands = createCommands({
    handlers,
    enabled: true,
    allow: [...READING],
    privileges: [],
    root: 'odograph',
    gatewayId: 'gw1',
    vehicles: () => [van],
    publish: async (message) => void published.push(message),
    clock,
    timers: clock,
    logger,
    ...options,
  })
  const incoming = (topic: string, body: unknown, more: Partial<IncomingMessage> = {}) => {
    const payload = Buffer.isBuffer(body)
      ? body
      : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    commands.received({ topic, payload, retain: false, ...more })
  }
  /** Sends one to the van and resolves to its answer. */
  const ask = async (
    name: string,
    body: unknown = {},
    more: Partial<IncomingMessage> = {},
  ): Promise<Answer> => {
    const before = published.length
    incoming(`odograph/van/command/${name}`, body, more)
    await clock.advance(0)
    if (published.length !== before + 1) throw new Error(`${published.length - before} answers`)
    return JSON.parse(String(published.at(-1)?.payload))
  }
  return { clock, handlers, logger, published, commands, incoming, ask }
}
