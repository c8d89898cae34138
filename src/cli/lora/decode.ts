/**
 * `odograph lora decode HEX --device ID --config FILE`: what a device's codec and field map make of
 * a payload, or, with --frame, of a whole LoRaWAN frame, which is checked and decrypted first. With
 * --codec instead of a device any codec can be tried.
 */
import { loadConfig } from '../../config/load.ts'
import type { LoraDeviceConfig } from '../../config/lora-schema.ts'
import { compileFieldMap, type FieldTarget, mapFields } from '../../decoder/lora/field-map.ts'
import { LorawanReceiver } from '../../decoder/lorawan/receiver.ts'
import type { LoraSession } from '../../decoder/lorawan/session.ts'
import { loraCodecs } from '../../gateway/lora/codecs.ts'
import { readDeviceKeys } from '../../gateway/lora/device-keys.ts'
import { OdographError } from '../../model/errors.ts'
import { type LoraReject, type LoraUplink, loraRejectTexts } from '../../model/lora.ts'
import { isoTime, type Millis } from '../../model/time.ts'
import { type CommandIo, parseCommand } from '../command.ts'

interface Asked {
  bytes: Uint8Array
  fPort: number
  time: Millis
}

export async function decodePayload(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals } = parseCommand(
    args,
    {
      ...{ device: { type: 'string' }, codec: { type: 'string' }, config: { type: 'string' } },
      ...{ port: { type: 'string', default: '1' }, frame: { type: 'boolean' } },
      time: { type: 'string' },
    },
    ['HEX'],
  )
  const bytes = bytesOf(positionals[0] as string)
  const { config } = loadConfig({ file: values.config, environment: process.env })
  const device = deviceOf(values, config.lora.devices)
  const time = timeOf(values.time)
  const asked = values.frame
    ? opened(bytes, device, time, io)
    : { bytes, fPort: portOf(values.port), time }
  if (asked === undefined) return 1
  const codecs = loraCodecs(config.lora.scriptMs)
  try {
    return await told(asked, values.codec ?? device?.codec ?? '', device, codecs, io)
  } finally {
    await codecs.stop()
  }
}

async function told(
  { bytes, fPort, time }: Asked,
  name: string,
  device: LoraDeviceConfig | undefined,
  codecs: ReturnType<typeof loraCodecs>,
  io: CommandIo,
): Promise<number> {
  const print = (value: object) => io.stdout.write(`${JSON.stringify(value)}\n`)
  const codec = codecs.codec(name)
  if (codec === undefined) {
    const detail = 'network: what the network server sends is not in these bytes; try --codec'
    throw new OdographError('usage', 'codec', detail)
  }
  const map = compileFieldMap((device?.map ?? {}) as Record<string, FieldTarget>)
  const result = await codec.decode({ bytes, fPort, time })
  if ('error' in result) {
    io.stderr.write(`${result.error}\n`)
    return 1
  }
  const { fields, warnings } = result.decoded
  print({ fields })
  const mapped = mapFields(result.decoded, map, { receivedAt: time })
  for (const { signal, value, time: measured } of mapped.readings) {
    print({ signal, value, time: isoTime(measured) })
  }
  if (mapped.trackerBattery !== undefined) print({ trackerBattery: mapped.trackerBattery })
  for (const { path, why } of mapped.dropped) io.stderr.write(`${path}: ${why}\n`)
  for (const warning of [...warnings, ...mapped.warnings]) io.stderr.write(`${warning}\n`)
  return 0
}

/** The payload of a frame whose MIC fits; else says why not. */
function opened(
  data: Uint8Array,
  device: LoraDeviceConfig | undefined,
  time: Millis,
  io: CommandIo,
): Asked | undefined {
  let uplink: LoraUplink | undefined
  let refused: LoraReject | undefined
  const receiver = new LorawanReceiver({
    sessions: [sessionOf(device)],
    windowMs: 0,
    accepted: () => undefined,
    complete: (whole) => {
      uplink = whole
    },
    rejected: (reject) => {
      refused = reject
    },
    notice: ({ detail }) => io.stderr.write(`${detail}\n`),
  })
  receiver.frame({ source: 'file', data, gateway: { id: 'file' }, radio: {}, receivedAt: time })
  if (uplink === undefined) {
    const { reason, detail } = refused ?? { reason: 'not_for_us' as const, detail: undefined }
    io.stderr.write(`${loraRejectTexts[reason]}${detail === undefined ? '' : `: ${detail}`}\n`)
    return undefined
  }
  const { devEui, devAddr, fCnt, fPort, payload } = uplink
  const hex = Buffer.from(payload).toString('hex').toUpperCase()
  io.stdout.write(`${JSON.stringify({ devEui, devAddr, fCnt, fPort, payload: hex })}\n`)
  return { bytes: payload, fPort: fPort ?? 0, time }
}

/** With the last counter as configured: this is a look at a frame, and changes none. */
function sessionOf(device: LoraDeviceConfig | undefined): LoraSession {
  const { devEui, devAddr, keysFile, reset, fCnt } = device ?? {}
  if (keysFile === undefined || devEui === undefined || devAddr === undefined) {
    const detail = 'needs --device of one that has devEui, devAddr and keysFile'
    throw new OdographError('usage', '--frame', detail)
  }
  const { session } = readDeviceKeys(keysFile)
  if (session === undefined) {
    throw new OdographError('config-invalid', keysFile, 'has no keys of a session')
  }
  const policy = { reset: reset ?? 'reject' }
  return { devEui, devAddr, ...session, policy, ...(fCnt !== undefined && { lastFCnt: fCnt }) }
}

function deviceOf(
  { device: id, codec }: { device?: string | undefined; codec?: string | undefined },
  devices: readonly LoraDeviceConfig[],
): LoraDeviceConfig | undefined {
  if (id === undefined) {
    if (codec !== undefined) return undefined
    throw new OdographError('usage', 'lora decode', 'needs --device ID (with --config) or --codec')
  }
  const found = devices.find((device) => device.id === id)
  if (found !== undefined) return found
  const known = devices.map((device) => device.id).join(', ') || 'none'
  throw new OdographError('usage', `--device ${id}`, `is not configured; configured are ${known}`)
}

function bytesOf(text: string): Uint8Array {
  const digits = text.replace(/[\s:]/g, '')
  if (/^([0-9a-fA-F]{2})*$/.test(digits)) return Uint8Array.from(Buffer.from(digits, 'hex'))
  throw new OdographError('usage', 'HEX', 'write pairs of hexadecimal digits')
}

function portOf(text: string): number {
  const port = Number(text)
  if (/^\d{1,3}$/.test(text) && port <= 255) return port
  throw new OdographError('usage', `--port ${text}`, 'use a number from 0 to 255')
}

function timeOf(text: string | undefined): Millis {
  const time = text === undefined ? Date.now() : Date.parse(text)
  if (!Number.isNaN(time)) return time
  throw new OdographError('usage', `--time ${text}`, 'use 2026-03-01T08:00:00Z')
}
