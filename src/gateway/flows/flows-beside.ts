/** Node-RED as long as the gateway runs: started again when it ends, after a pause that grows. */
import { setTimeout } from 'node:timers/promises'
import { hostAndPort } from '../../config/address.ts'
import type { Config } from '../../config/schema.ts'
import { messageOf } from '../../model/errors.ts'
import type { Logger } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import { findNodeRed } from './find-node-red.ts'
import { flowsToken } from './flows-token.ts'
import { flowsFolder, NodeRedProcess } from './node-red-process.ts'

const FIRST_PAUSE_MS: Millis = 1000
const LAST_PAUSE_MS: Millis = 300_000
/** One that ran for so long did not fail at once. */
const GOOD_MS: Millis = 60_000

export interface FlowsBesideOptions {
  config: Config
  data: string
  url: string
  caFile?: string | undefined
  logger: Logger
}

export class FlowsBeside {
  readonly #options: FlowsBesideOptions
  readonly #stopping = new AbortController()
  #process: NodeRedProcess | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: FlowsBesideOptions) {
    this.#options = options
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#process?.stop()
    await this.#running
  }

  async #run(): Promise<void> {
    const { logger } = this.#options
    const { signal } = this.#stopping
    let pause = FIRST_PAUSE_MS
    while (!signal.aborted) {
      const begun = performance.now()
      try {
        const code = await this.#once()
        if (!signal.aborted) logger.warn({ code }, 'Node-RED has ended; it is started again')
      } catch (error) {
        logger.error({}, `Node-RED cannot be started: ${messageOf(error)}`)
      }
      if (performance.now() - begun > GOOD_MS) pause = FIRST_PAUSE_MS
      await setTimeout(pause, undefined, { signal }).catch(() => undefined)
      pause = Math.min(pause * 2, LAST_PAUSE_MS)
    }
  }

  async #once(): Promise<number> {
    const { config, data, url, caFile, logger } = this.#options
    const { listen, nodeRed } = config.flows
    const folder = flowsFolder(data)
    this.#process = new NodeRedProcess({
      install: findNodeRed({ named: nodeRed, folders: [folder, process.cwd()] }),
      folder: data,
      listen: hostAndPort(listen),
      gateway: { url, token: await flowsToken(data, config), caFile },
      line: (text) => logger.info({ part: 'node-red' }, text),
    })
    const ended = this.#process.run()
    const { pid, folder: flows } = this.#process
    logger.info({ pid, flows, listen }, 'Node-RED starts')
    return await ended
  }
}
