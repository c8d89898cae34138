/** Each configured source, by what it is. */
import { loraSources, vehicleSources } from '../../config/schema.ts'
import type { Check } from './examination.ts'
import { type Finding, ok, warning } from './finding.ts'
import { gnssReceiver } from './gnss.ts'
import { canInterface } from './interface.ts'
import { loraSource } from './lora.ts'
import { serialAdapter } from './serial.ts'

type SourceCheck = Parameters<Check['run']>[0]

export function sourceChecks({ loaded }: Pick<SourceCheck, 'loaded'>): Check[] {
  const { config } = loaded
  const checks: Check[] = vehicleSources(config).map((source) => ({
    name: `source ${source.id}`,
    async run(examination) {
      switch (source.type) {
        case 'slcan':
        case 'elm327':
        case 'gvret':
          return serialAdapter(source, examination)
        case 'nmea':
          return gnssReceiver(source, examination)
        case 'socketcan':
          return canInterface(source, examination)
        default:
          return [
            ok('source-ok', `${source.id}: ${source.type} needs no adapter`, { source: source.id }),
          ]
      }
    },
  }))
  for (const source of loraSources(config)) {
    checks.push({
      name: `source ${source.id}`,
      run: (examination) => loraSource(source, examination),
    })
  }
  return checks.length > 0 ? checks : [{ name: 'sources', run: none }]
}

function none(): Finding[] {
  return [
    warning('sources-none', 'No source is configured: nothing is recorded', {
      remedy:
        'odograph sources shows what is plugged in; odograph init writes it into a configuration',
    }),
  ]
}
