/**
 * What the enumerated PIDs mean, in our own words: fuel systems (03), secondary air (12), fuels (51),
 * emission requirements (5F), control loops. Standards (1C) are in ../obd-standards.ts.
 */
type States = Readonly<Record<number, string>>

/** A single bit says which; two at once mean nothing known. */
export const fuelSystemStates: States = {
  0: 'off',
  1: 'open loop, warming up',
  2: 'closed loop',
  4: 'open loop, load or overrun',
  8: 'open loop, fault',
  16: 'closed loop, sensor fault',
  32: 'open loop, warming up (bank 2)',
  64: 'open loop, load or overrun (bank 2)',
  128: 'open loop, fault (bank 2)',
}

export const secondaryAirStates: States = {
  1: 'upstream of the catalyst',
  2: 'downstream of the catalyst',
  4: 'from outside or off',
  8: 'on for diagnosis',
}

/** 0 is the standard's "not available". */
export const fuelTypes: States = {
  1: 'Gasoline',
  2: 'Methanol',
  3: 'Ethanol',
  4: 'Diesel',
  5: 'LPG',
  6: 'CNG',
  7: 'Propane',
  8: 'Electric',
  9: 'Bi-fuel, on gasoline',
  10: 'Bi-fuel, on methanol',
  11: 'Bi-fuel, on ethanol',
  12: 'Bi-fuel, on LPG',
  13: 'Bi-fuel, on CNG',
  14: 'Bi-fuel, on propane',
  15: 'Bi-fuel, on electricity',
  16: 'Bi-fuel, on electricity and engine',
  17: 'Hybrid, gasoline',
  18: 'Hybrid, ethanol',
  19: 'Hybrid, diesel',
  20: 'Hybrid, electric',
  21: 'Hybrid, electric and engine',
  22: 'Hybrid, recuperating',
  23: 'Bi-fuel, on diesel',
}

export const emissionRequirements: States = {
  14: 'Euro IV B1, heavy duty',
  15: 'Euro V B2, heavy duty',
  16: 'Euro EEV C, heavy duty',
  17: 'Euro VI, heavy duty',
}

/** Boost pressure and turbine geometry; 0 is reserved. */
export const controlLoopStates: States = { 1: 'open loop', 2: 'closed loop', 3: 'fault' }
