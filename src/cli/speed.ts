/** The `--speed` of a recording. */
import { OdographError } from '../model/errors.ts'

/** Throws `usage` for what is neither a number above 0 nor `max`. */
export function speedOf(text: string): number | 'max' {
  if (text === 'max') return 'max'
  const speed = Number(text)
  if (speed > 0 && Number.isFinite(speed)) return speed
  throw new OdographError('usage', `--speed ${text}`, 'use a number above 0, or max')
}
