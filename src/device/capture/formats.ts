/** The formats of recorded files that are known here, and how a file's format is found. */
import { OdographError } from '../../model/errors.ts'
import { blfFormat } from './blf/blf.ts'
import { candumpFormat } from './candump/candump-format.ts'
import type { Format, StreamFormat } from './format.ts'
import { mf4Format } from './mf4/mf4.ts'
import { pcapFormat } from './pcap/pcap.ts'
import { sqliteFormat } from './sqlite-log.ts'
import { ascFormat } from './text/asc.ts'
import { busmasterLogFormat } from './text/busmaster-log.ts'
import { canedgeCsvFormat } from './text/canedge-csv.ts'
import { carbusAnalyzerFormat } from './text/carbus-analyzer.ts'
import { crtdFormat } from './text/crtd.ts'
import { elmMonitorFormat } from './text/elm-monitor.ts'
import { genericIdFormat } from './text/generic-id.ts'
import { gvretCsvFormat } from './text/gvret-csv.ts'
import { microchipLogFormat } from './text/microchip-log.ts'
import { pythonCanCsvFormat } from './text/python-can-csv.ts'
import { rp1210TextFormat } from './text/rp1210-text.ts'
import { slcanFormat } from './text/slcan-text.ts'
import { trcFormat } from './text/trc.ts'

/** In the order in which they are tried; of equal finds the first one counts. */
export const formats: readonly Format[] = [
  candumpFormat,
  slcanFormat,
  ascFormat,
  trcFormat,
  pythonCanCsvFormat,
  canedgeCsvFormat,
  gvretCsvFormat,
  mf4Format,
  blfFormat,
  pcapFormat,
  sqliteFormat,
  rp1210TextFormat,
  crtdFormat,
  genericIdFormat,
  microchipLogFormat,
  busmasterLogFormat,
  carbusAnalyzerFormat,
  elmMonitorFormat,
]

export interface Head {
  /** The first bytes of the content, after decompression. */
  bytes: Uint8Array
  /** Whether they are all of it. */
  whole: boolean
  /** Why the content cannot be read further, in words. */
  damage: string | undefined
}

/**
 * By its first bytes where a format has its own, else the format that makes the most frames of the
 * head. Throws `file-unrecognised`.
 */
export function recognise(head: Head, path: string): Format {
  const sure = formats.find(({ magic }) => magic?.(head.bytes) === true)
  if (sure !== undefined) return sure
  let best: StreamFormat | undefined
  let most = 0
  for (const format of formats) {
    if (format.kind !== 'stream' || format.magic !== undefined) continue
    const { frames, issues } = trial(format, head)
    // A damaged recording is one still; a single line by chance in something else is not.
    if (frames > most && frames * 10 >= issues) {
      best = format
      most = frames
    }
  }
  if (best !== undefined) return best
  const known = formats.map(({ label }) => label).join(', ')
  const detail =
    head.bytes.length === 0
      ? (head.damage ?? 'is empty')
      : `is none of the recordings that are known here (${known}; also as .gz)`
  throw new OdographError('file-unrecognised', path, detail)
}

function trial(format: StreamFormat, head: Head): { frames: number; issues: number } {
  const found = { frames: 0, issues: 0 }
  const reader = format.reader({
    at: '',
    buses: [],
    frame: () => {
      found.frames++
    },
    issue: () => {
      found.issues++
    },
  })
  reader.push(head.bytes)
  if (head.whole) reader.end()
  return found
}

/** A format by its name. Throws `usage` with the names there are. */
export function formatNamed(name: string, option: string): Format {
  const format = formats.find((known) => known.name === name)
  if (format !== undefined) return format
  const names = formats.map((known) => known.name).join(', ')
  throw new OdographError('usage', `${option} ${name}`, `is no format; use one of ${names}`)
}

/** The writable format whose ending fits the name best; undefined if none does. */
export function formatOfName(path: string): Format | undefined {
  const name = path.toLowerCase().replace(/\.gz$/, '')
  let best: Format | undefined
  let longest = 0
  for (const format of formats) {
    if (!(format.writer ?? format.fileWriter)) continue
    for (const ending of format.extensions) {
      if (!name.endsWith(ending) || ending.length <= longest) continue
      best = format
      longest = ending.length
    }
  }
  return best
}
