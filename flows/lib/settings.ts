/**
 * Settings of a node as a flow file has them, read forgivingly: what is missing is the default, a
 * number may be a text, and what makes no sense is an error that names the setting.
 */
import type { RawConfig } from './node-red.ts'
import { PaletteError } from './palette-error.ts'

export class Settings {
  readonly #config: RawConfig

  constructor(config: RawConfig) {
    this.#config = config
  }

  text(name: string, fallback = ''): string {
    const value = this.#config[name]
    if (value === undefined || value === null) return fallback
    if (typeof value === 'string') return value.trim() === '' ? fallback : value.trim()
    if (typeof value === 'number') return String(value)
    throw wrong(name, value)
  }

  number(name: string, fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}): number {
    const value = this.#config[name]
    if (value === undefined || value === null || value === '') return fallback
    const number = typeof value === 'string' ? Number(value) : value
    if (typeof number === 'number' && number >= min && number <= max) return number
    throw wrong(name, value)
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.#config[name]
    if (value === undefined || value === null) return fallback
    if (typeof value === 'boolean') return value
    if (value === 'true' || value === 'false') return value === 'true'
    throw wrong(name, value)
  }

  oneOf<T extends string>(name: string, values: readonly [T, ...T[]]): T {
    const value = this.text(name, values[0])
    const found = values.find((one) => one === value)
    if (found === undefined) throw wrong(name, value)
    return found
  }

  /** `a, b`, or an array of texts. */
  list(name: string): string[] {
    const value = this.#config[name]
    return Array.isArray(value)
      ? value.flatMap((one) => listOf(String(one)))
      : listOf(this.text(name))
  }
}

export function listOf(text: string): string[] {
  return text.split(',').flatMap((part) => part.trim() || [])
}

function wrong(setting: string, value: unknown): PaletteError {
  return new PaletteError('bad-setting', {
    setting,
    value: String(JSON.stringify(value)).slice(0, 60),
  })
}
