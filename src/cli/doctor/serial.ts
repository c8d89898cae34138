/**
 * A CAN adapter on a serial line: what is plugged in is asked, and then its bus is heard for a moment,
 * listen-only whatever the configuration says. Nothing is sent to the vehicle.
 */
import { type Identified, identify, usualBauds } from '../../device/identify/identify.ts'
import { hasBaud } from '../../device/serial/slcan-load.ts'
import { OdographError } from '../../model/errors.ts'
import { fullBus, slowLine } from './baud.ts'
import type { Examination } from './examination.ts'
import { type Finding, failure, note, ok, warning } from './finding.ts'
import { type Heard, listen, type SerialSource } from './listening.ts'
import { busy, bySource, isNetwork, modemManager, portProblem, silentBus } from './port.ts'

const names: Record<Identified['kind'], string> = {
  elm327: 'an ELM327',
  slcan: 'an SLCAN adapter',
  gvret: 'a GVRET adapter',
  nmea: 'a GNSS receiver',
}

export async function serialAdapter(
  source: SerialSource,
  examination: Examination,
): Promise<Finding[]> {
  const problem = await portProblem(source, examination)
  if (problem.length > 0) return problem
  const known = bySource(source, examination)
  if (known !== undefined) return [...known, ...(await modemManager(source, examination))]
  if (!examination.mayAsk) {
    return [note('source-untold', `${source.id}: the port is left alone`, { source: source.id })]
  }
  const asked = await ask(source, examination)
  const further = await modemManager(source, examination)
  return [...asked, ...further]
}

async function ask(source: SerialSource, examination: Examination): Promise<Finding[]> {
  const { id, port } = source
  const found = await identified(source, examination)
  if ('severity' in found) return [found]
  const says = `${names[found.kind]}${found.says === '' ? '' : ` (${found.says})`}`
  if (found.kind !== source.type) return [wrongType(source, found, says)]
  if (source.baud !== undefined && found.baud !== source.baud && !isNetwork(port)) {
    return [wrongBaud(source, found, says)]
  }
  const heard = await listen(source, examination)
  return [
    ok('adapter-ok', `${id}: ${says} at ${port}`, { source: id }),
    ...quirks(id, found),
    ...busFindings(source, heard, examination),
  ]
}

/** What is there, or why that cannot be told. */
async function identified(
  { id, port, baud }: SerialSource,
  { world, signal }: Examination,
): Promise<Identified | Finding> {
  const bauds = [...new Set([...(baud === undefined ? [] : [baud]), ...usualBauds])]
  try {
    const usable = isNetwork(port) ? bauds.slice(0, 1) : bauds
    const found = await identify({
      ...{ open: world.open, wait: world.wait },
      path: port,
      bauds: usable,
      signal,
    })
    return found ?? silent(id, port, usable)
  } catch (error) {
    if (!(error instanceof OdographError)) throw error
    if (error.code === 'port-busy') return busy(id, port, '')
    const code = error.code === 'port-missing' ? 'port-missing' : 'source-failed'
    return failure(code, `${id}: ${port} cannot be opened`, { source: id, cause: error.message })
  }
}

function silent(source: string, port: string, bauds: readonly number[]): Finding {
  return failure('adapter-silent', `${source}: nothing answers at ${port}`, {
    source,
    cause:
      'the adapter has no power (some take it from the vehicle), hangs, or is of a kind that is not known here',
    remedy:
      'unplug it and plug it in again; see that it sits in the vehicle; odograph sources asks again',
    evidence: `asked at ${bauds.join(', ')} baud`,
  })
}

function wrongType({ id, type, port }: SerialSource, found: Identified, says: string): Finding {
  return failure(
    'adapter-wrong-type',
    `${id}: ${says} is at ${port}, and not what ${type} stands for`,
    {
      source: id,
      cause: 'another adapter is plugged in, or the configuration names the wrong type',
      remedy: `type: ${found.kind} in the configuration, or another port; odograph sources shows all`,
    },
  )
}

