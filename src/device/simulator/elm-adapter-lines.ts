/** How a fake ELM327 prints a frame, as its settings ask for (ELM327DS: AT CAF, H, S, D, JHF). */
import type { CanFrame } from '../../model/frame.ts'
import type { ElmProtocol, ElmSettings } from './elm-adapter-settings.ts'

export function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0')
}

/** Each byte, and after each a space where spaces are on. */
export function spaced(parts: readonly string[], settings: ElmSettings): string {
  return settings.spaces ? `${parts.join(' ')} ` : parts.join('')
}

/**
 * The lines of one frame; none for what automatic formatting hides. `isPadded`: with headers, bytes
 * that only fill a frame are shown too.
 */
export function linesOf(
  frame: CanFrame,
  settings: ElmSettings,
  protocol: ElmProtocol,
  isPadded = false,
): string[] {
  const bytes = Array.from(frame.data.subarray(0, frame.length), (byte) => hex(byte, 2))
  const line = (parts: readonly string[], suffix = '') => [`${spaced(parts, settings)}${suffix}`]
  const head = settings.headers ? headerOf(frame, settings, protocol) : []
  if (frame.remote) return line([...head, 'RTR'])
  const isFormatted = settings.autoFormat && protocol.kind === 'iso15765'
  if (!isFormatted) return line([...head, ...bytes])
  const skip = settings.extendedAddress === undefined ? 0 : 1
  const control = frame.data[skip] ?? 0xff
  const shown = settings.headers ? 0 : skip + 1
  switch (control >> 4) {
    case 0: {
      const length = control & 0x0f
      if (length === 0 || skip + length >= frame.length) break
      const end = isPadded && settings.headers ? bytes.length : skip + 1 + length
      return line([...head, ...bytes.slice(shown, end)])
    }
    case 1: {
      if (frame.length < 8) break
      if (settings.headers) return line([...head, ...bytes])
      const length = ((control & 0x0f) << 8) | (frame.data[skip + 1] ?? 0)
      return [...line([hex(length, 3)]), ...line(['0:', ...bytes.slice(skip + 2)])]
    }
    case 2:
      if (settings.headers) return line([...head, ...bytes])
      return line([`${hex(control & 0x0f, 1)}:`, ...bytes.slice(skip + 1)])
    case 3:
      return settings.headers ? line([...head, ...bytes]) : []
  }
  return line([...head, ...bytes], '<DATA ERROR')
}

function headerOf(frame: CanFrame, settings: ElmSettings, protocol: ElmProtocol): string[] {
  const dlc = settings.dlc ? [hex(frame.length, 1)] : []
  if (!frame.extended) return [hex(frame.id, 3), ...dlc]
  if (protocol.kind === 'j1939' && settings.j1939Header && settings.autoFormat) {
    const group = hex((frame.id >>> 8) & 0x3ffff, 5)
    return [hex(frame.id >>> 26, 1), group, hex(frame.id & 0xff, 2), ...dlc]
  }
  const bytes = [24, 16, 8, 0].map((shift) => hex((frame.id >>> shift) & 0xff, 2))
  return [...bytes, ...dlc]
}
