/** The machine, as far as it says something about time. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Millis } from '../../model/time.ts'

export interface TimeWorld {
  /** Undefined where there is none, or it cannot be read. */
  read(path: string): string | undefined
  /** When a file was last written, by the system clock. */
  modified(path: string): Millis | undefined
  exists(path: string): boolean
  /** What a program writes; `absent` where it does not exist. Never rejects, never hangs. */
  run(program: string, args: readonly string[]): Promise<RunResult>
  /** The system clock. */
  wall(): Millis
}

export interface RunResult {
  state: 'done' | 'failed' | 'absent'
  output: string
}

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
