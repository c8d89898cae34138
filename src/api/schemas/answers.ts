/** The schemas of what goes out: the OpenAPI document is made from them. */
import { z } from 'zod'
import { configAnswers } from './config.ts'
import { exportAnswers } from './exports.ts'
import { frameAnswers } from './frames.ts'
import { insideAnswers } from './insides.ts'
import { insightAnswers } from './insight.ts'
import { liveAnswers } from './live.ts'
import { loraAnswers } from './lora.ts'
import { count, quality, ratio, utc, value } from './parts.ts'
import { placeAnswers } from './places.ts'
import { rightsAnswers } from './rights.ts'
import { tripAnswers } from './trips.ts'
import { walletAnswers } from './wallet-login.ts'

const errorAnswer = z.object({
  code: z.number().int().describe('The HTTP status.'),
  message: z.string().describe('What was wrong, and what would be accepted.'),
})

const kilopascal = z.number().optional().describe('kPa')

const statusAnswer = z.object({
  charging: z.boolean().optional(),
  fuelPercentRemaining: ratio.optional(),
  batteryCapacity: z.number().int().optional().describe('kWh'),
  oil: ratio.optional(),
  odometer: z.number().optional().describe('km'),
  latitude: z.number().optional().describe('°'),
  longitude: z.number().optional().describe('°'),
  range: z.number().optional().describe('km'),
  soc: ratio.optional(),
  chargeLimit: ratio.optional(),
  recordUpdatedAt: utc.optional(),
  recordCreatedAt: utc.optional(),
  tirePressure: z
    .object({
      frontLeft: kilopascal,
      frontRight: kilopascal,
      backLeft: kilopascal,
      backRight: kilopascal,
    })
    .optional(),
  batteryVoltage: z.number().optional().describe('V'),
  ambientTemp: z.number().optional().describe('°C'),
  signals: z
    .record(
      z.string(),
      z.object({
        value,
        unit: z.string(),
        timestamp: utc,
        age: z.number().describe('Seconds since it was measured.'),
        source: z.string(),
        quality,
      }),
    )
    .optional()
    .describe('With `include=meta`.'),
})

const rawStatusAnswer = z.record(
  z.string(),
  z.object({ value: z.unknown(), source: z.string(), timestamp: utc }),
)

const statusEvent = z.object({
  data: z.record(z.string(), z.unknown()).describe('Signals, and `timestamp`: when measured.'),
  subject: z.string().describe('userDeviceId'),
  specversion: z.literal('1.0'),
  location: z.object({ lon: z.string(), lat: z.string() }).optional(),
  id: z.string().describe('KSUID'),
  source: z.string(),
  time: utc.describe('When the gateway had it.'),
  type: z.literal('zone.dimo.device.status.update'),
})

const hit = z.object({
  _index: z.string().meta({ example: 'device-status-2024-01-24' }),
  _id: z.string(),
  _score: z.number(),
  _source: statusEvent,
})

const historyAnswer = z.object({
  took: count.describe('Milliseconds.'),
  timed_out: z.boolean(),
  _shards: z.object({ total: count, successful: count, skipped: count, failed: count }),
  hits: z.object({
    total: z.object({ value: count, relation: z.string() }),
    max_score: z.number().nullable(),
    hits: z.array(hit),
  }),
  next: z.string().optional().describe('Cursor of the next page, for `after`.'),
})

const vehicle = z.object({
  id: z.string(),
  tokenId: z.string(),
  userDeviceId: z.string(),
  make: z.string().optional(),
  model: z.string().optional(),
  year: count.optional(),
})

const sourceReport = z.object({
  id: z.string(),
  type: z.string(),
  vehicle: z.string().optional(),
  buses: z.array(z.string()),
  state: z.enum(['starting', 'running', 'silent', 'waiting', 'finished', 'stopped']),
  detail: z.string(),
  since: z.number().describe('Milliseconds since 1970.'),
  frames: count,
  reopened: count,
  uplinks: count.optional(),
  rejects: z
    .array(z.object({ reason: z.string(), text: z.string(), count, newest: z.string() }))
    .optional(),
  issues: z.array(z.object({ code: z.string(), text: z.string(), count, newest: z.string() })),
  framesPerSecond: z.number().optional().describe('Of the last ten seconds.'),
  busLoad: z
    .number()
    .optional()
    .describe('Share of the bus that its frames take, 0 to 1: an estimate.'),
})

const lane = z.object({ state: z.string(), unsent: count })

const oldestUnsentSeconds = z
  .number()
  .optional()
  .describe('Age of the oldest record that it does not have yet.')

const health = z.object({
  status: z.enum(['ok', 'degraded']),
  findings: z.array(z.string()),
  version: z.string(),
  uptimeSeconds: z.number(),
  clockTrust: z.string(),
  clock: z
    .object({ trust: z.string(), detail: z.string(), movedMs: z.int(), systemOffMs: z.int() })
    .optional(),
  sources: z.array(sourceReport),
  store: z.object({
    records: count,
    bytes: count,
    uncommitted: count,
    commit: z
      .object({ lastMs: z.number(), p99Ms: z.number() })
      .optional()
      .describe('What commits take.'),
  }),
  mqtt: z.object({
    state: z.string(),
    detail: z.string(),
    unsent: count,
    lanes: z
      .object({ live: lane, backlog: lane, bytesLastHour: z.number(), gone: count })
      .optional()
      .describe('Records: the newest, one by one, and what could not be sent at its time.'),
    oldestUnsentSeconds,
  }),
  sinks: z
    .array(
      z.object({
        name: z.string(),
        state: z.string(),
        detail: z.string(),
        unsent: count,
        oldestUnsentSeconds,
      }),
    )
    .optional(),
  process: z
    .object({
      rssBytes: count,
      heapBytes: count,
      openFiles: count,
      handles: count,
      loop: z
        .object({ p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() })
        .describe('How late timers came in the last minute.'),
    })
    .optional()
    .describe('What the gateway takes of the machine.'),
})