function wrongBaud({ id, baud, port }: SerialSource, found: Identified, says: string): Finding {
  return failure(
    'adapter-wrong-baud',
    `${id}: ${says} answers at ${found.baud} baud, not at ${baud}`,
    {
      source: id,
      cause: `baud is ${baud} in the configuration`,
      remedy: `baud: ${found.baud} in the configuration of ${id}`,
      evidence: port,
    },
  )
}

/** What the numbers say that adapters give themselves (ELM327: there never was a 1.5; 2.1 is on most clones). */
function quirks(source: string, { kind, says }: Identified): Finding[] {
  if (kind !== 'elm327' || /STN/.test(says)) return []
  const version = /v?(\d\.\d)/i.exec(says)?.[1]
  if (version !== '1.5' && version !== '2.1') return []
  return [
    note('adapter-quirks', `${source}: ${says} is most likely a clone`, {
      source,
      cause: 'the real chip was never sold with version 1.5, and most with 2.1 are none',
      remedy: 'it works; where it loses answers or hangs, an adapter with an STN chip does not',
    }),
  ]
}

function busFindings(source: SerialSource, heard: Heard, { world }: Examination): Finding[] {
  const { id, type } = source
  const evidence = `${heard.frames} frames in ${(heard.ms / 1000).toFixed(1)} s`
  if (heard.bus === 'off') return [busOff(id, heard.busDetail)]
  if (heard.failed !== undefined) {
    return [failure('source-failed', `${id} does not work`, { source: id, cause: heard.failed })]
  }
  const errors = heard.bus === 'errors' ? [busErrors(id, heard.busDetail)] : []
  // Silence has its reason then.
  if (heard.frames === 0 && errors.length > 0) return errors
  if (heard.frames === 0) {
    const isListening = type !== 'elm327' || source.listenOnly
    const silence = isListening
      ? silentBus(id, evidence)
      : note('bus-silent', `${id}: nothing is heard before something is asked`, {
          source: id,
          evidence,
        })
    return [silence]
  }
  const device = isNetwork(source.port) ? source.port : world.leadsTo(source.port)
  const load = hasBaud(device) ? lineFindings(source, heard) : []
  return [...errors, ok('bus-ok', `${id}: ${evidence}`, { source: id }), ...load]
}

function lineFindings(source: SerialSource, heard: Heard): Finding[] {
  const { id, type, baud, bitrate } = source
  if (type !== 'slcan' || baud === undefined || bitrate === undefined) return []
  const line = slowLine(baud, bitrate)
  if (line === undefined) return []
  const more = {
    source: id,
    remedy:
      'a greater baud, where the adapter has one; filters: decoded; or an adapter of USB’s modem class (ttyACM)',
    evidence: `${line.carried} frames a second at ${baud} baud; a full bus of ${bitrate / 1000} kbit/s has ${line.possible}`,
  }
  if (heard.lost > 0 || fullBus(heard.bytesPerSecond, baud)) {
    return [warning('baud-too-slow', `${id}: the serial line is full, and frames are lost`, more)]
  }
  return [note('baud-too-slow', `${id}: the serial line carries less than the bus can`, more)]
}

export function busOff(source: string, detail: string): Finding {
  return failure('bus-off', `${source}: the controller is off the bus`, {
    source,
    cause:
      detail || 'too many errors: the bit rate is wrong, or CAN-H and CAN-L are swapped or shorted',
    remedy:
      'compare bitrate with that of the vehicle (250000 for most J1939, 500000 for OBD-II); look at the wires',
  })
}

export function busErrors(source: string, detail: string): Finding {
  return warning('bus-errors', `${source}: the bus has errors`, {
    source,
    cause: detail || 'a wrong bit rate, a loose wire, or a missing or third terminator',
    remedy: 'measure 60 ohms between CAN-H and CAN-L; compare bitrate with that of the vehicle',
  })
}
