/** A reading as a message: the value in `payload`, its name in `topic`, the rest beside them. */
import type { Row } from './live-stream.ts'
import type { Message } from './node-red.ts'

/** Whether a value describes the present. */
export function isValid({ quality }: Row): boolean {
  return quality === 'ok' || quality === 'estimated'
}

/**
 * `payload` is null where there is no value that is true now; `last` then holds the one there was.
 */
export function signalMessage(row: Row, vehicle: string): Message {
  const { name, value, unit, time, quality = 'absent', source } = row
  const good = isValid(row)
  return {
    topic: name,
    payload: good ? value : null,
    ...(good || value === undefined ? {} : { last: value }),
    unit,
    quality,
    ...(time === undefined ? {} : { time }),
    ...(source === undefined ? {} : { source }),
    vehicle,
  }
}
