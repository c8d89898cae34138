/** The machine itself: its supply, its heat, its memory, its Node.js. */
import type { Check } from './examination.ts'
import { type Finding, failure, note, ok, warning } from './finding.ts'
import type { World } from './world.ts'

/** Bits of `vcgencmd get_throttled` (Raspberry Pi documentation); 16 higher: since the start. */
const UNDERVOLTAGE = 0x1
const HOT = 0x2 | 0x4 | 0x8
const SINCE_START = 16
const THROTTLED = '/sys/devices/platform/soc/soc:firmware/get_throttled'

const OLDEST_NODE = [20, 19] as const
const MEGABYTE = 1_000_000
const LOW_MEMORY = 80 * MEGABYTE

export const machine: Check = {
  name: 'machine',
  run: async ({ world }) => [...(await power(world)), node(world), memory(world)],
}

async function power(world: World): Promise<Finding[]> {
  const flags = await throttled(world)
  if (flags === undefined) return []
  const evidence = `throttled 0x${flags.toString(16)}`
  const findings: Finding[] = []
  const remedy =
    'a supply of 5.1 V with enough current, short and thick wires; in a vehicle a converter that stands cranking'
  const cause = 'under 4.63 V the machine slows down, and may fail while it writes'
  if (flags & UNDERVOLTAGE) {
    findings.push(failure('power-low', 'The supply is too low now', { cause, remedy, evidence }))
  } else if (flags & (UNDERVOLTAGE << SINCE_START)) {
    const what = 'The supply has been too low since the start'
    findings.push(warning('power-low', what, { cause, remedy, evidence }))
  }
  if (flags & (HOT | (HOT << SINCE_START)) && findings.length === 0) {
    findings.push(
      note('machine-hot', 'The machine has slowed down because of heat', {
        remedy: 'a heat sink, and a place out of the sun',
        evidence,
      }),
    )
  }
  return findings.length > 0
    ? findings
    : [ok('power-ok', 'The supply has been well since the start')]
}

/** `throttled=0x50000`, or the hexadecimal number alone. */
async function throttled(world: World): Promise<number | undefined> {
  const file = world.read(THROTTLED)
  const text = file ?? (await world.run('vcgencmd', ['get_throttled'])).output
  const match = /(?:0x)?([0-9a-f]+)\s*$/i.exec(text.trim().replace(/^throttled=/, ''))
  return match === null ? undefined : Number.parseInt(match[1] ?? '', 16)
}

function node({ nodeVersion }: World): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number)
  const [leastMajor, leastMinor] = OLDEST_NODE
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) {
    return ok('node-ok', `Node.js ${nodeVersion}`)
  }
  return failure('node-old', `Node.js ${nodeVersion} is older than ${OLDEST_NODE.join('.')}`, {
    remedy: 'sudo apt install nodejs, or a newer one from nodejs.org',
  })
}

function memory(world: World): Finding {
  const { free, total } = world.memory()
  const text = `${Math.round(free / MEGABYTE)} of ${Math.round(total / MEGABYTE)} MB of memory are free`
  if (free > LOW_MEMORY) return ok('memory-ok', text)
  return warning('memory-low', text, {
    remedy: 'ps aux --sort=-rss | head shows who has it; Node-RED and a browser are the usual ones',
  })
}
