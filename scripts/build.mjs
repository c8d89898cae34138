// Builds dist/: compiles src, copies the dashboard's files and makes the command executable; and the
// Node-RED palette in dist/flows, with the decoders bundled into it. The old
// dist/ is replaced when the new one is whole, so that a running command never misses a file.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'

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
  for (const name of ['main', 'launcher']) chmodSync(`${next}/${name}.js`, 0o755)
  buildPalette(`${next}/flows`)
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(next, dist)
} finally {
  rmSync(next, { recursive: true, force: true })
  rmSync(old, { recursive: true, force: true })
}

function buildPalette(folder) {
  const args = [tsc, '-p', `${root}tsconfig.flows.json`, '--outDir', folder]
  execFileSync(process.execPath, args, { stdio: 'inherit' })
  // What is compiled is there already; the rest is taken as it is.
  cpSync(`${root}flows`, folder, { recursive: true, filter: (file) => !file.endsWith('.ts') })
  buildSync({
    entryPoints: [`${root}scripts/palette-library.ts`],
    outfile: `${folder}/lib/odograph-library.js`,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
}
