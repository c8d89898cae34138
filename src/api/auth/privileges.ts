/** The vehicle privileges, by the numbers that privilege tokens carry in `privilege_ids`. */
export const privilege = {
  nonLocation: 1,
  commands: 2,
  currentLocation: 3,
  allTimeLocation: 4,
  vin: 5,
  liveData: 6,
  rawData: 7,
  approximateLocation: 8,
} as const

export const privilegeNames: Readonly<Record<number, string>> = {
  1: 'non-location data',
  2: 'commands',
  3: 'current location',
  4: 'all-time location',
  5: 'VIN',
  6: 'live data',
  7: 'raw data',
  8: 'approximate location',
}

export type Privileges = ReadonlySet<number>

/** What the owner of a vehicle holds. */
export const allPrivileges: Privileges = new Set(Object.values(privilege))
