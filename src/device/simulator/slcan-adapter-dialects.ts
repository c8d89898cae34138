/**
 * How SLCAN adapters differ: which commands each knows and how it answers. From the manuals of
 * Lawicel (CAN232, CANUSB) and USBtin and the public firmware of CANable, CANtact and WiCAN.
 */

export interface SlcanDialect {
  /** First letters of the commands it knows. */
  commands: string
  /** Whether it answers CR and, where it refuses, BEL. */
  acknowledges: boolean
  refuses: boolean
  /** The answer to a frame taken for the bus: `z` or `Z` and CR, or CR alone. */
  sent: 'z' | 'cr'
  /** The whole answer to `V`, and to `v` where that is another one. */
  version: string
  firmware?: string
  serial: string
  /** Listen-only is opened by `L`, or by `M1` before `O`. */
  silentBy: 'L' | 'M1'
  /** It may be opened before a bit rate is set. */
  hasDefaultSpeed: boolean
  /** How `M` and `m` are read: as an SJA1000 in dual or in single filter mode. */
  filter: 'dual' | 'single' | 'none'
}

const lawicel: SlcanDialect = {
  commands: 'CSsOLZVNFMmtTrR',
  acknowledges: true,
  refuses: true,
  sent: 'z',
  version: 'V1013',
  serial: 'NA001',
  silentBy: 'L',
  hasDefaultSpeed: false,
  filter: 'dual',
}

const silent: SlcanDialect = {
  ...lawicel,
  commands: 'OCSMmAaVEtTrR',
  acknowledges: false,
  refuses: false,
  silentBy: 'M1',
  hasDefaultSpeed: true,
  filter: 'none',
}

export const slcanDialects = {
  lawicel,
  canable: {
    ...silent,
    commands: 'OCSYMAVEtTrRdDbB',
    version: 'f1c92ab github.com/simulated/canable2-fw.git',
  },
  /** Newer firmware for the same boards, with answers. */
  canable2: {
    ...lawicel,
    commands: 'CSsOLYZVvNFMmtTrRdDbB',
    version: 'V1015',
    firmware: 'v: simulated',
  },
  cantact: { ...silent, version: 'v1.2 github.com/simulated/cantact-fw' },
  usbtin: {
    ...lawicel,
    commands: 'CSsOLlZVvNFMmtTrRGW',
    version: 'V0100',
    firmware: 'v0101',
    serial: 'NFFFF',
  },
  wican: {
    ...lawicel,
    commands: 'OCLSsaAvVtTrRNZDmMF',
    refuses: false,
    sent: 'cr',
    version: 'V2011',
    serial: 'N43010123',
    hasDefaultSpeed: true,
    filter: 'single',
  },
} as const satisfies Record<string, SlcanDialect>

export type SlcanDialectName = keyof typeof slcanDialects
