/** `odograph lora`: what a payload says, what devices have sent, and a new device. */
import { OdographError } from '../model/errors.ts'
import type { CommandIo } from './command.ts'
import { addDevice } from './lora/add.ts'
import { decodePayload } from './lora/decode.ts'
import { listUplinks } from './lora/uplinks.ts'

const verbs: Record<string, (args: string[], io: CommandIo) => Promise<number>> = {
  add: addDevice,
  decode: decodePayload,
  uplinks: listUplinks,
}

export async function lora(args: string[], io: CommandIo): Promise<number> {
  const [verb = '', ...rest] = args
  const run = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
  if (run !== undefined) return await run(rest, io)
  throw new OdographError(
    'usage',
    `lora ${verb}`.trim(),
    'use lora decode, lora uplinks or lora add',
  )
}
