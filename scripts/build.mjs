// Builds dist/: compiles src, copies the dashboard's files and makes the command executable; and the
// Node-RED palette in dist/flows, with the decoders bundled into it. The old
// dist/ is replaced when the new one is whole, so that a running command never misses a file.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, buildSync } from 'esbuild'

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
  await bundleProgram(next)
  for (const name of ['main', 'launcher']) chmodSync(`${next}/${name}.js`, 0o755)
  buildPalette(`${next}/flows`)
  if (existsSync(dist)) renameSync(dist, old)
  renameSync(next, dist)
} finally {
  rmSync(next, { recursive: true, force: true })
  rmSync(old, { recursive: true, force: true })
}

/**
 * The command and its threads as a few files: a card reads and Node.js links them in two thirds of the
 * time that hundreds take, and they need less memory. Packages stay where they are. The single files
 * stay too, for who imports a part. `import.meta.url` keeps meaning the place of the file that says it.
 */
async function bundleProgram(folder) {
  const threads = [
    'uplink/store/reader-worker',
    'uplink/export/jsonl-worker',
    'sandbox/script-worker',
  ]
  await build({
    entryPoints: ['main', ...threads].map((name) => `${folder}/${name}.js`),
    outdir: folder,
    outbase: folder,
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    chunkNames: 'program/[name]-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    legalComments: 'none',
    logLevel: 'warning',
    plugins: [{ name: 'places', setup: (bundle) => keepPlaces(bundle, folder) }],
  })
}

function keepPlaces(bundle, folder) {
  const top = 'import.meta.url.slice(0, import.meta.url.lastIndexOf("/dist/") + 6)'
  bundle.onLoad({ filter: /\.js$/ }, ({ path }) => {
    const place = `new URL(${JSON.stringify(relative(folder, path))}, ${top}).href`
    const contents = readFileSync(path, 'utf8').replaceAll('import.meta.url', place)
    return { contents, loader: 'js' }
  })
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
