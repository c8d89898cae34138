/** The part of the configuration that is about Node-RED. */
import { z } from 'zod'
import { address, section } from './parts.ts'

export const flows = section({
  start: z
    .boolean()
    .default(false)
    .describe('Starts Node-RED with the gateway, in a process of its own'),
  listen: address.default('127.0.0.1:1880').describe('Where its editor answers'),
  nodeRed: z.string().min(1).optional().describe('Its folder, where it is not found by itself'),
}).prefault({})

export type FlowsConfig = z.output<typeof flows>
