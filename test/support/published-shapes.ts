/**
 * The shapes of the eight published answers of the DIMO Device Data API: keys in their order, types
 * and nesting, written down here so that they hold without the examples themselves.
 */

/** A type, `time` and `source` being texts of a form; an object; or the one element of a list. */
export type Shape =
  | 'number'
  | 'integer'
  | 'text'
  | 'boolean'
  | 'time'
  | 'source'
  | 'number or null'
  | Shape[]
  | { [key: string]: Shape }

export interface PublishedShape {
  method: 'GET' | 'POST'
  path: string
  shape: { [key: string]: Shape }
}

const raw = (value: Shape): Shape => ({ value, source: 'source', timestamp: 'time' })

const status = {
  fuelPercentRemaining: 'number',
  odometer: 'number',
  latitude: 'number',
  longitude: 'number',
} as const

const times = { recordUpdatedAt: 'time', recordCreatedAt: 'time' } as const
const rest = { batteryVoltage: 'number', ambientTemp: 'number' } as const

const hit: Shape = {
  _index: 'text',
  _id: 'text',
  _score: 'number',
  _source: {
    data: {
      lora: {
        devAddr: 'text',
        dc_balance: 'number',
        fPort: 'text',
        app_eui: 'text',
        payload_size: 'text',
        fcnt: 'text',
        deveui: 'text',
      },
      ambientTemp: 'number',
      odometer: 'number',
      year: 'number',
      latitude: 'number',
      deviceDefinitionId: 'text',
      nsat: 'number',
      vinLast8: 'text',
      speed: 'number',
      makeSlug: 'text',
      barometricPressure: 'number',
      fuelPercentRemaining: 'number',
      modelSlug: 'text',
      engineLoad: 'number',
      model: 'text',
      region: 'text',
      make: 'text',
      longitude: 'number',
      timestamp: 'time',
      range: 'number',
    },
    subject: 'text',
    specversion: 'text',
    location: { lon: 'text', lat: 'text' },
    id: 'text',
    source: 'source',
    time: 'time',
    type: 'text',
  },
}

const search: { [key: string]: Shape } = {
  took: 'number',
  timed_out: 'boolean',
  _shards: { total: 'number', successful: 'number', skipped: 'number', failed: 'number' },
  hits: {
    total: { value: 'number', relation: 'text' },
    max_score: 'number',
    hits: [hit],
  },
}

const readError: Shape = {
  type: 'text',
  errorCode: 'number',
  errorType: 'text',
  resolution: { type: 'text' },
  description: 'text',
}

const USER = '/v1/user/device-data/{userDeviceId}'

export const publishedShapes: readonly PublishedShape[] = [
  { method: 'GET', path: '/v1/vehicle/{tokenId}/status', shape: { ...status, ...times, ...rest } },
  {
    method: 'GET',
    path: '/v1/vehicle/{tokenId}/status-raw',
    shape: {
      vin: raw('text'),
      make: raw('text'),
      year: raw('number'),
      model: raw('text'),
      errors: raw([readError]),
      timestamp: raw('time'),
      vehicleId: raw('text'),
    },
  },
  { method: 'GET', path: '/v1/vehicle/{tokenId}/history', shape: search },
  {
    method: 'GET',
    path: `${USER}/status`,
    shape: { ...status, range: 'number', ...times, ...rest },
  },
  { method: 'GET', path: `${USER}/historical`, shape: search },
  {
    method: 'GET',
    path: `${USER}/daily-distance`,
    shape: { days: [{ date: 'text', distance: 'number or null' }] },
  },
  {
    method: 'GET',
    path: `${USER}/distance-driven`,
    shape: { distanceDriven: 'number', units: 'text' },
  },
  {
    method: 'POST',
    path: `${USER}/export/json/email`,
    shape: { status: 'text', userId: 'text', userDeviceId: 'text', message: 'text' },
  },
]

/**
 * What differs between an answer and a shape, by path: what is missing, of another type, too much,
 * or in another order. The keys of `data` have no published order: each example has another one.
 */
export function differences(value: unknown, shape: Shape, at = ''): string[] {
  if (Array.isArray(shape)) {
    if (!Array.isArray(value) || value.length === 0) return [`${at} is no list with elements`]
    return value.flatMap((element, i) => differences(element, shape[0] ?? 'text', `${at}[${i}]`))
  }
  if (typeof shape === 'string') return isOf(value, shape) ? [] : [`${at} is no ${shape}`]
  if (typeof value !== 'object' || value === null) return [`${at} is no object`]
  const found = Object.keys(value)
  const known = Object.keys(shape).filter((key) => found.includes(key))
  const problems = Object.keys(shape)
    .filter((key) => !found.includes(key))
    .map((key) => `${at}.${key} is missing`)
  problems.push(...found.filter((key) => !(key in shape)).map((key) => `${at}.${key} is too much`))
  const inOrder = found.filter((key) => key in shape)
  if (!at.endsWith('.data') && inOrder.join() !== known.join()) {
    problems.push(`${at} has the order ${inOrder.join()}`)
  }
  for (const key of known) {
    const inner = (value as Record<string, unknown>)[key]
    problems.push(...differences(inner, shape[key] ?? 'text', `${at}.${key}`))
  }
  return problems
}

function isOf(value: unknown, type: Extract<Shape, string>): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value)
    case 'number or null':
      return value === null || typeof value === 'number'
    case 'text':
      return typeof value === 'string'
    case 'time':
      return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(String(value))
    case 'source':
      return /^dimo\/integration\/[0-9A-Za-z]{27}$/.test(String(value))
    default:
      return typeof value === type
  }
}
