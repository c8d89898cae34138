/**
 * Commands from the broker: a request on `<root>/<vehicle or gateway>/command/<name>` is checked,
 * carried out and always answered: to the response topic with the correlation data (MQTT 5.0,
 * 4.10), else on `…/command/<name>/response`. Whatever comes, nothing here throws; only where
 * answers cannot be got rid of any more are requests left unanswered, counted and logged.
 */
import { messageOf } from '../../model/errors.ts'
import type { Clock, CommandHandlers, Logger } from '../../model/ports.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import type { Timers } from '../outbox-port.ts'
import { type AnswerHead, CommandError, errorText, resultText } from './command-answer.ts'
import { CommandMemory } from './command-memory.ts'
import {
  type CommandRequest,
  type Now,
  readId,
  readObject,
  readRequest,
} from './command-request.ts'
import { type CommandName, type FoundCommand, findCommand } from './command-table.ts'
import type { Message } from './in-flight.ts'
import { RateLimit } from './rate-limit.ts'
import type { IncomingMessage } from './subscriptions.ts'

export interface CommandSettings {
  handlers: CommandHandlers
  /** Off: it subscribes to nothing. */
  enabled: boolean
  allow: readonly CommandName[]
  /** What whoever may publish to the command topics holds, as in privilege tokens. */
  privileges: readonly number[]
  /** Whether the wall clock can be compared with a time that somebody else wrote. */
  isClockTrusted?: () => boolean
  limits?: Partial<CommandLimits>
}

export interface CommandsOptions extends CommandSettings {
  root: string
  gatewayId: string
  vehicles(): readonly Vehicle[]
  publish(message: Message): Promise<void>
  clock: Clock
  timers: Timers
  logger: Logger
}

export interface CommandLimits {
  perSecond: number
  burst: number
  /** Commands under way at once. */
  running: number
  /** How long one may take. */
  runMs: number
  /** Answers that the broker has not acknowledged. */
  answers: number
  /** What runs may still be answered for so long after `stop`. */
  stopMs: number
}

const LIMITS: CommandLimits = {
  perSecond: 10,
  burst: 20,
  running: 8,
  runMs: 30_000,
  answers: 256,
  stopMs: 500,
}

export interface Commands {
  /** Topics to subscribe to. */
  filters(): string[]
  received(message: IncomingMessage): void
  /** What comes from now on is not run; what runs has a moment to end. Idempotent. */
  stop(): Promise<void>
}

export function createCommands(options: CommandsOptions): Commands {
  return new CommandDesk(options)
}

/** Whom a topic speaks to. */
interface Address {
  /** Undefined for the gateway. */
  vehicle: Vehicle | undefined
  name: string
}

class CommandDesk implements Commands {
  private readonly options: CommandsOptions
  private readonly limits: CommandLimits
  private readonly rate: RateLimit
  private readonly memory = new CommandMemory()
  private readonly running = new Set<Promise<unknown>>()
  private answering = 0
  private unanswered = 0
  private stopped = false

  constructor(options: CommandsOptions) {
    this.options = options
    this.limits = { ...LIMITS, ...options.limits }
    this.rate = new RateLimit(this.limits.perSecond, this.limits.burst)
  }

  filters(): string[] {
    if (!this.options.enabled) return []
    const vehicles = this.options.vehicles().map(({ id }) => id)
    return [this.options.gatewayId, ...vehicles].map((id) => `${this.prefix(id)}#`)
  }

  received(message: IncomingMessage): void {
    const address = this.options.enabled ? this.addressOf(message.topic) : undefined
    if (address === undefined) return
    void this.answer(address, message).then((text) => this.respond(message, address, text))
  }

  stop(): Promise<void> {
    this.stopped = true
    const { timers } = this.options
    return new Promise((resolve) => {
      const cancel = timers.after(this.limits.stopMs, resolve)
      void Promise.allSettled(this.running).then(() => {
        cancel()
        resolve()
      })
    })
  }

  private prefix(id: string): string {
    return `${this.options.root}/${id}/command/`
  }

