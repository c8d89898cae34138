/**
 * Whether the network keeps the system clock right: whatever knows it is asked, the cheapest first,
 * and one that does not exist is not asked again. Programs and files are passed in (`TimeWorld`).
 */

import { isChronySynchronised } from './evidence/chrony.ts'
import { isAdjtimexSynchronised, isNtpqSynchronised } from './evidence/kernel.ts'
import { isTimesyncdSynchronised } from './evidence/timesyncd.ts'
import type { TimeWorld } from './time-world.ts'

interface Asked {
  program: string
  args: readonly string[]
  confirms: (output: string) => boolean
}

const programs: readonly Asked[] = [
  {
    program: 'timedatectl',
    args: ['show', '-p', 'NTPSynchronized', '--value'],
    confirms: (output) => output.trim() === 'yes',
  },
  { program: 'chronyc', args: ['-c', '-n', 'tracking'], confirms: isChronySynchronised },
  { program: 'adjtimex', args: ['--print'], confirms: isAdjtimexSynchronised },
  { program: 'ntpq', args: ['-c', 'rv'], confirms: isNtpqSynchronised },
]

export class NetworkEvidence {
  readonly #world: TimeWorld
  readonly #absent = new Set<string>()

  constructor(world: TimeWorld) {
    this.#world = world
  }

  /** What a look at a file is enough for. */
  get isMarked(): boolean {
    return isTimesyncdSynchronised(this.#world)
  }

  /** The name of who says that the clock is synchronised; undefined if nobody does. */
  async witness(): Promise<string | undefined> {
    if (this.isMarked) return 'systemd-timesyncd'
    for (const { program, args, confirms } of programs) {
      if (this.#absent.has(program)) continue
      const { state, output } = await this.#world.run(program, args)
      if (state === 'absent') this.#absent.add(program)
      if (state === 'done' && confirms(output)) return program
    }
    return undefined
  }
}
