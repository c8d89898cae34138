/** Enumerations of J1939 parameters: what their raw values mean, in our words. */
export type States = Readonly<Record<number, string>>

export const states = {
  offOn: { 0: 'off', 1: 'on' },
  noYes: { 0: 'no', 1: 'yes' },
  releasedPressed: { 0: 'released', 1: 'pressed' },
  inducementLevels: {
    0: 'none',
    1: 'level 1',
    2: 'level 2',
    3: 'level 3',
    4: 'level 4',
    5: 'level 5',
  },
} as const satisfies Record<string, States>
