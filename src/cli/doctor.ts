/**
 * `odograph doctor`: looks at everything between the vehicle and the broker that can be wrong, and says
 * of each what it is, why, and what helps. The gateway may be running: then its health is asked, and
 * the ports are left alone. Exit code 0 where all is well, 1 with warnings, 2 with failures.
 */
import { goodConfigPath } from '../config/config-file.ts'
import { dataFolderPath } from '../config/data-folder.ts'
import { loadConfig } from '../config/load.ts'
import { type CommandIo, parseCommand } from './command.ts'
import { api } from './doctor/api.ts'
import { broker } from './doctor/broker.ts'
import { clock } from './doctor/clock.ts'
import { configuration } from './doctor/configuration.ts'
import { card, dataFolder } from './doctor/data-folder.ts'
import { type Check, type Examination, examine } from './doctor/examination.ts'
import type { Finding } from './doctor/finding.ts'
import { askGateway } from './doctor/gateway-answer.ts'
import { journal } from './doctor/journal.ts'
import { machine } from './doctor/machine.ts'
import { exitCode, reportJson, reportText } from './doctor/report.ts'
import { service } from './doctor/service.ts'
import { sourceChecks } from './doctor/sources.ts'
import { systemWorld, type World } from './doctor/world.ts'
import { paintFor } from './paint.ts'

export async function doctor(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, {
    config: { type: 'string' },
    data: { type: 'string' },
    json: { type: 'boolean' },
    'no-send': { type: 'boolean' },
  })
  const findings = await diagnose({
    config: values.config,
    data: values.data,
    mayAsk: values['no-send'] !== true,
    world: systemWorld(),
    signal: io.signal,
    progress: (name) => void io.stderr.write(`${name} …\n`),
  })
  if (io.signal.aborted) return 130
  if (values.json === true) io.stdout.write(reportJson(findings, io.version))
  else {
    const paint = paintFor(io.stdout, process.env)
    io.stdout.write(reportText(findings, { paint, isUnicode: isUnicode(process.env) }))
  }
  return exitCode(findings)
}

export interface DiagnoseOptions {
  config: string | undefined
  data: string | undefined
  mayAsk: boolean
  world: World
  signal: AbortSignal
  progress: (name: string) => void
}

export async function diagnose(options: DiagnoseOptions): Promise<Finding[]> {
  return (await examineMachine(options)).findings
}

/** The findings, and what they were found with. */
export async function examineMachine(
  options: DiagnoseOptions,
): Promise<{ examination: Examination; findings: Finding[] }> {
  const { config: file, mayAsk, world, signal, progress } = options
  const folder = dataFolderPath(options.data)
  const loaded = loadConfig({ file, good: goodConfigPath(folder), environment: world.environment })
  const gateway = await askGateway(loaded.config, folder)
  const examination: Examination = { world, loaded, folder, mayAsk, gateway, signal }
  const findings = await examine(examination, checksFor(examination), progress)
  return { examination, findings }
}

function checksFor(examination: Examination): Check[] {
  return [
    configuration,
    dataFolder,
    card,
    journal,
    api,
    ...sourceChecks(examination),
    clock,
    broker,
    service,
    machine,
  ]
}

/** By the locale, as the C library decides it. */
function isUnicode({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '')
}
