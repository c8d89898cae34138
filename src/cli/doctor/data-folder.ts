/** The data folder, the room that it has, and the card that it is on. */
import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Check, Examination } from './examination.ts'
import { type Finding, failure, note, ok, warning } from './finding.ts'
import type { World } from './world.ts'

const MEGABYTE = 1_000_000
/** SQLite needs room for its log before it can make any. */
const FULL = 20 * MEGABYTE
const NEARLY_FULL = 200 * MEGABYTE
const NEARLY_FULL_SHARE = 0.03

export const dataFolder: Check = {
  name: 'data folder',
  async run({ folder, world, loaded }) {
    if (!existsSync(folder)) return [missing(folder, world)]
    const options = mountOptions(world, folder)
    if (options.includes('ro')) return [readOnly(folder)]
    const rights = world.mayUse(folder)
      ? ok('data-ok', `${folder} can be written`)
      : failure('data-denied', `${world.user} may not write ${folder}`, {
          cause: 'the folder belongs to somebody else',
          remedy: `sudo chown -R ${world.user} ${folder}, or run as the user of the service: sudo -u odograph odograph doctor`,
        })
    return [rights, ...(await room(folder, world, loaded.config.store.maxMegabytes))]
  },
}

function missing(folder: string, world: World): Finding {
  if (world.mayUse(existingAbove(folder))) {
    return note('data-missing', `${folder} is made when the gateway starts`, {
      remedy: 'if the gateway has run before, name its data folder with --data or ODOGRAPH_DATA',
    })
  }
  return failure('data-denied', `${world.user} may not make ${folder}`, {
    remedy: `sudo install -d -o ${world.user} -m 750 ${folder}`,
  })
}

function existingAbove(folder: string): string {
  const above = dirname(folder)
  return existsSync(above) || above === folder ? above : existingAbove(above)
}

function readOnly(folder: string): Finding {
  return failure('data-read-only', `${folder} is on a file system that cannot be written`, {
    cause: 'it is mounted read-only; Linux does so by itself when a card fails',
    remedy:
      'dmesg | grep -i "i/o error\\|mmc" tells whether the card fails: replace it; if not, mount -o remount,rw',
  })
}

/** Of the last mount whose folder contains it (/proc/mounts, proc(5)). */
function mountOptions(world: World, folder: string): string[] {
  const mounts = (world.read('/proc/mounts') ?? '').split('\n').map((line) => line.split(' '))
  const around = mounts.filter(([, at = '']) => {
    const place = at.replaceAll('\\040', ' ')
    return folder === place || folder.startsWith(place.endsWith('/') ? place : `${place}/`)
  })
  const longest = Math.max(0, ...around.map(([, at = '']) => at.length))
  return around.findLast(([, at = '']) => at.length === longest)?.[3]?.split(',') ?? []
}

async function room(folder: string, world: World, maxMegabytes: number): Promise<Finding[]> {
  const { free, total } = await world.space(folder)
  const evidence = `${megabytes(free)} of ${megabytes(total)} are free`
  const remedy =
    'remove what is not needed (sudo journalctl --vacuum-size=50M, sudo apt clean), or lower store.maxMegabytes'
  if (free < FULL) {
    const cause = 'where no room is left, the oldest records give way to new ones'
    return [failure('disk-full', `There is no room for ${folder}`, { cause, remedy, evidence })]
  }
  if (free < NEARLY_FULL || free < total * NEARLY_FULL_SHARE) {
    return [warning('disk-nearly-full', `There is little room for ${folder}`, { remedy, evidence })]
  }
  const findings = [ok('disk-ok', `${megabytes(free)} are free`)]
  if (free < maxMegabytes * MEGABYTE) {
    const what = `The journal may grow to ${maxMegabytes} MB (store.maxMegabytes), and fewer are free`
    findings.push(note('disk-below-limit', what, { evidence }))
  }
  return findings
}

export const card: Check = {
  name: 'card',
  run: ({ world }: Examination) =>
    cards(world).flatMap((name) => [...worn(world, name), ...written(world, name)]),
}

function cards(world: World): string[] {
  return world.list('/sys/block').filter((name) => /^(mmcblk\d+|sd[a-z]+|nvme\d+n\d+)$/.test(name))
}

/**
 * JESD84-B51, EXT_CSD 267 to 269, as the kernel shows it: `life_time` is two estimates in tenths
 * (0x01: up to 10 %, 0x0B: used up), `pre_eol_info` 1 normal, 2 80 % of the reserve used, 3 urgent.
 * SD cards have neither.
 */
function worn(world: World, name: string): Finding[] {
  const device = `/sys/block/${name}/device`
  const life = (world.read(`${device}/life_time`) ?? '').match(/0x[0-9a-f]+/gi)?.map(Number) ?? []
  const reserve = Number.parseInt(world.read(`${device}/pre_eol_info`) ?? '', 16)
  const used = Math.max(0, ...life)
  if (used === 0 && !(reserve > 0)) return []
  const evidence = `life_time ${life.join(' ')}, pre_eol_info ${reserve || 'not told'}`
  const remedy = 'copy the journal (odograph backup), and replace the card'
  if (used >= 0x0b || reserve >= 3) {
    return [failure('card-worn', `The card ${name} is at its end`, { remedy, evidence })]
  }
  if (used >= 9 || reserve === 2) {
    const what = `The card ${name} has used ${(used - 1) * 10} % or more of its life`
    return [warning('card-worn', what, { remedy, evidence })]
  }
  return [ok('card-ok', `The card ${name} has used up to ${used * 10} % of its life`, { evidence })]
}

/** The seventh field of /sys/block/…/stat: sectors of 512 bytes written since the start. */
function written(world: World, name: string): Finding[] {
  const fields = (world.read(`/sys/block/${name}/stat`) ?? '').trim().split(/\s+/)
  const uptime = Number.parseFloat(world.read('/proc/uptime') ?? '')
  const bytes = Number(fields[6]) * 512
  if (!(bytes > 0) || !(uptime > 3600)) return []
  const daily = (bytes / uptime) * 86_400
  const what = `${name} takes about ${megabytes(daily)} of writing a day`
  const evidence = `${megabytes(bytes)} in ${(uptime / 3600).toFixed(1)} hours, all programs together`
  // A card of 16 GB stands some 3,000 times its size at best: at 20 GB a day that is six years.
  if (daily < 20_000 * MEGABYTE) return [note('card-writes', what, { evidence })]
  const remedy = 'sudo iotop -ao shows who writes; store.commit: 10 halves what the gateway writes'
  return [warning('card-writes', what, { remedy, evidence })]
}

function megabytes(bytes: number): string {
  return bytes >= 10_000 * MEGABYTE
    ? `${(bytes / 1000 / MEGABYTE).toFixed(0)} GB`
    : `${(bytes / MEGABYTE).toFixed(0)} MB`
}
