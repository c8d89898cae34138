/**
 * Sets a u-blox receiver up while it talks on, and says how that went. Whatever is refused or not
 * answered leaves the receiver as it is: what comes is taken all the same.
 */
import type { Acknowledged, UbxLink } from './ubx-link.ts'
import {
  automotiveKeys,
  automotiveMessage,
  type Constellation,
  constellationKeys,
  constellationMessage,
  portMessage,
  rateKeys,
  rateMessage,
  sentenceKeys,
  sentenceMessages,
  type UbloxPort,
  ubx,
  valset,
  versionOf,
} from './ubx-messages.ts'

export interface UbloxSettings {
  rateHz: number
  constellations?: readonly Constellation[] | undefined
  dynamicModel?: 'automotive' | undefined
}

/** Bytes of a moment: RMC and GGA, and a share of the satellites. */
const BYTES_PER_FIX = 175
const BITS_PER_BYTE = 10

export interface UbloxLine {
  port: UbloxPort
  /** Undefined where it does not matter (USB, TCP). */
  baud: number | undefined
}

/** How it went, as a part of a sentence; undefined where the line was closed meanwhile. */
export async function setUpUblox(
  link: UbxLink,
  settings: UbloxSettings,
  line: UbloxLine,
): Promise<string | undefined> {
  const told = await link.poll(ubx.monVer)
  if (told === undefined) {
    return link.isClosed ? undefined : 'not set up: no u-blox receiver answers on this line'
  }
  const { name, byKey } = versionOf(told)
  const rateHz = carried(settings.rateHz, line.baud)
  const steps = byKey
    ? stepsByKey(link, settings, line, rateHz)
    : stepsByMessage(link, settings, rateHz)
  const failures: string[] = []
  for (const { what, run } of steps) {
    const outcome = await run()
    if (link.isClosed) return undefined
    if (outcome !== 'done')
      failures.push(`${what} ${outcome === 'refused' ? 'refused' : 'not confirmed'}`)
  }
  const slower =
    rateHz < settings.rateHz
      ? ` (${line.baud} baud carry no more than ${rateHz} Hz; ${settings.rateHz} were asked for)`
      : ''
  const failed = failures.length === 0 ? '' : `, but ${failures.join(', ')}`
  return `${name} set up for ${rateHz} Hz${slower}${failed}`
}

interface Step {
  what: string
  run: () => Promise<Acknowledged>
}

function carried(rateHz: number, baud: number | undefined): number {
  if (baud === undefined) return rateHz
  return Math.min(rateHz, Math.max(1, Math.floor(baud / BITS_PER_BYTE / BYTES_PER_FIX)))
}

/** The sentences before the rate: the line must not overflow between. */
function stepsByKey(
  link: UbxLink,
  { constellations, dynamicModel }: UbloxSettings,
  { port }: UbloxLine,
  rateHz: number,
): Step[] {
  const set = (what: string, keys: Parameters<typeof valset>[0]): Step => ({
    what,
    run: () => link.set(ubx.cfgValset, valset(keys)),
  })
  const sentences = async (): Promise<Acknowledged> => {
    const outcome = await link.set(ubx.cfgValset, valset(sentenceKeys(port, rateHz)))
    if (outcome !== 'refused' || port === 'uart') return outcome
    // What looks like USB here may be an adapter at the serial port of one without USB.
    return link.set(ubx.cfgValset, valset(sentenceKeys('uart', rateHz)))
  }
  return [
    { what: 'the sentences', run: sentences },
    ...(dynamicModel === undefined ? [] : [set('the dynamic model', automotiveKeys)]),
    ...(constellations === undefined
      ? []
      : [set('the constellations', constellationKeys(constellations))]),
    set('the rate', rateKeys(rateHz)),
  ]
}

function stepsByMessage(
  link: UbxLink,
  { constellations, dynamicModel }: UbloxSettings,
  rateHz: number,
): Step[] {
  const set = (what: string, type: number, payload: readonly number[]): Step => ({
    what,
    run: () => link.set(type, payload),
  })
  return [
    { what: 'the protocols of its port', run: () => changed(link, ubx.cfgPrt, portMessage) },
    { what: 'the sentences', run: () => allOf(link, ubx.cfgMsg, sentenceMessages(rateHz)) },
    ...(dynamicModel === undefined
      ? []
      : [set('the dynamic model', ubx.cfgNav5, automotiveMessage())]),
    ...(constellations === undefined
      ? []
      : [
          {
            what: 'the constellations',
            run: () =>
              changed(link, ubx.cfgGnss, (told) => constellationMessage(told, constellations)),
          },
        ]),
    set('the rate', ubx.cfgRate, rateMessage(rateHz)),
  ]
}

/** What it has, with a change, unless there is nothing to change. */
async function changed(
  link: UbxLink,
  type: number,
  change: (told: Uint8Array) => readonly number[] | undefined,
): Promise<Acknowledged> {
  const told = await link.poll(type)
  if (told === undefined) return 'silent'
  const payload = change(told)
  return payload === undefined ? 'done' : link.set(type, payload)
}

async function allOf(
  link: UbxLink,
  type: number,
  payloads: readonly (readonly number[])[],
): Promise<Acknowledged> {
  for (const payload of payloads) {
    const outcome = await link.set(type, payload)
    if (outcome !== 'done') return outcome
  }
  return 'done'
}
