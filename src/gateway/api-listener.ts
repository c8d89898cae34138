/**
 * Where the API listens: at the configured address, or on loopback alone while there is a reason not
 * to be open. When the reason goes the listener moves, without a restart; where the configured
 * address cannot be had it stays where it is and tries again.
 */
import type { ApiServer } from '../api/server.ts'
import { type Address, hostAndPort } from '../config/address.ts'
import { messageOf } from '../model/errors.ts'
import type { Clock, Logger } from '../model/ports.ts'
import type { Millis } from '../model/time.ts'

const RETRY_MS: Millis = 5000
const LOOPBACK = '127.0.0.1'

export interface ApiListenerOptions {
  api: Pick<ApiServer, 'listen'>
  listen: string
  /** Why it may not be open, as a sentence that says what would help; undefined: it may. */
  restriction: () => string | undefined
  clock: Pick<Clock, 'monotonic'>
  logger: Logger
  /** Rejects when the gateway stops. */
  pause: (ms: Millis) => Promise<unknown>
}

export class ApiListener {
  readonly #options: ApiListenerOptions
  readonly #wanted: Address
  #bound: Address | undefined
  #isRestricted = false
  #moving: Promise<void> | undefined
  #triedAt: Millis | undefined
  #problem: string | undefined

  constructor(options: ApiListenerOptions) {
    this.#options = options
    this.#wanted = hostAndPort(options.listen)
  }

  /** Listens, or says why not and tries again until it does or the gateway stops. */
  async start(): Promise<Address> {
    for (;;) {
      this.#isRestricted = this.#restriction() !== undefined
      const { host, port } = this.#wanted
      try {
        return await this.#listen(this.#isRestricted ? LOOPBACK : host, port)
      } catch (error) {
        await this.#options.pause(this.#failed(error))
      }
    }
  }

  /** Where it listens now. */
  get bound(): Address | undefined {
    return this.#bound
  }

  /** Looks whether it may move now. */
  tick(): void {
    if (!this.#isRestricted || this.#bound === undefined || this.#moving !== undefined) return
    if (this.#restriction() !== undefined) return
    const now = this.#options.clock.monotonic()
    if (this.#triedAt !== undefined && now - this.#triedAt < RETRY_MS) return
    this.#triedAt = now
    this.#moving = this.#move(this.#bound).finally(() => {
      this.#moving = undefined
    })
  }

  /** A move that is under way has ended. */
  async settled(): Promise<void> {
    await this.#moving
  }

  findings(): string[] {
    const reason = this.#isRestricted ? this.#restriction() : undefined
    const restricted =
      reason === undefined
        ? []
        : [`The API answers on this machine alone, not on ${this.#options.listen}: ${reason}`]
    return [...restricted, ...(this.#problem === undefined ? [] : [this.#problem])]
  }

  /** Nothing has to be kept from who is on the machine. */
  #restriction(): string | undefined {
    return isLoopback(this.#wanted.host) ? undefined : this.#options.restriction()
  }

  async #move(from: Address): Promise<void> {
    const { host, port } = this.#wanted
    try {
      const bound = await this.#listen(host, port === 0 ? from.port : port)
      this.#isRestricted = false
      this.#options.logger.info({ ...bound }, 'the API listens for others, too')
    } catch (error) {
      this.#failed(error)
      await this.#back(from)
    }
  }

  async #back(from: Address): Promise<void> {
    try {
      const problem = this.#problem
      await this.#listen(from.host, from.port)
      this.#problem = problem
    } catch (error) {
      this.#failed(error)
    }
  }

  async #listen(host: string, port: number): Promise<Address> {
    this.#bound = await this.#options.api.listen(host, port)
    this.#problem = undefined
    return this.#bound
  }

  #failed(error: unknown): Millis {
    const sentence = `the API cannot listen: ${messageOf(error)}`
    this.#problem = sentence
    this.#options.logger.error({ address: this.#options.listen }, sentence)
    return RETRY_MS
  }
}

function isLoopback(host: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|::1|(0+:){7}0*1|localhost)$/i.test(host)
}
