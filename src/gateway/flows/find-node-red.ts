/**
 * Where Node-RED is installed, if it is: it is no dependency of the gateway, which works without and is
 * smaller by far.
 */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OdographError } from '../../model/errors.ts'

export interface NodeRedInstall {
  folder: string
  version: string
  /** What it is started with. */
  script: string
}

const OWN = fileURLToPath(new URL('../../..', import.meta.url))
/** The first Node.js that Node-RED 5 runs on. */
const NODE_FOR_5 = [22, 9] as const
const OLDEST = [4, 1] as const

export interface SearchOptions {
  /** What the configuration names. */
  named: string | undefined
  /** Where it may have been installed with npm, beside the global folders. */
  folders: readonly string[]
  /** Of this process; only tests have another. */
  nodeVersion?: string
}

/** Throws `config-invalid` with what to do where there is none, or none that runs here. */
export function findNodeRed({ named, folders, nodeVersion }: SearchOptions): NodeRedInstall {
  const node = nodeVersion ?? process.versions.node
  const places = named === undefined ? [...folders.map(inFolder), ...globalPlaces()] : [named]
  const found = places.map(installAt).find((install) => install !== undefined)
  const wanted = isAtLeast(node, NODE_FOR_5) ? 'node-red' : 'node-red@4'
  if (found === undefined) {
    const where = named === undefined ? '' : ` in ${named}`
    const detail = `there is none${where}; install it with: npm install -g --unsafe-perm ${wanted}`
    throw new OdographError('config-invalid', 'Node-RED', detail)
  }
  const { version, folder } = found
  const subject = `Node-RED ${version} in ${folder}`
  if (!isAtLeast(version, OLDEST)) {
    throw new OdographError('config-invalid', subject, 'the nodes need 4.1 or later')
  }
  if (isAtLeast(version, [5, 0]) && !isAtLeast(node, NODE_FOR_5)) {
    const detail = `it needs Node.js ${NODE_FOR_5.join('.')} or later, and this is ${node}; use ${wanted}`
    throw new OdographError('config-invalid', subject, detail)
  }
  return found
}

function inFolder(folder: string): string {
  return join(folder, 'node_modules', 'node-red')
}

function globalPlaces(): string[] {
  const prefix = join(dirname(process.execPath), '..')
  const libraries = [join(prefix, 'lib'), '/usr/local/lib', '/usr/lib', OWN]
  return libraries.map(inFolder)
}

function installAt(folder: string): NodeRedInstall | undefined {
  const script = join(folder, 'red.js')
  if (!existsSync(script)) return undefined
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string
  }
  return { folder, version, script }
}

function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split('.').map(Number)
  return ownMajor > major || (ownMajor === major && ownMinor >= minor)
}
