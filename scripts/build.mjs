// Builds dist/: compiles src, copies the dashboard's files and makes the command executable.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsc = fileURLToPath(import.meta.resolve('typescript/package.json')).replace(
  /package\.json$/,
  'bin/tsc',
)
rmSync(`${root}dist`, { recursive: true, force: true })
execFileSync(process.execPath, [tsc, '-p', `${root}tsconfig.build.json`], { stdio: 'inherit' })
const assets = `${root}src/api/dashboard/assets`
if (existsSync(assets)) cpSync(assets, `${root}dist/api/dashboard/assets`, { recursive: true })
if (existsSync(`${root}dist/main.js`)) chmodSync(`${root}dist/main.js`, 0o755)
