/**
 * Who is asked and who answers, from ELM327 commands: ATSH header, ATCP the upper five bits of a
 * 29-bit one, ATCRA the identifier that is listened to, ATSP protocol (7 and 9 have 29 bits), ATCEA
 * extended addressing (which is not supported here). Later commands win.
 */
import type { CanAddress } from '../../model/profile.ts'

export interface ElmSettings {
  request: CanAddress
  response: CanAddress
  /** What had to be assumed. */
  note?: string
}

const HEX = '([0-9A-F]+)'

/** Why it cannot be converted, where it cannot. */
export function elmSettings(...commands: readonly string[]): ElmSettings | string {
  const list = commands
    .join(';')
    .toUpperCase()
    .replaceAll(' ', '')
    .split(';')
    .filter((command) => command !== '')
  const last = (pattern: string) => {
    const matches = list.map((command) => new RegExp(`^AT${pattern}$`).exec(command)?.[1])
    return matches.filter((match) => match !== undefined).at(-1)
  }
  if (last(`CEA${HEX}`) !== undefined) return 'uses extended addressing'
  const header = last(`SH${HEX}`)
  const isLong = header === undefined ? /[79]$/.test(last(`T?SP${HEX}`) ?? '') : header.length > 3
  const request = requestOf(header, isLong, last(`CP${HEX}`))
  if (request === undefined) return `"${header}" is no header`
  const heard = last(`CRA${HEX}`)
  if (heard !== undefined) {
    return { request, response: { id: Number.parseInt(heard, 16), extended: heard.length > 3 } }
  }
  return { request, ...assumed(request) }
}

function requestOf(
  header: string | undefined,
  isLong: boolean,
  priority: string | undefined,
): CanAddress | undefined {
  if (header === undefined) return { id: isLong ? 0x18db_33f1 : 0x7df, extended: isLong }
  const number = Number.parseInt(header, 16)
  if (header.length === 3) return { id: number, extended: false }
  if (header.length === 8) return { id: number, extended: true }
  const upper = Number.parseInt(priority ?? '18', 16) & 0x1f
  return header.length === 6 ? { id: upper * 0x100_0000 + number, extended: true } : undefined
}

/** ISO 15765-4: the answer to 7E0–7E7 comes 8 higher, to 18DAxxF1 with the addresses swapped. */
function assumed({ id, extended }: CanAddress): Pick<ElmSettings, 'response' | 'note'> {
  const answer = (response: number, isSure = false) => ({
    response: { id: response, extended },
    ...(isSure ? {} : { note: `who answers is assumed: ${response.toString(16).toUpperCase()}` }),
  })
  if (!extended) {
    if (id === 0x7df) return answer(0x7e8)
    return answer((id + 8) & 0x7ff, id >= 0x7e0 && id <= 0x7e7)
  }
  if (((id >> 16) & 0xff) === 0xda) return answer(0x18da_f100 + ((id >> 8) & 0xff), true)
  return answer(0x18da_f110)
}
