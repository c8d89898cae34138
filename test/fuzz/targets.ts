/** Everything that takes bytes from outside, and what must hold whatever they are. */
import type { Target } from './target.ts'
import { candump } from './targets/candump.ts'
import { captures } from './targets/captures.ts'
import { dbc } from './targets/dbc.ts'
import { dm1 } from './targets/dm.ts'
import { gpsd, nmea } from './targets/gnss.ts'
import { isotp } from './targets/isotp.ts'
import { lora } from './targets/lora.ts'
import { slcan } from './targets/slcan.ts'
import { etp, tp } from './targets/transport.ts'

export const targets: readonly Target[] = [
  slcan,
  candump,
  ...captures,
  isotp,
  tp,
  etp,
  dm1,
  dbc,
  ...lora,
  nmea,
  gpsd,
]
