/**
 * A machine for the doctor on which all is well, and on which a test breaks one thing: files of the
 * system in a folder, programs as a table, sockets, ports and brokers real.
 */
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as assert from 'uvu/assert'
import type { Finding, FindingId } from '../../src/cli/doctor/finding.ts'
import { systemWorld, type World } from '../../src/cli/doctor/world.ts'
import { diagnose } from '../../src/cli/doctor.ts'
import { simulate } from '../../src/cli/simulate.ts'
import { Folder, freePort, until } from './gateway-process.ts'
import { type Suite, testWith } from './needs.ts'

/** What a program writes; undefined: it fails. Programs that are not in the table are not there. */
export type Tools = Record<string, string | undefined>

const WELL = 'sources: [{ id: sim0, type: simulator }]\nmqtt: { enabled: false }\n'

export class DoctorBench {
  readonly folder = new Folder()
  readonly root = join(this.folder.path, 'root')
  readonly data = join(this.folder.path, 'data')
  tools: Tools = { timedatectl: 'yes\n' }
  /** Parts of the machine that are not as the system's. */
  world: Partial<World> = {}
  environment: Record<string, string> = {}
  mayAsk = true
  config: string
  readonly port: number
  readonly #ends: (() => unknown)[] = []

  private constructor(port: number) {
    this.port = port
    mkdirSync(this.root)
    mkdirSync(this.data)
    this.config = this.configure(WELL)
  }

  static async create(): Promise<DoctorBench> {
    return new DoctorBench(await freePort())
  }

  /** The whole configuration but the address of the API. */
  configure(text: string): string {
    const api = /^api:/m.test(text) ? '' : `api: { listen: '127.0.0.1:${this.port}' }\n`
    this.config = this.folder.file('odograph.yaml', api + text)
    return this.config
  }

  /** One source beside what is well. */
  source(fields: string): void {
    this.configure(`sources: [{ id: can0, ${fields} }]\nmqtt: { enabled: false }\n`)
  }

  broker(fields: string): void {
    this.configure(`sources: [{ id: sim0, type: simulator }]\nmqtt: { ${fields} }\n`)
  }

  /** A file of the system. */
  system(path: string, content: string): void {
    const at = join(this.root, path)
    mkdirSync(dirname(at), { recursive: true })
    writeFileSync(at, content)
  }

  /** Some other user than root, for whom the mode of files counts; tests may run as root. */
  asStranger(): void {
    const everybody = 0o006
    const mayUse = (path: string) => (statSync(path).mode & everybody) === everybody
    this.world = { ...this.world, user: 'pi', mayUse }
  }

  /** Processes are those of the machine. */
  withProcesses(): void {
    const { list, linkOf, read } = systemWorld()
    this.world = { ...this.world, list, linkOf, read }
  }

  /** `odograph simulate` in this process; the path of its pseudo-terminal. */
  async simulator(...args: string[]): Promise<string> {
    const path = join(this.folder.path, `adapter-${this.#ends.length}`)
    const end = new AbortController()
    let said = ''
    const stdout = {
      write(text: string) {
        said += text
        return true
      },
    }
    const ended = simulate([...args, '--link', path], {
      stdout: stdout as never,
      stderr: { write: () => true } as never,
      signal: end.signal,
    })
    this.onEnd(async () => {
      end.abort()
      await ended
    })
    await until('the adapter is there', () => said.startsWith('ready'))
    chmodSync(path, 0o666)
    return path
  }

  onEnd(end: () => unknown): void {
    this.#ends.push(end)
  }

  async diagnose(): Promise<Finding[]> {
    const world: World = {
      ...systemWorld(this.root),
      run: async (program) => {
        if (!Object.hasOwn(this.tools, program)) return { state: 'absent', output: '' }
        const output = this.tools[program]
        return output === undefined ? { state: 'failed', output: '' } : { state: 'done', output }
      },
      environment: this.environment,
      ...this.world,
    }
    return await diagnose({
      ...{ config: this.config, data: this.data, mayAsk: this.mayAsk, world },
      signal: new AbortController().signal,
      progress: () => undefined,
    })
  }

  async end(): Promise<void> {
    for (const end of this.#ends.reverse()) await end()
    this.folder.remove()
  }
}

export interface Fault {
  /** In words. */
  fault: string
  id: FindingId
  severity: 'warning' | 'failure' | 'note'
  /** A program that it needs. */
  needs?: string
  /** What else is wrong then. */
  also?: FindingId[]
  /** Part of what is said of the cause or the remedy. */
  says?: RegExp
  set(bench: DoctorBench): Promise<unknown> | unknown
}

/** Each is named by its id, with a cause or remedy, and nothing else is said to be wrong. */
export function testFaults(suite: Suite, faults: readonly Fault[]): void {
  for (const { fault, id, severity, needs = 'sh', also = [], says, set } of faults) {
    testWith(suite, needs, `${fault}: ${id}`, async () => {
      const bench = await DoctorBench.create()
      try {
        await set(bench)
        const findings = await bench.diagnose()
        const wrong = findings.filter((found) => /warning|failure/.test(found.severity))
        const ids = [...new Set(wrong.map((found) => found.id))].sort()
        const expected = [...(severity === 'note' ? [] : [id]), ...also].sort()
        assert.equal(ids, expected, JSON.stringify(wrong, undefined, 2))
        const named = findings.find((found) => found.id === id)
        assert.is(named?.severity, severity, JSON.stringify(findings, undefined, 2))
        assert.ok(named?.cause ?? named?.remedy, 'it is said why, or what helps')
        if (says !== undefined) {
          assert.match(`${named?.what} | ${named?.cause} | ${named?.remedy}`, says)
        }
      } finally {
        await bench.end()
      }
    })
  }
}
