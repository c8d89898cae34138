/**
 * What an error frame of SocketCAN says of the controller (linux/can/error.h): classes in the
 * identifier, and for controller problems flags in the second data byte.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { BusState } from '../../model/transmit.ts'

const CONTROLLER = 0x004
const ACKNOWLEDGE = 0x020
const BUS_OFF = 0x040
const BUS_ERROR = 0x080
const RESTARTED = 0x100

const OVERFLOWS = 0x03
const WARNING = 0x0c
const PASSIVE = 0x30
const ACTIVE = 0x40

export interface ErrorReport {
  /** Absent: it says nothing of the state. */
  state?: BusState
  hasOverflow: boolean
  detail: string
}

export function errorReport({ id, data, length }: CanFrame): ErrorReport {
  if (id & BUS_OFF) return report('off', 'the controller is off the bus')
  if (id & RESTARTED) return report('ok', 'the controller has started again')
  if (id & CONTROLLER && length > 1) return controllerReport(data[1] as number)
  if (id & ACKNOWLEDGE) return report('errors', 'nobody on the bus acknowledges a frame')
  if (id & BUS_ERROR) return report('errors', 'the bus has errors')
  return { hasOverflow: false, detail: `error class ${id.toString(16)}` }
}

function report(state: BusState, detail: string): ErrorReport {
  return { state, hasOverflow: false, detail }
}

function controllerReport(flags: number): ErrorReport {
  const hasOverflow = (flags & OVERFLOWS) !== 0
  if (flags & PASSIVE)
    return { ...report('errors', 'the controller is error-passive'), hasOverflow }
  if (flags & WARNING) return { ...report('errors', 'the controller counts errors'), hasOverflow }
  if (flags & ACTIVE)
    return { ...report('ok', 'the controller is error-active again'), hasOverflow }
  return { hasOverflow, detail: 'the controller lost frames' }
}
