/**
 * Tries every mutant of the governor's source against its tests: `npm run mutate [-- FILE…]`. Each
 * must be killed, or be argued in argued.ts. The source itself is not touched: mutants live in a copy.
 */
import { spawn } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { argued } from './argued.ts'
import { type Mutant, mutantsOf } from './mutants.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const FOLDER = 'src/device/governor'
const TESTS = ['-policy', '-parts', '', '-property'].map(
  (name) => `test/device/governor${name}.test.ts`,
)
const SEQUENCES = '3000'
const LIMIT_MS = 15_000

interface Job {
  file: string
  original: string
  mutant: Mutant
}

const wanted = process.argv.slice(2)
const jobs: Job[] = readdirSync(join(root, FOLDER))
  .filter((name) => name.endsWith('.ts') && (wanted.length === 0 || wanted.includes(name)))
  .flatMap((name) => {
    const original = readFileSync(join(root, FOLDER, name), 'utf8')
    return mutantsOf(original).map((mutant) => ({ file: name, original, mutant }))
  })

/** A copy of what the governor's tests need. */
function workplace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'odograph-mutants-'))
  for (const part of [
    'src/model',
    'src/device',
    'test/support',
    'test/device',
    'test/decoder',
    'src/decoder',
  ]) {
    cpSync(join(root, part), join(folder, part), { recursive: true })
  }
  for (const name of ['package.json', 'tsconfig.json']) cpSync(join(root, name), join(folder, name))
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** Whether a test file passes; one that hangs does not. */
function passes(folder: string, test: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', test], {
      cwd: folder,
      stdio: 'ignore',
      env: { ...process.env, GOVERNOR_SEQUENCES: SEQUENCES },
    })
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS)
    child.once('exit', (code) => {
      clearTimeout(limit)
      resolve(code === 0)
    })
  })
}

async function survives(folder: string, { file, original, mutant }: Job): Promise<boolean> {
  const path = join(folder, FOLDER, file)
  writeFileSync(path, mutant.text)
  try {
    for (const test of TESTS) if (!(await passes(folder, test))) return false
    return true
  } finally {
    writeFileSync(path, original)
  }
}

function lineOf({ original, mutant }: Job): string {
  return (original.split('\n')[mutant.line - 1] ?? '').trim()
}

function isArgued(job: Job): boolean {
  return argued.some(
    ({ file, line, change }) =>
      file === job.file && line === lineOf(job) && change === job.mutant.change,
  )
}

const survivors: Job[] = []
const queue = [...jobs]
async function work(): Promise<void> {
  const folder = workplace()
  for (let job = queue.shift(); job !== undefined; job = queue.shift()) {
    if (await survives(folder, job)) survivors.push(job)
  }
  rmSync(folder, { recursive: true, force: true })
}

const healthy = workplace()
for (const test of TESTS) {
  if (await passes(healthy, test)) continue
  console.error(`${test} fails without any mutant`)
  process.exit(2)
}
rmSync(healthy, { recursive: true, force: true })
await Promise.all(Array.from({ length: availableParallelism() }, work))

const open = survivors.filter((job) => !isArgued(job))
for (const job of open) {
  console.log(`${job.file}:${job.mutant.line}  ${job.mutant.change}\n    ${lineOf(job)}`)
}
const killed = jobs.length - survivors.length
console.log(
  `${jobs.length} mutants: ${killed} killed, ${survivors.length - open.length} argued, ${open.length} alive`,
)
process.exit(open.length === 0 ? 0 : 1)