  /** Undefined for an answer, which 3.1.1 brings back to who gave it. */
  private addressOf(topic: string): Address | undefined {
    if (topic.endsWith('/response')) return undefined
    const { gatewayId, vehicles } = this.options
    for (const vehicle of [...vehicles(), undefined]) {
      const prefix = this.prefix(vehicle?.id ?? gatewayId)
      if (`${topic}/` === prefix) return { vehicle, name: '' }
      // a vehicle and the gateway of one name share their topics
      const name = topic.startsWith(prefix) ? topic.slice(prefix.length) : undefined
      if (name === undefined) continue
      const isGateways = vehicle?.id === gatewayId && findCommand(name, undefined) !== undefined
      return { vehicle: isGateways ? undefined : vehicle, name }
    }
    return undefined
  }

  /** Never rejects. */
  private async answer(address: Address, message: IncomingMessage): Promise<string> {
    const head: AnswerHead = { command: address.name }
    try {
      const body = readObject(message.payload)
      const id = readId(body)
      if (id !== undefined) head.id = id
      return await this.answerBody(address, message, body, head)
    } catch (error) {
      return errorText(head, this.asCommandError(error))
    }
  }

  private answerBody(
    address: Address,
    message: IncomingMessage,
    body: Record<string, unknown>,
    head: AnswerHead,
  ): string | Promise<string> {
    const now = this.now()
    if (message.retain) throw new CommandError('retained')
    if (!this.rate.take(now.monotonic)) throw new CommandError('rate-limited', undefined, 1000)
    const request = readRequest(body, message, now)
    const command = this.permitted(address, request)
    const key =
      request.id === undefined
        ? undefined
        : JSON.stringify([address.vehicle?.id ?? null, command.name, request.id])
    const before = key === undefined ? undefined : this.memory.find(key, now.monotonic)
    if (before !== undefined) {
      if (before.digest !== request.digest) throw new CommandError('id-reused')
      return before.answer
    }
    if (this.running.size >= this.limits.running) throw new CommandError('busy', undefined, 1000)
    const answer = this.run(command, request, head)
    this.running.add(answer)
    void answer.then(() => this.running.delete(answer))
    if (key !== undefined) {
      const { isReading } = command
      this.memory.add(key, request, { answer, isReading, now: now.monotonic })
    }
    return answer
  }

  /** Throws where there is no such command, or none that may be run. */
  private permitted({ vehicle, name }: Address, { parameters }: CommandRequest): FoundCommand {
    const command = findCommand(name, vehicle)
    if (command === undefined) throw this.unknown(name, vehicle)
    if (!this.options.allow.includes(command.name)) {
      throw new CommandError('not-enabled', `mqtt.commands.allow does not name ${command.name}`)
    }
    const { privilege, takes } = command
    if (privilege !== undefined && !this.options.privileges.includes(privilege)) {
      throw new CommandError(
        'not-enabled',
        `${command.name} needs privilege ${privilege}, which mqtt.commands.privileges does not give`,
      )
    }
    const stranger = Object.keys(parameters).find((key) => !takes.includes(key))
    if (stranger === undefined) return command
    const known = ['id', 'expires', ...takes].join(', ')
    throw new CommandError(
      'malformed',
      `${command.name} takes no ${JSON.stringify(stranger.slice(0, 60))}; it takes ${known}`,
    )
  }

  private unknown(name: string, vehicle: Vehicle | undefined): CommandError {
    const other = vehicle === undefined ? 'a vehicle' : 'the gateway'
    const anybody = { id: '', tokenId: '', userDeviceId: '', owner: '' }
    const isOthers = findCommand(name, vehicle === undefined ? anybody : undefined) !== undefined
    const names = this.options.allow.join(', ')
    return new CommandError(
      'unknown-command',
      isOthers
        ? `${name} is a command to ${other}, under a topic of its own`
        : `there is no such command; allowed are ${names}`,
    )
  }

