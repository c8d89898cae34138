/**
 * `odograph run`: the gateway. One line on standard output once it serves, `ready http://HOST:PORT`;
 * everything else goes to standard error.
 *
 * SIGPWR is how a power supply that is about to fail is told of: what there is becomes durable at once,
 * and the gateway goes on, for the power may come back. A program of such a supply sends it with
 * `systemctl kill --signal=SIGPWR odograph`.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { issueUserToken } from '../api/auth/tokens.ts'
import { hostAndPort } from '../config/address.ts'
import { goodConfigPath, keepGoodConfig } from '../config/config-file.ts'
import { dataFolder, dataFolderPath } from '../config/data-folder.ts'
import { type ConfigInput, type LoadedConfig, loadConfig } from '../config/load.ts'
import type { FlowsBeside } from '../gateway/flows/flows-beside.ts'
import { LogBook } from '../gateway/log-book.ts'
import { ownCertificate } from '../gateway/own-address.ts'
import { ServiceManager } from '../gateway/service-manager.ts'
import { Gateway } from '../gateway.ts'
import { createLogger } from '../logger.ts'
import { messageOf } from '../model/errors.ts'
import type { Clock, Logger } from '../model/ports.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { launchOf, prepareJournal, RunTrial } from './run-trial.ts'

/** In the data folder: what the page writes where no file was named. */
const OWN_CONFIG = 'odograph.yaml'
const DEMO_VEHICLE = 'demo'
const DEMO_TOKEN_SECONDS = 30 * 86_400
const GOOD_AFTER_MS = 60_000
const READY_AFTER_MS = 15_000

export async function run(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, {
    config: { type: 'string' },
    set: { type: 'string', multiple: true },
    data: { type: 'string' },
    listen: { type: 'string' },
    'mqtt-listen': { type: 'string' },
    demo: { type: 'boolean' },
  })
  for (const option of [values.listen, values['mqtt-listen']]) {
    if (option !== undefined) hostAndPort(option)
  }
  for (;;) {
    const ended = await runOnce(values, io)
    if (ended !== 'again') return ended
  }
}

interface RunOptions {
  config?: string
  set?: string[]
  data?: string
  listen?: string
  'mqtt-listen'?: string
  demo?: boolean
}

/** Runs until it is stopped: an exit code, or that somebody wants it to start anew. */
async function runOnce(values: RunOptions, io: CommandIo): Promise<number | 'again'> {
  const own = join(dataFolderPath(values.data), OWN_CONFIG)
  const loaded = loadConfig({
    file: values.config ?? (existsSync(own) ? own : undefined),
    good: goodConfigPath(dataFolderPath(values.data)),
    set: values.set,
    environment: process.env,
    overrides: (input) => {
      if (values.listen !== undefined) input.api = { ...input.api, listen: values.listen }
      if (values['mqtt-listen'] !== undefined) {
        input.mqtt = { ...input.mqtt, listen: values['mqtt-listen'] }
      }
      if (values.demo === true) addDemo(input)
    },
  })
  try {
    dataFolder(values.data)
  } catch (error) {
    loaded.findings.push(messageOf(error))
  }
  const folder = dataFolderPath(values.data)
  const log = new LogBook()
  const logger = createLogger({
    ...loaded.config.log,
    write: (line) => io.stderr.write(line),
    keep: (line) => log.add(line),
  })
  const launch = launchOf(process.env, { data: folder, version: io.version })
  const { found, stop } = await prepareJournal(launch)
  if (stop !== undefined) {
    logger.error({ version: io.version }, `the update is given up: ${stop}`)
    return 1
  }
  const clock = systemClock()
  const again = new AbortController()
  const gateway = new Gateway({
    loaded: { ...loaded, file: loaded.file ?? own },
    ...{ folder, version: io.version, logger, log, clock, findings: found },
    restart: () => again.abort(),
  })
  const ending = new AbortController()
  const signal = AbortSignal.any([io.signal, ending.signal, again.signal])
  const isAgain = () => again.signal.aborted && !io.signal.aborted && !ending.signal.aborted
  const settings = loaded.config.update
  const end = () => ending.abort()
  const trial = new RunTrial({ gateway, launch, settings, clock, logger, end })
  const secure = () => {
    if (gateway.secure()) logger.warn({}, 'the power is about to fail: everything is committed')
    else logger.error({}, 'the power is about to fail, and the journal cannot be written')
  }
  process.on('SIGPWR', secure)
  const services = serviceManager(gateway, logger)
  // One that cannot listen yet records all the same.
  const late = setTimeout(() => services.ready(), READY_AFTER_MS)
  let flows: FlowsBeside | undefined
  const keeping = keepConfigWhenGood(loaded, folder, logger)
  logger.info({ version: io.version, data: folder }, 'odograph starts')
  trial.start()
  try {
    // Before it starts: who has the link owns the gateway.
    const link = values.demo === true ? await demoToken(gateway) : ''
    const url = await Promise.race([gateway.start(), aborted(signal)])
    if (url !== undefined) {
      io.stdout.write(`ready ${url}\n`)
      services.ready()
      if (values.demo === true) welcome(gateway, { url, token: link, mqtt: loaded.config.mqtt }, io)
      flows = await startFlows(loaded, { folder, url, logger })
      await aborted(signal)
    }
  } finally {
    logger.info({}, 'odograph stops')
    clearTimeout(late)
    trial.stop()
    if (isAgain()) await services.pausing()
    else await services.stopping()
    await flows?.stop()
    await gateway.stop()
    process.off('SIGPWR', secure)
    clearTimeout(keeping)
  }
  if (isAgain()) {
    logger.info({}, 'everything is stored; starting anew')
    return 'again'
  }
  logger.info({}, 'everything is stored; goodbye')
  return ending.signal.aborted ? 1 : 0
}

