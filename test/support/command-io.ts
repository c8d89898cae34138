/** The world of a subcommand, for tests that call it in their own process. */
import { Writable } from 'node:stream'
import type { CommandIo } from '../../src/cli/command.ts'

export function commandIo(): { io: CommandIo; out: () => string; err: () => string } {
  const texts = { out: '', err: '' }
  const sink = (name: 'out' | 'err') =>
    new Writable({
      write(chunk, _encoding, done) {
        texts[name] += String(chunk)
        done()
      },
    })
  const io = {
    stdout: sink('out'),
    stderr: sink('err'),
    version: '0.0.0',
    signal: new AbortController().signal,
  }
  return { io, out: () => texts.out, err: () => texts.err }
}
