/** The machine, as far as it says something about time. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { RunResult, TimeWorld } from './evidence.ts'

const PATIENCE_MS = 5000
const MAX_OUTPUT = 65_536

export const systemTimeWorld: TimeWorld = {
  read(path) {
    try {
      return readFileSync(path, 'utf8')
    } catch {
      return undefined
    }
  },
  modified(path) {
    try {
      return statSync(path).mtimeMs
    } catch {
      return undefined
    }
  },
  exists: existsSync,
  wall: () => Date.now(),
  run(program, args) {
    const env = { ...process.env, LC_ALL: 'C' }
    return new Promise<RunResult>((resolve) => {
      execFile(
        program,
        [...args],
        { timeout: PATIENCE_MS, killSignal: 'SIGKILL', maxBuffer: MAX_OUTPUT, env },
        (error, stdout) => {
          if (error === null) resolve({ state: 'done', output: stdout })
          else resolve({ state: error.code === 'ENOENT' ? 'absent' : 'failed', output: stdout })
        },
      )
    })
  },
}
