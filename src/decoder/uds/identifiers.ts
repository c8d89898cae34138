/**
 * Standard data identifiers of service 22 (ISO 14229-1 annex; F4xx and F8xx of ISO 15031-5 and
 * SAE J1979-2). Those that are texts are shown as such; all others are bytes, for which a vehicle's
 * profile may know more.
 */
export const DID_VIN = 0xf190
/** F4xx: PID xx of service 01; F8xx: kind of information xx of service 09. */
export const DID_PIDS = 0xf4
export const DID_INFO = 0xf8

export const identifierNames: Readonly<Record<number, string>> = {
  61824: 'Boot software',
  61825: 'Application software',
  61826: 'Application data',
  61827: 'Boot software fingerprint',
  61828: 'Application software fingerprint',
  61829: 'Application data fingerprint',
  61830: 'Active session',
  61831: 'Spare part number',
  61832: 'Control unit software number',
  61833: 'Control unit software version',
  61834: 'Supplier',
  61835: 'Date of manufacture',
  61836: 'Serial number',
  61837: 'Supported functional units',
  61838: 'Kit part number',
  [DID_VIN]: 'VIN',
  61841: 'Control unit hardware number',
  61842: 'Supplier hardware number',
  61843: 'Supplier hardware version',
  61844: 'Supplier software number',
  61845: 'Supplier software version',
  61846: 'Type approval number',
  61847: 'System or engine',
  61848: 'Repair shop or tester',
  61849: 'Date of programming',
  61850: 'Calibration shop or equipment',
  61851: 'Date of calibration',
  61852: 'Calibration software',
  61853: 'Date of installation',
  61854: 'Diagnostic description file',
  61855: 'Entity',
}

/** Identifiers whose bytes are text where they are printable. */
export const textIdentifiers: ReadonlySet<number> = new Set([
  0xf180, 0xf181, 0xf182, 0xf187, 0xf188, 0xf189, 0xf18a, 0xf18c, 0xf18e, 0xf191, 0xf192, 0xf193,
  0xf194, 0xf195, 0xf196, 0xf197, 0xf19e,
])
