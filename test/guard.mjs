/**
 * Runs every `*.test.ts` under test/ in a process of its own and fails on what uvu lets pass: a
 * file without tests or without `.run()`, a left-over `.only`, a hang, and in CI a skipped test.
 * Ends with the plain line `N passed, N failed`.
 *
 *   node test/guard.mjs [--fast] [NAME…]    --fast leaves out e2e/ and faults/; NAME filters paths
 */
import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const args = process.argv.slice(2)
const fast = args.includes('--fast')
const names = args.filter((arg) => !arg.startsWith('--'))
const LIMIT_MS = 180_000
const inCi = Boolean(process.env.CI)

const files = readdirSync(`${root}test`, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
  .map((entry) => relative(root, `${entry.parentPath}/${entry.name}`))
  .filter((file) => !(fast && /^test\/(e2e|faults)\//.test(file)))
  .filter((file) => names.length === 0 || names.some((name) => file.includes(name)))
  .sort()

/** Runs one file; resolves to its counts and, if something is wrong, the reason and its output. */
function run(file) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', 'tsx', file], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let timedOut = false
    child.stdout.on('data', (data) => (output += data))
    child.stderr.on('data', (data) => (output += data))
    const timer = setTimeout(() => {
      timedOut = true
      child.kill('SIGKILL')
    }, LIMIT_MS)
    child.on('close', (code) => {
      clearTimeout(timer)
      const count = (label) => Number(new RegExp(`${label}:\\s+(\\d+)`).exec(output)?.[1] ?? 0)
      const total = count('Total')
      const passed = count('Passed')
      const skipped = count('Skipped')
      const failed = Math.max(total - passed, 0)
      const only = /^\s*\w+\.only\(/m.test(readFileSync(`${root}${file}`, 'utf8'))
      const reason = timedOut
        ? `did not end within ${LIMIT_MS / 1000} s`
        : only
          ? 'contains .only'
          : failed > 0
            ? `${failed} failed`
            : code !== 0
              ? `exit code ${code}`
              : total === 0
                ? 'ran no test (is .run() missing?)'
                : skipped > 0 && inCi
                  ? `${skipped} skipped, which CI does not accept`
                  : undefined
      resolve({ file, passed, skipped, failed: reason ? Math.max(failed, 1) : 0, reason, output })
    })
  })
}

// The end-to-end tests run what is shipped.
execFileSync(process.execPath, [`${root}scripts/build.mjs`], { stdio: 'inherit' })

const sums = { passed: 0, failed: 0, skipped: 0 }
const queue = [...files]
async function worker() {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const result = await run(file)
    sums.passed += result.passed
    sums.failed += result.failed
    sums.skipped += result.skipped
    const note = result.reason ?? (result.skipped > 0 ? `${result.skipped} skipped` : '')
    console.log(`${result.reason ? 'FAIL' : 'ok  '} ${file}  ${result.passed} ${note}`)
    if (result.reason) console.log(result.output.replace(/^/gm, '    '))
  }
}
await Promise.all([worker(), worker()])

if (files.length === 0) {
  console.log('no test file matches')
  sums.failed += 1
}
if (sums.skipped > 0) console.log(`${sums.skipped} skipped: see test/support/needs.ts`)
console.log(`${sums.passed} passed, ${sums.failed} failed`)
process.exit(sums.failed > 0 ? 1 : 0)
