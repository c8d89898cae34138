/**
 * `odograph init`: a first configuration. On a terminal it asks; elsewhere, and with --yes, flags and
 * what is plugged in say all. Nothing of it is written that does not pass `odograph config check`;
 * a password goes to a file of its own that nobody else can read.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { hostAndPort } from '../config/address.ts'
import { writeDurably } from '../config/durable-file.ts'
import { findingsOf, writeConfig } from '../config/write-config.ts'
import { foundPorts } from '../device/identify/found-ports.ts'
import { askPort, type FoundAdapter, interfaceFindings } from '../gateway/adapter-scout.ts'
import { OdographError } from '../model/errors.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { askPlan, type Flags, LISTEN, vehicleProblem } from './init/ask.ts'
import { configurationText } from './init/config-text.ts'
import { brokerPlan, brokerProblem, type Plan, simulated } from './init/plan.ts'
import { Questions } from './init/questions.ts'

/** What is plugged in; only tests have another. */
export interface InitWorld {
  ports(): Promise<{ path: string }[]>
  interfaces(): Promise<FoundAdapter[]>
}

const FILE = 'odograph.yaml'
const SIMULATOR = 'simulator'

export function init(args: string[], io: CommandIo): Promise<number> {
  return initIn(args, io, { ports: () => foundPorts(), interfaces: interfaceFindings })
}

export async function initIn(args: string[], io: CommandIo, world: InitWorld): Promise<number> {
  const { values } = parseCommand(args, {
    ...{ config: { type: 'string' }, port: { type: 'string' }, vehicle: { type: 'string' } },
    ...{ 'token-id': { type: 'string' }, bitrate: { type: 'string' }, listen: { type: 'string' } },
    ...{ mqtt: { type: 'string' }, 'home-assistant': { type: 'boolean' } },
    ...{ yes: { type: 'boolean' }, force: { type: 'boolean' } },
  })
  const file = resolve(values.config ?? FILE)
  if (existsSync(file) && values.force !== true) {
    throw new OdographError(
      'usage',
      file,
      'is there already; --force writes over it and keeps it as .bak',
    )
  }
  refuseFlags(values)
  const adapters = await plugged(values.port, io, world)
  const usable = adapters.flatMap(({ source, ...more }) =>
    source === undefined ? [] : [{ ...more, source }],
  )
  const { stdin } = io
  const isAsked = stdin?.isTTY === true && values.yes !== true
  let plan: Plan
  if (isAsked) {
    const questions = new Questions(io, stdin)
    try {
      plan = await askPlan(questions, values, usable)
    } finally {
      questions.close()
    }
  } else plan = planOf(values, usable, adapters)
  return write(file, plan, io)
}

function refuseFlags({ vehicle, listen, mqtt }: Flags): void {
  const wrong = vehicle === undefined ? undefined : vehicleProblem(vehicle)
  if (wrong !== undefined) throw new OdographError('usage', `--vehicle ${vehicle}`, wrong)
  if (listen !== undefined) hostAndPort(listen)
  const noBroker = mqtt === undefined ? undefined : brokerProblem(mqtt)
  if (noBroker !== undefined) throw new OdographError('usage', '--mqtt', noBroker)
}

async function plugged(
  port: string | undefined,
  { stderr, signal }: CommandIo,
  world: InitWorld,
): Promise<FoundAdapter[]> {
  if (port === SIMULATOR) return [simulated]
  const paths = port === undefined ? (await world.ports()).map(({ path }) => path) : [port]
  const found: FoundAdapter[] = []
  for (const path of paths) {
    signal.throwIfAborted()
    stderr.write(`asking ${path} …\n`)
    found.push(await askPort(path, undefined, signal))
  }
  return port === undefined ? [...found, ...(await world.interfaces())] : found
}

/** Without anybody to ask: the one adapter that there is, or a simulated one where that was allowed. */
function planOf(
  flags: Flags & { port?: string | undefined; yes?: boolean | undefined },
  usable: readonly (FoundAdapter & { source: Plan['source'] })[],
  adapters: readonly FoundAdapter[],
): Plan {
  const [first, ...others] = usable
  const heard = adapters.map(({ path, says }) => `${path}: ${says}`).join('; ')
  if (first === undefined && (flags.port !== undefined || flags.yes !== true)) {
    const why = heard === '' ? 'no adapter is plugged in' : heard
    throw new OdographError(
      'usage',
      '--port',
      `${why}; --port simulator goes on with a simulated vehicle`,
    )
  }
  if (others.length > 0) {
    throw new OdographError('usage', '--port', `is missing, for there are several: ${heard}`)
  }
  const { says, source } = first ?? simulated
  const { bitrate, mqtt } = flags
  const tokenId = flags['token-id']
  return {
    vehicle: flags.vehicle ?? 'vehicle',
    ...{ says, listen: flags.listen ?? LISTEN, mayAsk: false },
    source: { ...source, ...(bitrate === undefined ? {} : { bitrate: Number(bitrate) }) },
    homeAssistant: flags['home-assistant'] === true,
    ...(tokenId === undefined ? {} : { tokenId }),
    ...(mqtt === undefined ? {} : { broker: brokerPlan(mqtt) }),
  }
}

function write(file: string, plan: Plan, { stdout, stderr }: CommandIo): number {
  const password = plan.broker?.password
  const passwordFile = password === undefined ? undefined : join(dirname(file), 'mqtt-password')
  const after = configurationText(plan, passwordFile)
  const problems = findingsOf(after, file)
  for (const problem of problems) stderr.write(`${problem}\n`)
  if (problems.length > 0) {
    stderr.write(`nothing was written to ${file}\n`)
    return 1
  }
  if (passwordFile !== undefined) writeDurably(passwordFile, `${password}\n`, 0o600)
  const before = existsSync(file) ? readFileSync(file, 'utf8') : ''
  writeConfig({ file, before, after })
  stdout.write(`${[`Written: ${file}`, ...(passwordFile ? [`Written: ${passwordFile}, the password`] : [])].join('\n')}

Next:
  odograph doctor --config ${file}      tells whether all is well
  odograph run --config ${file}         runs the gateway, its page at http://${plan.listen}
  odograph token create --user          makes the token for the page and the API
${plan.mayAsk ? '' : 'The gateway only listens; `listenOnly: false` lets it ask the vehicle.\n'}`)
  return 0
}
