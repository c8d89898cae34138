/**
 * The PID table of OBD-II service 01 (SAE J1979 as public knowledge; checked against python-OBD
 * and a public OBD-II DBC). A row: number, how many data bytes follow it, how they become a
 * quantity (big-endian raw × num / den + offset), the signal it feeds. Samples are the data bytes
 * with the expected value in the PID's own unit. OBD-II knows no "not available" pattern: a control
 * unit that cannot answer stays silent or answers negatively, and neither becomes a number.
 */
import type { SignalName } from '../../model/signals.ts'
import type { Scale } from '../quantity.ts'

export interface PidRow extends Scale {
  readonly pid: number
  readonly label: string
  readonly bytes: 1 | 2 | 4
  readonly signal?: SignalName
  readonly rank?: number
  readonly samples: readonly (readonly [hex: string, expected: number])[]
}

function percent(pid: number, label: string, signal?: SignalName): PidRow {
  return {
    pid,
    label,
    bytes: 1,
    num: 100,
    den: 255,
    offset: 0,
    unit: '%',
    ...(signal === undefined ? {} : { signal }),
    samples: [
      ['00', 0],
      ['88', 53.333333333],
      ['FF', 100],
    ],
  }
}

function temperature(pid: number, label: string, signal?: SignalName): PidRow {
  return {
    pid,
    label,
    bytes: 1,
    num: 1,
    den: 1,
    offset: -40,
    unit: '°C',
    ...(signal === undefined ? {} : { signal }),
    samples: [
      ['00', -40],
      ['85', 93],
      ['FF', 215],
    ],
  }
}

export const pidTable: readonly PidRow[] = [
  percent(0x04, 'Calculated engine load', 'engineLoad'),
  temperature(0x05, 'Engine coolant temperature', 'coolantTemp'),
  {
    pid: 0x0b,
    label: 'Intake manifold pressure',
    bytes: 1,
    num: 1,
    den: 1,
    offset: 0,
    unit: 'kPa',
    signal: 'intakePressure',
    samples: [['6D', 109]],
  },
  {
    pid: 0x0c,
    label: 'Engine speed',
    bytes: 2,
    num: 1,
    den: 4,
    offset: 0,
    unit: 'rpm',
    signal: 'engineSpeed',
    samples: [
      ['1820', 1544],
      ['1AF8', 1726],
    ],
  },
  {
    pid: 0x0d,
    label: 'Vehicle speed',
    bytes: 1,
    num: 1,
    den: 1,
    offset: 0,
    unit: 'km/h',
    signal: 'speed',
    samples: [
      ['39', 57],
      ['FF', 255],
    ],
  },
  temperature(0x0f, 'Intake air temperature', 'intakeTemp'),
  percent(0x11, 'Throttle position', 'throttlePosition'),
  percent(0x2f, 'Fuel tank level', 'fuelPercentRemaining'),
  {
    pid: 0x33,
    label: 'Barometric pressure',
    bytes: 1,
    num: 1,
    den: 1,
    offset: 0,
    unit: 'kPa',
    signal: 'barometricPressure',
    samples: [['64', 100]],
  },
  {
    pid: 0x42,
    label: 'Control module voltage',
    bytes: 2,
    num: 1,
    den: 1000,
    offset: 0,
    unit: 'V',
    signal: 'batteryVoltage',
    samples: [['3430', 13.36]],
  },
  temperature(0x46, 'Ambient air temperature', 'ambientTemp'),
  {
    pid: 0x62,
    label: 'Actual engine torque',
    bytes: 1,
    num: 1,
    den: 1,
    offset: -125,
    unit: '%',
    samples: [['A8', 43]],
  },
  {
    pid: 0xa6,
    label: 'Odometer',
    bytes: 4,
    num: 1,
    den: 10,
    offset: 0,
    unit: 'km',
    signal: 'odometer',
    rank: 2,
    samples: [['0007B12E', 50_411]],
  },
]
