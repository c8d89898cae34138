/** File systems in memory that come and go, where this user may mount any. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Throws where it is not allowed. */
export function mountMemory(folder: string, options = 'size=1m'): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' })
}

export function remount(folder: string, options: string): void {
  execFileSync('mount', ['-o', `remount,${options}`, folder], { stdio: 'ignore' })
}

/** Also while files are open there. */
export function unmount(folder: string): void {
  execFileSync('umount', ['-l', folder], { stdio: 'ignore' })
}

/** Whether this user may mount: root may, but not in every container. */
export function mayMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'odograph-test-'))
  try {
    mountMemory(folder)
    unmount(folder)
    return true
  } catch {
    return false
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
