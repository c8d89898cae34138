/** The gateway that runs, if one does, and the address of its API if none does. */
import { X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { hostAndPort } from '../../config/address.ts'
import { openDatabase } from '../../database/sqlite.ts'
import { messageOf, systemCode } from '../../model/errors.ts'
import type { GatewayHealth } from '../../model/ports.ts'
import type { Millis } from '../../model/time.ts'
import { certificateFile } from '../own-gateway.ts'
import { ENDING_MS } from './broker-tls.ts'
import type { Check, Examination } from './examination.ts'
import { type Finding, failure, note, ok, warning } from './finding.ts'
import { holderNames, listenersAt } from './processes.ts'
import type { World } from './world.ts'

const DAY_MS: Millis = 86_400_000

export const api: Check = {
  name: 'API',
  async run(examination) {
    const { gateway, loaded, world } = examination
    const rest = [...unclaimed(examination), ...certificate(examination)]
    switch (gateway.state) {
      case 'running':
        return [...runningFindings(gateway.health, loaded.findings), ...rest]
      case 'untold':
        return [
          note('gateway-untold', 'A gateway runs, and does not tell its health', {
            cause: gateway.reason,
            remedy: 'name its data folder (--data), or sudo -u odograph odograph doctor',
          }),
          ...rest,
        ]
      case 'stranger':
        return [taken(loaded.config.api.listen, world, gateway.detail), ...rest]
      case 'nothing':
        return [
          note('gateway-stopped', 'No gateway runs here', {
            remedy: 'sudo systemctl start odograph, or odograph run --config FILE',
          }),
          await free(loaded.config.api.listen, world),
          ...rest,
        ]
    }
  },
}

/** What it says of itself; what has a check of its own here is told there, with a remedy. */
function runningFindings(health: GatewayHealth, configuration: readonly string[]): Finding[] {
  const { version, findings, sources, clock, mqtt } = health
  const covered = new Set([
    ...configuration,
    ...sources.map(({ id, detail }) => `${id}: ${detail}`),
    clock?.detail ?? '',
    `MQTT: ${mqtt.detail}`,
  ])
  const others = findings.filter((sentence) => !covered.has(sentence))
  return [
    ok('gateway-running', `The gateway runs (${version})`),
    ...others.map((sentence) =>
      warning('gateway-degraded', `The gateway says: ${sentence}`, {
        remedy: 'journalctl -u odograph -n 50 tells more; so does /v1/gateway/health',
      }),
    ),
  ]
}

function taken(listen: string, world: World, detail: string): Finding {
  const names = holderNames(listenersAt(world, hostAndPort(listen).port))
  return failure('api-port-taken', `Another program has the address of the API, ${listen}`, {
    cause: names === '' ? detail : `it is ${names}`,
    remedy: `end it (sudo ss -ltnp names it), or another address: api.listen`,
    evidence: detail,
  })
}

async function free(listen: string, world: World): Promise<Finding> {
  const { host, port } = hostAndPort(listen)
  const error = await new Promise<Error | undefined>((resolve) => {
    const server = createServer()
    server.once('error', resolve)
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  })
  if (error === undefined) return ok('api-ok', `The address of the API, ${listen}, is free`)
  if (systemCode(error) === 'EADDRINUSE') return taken(listen, world, messageOf(error))
  const isDenied = systemCode(error) === 'EACCES'
  return failure('api-address-failed', `The API cannot listen at ${listen}`, {
    cause: isDenied ? 'ports below 1024 are for root' : `this machine has no such address`,
    remedy: isDenied ? 'a greater port' : '0.0.0.0 instead of the address listens at all',
    evidence: messageOf(error),
  })
}

/** While nobody owns the gateway, it does not listen for others. */
function unclaimed({ loaded, folder }: Examination): Finding[] {
  const { listen, claimed } = loaded.config.api
  const { host } = hostAndPort(listen)
  const isLocal = host === 'localhost' || host === '::1' || host.startsWith('127.')
  if (isLocal || claimed || isClaimed(join(folder, 'tokens.db'))) return []
  return [
    note(
      'api-unclaimed',
      `The API is to listen at ${listen}, and nobody has claimed the gateway yet`,
      {
        cause: 'until then it answers on this machine alone',
        remedy:
          'odograph token create --user here, or odograph claim for the page of another machine',
      },
    ),
  ]
}

/** As the register of tokens has it; it is not made here. */
function isClaimed(path: string): boolean {
  if (!existsSync(path)) return false
  const database = openDatabase(path, { readOnly: true })
  try {
    return database.prepare("SELECT 1 FROM mark WHERE name = 'claimed'").get() !== undefined
  } finally {
    database.close()
  }
}

function certificate({ loaded, folder, world, gateway }: Examination): Finding[] {
  const file = certificateFile(loaded.config, folder)
  if (file === undefined) return []
  const isOwn = loaded.config.api.tls === true
  // One of its own is made at the start, and anew before it ends.
  if (isOwn && (!existsSync(file) || gateway.state === 'nothing')) return []
  let end: Millis
  try {
    end = Date.parse(new X509Certificate(readFileSync(file)).validTo)
  } catch (error) {
    const cause = messageOf(error)
    return [failure('api-certificate-missing', `The certificate ${file} cannot be read`, { cause })]
  }
  const left = end - world.wall()
  if (left > ENDING_MS) return []
  const evidence = `valid to ${new Date(end).toISOString()}`
  const remedy = 'renew it; the gateway takes the new file without a restart'
  if (left <= 0) {
    return [
      failure('api-certificate-expired', `The certificate ${file} has expired`, {
        remedy,
        evidence,
      }),
    ]
  }
  const what = `The certificate ${file} ends in ${Math.floor(left / DAY_MS)} days`
  return [warning('api-certificate-ending', what, { remedy, evidence })]
}
