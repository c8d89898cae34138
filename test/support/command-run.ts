/** A command called in this process: what it prints, and how it ends. */
import { Writable } from 'node:stream'
import * as assert from 'uvu/assert'
import type { Command, CommandIo } from '../../src/cli/command.ts'
import { OdographError } from '../../src/model/errors.ts'

export interface Ran {
  code: number
  out: string
  err: string
  bytes: Buffer
}

export async function runCommand(
  command: Command,
  args: string[],
  io: Partial<CommandIo> & { isTTY?: boolean } = {},
): Promise<Ran> {
  const chunks = { out: [] as Buffer[], err: [] as Buffer[] }
  const into = (key: 'out' | 'err') =>
    Object.assign(
      new Writable({
        write(chunk, _, done) {
          chunks[key].push(Buffer.from(chunk))
          // Later, and after a little at a time: a slow reader.
          setImmediate(done)
        },
      }),
      { isTTY: key === 'out' && io.isTTY === true },
    )
  const stdout = into('out')
  const code = await command(args, {
    stdout,
    stderr: into('err'),
    version: '0',
    signal: new AbortController().signal,
    ...io,
  })
  await new Promise<void>((resolve) => stdout.end(resolve))
  const bytes = Buffer.concat(chunks.out)
  return { code, out: bytes.toString(), err: Buffer.concat(chunks.err).toString(), bytes }
}

/** `code: sentence` of the error that the command ends with. */
export async function refusal(
  command: Command,
  args: string[],
  io: Parameters<typeof runCommand>[2] = {},
): Promise<string> {
  try {
    await runCommand(command, args, io)
  } catch (error) {
    assert.instance(error, OdographError)
    return `${(error as OdographError).code}: ${(error as OdographError).message}`
  }
  return 'was accepted'
}