  /** Never rejects, and takes no longer than it may. */
  private async run(
    command: FoundCommand,
    request: CommandRequest,
    head: AnswerHead,
  ): Promise<string> {
    const { handlers, clock, logger } = this.options
    const began = clock.monotonic()
    const requester = {
      kind: 'mqtt',
      name: 'command',
      privileges: this.options.privileges,
    } as const
    const context = {
      handlers,
      parameters: request.parameters,
      requester,
      now: clock.now(),
    }
    const fields = () => ({ ...head, ms: Math.round(clock.monotonic() - began) })
    try {
      if (this.stopped) throw new CommandError('refused', 'the gateway is stopping')
      const result = await this.withLimit(async () => command.run(context))
      logger.info(fields(), 'a command was carried out')
      return resultText(head, result)
    } catch (error) {
      const reason = this.asCommandError(error)
      const { code, message } = reason
      logger.warn({ ...fields(), code, detail: message }, 'a command was not carried out')
      return errorText(head, reason)
    }
  }

  private withLimit<T>(work: () => Promise<T>): Promise<T> {
    const { runMs } = this.limits
    return new Promise((resolve, reject) => {
      const cancel = this.options.timers.after(runMs, () =>
        reject(new CommandError('failed', `it did not end within ${runMs / 1000} s`)),
      )
      work().then(resolve, reject).finally(cancel)
    })
  }

  private asCommandError(error: unknown): CommandError {
    return error instanceof CommandError ? error : new CommandError('failed', messageOf(error))
  }

  private now(): Now {
    const { clock, isClockTrusted } = this.options
    return {
      wall: clock.now(),
      monotonic: clock.monotonic(),
      isTrusted: isClockTrusted?.() ?? true,
    }
  }

  private async respond(request: IncomingMessage, address: Address, text: string): Promise<void> {
    if (this.answering >= this.limits.answers) {
      this.unanswered += 1
      // the first of a flood, and then now and then
      if ((this.unanswered & (this.unanswered - 1)) === 0) {
        const fields = { unanswered: this.unanswered }
        this.options.logger.warn(fields, 'commands come faster than answers can be sent')
      }
      return
    }
    this.answering += 1
    try {
      await this.deliver(request, address, text)
    } catch (error) {
      const fields = { command: address.name.slice(0, 60), detail: messageOf(error) }
      this.options.logger.warn(fields, 'a command could not be answered')
    } finally {
      this.answering -= 1
    }
  }

  private async deliver(request: IncomingMessage, address: Address, text: string): Promise<void> {
    const usual = `${request.topic}/response`
    const topic = this.responseTopic(request) ?? usual
    const { correlationData } = request
    const how = {
      qos: 1,
      retain: false,
      contentType: 'application/json',
      ...(correlationData === undefined ? {} : { correlationData }),
    } as const
    try {
      await this.options.publish({ topic, payload: text, ...how })
    } catch (error) {
      // too large for the broker, or a topic that the gateway has no right to
      const { id } = JSON.parse(text) as { id?: string }
      const head = { ...(id === undefined ? {} : { id }), command: address.name }
      const reason = new CommandError('failed', `the answer was not taken: ${messageOf(error)}`)
      const payload = errorText(head, reason)
      const again = (last: string) => this.options.publish({ topic: last, payload, ...how })
      await again(topic).catch((fault) => (topic === usual ? Promise.reject(fault) : again(usual)))
    }
  }

  /**
   * Where the requester wants the answer; undefined where he must not have it: a topic of the gateway
   * itself, which others take for its word, or a command, which would be one.
   */
  private responseTopic({ responseTopic }: IncomingMessage): string | undefined {
    const { root, gatewayId, vehicles } = this.options
    if (responseTopic === undefined || responseTopic === '') return undefined
    if (/[#+\0]/.test(responseTopic) || responseTopic.startsWith('$')) return undefined
    const own = [gatewayId, ...vehicles().map(({ id }) => id)].some((id) =>
      responseTopic.startsWith(`${root}/${id}/`),
    )
    const isAnswer = /\/command\/.+\/response$/.test(responseTopic)
    return own && !isAnswer ? undefined : responseTopic
  }
}
