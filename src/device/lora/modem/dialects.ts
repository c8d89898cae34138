/** The kinds of modems that can be told from each other by asking, in the order of asking. */
import type { ModemDialect } from './dialect.ts'
import { loraE5 } from './lora-e5.ts'
import { rak811 } from './rak811.ts'
import { rn2483 } from './rn2483.ts'
import { rui3 } from './rui3.ts'

export const dialects: readonly ModemDialect[] = [rui3, rak811, rn2483, loraE5]
