/** What the palette's `decode` node bundles, so that it needs neither a gateway nor a network. */
export {
  BusDecoder,
  compileDbc,
  compileFieldMap,
  dbcText,
  frameOf,
  issueTexts,
  mapFields,
  nativeCodecs,
  parseDbc,
  signals,
} from '../src/decoder/index.ts'
export { messageEvents } from '../src/uplink/batch.ts'
