/**
 * The four lamps of a diagnostic message (J1939-73 as public knowledge), two bits each, from bit 1:
 * protect, amber warning, red stop, malfunction (MIL).
 *
 *   byte 1   0 off · 1 on · 2 error · 3 not available
 *   byte 2   how a lamp that is on flashes: 0 slow (1 Hz) · 1 fast (2 Hz) · 2 reserved · 3 steady
 */
export type Lamp = 'off' | 'on' | 'on_slow_flash' | 'on_fast_flash' | 'not_available'

export interface Lamps {
  pl: Lamp
  awl: Lamp
  rsl: Lamp
  mil: Lamp
}

const flashing: readonly Lamp[] = ['on_slow_flash', 'on_fast_flash', 'not_available', 'on']

function lamp(state: number, flash: number): Lamp {
  if (state === 0) return 'off'
  if (state !== 1) return 'not_available'
  return flashing[flash] as Lamp
}

export function lampsOf(states: number, flashes: number): Lamps {
  const at = (shift: number) => lamp((states >> shift) & 3, (flashes >> shift) & 3)
  return { pl: at(0), awl: at(2), rsl: at(4), mil: at(6) }
}
