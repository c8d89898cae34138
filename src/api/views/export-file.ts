/**
 * All records of a vehicle as one JSON object, the file that the hosted API exports:
 * `{"userDeviceId", "requestTimestamp", "data": [CloudEvents, oldest first]}`. Made page by page, as
 * fast as it is taken, in constant memory. It holds what there was when it was asked for.
 */
import type { RecordReader } from '../../model/ports.ts'
import { isoTime, type Millis } from '../../model/time.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { type HitView, hitOf } from './hits.ts'
import { recordPages } from './record-stream.ts'
import { fullVisibility } from './visibility.ts'

/** Pieces of the file. `asked`: when. Rejects as the reader does. */
export async function* exportFile(
  records: RecordReader,
  vehicle: Vehicle,
  asked: Millis,
): AsyncGenerator<string> {
  const { userDeviceId } = vehicle
  const view: HitView = { vehicle, seen: fullVisibility }
  const span = await records.span(vehicle.id)
  const head = JSON.stringify({ userDeviceId, requestTimestamp: isoTime(asked), data: [] })
  // Not before the first page is there: until then a failure can still be answered as one.
  let before = head.slice(0, -2)
  if (span !== undefined) {
    const window = { from: span.first, to: span.last + 1 }
    for await (const page of recordPages(records, vehicle.id, { window, order: 'asc' })) {
      if (page.length === 0) continue
      yield before + page.map((record) => JSON.stringify(hitOf(record, view)._source)).join(',\n')
      before = ',\n'
    }
  }
  yield before.startsWith('{') ? `${before}]}` : ']}'
}
