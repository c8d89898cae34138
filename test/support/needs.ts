/**
 * What a test may need from outside. A test that needs a system program is skipped where the
 * program is missing (CI installs them all and accepts no skip). Recordings of real vehicles are
 * no part of the project: tests that read them exist only where the folder is found.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export function hasProgram(name: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${name}`], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** The Python that has a module; Debian's packages are for its own, whichever comes first. */
export function pythonWith(module: string): string | undefined {
  return ['python3', '/usr/bin/python3'].find((python) => {
    try {
      execFileSync(python, ['-c', `import ${module}`], { stdio: 'ignore' })
      return true
    } catch {
      return false
    }
  })
}

export interface Suite {
  (name: string, run: () => Promise<void> | void): void
  skip(name?: string, run?: () => Promise<void> | void): void
}

/** Registers a test that needs a program, as skipped where it is missing. */
export function testWith(
  suite: Suite,
  program: string,
  name: string,
  run: () => Promise<void> | void,
): void {
  if (hasProgram(program)) suite(name, run)
  else suite.skip(`${name} (needs ${program})`, run)
}

/** Registers a test that needs a module of Python (Debian: `python3-…`), likewise. */
export function testWithPython(
  suite: Suite,
  module: string,
  name: string,
  run: (python: string) => Promise<void> | void,
): void {
  const python = pythonWith(module)
  if (python !== undefined) suite(name, () => run(python))
  else suite.skip(`${name} (needs python3-${module})`)
}

/** The same for what is neither there nor missing as a program: a right, a device. */
export function testWhere(
  suite: Suite,
  [isSo, what]: [isSo: boolean, what: string],
  name: string,
  run: () => Promise<void> | void,
): void {
  if (isSo) suite(name, run)
  else suite.skip(`${name} (needs ${what})`, run)
}

const shared =
  process.env.ODOGRAPH_TEST_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))

/** Path of a file of the recordings folder, or undefined where there is none. */
export function recording(path: string): string | undefined {
  const file = `${shared}/${path}`
  return existsSync(file) ? file : undefined
}
