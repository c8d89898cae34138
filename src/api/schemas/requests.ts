/**
 * The schemas of what comes in: requests are validated by them. Messages complete the sentence
 * "<parameter> …".
 */
import { z } from 'zod'
import { eventTypes } from '../../model/event.ts'
import { signalNames } from '../../model/signals.ts'
import { privilegeNames } from '../auth/privileges.ts'
import { listOf, number, once, wholeNumber } from './parts.ts'

/** Keys of a record's data that are no signals of the table. */
const DATA_KEYS = ['range', 'make', 'model', 'year']

export const MAX_HITS = 10_000

export const noQuery = z.object({})

const explain = z
  .enum(['0', '1', 'false', 'true'], { error: 'must be 1 or 0' })
  .transform((value) => value === '1' || value === 'true')
  .optional()
  .describe('`1`: with the readings, segments and estimates behind each distance.')

export const distanceQuery = z.object({ explain })

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
  explain,
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
