/** Exports by e-mail, as the configuration wants them. */
import { join } from 'node:path'
import type { Config } from '../config/schema.ts'
import type { Clock, Logger } from '../model/ports.ts'
import type { Vehicle } from '../model/vehicle.ts'
import { MailServer } from '../uplink/mail/mail-server.ts'
import { isLoopback } from '../uplink/mail/mail-texts.ts'
import { systemTimers, type Timers } from '../uplink/outbox-port.ts'
import { ExportFiles } from './export-files.ts'
import { ExportLinks } from './export-link.ts'
import { Exports } from './exports.ts'
import { publicAddress } from './public-address.ts'
import type { Storage } from './storage.ts'

export interface CreateExportsOptions {
  config: Pick<Config, 'api' | 'gateway' | 'mail'>
  /** The data folder. */
  folder: string
  /** Known to this gateway alone: links are signed with a key made of it. */
  secret: string
  storage: Pick<Storage, 'journal' | 'reader'>
  vehicles: () => readonly Vehicle[]
  /** Where the API listens, once it does. */
  address: () => string | undefined
  isClockTrusted: () => boolean
  clock: Clock
  logger: Logger
  timers?: Timers
  found: (sentence: string) => void
}

export function createExports(options: CreateExportsOptions): Exports {
  const { config, folder, secret, storage, isClockTrusted, clock, logger, found } = options
  const { mail, api, gateway } = config
  const { publicUrl } = api
  const { url, from = gateway.email ?? '' } = mail
  if (url !== undefined && publicUrl === undefined && isLoopbackUrl(`http://${api.listen}`)) {
    found(
      'Links in mails would lead nowhere: the API listens on this machine alone. Set api.publicUrl to how it is reached from elsewhere.',
    )
  }
  return new Exports({
    journal: storage.journal,
    records: storage.reader,
    vehicles: options.vehicles,
    files: new ExportFiles(join(folder, 'exports')),
    links: new ExportLinks(secret),
    mail: url === undefined ? undefined : { server: new MailServer({ ...mail, url, from }), from },
    email: gateway.email,
    baseUrl: () => publicAddress(publicUrl, options.address()),
    holdReason: () =>
      isClockTrusted() ? undefined : 'the mail waits until the gateway knows the time',
    clock,
    timers: options.timers ?? systemTimers,
    logger,
  })
}

function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopback(new URL(url).hostname.replace(/^\[|\]$/g, ''))
}
