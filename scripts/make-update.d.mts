export interface ArchivedFile {
  content?: Buffer
  mode?: number
  type?: string
  link?: string
  prefix?: string
}

export interface UpdateFacts {
  version: string
  arch: string
  journal: number
  unpacked: number
  key: string
}

export function makeKeys(folder: string): { key: string; pub: string }
export function signedHead(value: object, key: string): Buffer
export function archiveOf(files: Iterable<[path: string, file: Buffer | ArchivedFile]>): Buffer
export function updateOf(archive: Buffer, facts: UpdateFacts): Buffer
export function makeUpdate(options: {
  tree: string
  key: string
  arch?: string
  out?: string
}): string
export function makeChannel(options: {
  files: readonly string[]
  key: string
  serial: number
  days: number
  minimum?: string
  out: string
}): string
