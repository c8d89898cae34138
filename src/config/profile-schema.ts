/** What a profile file may say (model/profile.ts tells what it means), as checks and JSON Schema. */
import { z } from 'zod'
import type { Profile, RawRange } from '../model/profile.ts'
import { type SignalName, signalNames } from '../model/signals.ts'
import { layoutForm, parseLayout } from './profile-layout.ts'

/** An object that says which keys it knows when it meets another. */
function section<T extends z.core.$ZodLooseShape>(shape: T) {
  return z.strictObject(shape, {
    error: ({ code }) =>
      code === 'unrecognized_keys'
        ? `unknown key; known here are ${Object.keys(shape).join(', ')}`
        : undefined,
  })
}

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'use 1 to 64 small letters, digits or "-", as in kia-ev6')

const name = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, 'use letters, digits and "_", a letter first')

const address = {
  id: z
    .int()
    .min(0)
    .max(0x1fff_ffff, 'an identifier has at most 29 bits')
    .describe('Identifier on the bus, as in 0x7E4'),
  extended: z.boolean().default(false).describe('29 bits'),
}

function fits({ id, extended }: { id: number; extended: boolean }): boolean {
  return extended || id <= 0x7ff
}
const unfit = { message: 'has more than 11 bits; write extended: true', path: ['id'] }

const layout = z.string().transform((text, context) => {
  const parsed = parseLayout(text)
  if (parsed !== undefined) return parsed
  context.issues.push({ code: 'custom', input: text, message: `is no layout; write ${layoutForm}` })
  return z.NEVER
})

const rawRange = z
  .union([z.number(), z.tuple([z.number(), z.number()])], {
    error: 'use a raw value, as in 0xFF, or a range, as in [0xFE, 0xFF]',
  })
  .transform((value): RawRange => {
    const [from, to] = Array.isArray(value) ? value : [value, value]
    return { from: Math.min(from, to), to: Math.max(from, to) }
  })

const signal = section({
  name,
  label: z.string().min(1).optional(),
  layout: layout.describe(`Where the bits are and what they count: ${layoutForm}`),
  float: z.literal(true).optional().describe('IEEE 754, of 32 or 64 bits'),
  maps: z
    .enum(signalNames as readonly [SignalName, ...SignalName[]], {
      error: `is no signal; use one of ${signalNames.join(', ')}`,
    })
    .optional(),
  invert: z.literal(true).optional().describe('The signal counts the other way round'),
  rank: z.int().min(0).max(100).optional().describe('0 is the most trusted; 10 if absent'),
  states: z
    .record(z.string().regex(/^-?\d+$/, 'use raw values as keys'), z.string().min(1))
    .optional()
    .describe('Words for raw values'),
  absent: z.array(rawRange).min(1).optional().describe('Raw values that mean: not available'),
  mux: section({ signal: name, values: z.array(rawRange).min(1) }).optional(),
})

const passive = section({
  ...address,
  name,
  length: z.int().min(1).max(64).optional().describe('Bytes of the frame'),
  checksum: z.enum(['toyota']).optional(),
  signals: z.array(signal).min(1),
}).refine(fits, unfit)

const polled = section({
  name,
  request: section({
    ...address,
    data: z
      .string({ error: 'is hexadecimal text; put it in quotes, as in "22404C"' })
      .regex(
        /^(?:(?:01|09|1A|21)[0-9A-F]{2}|22[0-9A-F]{4})$/,
        'use a reading service (01, 09, 1A, 21 or 22) and one PID or DID, as in "22404C"',
      ),
  }).refine(fits, unfit),
  response: section(address).refine(fits, unfit),
  length: z.int().min(1).max(4092).optional().describe('Bytes after the DID or PID'),
  every: z.number().positive().optional().describe('Seconds between two requests'),
  signals: z.array(signal).min(1),
})

const frameText = z
  .string()
  .regex(
    /^(?:[0-9A-F]{3}|[0-9A-F]{8})#(?:[0-9A-F]{2}){0,64}$/,
    'write ID#DATA, as in 7EC#0462F40D1E',
  )

const evidence = section({
  frames: z.array(frameText).min(1).optional().describe('CAN frames, in their order'),
  message: z
    .string()
    .regex(
      /^(?:[0-9A-F]{3}|[0-9A-F]{8})#(?:[0-9A-F]{2})+$/,
      'write ID#PAYLOAD from the service byte on, as in 7EC#62F40D1E',
    )
    .optional(),
  expect: z
    .record(z.string(), z.union([z.number(), z.string(), z.null()]))
    .refine((expect) => Object.keys(expect).length > 0, 'expects nothing'),
  from: z.string().min(1).describe('Where it is taken from'),
}).refine(({ frames, message }) => (frames === undefined) !== (message === undefined), {
  message: 'use either frames or message',
})

export const profileSchema = section({
  id,
  label: z.string().min(1),
  applies: section({
    make: z.string().min(1),
    models: z.array(z.string().min(1)).min(1),
    years: section({
      from: z.int().min(1980).max(2100).optional(),
      to: z.int().min(1980).max(2100).optional(),
    }).optional(),
    vins: z
      .array(z.string().regex(/^[A-HJ-NPR-Z0-9]{3,16}$/, 'use the beginning of a VIN'))
      .optional(),
  }),
  sources: z.array(z.string().min(1)).min(1).describe('Where the facts are published'),
  passive: z.array(passive).default([]),
  polled: z.array(polled).default([]),
  evidence: z.array(evidence).default([]),
}) satisfies z.ZodType<Profile>

/** The schema as JSON Schema, for editors. */
export function profileJsonSchema(): object {
  return z.toJSONSchema(profileSchema, { io: 'input' })
}
