/** The reading port of the journal without its thread: the plain functions behind it. */
import type { RecordReader } from '../../src/model/ports.ts'
import * as distances from '../../src/uplink/store/distance/distance-queries.ts'
import * as queries from '../../src/uplink/store/queries.ts'
import type { Reading } from '../../src/uplink/store/reading.ts'

export function directReader(reading: Reading): RecordReader {
  return {
    sample: async (query, limit, part) => queries.sample(reading, query, limit, part),
    buckets: async (query, parts) => queries.buckets(reading, query, parts),
    page: async (query, options) => queries.page(reading, query, options),
    span: async (vehicle) => queries.span(reading, vehicle),
    days: async (vehicle, starts) => distances.days(reading, vehicle, starts),
    totalDistance: async (vehicle) => distances.totalDistance(reading, vehicle),
    distanceBetween: async (vehicle, from, to) =>
      distances.distanceBetween(reading, vehicle, from, to),
    explainDistance: async (vehicle, from, to) =>
      distances.explainDistance(reading, vehicle, from, to),
    usage: async (vehicle, from, to) => queries.usage(reading, vehicle, from, to),
  }
}
