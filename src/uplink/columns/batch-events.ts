/**
 * For consumers of `application/vnd.odograph.batch+cbor`: a batch back to the CloudEvents that it
 * stands for, the same as if each had come by itself. Pure: bytes in, events out.
 */
import type { StoredRecord } from '../../model/record.ts'
import type { Vehicle } from '../../model/vehicle.ts'
import { type SequencedEvent, sequencedEvent } from '../sequenced-event.ts'
import { invalid } from './batch-format.ts'
import { openBatch } from './batch-view.ts'

/** What the events of a vehicle have beside its records. */
export interface BatchAbout {
  /** User device id. */
  subject: string
  make?: string
  model?: string
  year?: number
}

const MOST_MILLIS = 8.64e15

/** The `about` of `encodeBatch` for what goes out. */
export function batchAbout(vehicle: Vehicle): BatchAbout {
  const { userDeviceId, make, model, year } = vehicle
  return {
    subject: userDeviceId,
    ...(make === undefined ? {} : { make }),
    ...(model === undefined ? {} : { model }),
    ...(year === undefined ? {} : { year }),
  }
}

/** The events of a batch from the wire, in its order. Throws `batch-invalid`. */
export function batchEvents(bytes: Uint8Array): SequencedEvent[] {
  const view = openBatch(bytes)
  const vehicle = vehicleOf(view.vehicle, view.about)
  return view.records().map((record) => {
    checkTimes(record)
    return sequencedEvent(record, vehicle)
  })
}

function vehicleOf(id: string, about: Record<string, unknown> | undefined): Vehicle {
  const { subject, make, model, year } = about ?? {}
  if (typeof subject !== 'string') throw invalid('it does not say whose events these are')
  return {
    id,
    tokenId: '',
    userDeviceId: subject,
    owner: '',
    ...(typeof make === 'string' ? { make } : {}),
    ...(typeof model === 'string' ? { model } : {}),
    ...(typeof year === 'number' ? { year } : {}),
  }
}

function checkTimes({ time, receivedAt }: StoredRecord): void {
  for (const each of [time, receivedAt]) {
    if (!(Math.abs(each) <= MOST_MILLIS)) throw invalid('it has a time that is no day')
  }
}
