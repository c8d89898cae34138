/** What comes out of a diagnostic answer, and to whom it goes. Shared by OBD-II and UDS. */
import type { IssueCode } from '../../model/issue.ts'
import type { PidValue, ReadingOf } from './pid-decode.ts'

/** One trouble code, as it is written (`P0104`, `P0104-11`, `SPN 110 FMI 3`). */
export interface TroubleCode {
  code: string
  /** What it means, where that is standardised. */
  text?: string
  /** Names of the status bits that are set; only UDS has them. */
  status?: string[]
  /** What kind of failure, where the code has a third byte. */
  failureType?: string
  severity?: string[]
}

export interface TroubleCodes {
  service: number
  kind: 'stored' | 'pending' | 'permanent' | 'uds'
  codes: TroubleCode[]
  /** UDS: the sub-function of the report. */
  report?: number
  /** UDS: how many codes there are, in a report that counts them only. */
  count?: number
}

export interface InfoValue {
  label: string
  value: number | string
}

/** One kind of vehicle information (service 09, data identifiers F8xx). */
export interface VehicleInfo {
  infoType: number
  label: string
  values: InfoValue[]
}

/** One result of an on-board monitor (service 06). */
export interface MonitorTest {
  monitor: number
  label: string
  test: number
  /** Undefined with `unit` empty where the unit-and-scaling number is not known. */
  value: number | undefined
  min: number | undefined
  max: number | undefined
  unit: string
  passed: boolean | undefined
}

/** One data identifier of a UDS answer. `data` is lent until the call returns. */
export interface DataIdentifier {
  did: number
  label: string | undefined
  data: Uint8Array
  /** What the identifier says, where it is a standard text. */
  text?: string
}

export interface ResponseSinks {
  pid?: ((pid: PidValue) => void) | undefined
  dtcs?: ((codes: TroubleCodes) => void) | undefined
  info?: ((info: VehicleInfo) => void) | undefined
  test?: ((test: MonitorTest) => void) | undefined
  did?: ((did: DataIdentifier) => void) | undefined
  /** Length of the data of a manufacturer's identifier; without it the rest of the answer is its. */
  didLength?: ((did: number) => number | undefined) | undefined
  reading: ReadingOf
  issue(code: IssueCode, detail: string): void
}
