// Builds dist/: compiles src, copies the dashboard's files and makes the command executable. The old
// dist/ is replaced when the new one is whole, so that a running command never misses a file.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(
  /package\.json$/,
  'bin/tsc',
)
const dist = `${root}dist`
const next = `${root}dist-${process.pid}.tmp`
const old = `${next}.old`

try {
  const args = [tsc, '-p', `${root}tsconfig.build.json`, '--outDir', next]
  execFileSync(process.execPath, args, { stdio: 'inherit' })
  cpSync(`${root}src/api/dashboard/assets`, `${next}/api/dashboard/assets`, { recursive: true })
  chmodSync(`${next}/main.js`, 0o755)
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(next, dist)
} finally {
  rmSync(next, { recursive: true, force: true })
  rmSync(old, { recursive: true, force: true })
}
