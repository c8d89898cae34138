/**
 * The public door of the decoders, for programs that use them on their own:
 *
 * `odograph/decoder` is how they import it.
 *
 * Pure and synchronous: frames in, readings out, time passed in. Nothing here throws for what came
 * off a bus; what cannot be decoded is an issue.
 */

export type { CanFrame } from '../model/frame.ts'
export { frameOf, newFrame } from '../model/frame.ts'
export type { Issue, IssueCode, IssueSink } from '../model/issue.ts'
export { issueTexts } from '../model/issue.ts'
export type { Profile } from '../model/profile.ts'
export type { Quality, Reading, ReadingSink, SignalValue } from '../model/reading.ts'
export type { SignalDefinition, SignalName } from '../model/signals.ts'
export { signals } from '../model/signals.ts'
export type { BusDecoderOptions, Protocol } from './bus-decoder.ts'
export { BusDecoder } from './bus-decoder.ts'
export type { DbcDecoder, DbcEmit, DbcFrame, DbcValue } from './dbc/compile.ts'
export { compileDbc } from './dbc/compile.ts'
export type { Dbc, DbcMessage, DbcProblem, DbcSignal } from './dbc/dbc.ts'
export { dbcText, parseDbc } from './dbc/parse.ts'
export type { IsotpKind, IsotpSinks } from './isotp.ts'
export { Isotp } from './isotp.ts'
export { AddressTable } from './j1939/addresses.ts'
export { decodeDm, dmProblem } from './j1939/dm.ts'
export { ExtendedTransport } from './j1939/extended-transport.ts'
export { fmiTexts } from './j1939/fmi-texts.ts'
export { groupName } from './j1939/group-name.ts'
export { describeName, nameOf } from './j1939/name.ts'
export { pgnTable } from './j1939/pgn-table.ts'
export { acknowledgementOf, requestedPgn } from './j1939/requests.ts'
export type { PgnRow, SpnRow, TextRow } from './j1939/rows.ts'
export type { TransportKind, TransportMessage, TransportSinks } from './j1939/transport.ts'
export { Transport } from './j1939/transport.ts'
export type {
  StatusFrameValues,
  StatusFrameVariant,
} from './lora/codecs/status-frame.ts'
export { encodeStatusFrame } from './lora/codecs/status-frame.ts'
export type { FieldTarget, MappedFields } from './lora/field-map.ts'
export { compileFieldMap, mapFields } from './lora/field-map.ts'
export { nativeCodecs } from './lora/native-codecs.ts'
export { dtcCode } from './obd/dtc.ts'
export { dtcText } from './obd/dtc-texts.ts'
export { pidRows } from './obd/pid-table.ts'
export type { PidValue, ResponseSinks, TroubleCode, TroubleCodes } from './obd/responses.ts'
export { decodeResponse } from './obd/responses.ts'
export { importDbc } from './profile/import-dbc.ts'
export { importObdb } from './profile/import-obdb.ts'
export { importWican } from './profile/import-wican.ts'
export type { ProfileValue } from './profile/profile-decoder.ts'
export { ProfileDecoder } from './profile/profile-decoder.ts'
export type { IdStatistics } from './statistics/bus-statistics.ts'
export { BusStatistics } from './statistics/bus-statistics.ts'
export type {
  DecoderTaps,
  Dm1Message,
  IsotpMessage,
  J1939Message,
  SpnValue,
} from './taps.ts'
export { decodeUds } from './uds/uds.ts'
export { vinCheck, vinFrom } from './vin.ts'
