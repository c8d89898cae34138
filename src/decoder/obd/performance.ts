/**
 * In-use performance (service 09, 08 for spark and 0B for compression ignition): how often each
 * monitor ran, and how often it could have. The order of the counters is the standard's.
 */
const general = ['Monitoring conditions met', 'Ignition cycles']

const withSpark = [
  'Catalyst, bank 1',
  'Catalyst, bank 2',
  'Oxygen sensors, bank 1',
  'Oxygen sensors, bank 2',
  'EGR or valve timing',
  'Secondary air',
  'Evaporative system',
  'Second oxygen sensors, bank 1',
  'Second oxygen sensors, bank 2',
  'Air-fuel imbalance, bank 1',
  'Air-fuel imbalance, bank 2',
  'Particulate filter, bank 1',
  'Particulate filter, bank 2',
]

const withCompression = [
  'NMHC catalyst',
  'NOx catalyst',
  'NOx adsorber',
  'Particulate filter',
  'Exhaust gas sensors',
  'EGR or valve timing',
  'Boost pressure',
  'Fuel system',
]

function counters(monitors: readonly string[]): readonly string[] {
  return [
    ...general,
    ...monitors.flatMap((monitor) => [`${monitor}: completed`, `${monitor}: conditions met`]),
  ]
}

export const sparkCounters = counters(withSpark)
export const compressionCounters = counters(withCompression)
