/**
 * Runs the program that the configuration names when the battery has to be spared, such as
 * `/usr/lib/odograph/power-off`. The reason is its last argument, which `systemctl poweroff` itself would
 * not take. It is told of, whatever becomes of it.
 */
import { spawn } from 'node:child_process'
import { messageOf } from '../model/errors.ts'
import type { Logger } from '../model/ports.ts'

export function runShutdownHook(
  command: readonly string[],
  reason: string,
  logger: Logger,
): Promise<void> {
  const [program, ...args] = command
  if (program === undefined) return Promise.resolve()
  logger.warn({ command }, `the shutdown program is run: ${reason}`)
  return new Promise((resolve) => {
    const child = spawn(program, [...args, reason], { stdio: 'ignore', detached: true })
    // The gateway may be stopped by what it starts here.
    child.unref()
    child.once('error', (error) => {
      logger.error({ command }, `the shutdown program cannot be run: ${messageOf(error)}`)
      resolve()
    })
    child.once('exit', (code, signal) => {
      const fields = { command, code, signal }
      if (code === 0) logger.info(fields, 'the shutdown program has ended')
      else logger.error(fields, 'the shutdown program has failed')
      resolve()
    })
  })
}
