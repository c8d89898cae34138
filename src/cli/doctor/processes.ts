/** Which processes have something open, as far as /proc shows it: others' only to root. */
import type { World } from './world.ts'

export interface Holder {
  pid: string
  name: string
}

/** Who makes a pseudo-terminal has both its ends open, and holds nobody up; nor does a simulated adapter. */
const MASTER = '/dev/ptmx'
const SIMULATOR = 'simulate'

export function holdersOf(world: World, device: string): Holder[] {
  const isPseudo = device.startsWith('/dev/pts/')
  const isOtherEnd = ({ pid }: Holder) => isPseudo && wordsOf(world, pid).includes(SIMULATOR)
  const found = holders(
    world,
    (files) => files.includes(device) && !(isPseudo && files.includes(MASTER)),
  )
  return found.filter((holder) => !isOtherEnd(holder))
}

/** Who listens at a TCP port. */
export function listenersAt(world: World, port: number): Holder[] {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => inodesAt(world, file, port))
  if (inodes.length === 0) return []
  const sockets = inodes.map((inode) => `socket:[${inode}]`)
  return holders(world, (files) => files.some((file) => sockets.includes(file)))
}

export function holderNames(found: readonly Holder[]): string {
  return found.map(({ pid, name }) => `${name} (process ${pid})`).join(', ')
}

function holders(world: World, holds: (files: string[]) => boolean): Holder[] {
  const found: Holder[] = []
  for (const pid of world.list('/proc')) {
    if (!/^\d+$/.test(pid) || pid === String(process.pid)) continue
    const folder = `/proc/${pid}/fd`
    const files = world.list(folder).map((name) => world.linkOf(`${folder}/${name}`) ?? '')
    if (holds(files)) found.push({ pid, name: nameOf(world, pid) })
  }
  return found
}

function wordsOf(world: World, pid: string): string[] {
  return (world.read(`/proc/${pid}/cmdline`) ?? '').split('\0')
}

function nameOf(world: World, pid: string): string {
  if (wordsOf(world, pid).some((word) => /odograph|dist\/main\.js$/.test(word))) return 'odograph'
  return (world.read(`/proc/${pid}/comm`) ?? '?').trim()
}

/** Lines of /proc/net/tcp (proc(5)): local address as HEX:HEX, state 0A is LISTEN, inode in the tenth. */
function inodesAt(world: World, file: string, port: number): string[] {
  return (world.read(file) ?? '').split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/)
    const local = Number.parseInt(fields[1]?.split(':')[1] ?? '', 16)
    return local === port && fields[3] === '0A' && fields[9] !== undefined ? [fields[9]] : []
  })
}
