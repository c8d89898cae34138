/** The unit of systemd that runs the gateway. */
import type { Check } from './examination.ts'
import { type Finding, failure, note, ok, warning } from './finding.ts'

const UNIT = 'odograph.service'
const PROPERTIES = 'LoadState,ActiveState,SubState,UnitFileState,NRestarts,WatchdogUSec,Result'
const MANY_RESTARTS = 3

export const service: Check = {
  name: 'service',
  async run({ world }) {
    if (!world.exists('/run/systemd/system')) {
      return [
        note(
          'service-absent',
          'This machine is not run by systemd: who starts the gateway is not looked at',
        ),
      ]
    }
    const { state, output } = await world.run('systemctl', ['show', UNIT, '-p', PROPERTIES])
    const unit = new Map(output.split('\n').map((line) => splitOnce(line)))
    if (state !== 'done' || unit.get('LoadState') !== 'loaded') {
      return [
        note('service-absent', 'The gateway is not installed as a service', {
          cause: 'it does not start with the machine',
          remedy: `copy hardware/systemd/${UNIT} to /etc/systemd/system, then sudo systemctl enable --now odograph`,
        }),
      ]
    }
    return unitFindings(unit)
  },
}

function unitFindings(unit: ReadonlyMap<string, string>): Finding[] {
  const active = `${unit.get('ActiveState')} (${unit.get('SubState')})`
  const restarts = Number(unit.get('NRestarts') ?? 0)
  const findings: Finding[] = []
  if (unit.get('ActiveState') === 'failed') {
    findings.push(
      failure('service-failed', 'The service has failed', {
        cause: `systemd says: ${unit.get('Result')}`,
        remedy: 'journalctl -u odograph -n 50 tells why; sudo systemctl restart odograph',
        evidence: active,
      }),
    )
  }
  if (restarts > MANY_RESTARTS) {
    findings.push(
      warning('service-restarts', `The service was started anew ${restarts} times`, {
        cause: 'the gateway ends by itself, or is ended: too little memory, a fault',
        remedy: 'journalctl -u odograph tells why; odograph bundle makes a report of it',
      }),
    )
  }
  if (unit.get('UnitFileState') !== 'enabled') {
    findings.push(
      warning('service-disabled', 'The service does not start with the machine', {
        remedy: 'sudo systemctl enable odograph',
        evidence: `UnitFileState ${unit.get('UnitFileState')}`,
      }),
    )
  }
  if (findings.length > 0) return findings
  const watchdog = unit.get('WatchdogUSec')
  const guard = watchdog === undefined || watchdog === '0' ? 'no watchdog' : `watchdog ${watchdog}`
  return [
    ok('service-ok', `The service is ${active}`, { evidence: `${restarts} restarts, ${guard}` }),
  ]
}

function splitOnce(line: string): [string, string] {
  const at = line.indexOf('=')
  return [line.slice(0, at), line.slice(at + 1).trim()]
}
