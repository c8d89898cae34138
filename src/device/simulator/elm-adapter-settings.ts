/**
 * What commands set in a fake ELM327, and the protocols it can choose from: numbers, names and bit
 * rates as its public data sheet (ELM327DS, AT SP) lists them.
 */

export interface ElmProtocol {
  /** The digit that `AT DPN` prints. */
  digit: string
  name: string
  /** How bytes are formatted; `other`: not CAN, the simulated bus cannot answer. */
  kind: 'iso15765' | 'j1939' | 'raw' | 'other'
  extended: boolean
  /** Bits a second; 0 where it is not CAN. */
  bitrate: number
  /** How long a try of it takes in a search. */
  tryMs: number
}

export interface IdFilter {
  id: number
  mask: number
}

export interface ElmSettings {
  echo: boolean
  linefeeds: boolean
  spaces: boolean
  headers: boolean
  responses: boolean
  memory: boolean
  autoFormat: boolean
  flowControl: boolean
  long: boolean
  dlc: boolean
  variableDlc: boolean
  j1939Header: boolean
  /** J1939 requests are given highest byte first, and turned. */
  j1939Order: boolean
  /** Steps of 4.096 ms. */
  timeout: number
  timeoutFactor: 1 | 5
  adaptive: 0 | 1 | 2
  /** No acknowledgement while it monitors. */
  silentMonitor: boolean
  /** Header as given: 3 or 6 digits without priority, or all 8. */
  header: { value: number; digits: 3 | 6 | 8 } | undefined
  priority: number
  extendedAddress: number | undefined
  receiveId: number | undefined
  receiveMask: number | undefined
  flowMode: 0 | 1 | 2
  flowHeader: number | undefined
  flowData: Uint8Array | undefined
}

export const DEFAULT_TIMEOUT = 0x32

export function defaultSettings(): ElmSettings {
  return {
    echo: true,
    linefeeds: false,
    spaces: true,
    headers: false,
    responses: true,
    memory: false,
    autoFormat: true,
    flowControl: true,
    long: false,
    dlc: false,
    variableDlc: false,
    j1939Header: true,
    j1939Order: true,
    timeout: DEFAULT_TIMEOUT,
    timeoutFactor: 1,
    adaptive: 1,
    silentMonitor: true,
    header: undefined,
    priority: 0x18,
    extendedAddress: undefined,
    receiveId: undefined,
    receiveMask: undefined,
    flowMode: 0,
    flowHeader: undefined,
    flowData: undefined,
  }
}

function other(digit: string, name: string, tryMs: number): ElmProtocol {
  return { digit, name, kind: 'other', extended: false, bitrate: 0, tryMs }
}

function can(digit: string, name: string, bits: 11 | 29, kbit: number): ElmProtocol {
  const kind = digit === 'A' ? 'j1939' : digit > 'A' ? 'raw' : 'iso15765'
  const full = `${name} (CAN ${bits}/${kbit})`
  return { digit, name: full, kind, extended: bits === 29, bitrate: kbit * 1000, tryMs: 250 }
}

export const elmProtocols: readonly ElmProtocol[] = [
  other('1', 'SAE J1850 PWM', 100),
  other('2', 'SAE J1850 VPW', 100),
  other('3', 'ISO 9141-2', 2500),
  other('4', 'ISO 14230-4 (KWP 5BAUD)', 2500),
  other('5', 'ISO 14230-4 (KWP FAST)', 400),
  can('6', 'ISO 15765-4', 11, 500),
  can('7', 'ISO 15765-4', 29, 500),
  can('8', 'ISO 15765-4', 11, 250),
  can('9', 'ISO 15765-4', 29, 250),
  can('A', 'SAE J1939', 29, 250),
  can('B', 'USER1', 11, 125),
  can('C', 'USER2', 11, 50),
]

/** In which order an automatic search tries them; J1939 and the user's are never tried. */
export const searchOrder = '126789543'

export function protocolOf(digit: string): ElmProtocol | undefined {
  return elmProtocols.find((protocol) => protocol.digit === digit)
}

/** Which identifiers it listens to where no command said so: those of OBD answers. */
export function receiveFilter(settings: ElmSettings, protocol: ElmProtocol): IdFilter {
  const usual = protocol.extended
    ? { id: 0x18daf100, mask: 0x1fffff00 }
    : { id: 0x7e8, mask: 0x7f8 }
  return {
    id: settings.receiveId ?? usual.id,
    mask: settings.receiveMask ?? usual.mask,
  }
}

export function hasOwnFilter(settings: ElmSettings): boolean {
  return settings.receiveId !== undefined || settings.receiveMask !== undefined
}

export function fits(id: number, filter: IdFilter): boolean {
  return ((id ^ filter.id) & filter.mask) === 0
}

/** The identifier of a request: of `AT SH` with `AT CP`, else the functional one. */
export function requestId(settings: ElmSettings, protocol: ElmProtocol): number {
  const { header, priority } = settings
  if (!protocol.extended) return header === undefined ? 0x7df : header.value & 0x7ff
  if (header?.digits === 8) return header.value & 0x1fffffff
  const usual = protocol.kind === 'j1939' ? 0xeafff9 : 0xdb33f1
  return ((priority & 0x1f) << 24) | (header?.value ?? usual)
}
