/** Decodes frames, payloads and batches by itself: no gateway is asked. */
import {
  batchDecoding,
  type Decode,
  dbcDecoding,
  loraDecoding,
  vehicleDecoding,
} from '../lib/decoding.ts'
import type { Message, NodeApi } from '../lib/node-red.ts'
import { defineNode } from '../lib/palette.ts'
import type { Settings } from '../lib/settings.ts'

export default function decode(RED: NodeApi): void {
  defineNode(RED, {
    type: 'odograph-decode',
    build(_node, tools) {
      const { settings } = tools
      const run = decodingOf(settings)
      const isEach = settings.oneOf('output', ['each', 'array']) === 'each'
      tools.onInput((msg, send) => {
        const { values, problems } = run(msg)
        const { payload: _, ...rest } = msg
        if (isEach) for (const value of values) send([{ ...rest, ...value }, null])
        else if (values.length > 0) send([{ ...rest, payload: values }, null])
        for (const problem of problems) send([null, { ...rest, payload: problem } as Message])
      })
    },
  })
}

function decodingOf(settings: Settings): Decode {
  switch (settings.oneOf('what', ['vehicle', 'dbc', 'lora', 'batch'])) {
    case 'vehicle':
      return vehicleDecoding()
    case 'dbc':
      return dbcDecoding(settings.text('dbc'))
    case 'lora':
      return loraDecoding(settings.text('codec', 'cayenne-lpp'))
    case 'batch':
      return batchDecoding()
  }
}