function serviceManager(gateway: Gateway, logger: Logger): ServiceManager {
  return new ServiceManager({
    environment: process.env,
    failure: () => gateway.vitals.failure(),
    status: () => {
      const { findings, sources } = gateway.health()
      const running = sources.filter(({ state }) => state === 'running').length
      const heard = `${running} of ${sources.length} sources running`
      return findings.length === 0 ? heard : `${heard}; ${findings.length} findings: ${findings[0]}`
    },
    logger,
  })
}

async function startFlows(
  { config }: LoadedConfig,
  { folder, url, logger }: { folder: string; url: string; logger: Logger },
): Promise<FlowsBeside | undefined> {
  if (!config.flows.start) return undefined
  const { FlowsBeside } = await import('../gateway/flows/flows-beside.ts')
  const caFile = ownCertificate(config, folder)
  const flows = new FlowsBeside({ config, data: folder, url, caFile, logger })
  flows.start()
  return flows
}

/** A configuration with which the gateway has run for a while, and that has no fault, is remembered. */
function keepConfigWhenGood(
  { origin, text, findings }: LoadedConfig,
  folder: string,
  logger: Logger,
): NodeJS.Timeout | undefined {
  if (origin !== 'file' || text === undefined || findings.length > 0) return undefined
  return setTimeout(() => {
    try {
      keepGoodConfig(goodConfigPath(folder), text)
    } catch (error) {
      logger.warn({}, `the configuration that works cannot be remembered: ${messageOf(error)}`)
    }
  }, GOOD_AFTER_MS)
}

/** A simulated vehicle, unless the configuration already has sources. */
function addDemo(input: ConfigInput): void {
  if ((input.sources ?? []).length > 0) return
  input.sources = [{ type: 'simulator', id: 'sim0', vehicle: DEMO_VEHICLE }]
  const named = (input.vehicles ?? []).some((vehicle) => vehicle.id === DEMO_VEHICLE)
  if (named) return
  const demo = { id: DEMO_VEHICLE, make: 'Odograph', model: 'Simulated truck', year: 2024 }
  input.vehicles = [...(input.vehicles ?? []), { ...demo, tankLitres: 400, kmPerLitre: 3.5 }]
}

function demoToken(gateway: Gateway): Promise<string> {
  return issueUserToken(gateway.tokenKeys, {
    sub: gateway.owner,
    expiresSeconds: DEMO_TOKEN_SECONDS,
  })
}

interface Welcome {
  url: string
  token: string
  mqtt: { url?: string | undefined; listen: string; root: string; enabled: boolean }
}

function welcome(gateway: Gateway, { url, token, mqtt }: Welcome, io: CommandIo): void {
  const vehicle = gateway.vehicles.byId(DEMO_VEHICLE) ?? gateway.vehicles.all()[0]
  const broker = mqtt.enabled ? (mqtt.url ?? `mqtt://${mqtt.listen}`) : 'switched off'
  io.stderr.write(`
  Page     ${url}/#token=${token}
  API      ${url}/v1/swagger/
  Broker   ${broker}  topics ${mqtt.root}/#
  Vehicle  ${vehicle?.id}  tokenId ${vehicle?.tokenId}  userDeviceId ${vehicle?.userDeviceId}

  TOKEN=${token}
  curl -H "Authorization: Bearer $TOKEN" ${url}/v1/vehicle/${vehicle?.tokenId}/status

  Ctrl-C stops it.

`)
}

function systemClock(): Clock {
  const started = performance.now()
  return { now: () => Date.now(), monotonic: () => performance.now() - started }
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
