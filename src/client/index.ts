/** `odograph/client`: the typed client of the gateway's REST API. */
export {
  type ClientOptions,
  createClient,
  type ExchangeOptions,
  type Hit,
  type HitsOptions,
  OdographClient,
} from './client.ts'
export { OdographApiError } from './error.ts'
export { EventStreamParser, type ServerEvent } from './event-stream.ts'
export type { LiveEvent, LiveOptions } from './live.ts'
export type { Operations, Schemas } from './operations.ts'