const signalRow = z.object({
  name: z.string(),
  label: z.string(),
  unit: z.string(),
  vss: z.string(),
  value: value.optional(),
  time: utc.optional(),
  age: z.number().optional().describe('Seconds since it was measured.'),
  quality: quality
    .optional()
    .describe('`stale`: older than a value of this signal stays true. Absent: never seen.'),
  source: z.string().optional(),
})

const troubleCode = z.object({
  code: z.string().meta({ example: 'P0301' }),
  system: z.enum(['powertrain', 'chassis', 'body', 'network', 'j1939']),
  description: z.string().optional().describe('Where the code is standardised.'),
  kind: z
    .enum(['stored', 'pending', 'permanent', 'active', 'previous'])
    .describe('`active` and `previous` are those of J1939 (DM1, DM2).'),
  controlUnit: z.string().describe('Identifier of its answers, or `SA` and its source address.'),
  firstSeen: utc,
  lastSeen: utc,
  cleared: utc.optional().describe('When its control unit first answered without it.'),
  occurrences: count,
  lamp: z.enum(['malfunction', 'stop', 'warning', 'protect']).optional(),
  freezeFrame: z
    .array(
      z.object({
        label: z.string(),
        value: z.union([z.number(), z.string()]),
        unit: z.string(),
        signal: z.string().optional(),
      }),
    )
    .optional(),
})

const vehicleEvent = z.object({
  specversion: z.literal('1.0'),
  id: z.string().describe('KSUID'),
  source: z.string(),
  type: z.string().meta({ example: 'com.odograph.vehicle.dtc.set' }),
  subject: z.string().describe('userDeviceId'),
  time: utc,
  datacontenttype: z.literal('application/json'),
  data: z.record(z.string(), z.unknown()),
})

const commandAnswer = z.object({
  answers: z.array(
    z.object({
      controlUnit: z.string(),
      data: z.string().describe('Hexadecimal, from the service byte on.'),
      time: utc,
      negative: z.string().optional().describe('The negative response code, hexadecimal.'),
    }),
  ),
})

const reading = z.object({ time: utc, odometer: z.number().describe('km') })

const instrument = {
  instrument: z.enum(['odometer', 'wheel speed', 'position']),
  source: z.string().optional(),
  sender: count.optional().describe('Source address, or the number of the control unit.'),
}

const explanation = z
  .object({
    estimated: z.number().describe('km of it that are estimates'),
    error: z.number().describe('km by which those may be wrong'),
    segments: z.array(
      z.object({
        ...instrument,
        from: reading,
        to: reading,
        distance: z.number().describe('km, with the way to its first reading'),
        newInstrument: z.boolean().optional().describe('A new cluster, a roll-over, a reset.'),
        estimated: z.boolean().optional(),
      }),
    ),
    rejected: z.array(
      z.object({
        ...instrument,
        ...reading.shape,
        reason: z.enum(['bogus', 'unit', 'backwards', 'jump', 'inconsistent']),
        text: z.string(),
      }),
    ),
  })
  .optional()
  .describe('With `explain=1`.')

/** The answers by the names that they have in the OpenAPI document. */
export const answers = {
  Error: errorAnswer,
  Status: statusAnswer,
  RawStatus: rawStatusAnswer,
  Hit: hit,
  History: historyAnswer,
  DailyDistance: z.object({
    days: z.array(
      z.object({
        date: z.string().meta({ example: '2024-01-25' }),
        distance: z.number().nullable().describe('km; null where no odometer was read'),
        explanation,
      }),
    ),
  }),
  DistanceDriven: z.object({
    distanceDriven: z.number(),
    units: z.literal('kilometers'),
    explanation,
  }),
  TroubleCodes: z.object({
    codes: z.array(troubleCode),
    malfunctionLamp: z.boolean().optional(),
    updated: utc.describe('When a control unit last said which codes it has.'),
  }),
  Events: z.object({
    events: z.array(vehicleEvent),
    next: z.string().optional().describe('Cursor of the next page, for `after`.'),
  }),
  ...tripAnswers,
  CommandAnswers: commandAnswer,
  ...exportAnswers(statusEvent),
  ...walletAnswers,
  Vehicles: z.array(vehicle),
  Signals: z.array(signalRow),
  GatewayHealth: health,
  Health: z.object({
    code: count,
    message: z.string(),
    status: z.enum(['ok', 'degraded']),
    version: z.string(),
    uptimeSeconds: z.number(),
    clockTrust: z.string(),
    sources: z.object({ total: count, running: count }),
    mqtt: z.string(),
  }),
  ...configAnswers,
  ...insideAnswers,
  ...insightAnswers,
  ...frameAnswers,
  ...loraAnswers,
  ...liveAnswers,
  ...placeAnswers,
  ServerUp: z.object({ code: count, message: z.string() }),
  Token: z.object({ token: z.string() }),
  ...rightsAnswers,
  KeySet: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  Document: z.record(z.string(), z.unknown()),
}

export type AnswerName = keyof typeof answers
