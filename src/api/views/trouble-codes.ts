/** Trouble codes as the API shows them. */
import type { StatusReader } from '../../model/ports.ts'
import { isoTime, type Micros, microsToMillis } from '../../model/time.ts'
import type { TroubleCodeReport, TroubleCodeState } from '../../model/trouble-code.ts'

export interface TroubleCodesView {
  codes: object[]
  malfunctionLamp?: boolean
  updated: string
}

export function troubleCodesView(
  { codes, updated }: TroubleCodeReport,
  lamp: boolean | undefined,
  all: boolean,
): TroubleCodesView {
  return {
    codes: codes.filter(({ cleared }) => all || cleared === undefined).map(codeView),
    ...(lamp === undefined ? {} : { malfunctionLamp: lamp }),
    updated: iso(updated),
  }
}

/** Undefined where the vehicle has not said so. */
export function malfunctionLamp(status: StatusReader, vehicle: string): boolean | undefined {
  const { value, quality } = status.status(vehicle).malfunctionLamp ?? {}
  const isSaid = typeof value === 'boolean' && quality !== 'absent' && quality !== 'error'
  return isSaid ? value : undefined
}

function codeView(state: TroubleCodeState): object {
  const { code, system, description, kind, controlUnit, cleared, ...rest } = state
  return {
    code,
    system,
    ...(description === undefined ? {} : { description }),
    kind,
    controlUnit,
    firstSeen: iso(rest.firstSeen),
    lastSeen: iso(rest.lastSeen),
    ...(cleared === undefined ? {} : { cleared: iso(cleared) }),
    occurrences: rest.occurrences,
    ...(rest.lamp === undefined ? {} : { lamp: rest.lamp }),
    ...(rest.freezeFrame === undefined ? {} : { freezeFrame: rest.freezeFrame }),
  }
}

function iso(time: Micros): string {
  return isoTime(microsToMillis(time))
}
