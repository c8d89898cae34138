/** The parts of the section `mqtt` that say who else is served: Home Assistant, and commands. */
import { z } from 'zod'
import { section } from './parts.ts'

const prefix = z
  .string()
  .regex(/^[^#+/\0\s]+(\/[^#+/\0\s]+)*$/, 'a topic without wildcards, such as homeassistant')

/** `true`, `false`, or with another prefix. */
export const homeAssistant = z
  .union([z.boolean(), section({ prefix: prefix.default('homeassistant') })], {
    error: 'write true, false or { prefix: homeassistant }',
  })
  .default(false)
  .describe(
    'Announce vehicles and gateway to Home Assistant, and put every signal into the retained status',
  )

const reading = ['status/get', 'dtc/read', 'history/get', 'poll/boost', 'health/get'] as const

export const commands = section({
  enabled: z
    .boolean()
    .default(false)
    .describe('Whether commands are taken; whoever may publish to their topics may give them'),
  allow: z
    .array(z.enum([...reading, 'request', 'dtc/clear']))
    .default([...reading])
    .describe('Which ones'),
  privileges: z
    .array(z.int().min(1).max(8))
    .default([])
    .describe('What their senders hold; 2 is needed for request and dtc/clear'),
})
  .prefault({})
  .describe('Commands over MQTT')
