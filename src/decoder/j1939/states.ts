/** Enumerations of J1939 parameters: what their raw values mean, in our words. */
export type States = Readonly<Record<number, string>>

export const states = {
  offOn: { 0: 'off', 1: 'on' },
} as const satisfies Record<string, States>
