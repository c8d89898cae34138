/**
 * The schemas of what comes in and goes out: requests are validated by them, the OpenAPI document
 * is made from them. Messages of the request schemas complete the sentence "<parameter> …".
 */
import { z } from 'zod'
import { eventTypes } from '../model/event.ts'
import { signalNames } from '../model/signals.ts'
import { privilegeNames } from './auth/privileges.ts'

/** Keys of a record's data that are no signals of the table. */
const DATA_KEYS = ['range', 'make', 'model', 'year']

export const MAX_HITS = 10_000

function wholeNumber(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`
  return z.coerce.number({ error }).int({ error }).min(min, { error }).max(max, { error })
}

function once(description: string) {
  return z.string({ error: 'may be given once' }).describe(description)
}

/** `a,b`: each of them one of a list. */
function listOf<T extends string>(names: readonly T[], description: string) {
  const error = `takes ${names.join(', ')}, separated by commas`
  const known: ReadonlySet<string> = new Set(names)
  const isList = (list: string[]): list is T[] => list.every((name) => known.has(name))
  return once(description)
    .transform((text) => text.split(',').flatMap((name) => name.trim() || []))
    .refine(isList, { error })
}

export const noQuery = z.object({})

export const signalsQuery = z.object({
  watch: listOf(
    signalNames,
    'Signals that somebody looks at: for ten seconds they are asked for faster, within the budget of the bus.',
  ).optional(),
})

export const statusQuery = z.object({
  include: listOf(
    ['meta'],
    '`meta` adds `signals`: unit, time, age, source and quality of every value shown.',
  ).optional(),
})

const startDate = once('First day (`2024-01-25`, UTC) or a time of RFC 3339 with a zone.')
const endDate = once('Last day, which is included whole, or a time of RFC 3339 with a zone.')

export const historyQuery = z.object({
  startDate: startDate.optional(),
  endDate: endDate.optional(),
  limit: wholeNumber(1, MAX_HITS).optional().describe('Hits a page; begins a paged read.'),
  after: once('The `next` of the page before.').optional(),
  order: z.enum(['asc', 'desc'], { error: 'must be asc or desc' }).optional(),
  buckets: wholeNumber(1, MAX_HITS)
    .optional()
    .describe('One record, the last, for each of so many equal parts of the window.'),
  signals: listOf(
    [...signalNames, ...DATA_KEYS],
    'Narrows `data` to these, separated by commas.',
  ).optional(),
})

export type HistoryQuery = z.output<typeof historyQuery>

export const dailyDistanceQuery = z.object({
  time_zone: z
    .string({ error: 'is required, once: an IANA time zone such as Europe/Berlin' })
    .min(1, { error: 'is required: an IANA time zone such as Europe/Berlin' })
    .describe('IANA time zone in which the days are cut.')
    .meta({ example: 'America/Los_Angeles' }),
  startDate: once('First local day; by default the last 14 days including today.').optional(),
  endDate: once('Last local day, included; by default today.').optional(),
})

const privilegeIds = Object.keys(privilegeNames).map(Number)
const privilegeError = `must be a list of privileges: ${Object.entries(privilegeNames)
  .map(([id, name]) => `${id} ${name}`)
  .join(', ')}`
const tokenIdError = "must be the vehicle's token id: a decimal text or number"

export const exchangeBody = z.object(
  {
    nftContractAddress: z
      .string({ error: 'must be a contract address: 0x and 40 hexadecimal digits' })
      .regex(/^0x[0-9a-fA-F]{40}$/, {
        error: 'must be a contract address: 0x and 40 hexadecimal digits',
      }),
    tokenId: z
      .union(
        [
          z.string().regex(/^\d{1,78}$/, { error: tokenIdError }),
          z
            .number({ error: tokenIdError })
            .int({ error: tokenIdError })
            .nonnegative({ error: tokenIdError }),
        ],
        { error: tokenIdError },
      )
      .transform(String),
    privileges: z
      .array(
        z
          .number({ error: privilegeError })
          .refine((id) => privilegeIds.includes(id), { error: privilegeError }),
        { error: privilegeError },
      )
      .min(1, { error: privilegeError }),
  },
  { error: 'must be a JSON object {nftContractAddress, tokenId, privileges}' },
)

export const dtcsQuery = z.object({
  all: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .optional()
    .describe('`true`: those that were cleared, too.'),
})

export const eventsQuery = z.object({
  from: once('First day (`2024-01-25`, UTC) or a time; by default 14 days ago.').optional(),
  to: once('Last day, which is included whole, or a time; by default now.').optional(),
  type: listOf(eventTypes, 'Only these types, separated by commas.').optional(),
  limit: wholeNumber(1, 1000).optional().describe('Events a page; 100 where it is not given.'),
  after: once('The `next` of the page before.').optional(),
})

export type EventsQuery = z.output<typeof eventsQuery>

function number(max: number) {
  const error = `must be a whole number from 0 to ${max}`
  return z.number({ error }).int({ error }).min(0, { error }).max(max, { error })
}

const controlUnitError = 'must be the identifier of a request: 7E0, or 18DA10F1'
const controlUnit = z
  .string({ error: controlUnitError })
  .regex(/^([0-7][0-9A-Fa-f]{2}|[01][0-9A-Fa-f]{7})$/, { error: controlUnitError })
  .describe('Identifier that the control unit is asked with: 7E0, or 18DA10F1.')

/** Services that answer a PID: current data, monitors, vehicle information. */
const pidServices = [1, 6, 9]

export const questionBody = z.discriminatedUnion(
  'kind',
  [
    z.object({
      kind: z.literal('pid'),
      pid: number(0xff),
      service: z
        .number({ error: 'must be 1, 6 or 9' })
        .refine((service) => pidServices.includes(service), { error: 'must be 1, 6 or 9' })
        .optional()
        .describe('OBD-II service: 1 (by default), 6 or 9.'),
      controlUnit: controlUnit.optional().describe('All are asked where it is not given.'),
    }),
    z.object({ kind: z.literal('did'), did: number(0xffff), controlUnit }),
    z.object({
      kind: z.literal('pgn'),
      pgn: number(0x3ffff),
      address: number(0xff).optional().describe('Source address; all where it is not given.'),
    }),
  ],
  { error: 'must be {kind: "pid", pid}, {kind: "did", did, controlUnit} or {kind: "pgn", pgn}' },
)

export type QuestionBody = z.output<typeof questionBody>

export const vehicleParams = z.object({
  tokenId: z.string().describe('Token id of the vehicle: a decimal text.'),
})

export const deviceParams = z.object({
  userDeviceId: z.string().describe('User device id of the vehicle: a KSUID.'),
})

// ── answers ─────────────────────────────────────────────────────────────────────────────────

const utc = z.string().describe('RFC 3339, UTC')
const ratio = z.number().describe('0 to 1')
const quality = z.enum(['ok', 'estimated', 'stale', 'absent', 'error'])
const value = z.union([z.number(), z.string(), z.boolean()])

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

const count = z.number().int()

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
  vehicle: z.string(),
  buses: z.array(z.string()),
  state: z.enum(['starting', 'running', 'silent', 'waiting', 'finished', 'stopped']),
  detail: z.string(),
  since: z.number().describe('Milliseconds since 1970.'),
  frames: count,
  reopened: count,
  issues: z.array(z.object({ code: z.string(), text: z.string(), count, newest: z.string() })),
})

const lane = z.object({ state: z.string(), unsent: count })

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
  store: z.object({ records: count, bytes: count, uncommitted: count }),
  mqtt: z.object({
    state: z.string(),
    detail: z.string(),
    unsent: count,
    lanes: z
      .object({ live: lane, backlog: lane, bytesLastHour: z.number(), gone: count })
      .optional()
      .describe('Records: the newest, one by one, and what could not be sent at its time.'),
  }),
  sinks: z
    .array(z.object({ name: z.string(), state: z.string(), detail: z.string(), unsent: count }))
    .optional(),
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
      }),
    ),
  }),
  DistanceDriven: z.object({
    distanceDriven: z.number(),
    units: z.literal('kilometers'),
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
  CommandAnswers: commandAnswer,
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
  ServerUp: z.object({ code: count, message: z.string() }),
  Token: z.object({ token: z.string() }),
  KeySet: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  Document: z.record(z.string(), z.unknown()),
}

export type AnswerName = keyof typeof answers
