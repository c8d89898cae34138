/**
 * Freeze frames as they come in: those of OBD-II service 02 PID by PID, each frame's code in PID 02;
 * those of J1939 whole, in DM4. Kept by control unit and code, for codes that are yet to be told.
 */
import type { FrozenValue } from '../../model/trouble-code.ts'
import type { FrozenValues } from '../j1939/freeze-frames.ts'
import { type PidValue, pidPlan } from '../obd/pid-decode.ts'

/** PID of the code that a frame was stored for. */
const CODE_PID = 0x02
/** 00, 20, 40, …: which PIDs a frame has. */
const SUPPORT_STEP = 0x20
/** Frames remembered of one vehicle. */
const MAX_FRAMES = 200

interface Frame {
  /** Undefined until its PID 02 was read. */
  code: string | undefined
  values: Map<string, FrozenValue>
}

export class FreezeFrames {
  /** Of service 02, by control unit and number of the frame. */
  readonly #frames = new Map<string, Frame>()
  readonly #byCode = new Map<string, readonly FrozenValue[]>()

  /** The values for a code of a control unit. */
  of(controlUnit: string, code: string): readonly FrozenValue[] | undefined {
    return this.#byCode.get(`${controlUnit} ${code}`)
  }

  /** The code is gone, and with it what was frozen for it. */
  forget(controlUnit: string, code: string): void {
    this.#byCode.delete(`${controlUnit} ${code}`)
    for (const [key, frame] of this.#frames) {
      if (frame.code === code && key.startsWith(`${controlUnit} `)) this.#frames.delete(key)
    }
  }

  /** A PID of service 02. Gives the code whose values have changed. */
  pid(controlUnit: string, said: PidValue): string | undefined {
    const key = `${controlUnit} ${said.frame ?? 0}`
    if (said.pid === CODE_PID) return this.#coded(key, controlUnit, said.value)
    if (said.pid % SUPPORT_STEP === 0) return undefined
    const frame = this.#frames.get(key) ?? { code: undefined, values: new Map() }
    if (this.#frames.size < MAX_FRAMES) this.#frames.set(key, frame)
    for (const value of frozenOf(said)) frame.values.set(value.label, value)
    return this.#tell(controlUnit, frame)
  }

  /** A frame of DM4. */
  whole(controlUnit: string, code: string, values: FrozenValues): void {
    const frozen = dmValues.flatMap(({ name, ...value }) => {
      const said = values[name]
      return said === undefined ? [] : { ...value, value: said }
    })
    this.#keep(controlUnit, code, frozen)
  }

  #coded(key: string, controlUnit: string, said: PidValue['value']): string | undefined {
    const code = typeof said === 'string' ? said : undefined
    const known = this.#frames.get(key)
    if (code === undefined) {
      this.#frames.delete(key)
      return undefined
    }
    // Values read before its code are of this frame, unless it had another code before.
    const isSame = known !== undefined && (known.code === undefined || known.code === code)
    const frame: Frame = { code, values: isSame ? known.values : new Map() }
    if (known !== undefined || this.#frames.size < MAX_FRAMES) this.#frames.set(key, frame)
    return this.#tell(controlUnit, frame)
  }

  #tell(controlUnit: string, { code, values }: Frame): string | undefined {
    if (code === undefined || values.size === 0) return undefined
    this.#keep(controlUnit, code, [...values.values()])
    return code
  }

  #keep(controlUnit: string, code: string, values: readonly FrozenValue[]): void {
    const key = `${controlUnit} ${code}`
    if (this.#byCode.size < MAX_FRAMES || this.#byCode.has(key)) this.#byCode.set(key, values)
  }
}

function frozenOf({ pid, items }: PidValue): FrozenValue[] {
  const plan = pidPlan(pid)
  return items.flatMap(({ label, value, unit, text }, index) => {
    const said = text ?? value
    if (said === undefined) return []
    const signal = plan?.items[index]?.signal
    return { label, value: said, unit, ...(signal === undefined ? {} : { signal }) }
  })
}

interface DmValue extends Omit<FrozenValue, 'value'> {
  name: keyof FrozenValues
}

const dmValues: readonly DmValue[] = [
  { name: 'engineSpeed', label: 'Engine speed', unit: 'rpm', signal: 'engineSpeed' },
  { name: 'engineLoad', label: 'Engine load', unit: '%', signal: 'engineLoad' },
  { name: 'coolantTemperature', label: 'Coolant temperature', unit: '°C', signal: 'coolantTemp' },
  { name: 'vehicleSpeed', label: 'Vehicle speed', unit: 'km/h', signal: 'speed' },
  { name: 'boostPressure', label: 'Boost pressure', unit: 'kPa', signal: 'boostPressure' },
  { name: 'torqueMode', label: 'Engine torque mode', unit: '' },
]
