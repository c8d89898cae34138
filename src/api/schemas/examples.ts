/** Examples of answers, by the names that the answers have in the OpenAPI document. */
import type { AnswerName } from './answers.ts'

const hit = {
  _index: 'device-status-2024-01-24',
  _id: '2bPvm7ZY2dAkslUlNOyxanXawBf',
  _score: 1,
  _source: {
    data: {
      odometer: 50404.2,
      latitude: 52.52,
      longitude: 13.405,
      speed: 11,
      fuelPercentRemaining: 0.518,
      timestamp: '2024-01-24T20:54:43.000Z',
    },
    subject: '2UZb3drEbIkLdMFcvEFqhjrX4X6',
    specversion: '1.0',
    location: { lon: '13.405', lat: '52.52' },
    id: '2bPvm7ZY2dAkslUlNOyxanXawBf',
    source: 'dimo/integration/2ULfuC8U9dOqRshZBAi0lMM1Rrx',
    time: '2024-01-24T20:54:44.376Z',
    type: 'zone.dimo.device.status.update',
  },
}

export const examples = {
  Error: { code: 400, message: 'limit must be a whole number from 1 to 10000.' },
  Status: {
    fuelPercentRemaining: 0.518,
    odometer: 50414.2,
    latitude: 52.52,
    longitude: 13.405,
    recordUpdatedAt: '2024-01-25T13:22:45Z',
    recordCreatedAt: '2024-01-25T13:22:46.986023Z',
    batteryVoltage: 12.709,
    ambientTemp: 29,
  },
  RawStatus: {
    odometer: {
      value: 50414.2,
      source: 'dimo/integration/2ULfuC8U9dOqRshZBAi0lMM1Rrx',
      timestamp: '2024-01-25T13:22:45Z',
    },
  },
  Hit: hit,
  History: {
    took: 29,
    timed_out: false,
    _shards: { total: 1, successful: 1, skipped: 0, failed: 0 },
    hits: { total: { value: 1, relation: 'eq' }, max_score: 1, hits: [hit] },
  },
  DailyDistance: {
    days: [
      { date: '2024-01-23', distance: 37.2 },
      { date: '2024-01-24', distance: null },
      { date: '2024-01-25', distance: 11 },
    ],
  },
  DistanceDriven: { distanceDriven: 778.1, units: 'kilometers' },
  ServerUp: { code: 200, message: 'Server is up.' },
} as const satisfies Partial<Record<AnswerName, unknown>>
