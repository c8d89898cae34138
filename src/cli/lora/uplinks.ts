/** `odograph lora uplinks --device ID`: what a device has sent last, the newest first. */
import { dataFolder } from '../../config/data-folder.ts'
import { OdographError } from '../../model/errors.ts'
import type { StoredUplink } from '../../model/lora-log.ts'
import { isoTime } from '../../model/time.ts'
import { loraUplinks } from '../../uplink/store/lora-log.ts'
import { inSnapshot } from '../../uplink/store/reading.ts'
import { type CommandIo, parseCommand } from '../command.ts'
import { withJournal } from '../journal.ts'

export async function listUplinks(args: string[], io: CommandIo): Promise<number> {
  const { values } = parseCommand(args, {
    ...{ device: { type: 'string' }, data: { type: 'string' } },
    ...{ limit: { type: 'string', default: '20' }, json: { type: 'boolean' } },
  })
  const { device } = values
  if (device === undefined) throw new OdographError('usage', '--device', 'is missing: --device ID')
  const limit = Number(values.limit)
  if (!/^\d{1,5}$/.test(values.limit) || limit < 1) {
    throw new OdographError('usage', `--limit ${values.limit}`, 'use a number from 1')
  }
  await withJournal(dataFolder(values.data), async (reading) => {
    const found = inSnapshot(reading, () => loraUplinks(reading, { device, limit }))
    for (const uplink of found) io.stdout.write(`${values.json ? json(uplink) : text(uplink)}\n`)
  })
  return 0
}

function json({ seq, device, state, uplink, outcome }: StoredUplink): string {
  const { payload, receivedAt, ...rest } = uplink
  const hex = Buffer.from(payload).toString('hex').toUpperCase()
  const time = isoTime(receivedAt)
  return JSON.stringify({ seq, device, state, time, ...rest, payload: hex, outcome })
}

function text({ state, uplink, outcome }: StoredUplink): string {
  const { receivedAt, fPort, fCnt, payload, source } = uplink
  const hex = Buffer.from(payload).toString('hex').toUpperCase() || '-'
  const told = outcome?.error ?? outcome?.signals?.join(',') ?? ''
  const place = `port ${fPort ?? '-'}  counter ${fCnt ?? '-'}`
  return `${isoTime(receivedAt)}  ${source}  ${place}  ${hex}  ${state}  ${told}`.trimEnd()
}
