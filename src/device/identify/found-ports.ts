/**
 * What is plugged in: serial ports by their stable names where they have one, and CAN interfaces of
 * Linux. Read from the file system; nothing is opened.
 */
import { readdir, readFile, realpath } from 'node:fs/promises'

export interface FoundPort {
  /** Best a path that stays the same: below /dev/serial/by-id. */
  path: string
  /** Where it leads now: `/dev/ttyUSB0`. */
  device: string
}

export interface FoundInterface {
  name: string
  /** As the system says: `up`, `down`, `unknown`. */
  state: string
}

export interface SystemFolders {
  byId: string
  devices: string
  network: string
}

const system: SystemFolders = {
  byId: '/dev/serial/by-id',
  devices: '/dev',
  network: '/sys/class/net',
}

/** USB adapters, modems of the USB class, and the UART of a Raspberry Pi. */
const SERIAL = /^(ttyUSB|ttyACM|ttyAMA|ttyS0$|serial0$)/
/** ARPHRD_CAN of linux/if_arp.h. */
const CAN_TYPE = '280'

/** Each device once, those with a stable name first. */
export async function foundPorts(folders: SystemFolders = system): Promise<FoundPort[]> {
  const { byId, devices } = folders
  const stable = (await namesIn(byId)).map((name) => `${byId}/${name}`)
  const plain = (await namesIn(devices)).filter((name) => SERIAL.test(name))
  const found: FoundPort[] = []
  for (const path of [...stable, ...plain.map((name) => `${devices}/${name}`)]) {
    const device = await realpath(path).catch(() => undefined)
    if (device === undefined || found.some((port) => port.device === device)) continue
    found.push({ path, device })
  }
  return found
}

export async function foundInterfaces(folders: SystemFolders = system): Promise<FoundInterface[]> {
  const found: FoundInterface[] = []
  for (const name of await namesIn(folders.network)) {
    const read = (file: string) => textOf(`${folders.network}/${name}/${file}`)
    if ((await read('type')) !== CAN_TYPE) continue
    found.push({ name, state: (await read('operstate')) ?? 'unknown' })
  }
  return found
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => [] as string[])
  return names.sort()
}

async function textOf(file: string): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text?.trim()
}
