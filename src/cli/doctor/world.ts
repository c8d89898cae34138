/** All of the machine that the doctor looks at, so that a test can put another one in its place. */
import { accessSync, constants, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { freemem, totalmem, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as passed } from 'node:timers/promises'
import { openLine } from '../../device/open-line.ts'
import type { Millis } from '../../model/time.ts'
import { systemTimeWorld, type TimeWorld } from '../../uplink/time/time-world.ts'

export interface World extends TimeWorld {
  /** Names in a folder, none where it cannot be read. */
  list(folder: string): string[]
  /** Where a symbolic link points; undefined for what is none. */
  linkOf(path: string): string | undefined
  /** What a path of the configuration leads to. */
  leadsTo(path: string): string
  /** Whether this user may read and write it. */
  mayUse(path: string): boolean
  space(folder: string): Promise<{ free: number; total: number }>
  memory(): { free: number; total: number }
  open: typeof openLine
  /** Lets time pass. */
  wait(ms: Millis): Promise<unknown>
  user: string
  environment: Record<string, string | undefined>
  nodeVersion: string
}

/** `root`: where the files of the system begin; those of the configuration are as they are named. */
export function systemWorld(root = '/'): World {
  const at = (path: string) => (root === '/' ? path : join(root, path))
  return {
    read: (path) => systemTimeWorld.read(at(path)),
    modified: (path) => systemTimeWorld.modified(at(path)),
    exists: (path) => systemTimeWorld.exists(at(path)),
    run: systemTimeWorld.run,
    wall: systemTimeWorld.wall,
    list: (folder) => tried(() => readdirSync(at(folder)), []),
    linkOf: (path) => tried(() => readlinkSync(at(path)), undefined),
    leadsTo: (path) => tried(() => realpathSync(path), path),
    mayUse: (path) =>
      tried(() => {
        const wanted = constants.R_OK | constants.W_OK
        accessSync(path, statSync(path).isDirectory() ? wanted | constants.X_OK : wanted)
        return true
      }, false),
    async space(folder) {
      const { bavail, blocks, bsize } = await statfs(folder)
      return { free: bavail * bsize, total: blocks * bsize }
    },
    memory: () => ({ free: available(at('/proc/meminfo')) ?? freemem(), total: totalmem() }),
    open: openLine,
    wait: (ms) => passed(ms),
    user: userName(),
    environment: process.env,
    nodeVersion: process.versions.node,
  }
}

/** What programs can still have; what Node.js calls free leaves out what the system would give back. */
function available(file: string): number | undefined {
  const match = /^MemAvailable:\s+(\d+) kB/m.exec(systemTimeWorld.read(file) ?? '')
  return match === null ? undefined : Number(match[1]) * 1024
}

function userName(): string {
  // A container may run under a number that has no name.
  return tried(() => userInfo().username, String(process.getuid?.() ?? 'this user'))
}

function tried<T>(work: () => T, otherwise: T): T {
  try {
    return work()
  } catch {
    return otherwise
  }
}
