/** What LoRa gateways and network servers bring; only a running gateway knows it. */
import type { LoraSourceConfig } from '../../config/schema.ts'
import type { Examination } from './examination.ts'
import { type Finding, note, warning } from './finding.ts'
import { bySource, portProblem } from './port.ts'

export async function loraSource(
  source: LoraSourceConfig,
  examination: Examination,
): Promise<Finding[]> {
  const { id } = source
  const problem = source.type === 'lora-modem' ? await portProblem(source, examination) : []
  if (problem.length > 0) return problem
  const known = bySource(source, examination)
  if (known === undefined) {
    return [
      note('source-untold', `${id}: what it hears, only a running gateway knows`, { source: id }),
    ]
  }
  const isQuiet = known.length > 0 && known.every((finding) => finding.id === 'bus-silent')
  return isQuiet || hearsNothing(id, examination) ? [unheard(id)] : known
}

/** Running, without a frame since the start. */
function hearsNothing(id: string, { gateway }: Examination): boolean {
  if (gateway.state !== 'running') return false
  const report = gateway.health.sources.find((source) => source.id === id)
  return report?.state === 'running' && report.frames === 0
}

function unheard(source: string): Finding {
  return warning('lora-no-gateway', `${source}: nothing has come from a LoRa gateway`, {
    source,
    cause: 'it sends to another address, a firewall stands between, or no device is near',
    remedy:
      'compare the server address of the gateway with `listen` of the source; 127.0.0.1 is reached from this machine alone',
  })
}
