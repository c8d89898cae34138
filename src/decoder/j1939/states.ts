/** Enumerations of J1939 parameters: what their raw values mean, in our words. */
export type States = Readonly<Record<number, string>>

export const states = {
  offOn: { 0: 'off', 1: 'on' },
  noYes: { 0: 'no', 1: 'yes' },
  releasedPressed: { 0: 'released', 1: 'pressed' },
  /** Who or what commands the torque of engine or retarder. */
  torqueModes: {
    0: 'none, or idle governor',
    1: 'driver',
    2: 'cruise control',
    3: 'PTO governor',
    4: 'road speed governor',
    5: 'traction control',
    6: 'transmission',
    7: 'ABS',
    8: 'torque limit',
    9: 'high speed governor',
    10: 'brakes',
    11: 'remote accelerator',
    12: 'service procedure',
  },
  inducementLevels: {
    0: 'none',
    1: 'level 1',
    2: 'level 2',
    3: 'level 3',
    4: 'level 4',
    5: 'level 5',
  },
} as const satisfies Record<string, States>
