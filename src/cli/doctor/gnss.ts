/** A GNSS receiver: whether it talks, and whether it knows where it is. */
import { setTimeout as passed } from 'node:timers/promises'
import type { SourceConfig } from '../../config/schema.ts'
import { parseSentence } from '../../device/gnss/nmea-sentence.ts'
import { identify, usualBauds } from '../../device/identify/identify.ts'
import type { Millis } from '../../model/time.ts'
import type { Examination } from './examination.ts'
import { type Finding, failure, note, ok, warning } from './finding.ts'
import { bySource, portProblem } from './port.ts'

type Receiver = Extract<SourceConfig, { type: 'nmea' }>

/** Receivers speak once a second. */
const LISTEN_MS: Millis = 2500
const MAX_HEARD = 200_000

export async function gnssReceiver(source: Receiver, examination: Examination): Promise<Finding[]> {
  const { id } = source
  const problem = await portProblem(source, examination)
  if (problem.length > 0) return problem
  const known = bySource(source, examination)
  if (known !== undefined) return known
  if (!examination.mayAsk)
    return [note('source-untold', `${id}: the port is left alone`, { source: id })]
  const kinds = (await heardLines(source, examination)).map((line) => parseSentence(line).kind)
  const count = (kind: string) => kinds.filter((found) => found === kind).length
  const evidence = `${kinds.length} lines in ${LISTEN_MS / 1000} s: ${count('fix')} with a fix, ${count('no-fix')} without`
  if (count('fix') > 0)
    return [ok('gnss-ok', `${id}: the receiver has a fix`, { source: id, evidence })]
  if (count('no-fix') > 0) return [noFix(id, evidence)]
  if (count('nothing') > 0) {
    return [
      note('gnss-no-fix', `${id}: the receiver talks, and not of a position`, {
        source: id,
        evidence,
      }),
    ]
  }
  return [await silence(source, examination, evidence)]
}

async function heardLines({ port, baud }: Receiver, { world }: Examination): Promise<string[]> {
  let heard = ''
  const line = await world.open({
    ...{ path: port, baudRate: baud, closed: () => undefined },
    data: (chunk) => {
      if (heard.length < MAX_HEARD) heard += Buffer.from(chunk).toString('latin1')
    },
  })
  try {
    await passed(LISTEN_MS)
  } finally {
    await line.close()
  }
  return heard.split(/[\r\n]+/).filter((text) => text.startsWith('$'))
}

function noFix(source: string, evidence: string): Finding {
  return warning('gnss-no-fix', `${source}: the receiver has no fix`, {
    source,
    cause:
      'it sees too little of the sky, its antenna is not connected, or it was just switched on',
    remedy:
      'wait two minutes under the open sky; see that the antenna faces up and no metal covers it',
    evidence,
  })
}

async function silence(
  { id, port, baud }: Receiver,
  { world, signal }: Examination,
  evidence: string,
): Promise<Finding> {
  const bauds = usualBauds.filter((rate) => rate !== baud)
  const found = await identify({
    ...{ open: world.open, wait: world.wait },
    path: port,
    bauds,
    signal,
  })
  if (found === undefined || found.kind !== 'nmea') {
    const what = found === undefined ? 'says nothing' : `is no receiver, but ${found.kind}`
    const id_ = found === undefined ? 'gnss-silent' : 'adapter-wrong-type'
    return failure(id_, `${id}: what is at ${port} ${what}`, {
      source: id,
      cause: 'the receiver has no power, or another device has its place',
      remedy: 'odograph sources shows what is plugged in',
      evidence,
    })
  }
  return failure(
    'adapter-wrong-baud',
    `${id}: the receiver talks at ${found.baud} baud, not at ${baud}`,
    {
      source: id,
      remedy: `baud: ${found.baud} in the configuration of ${id}`,
    },
  )
}
