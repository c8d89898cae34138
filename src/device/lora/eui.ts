/**
 * EUIs of gateways as people and programs write them, to one form: 16 digits of upper-case hex. Plain
 * hex, with dashes or colons between bytes, and the ID6 of Basics Station, which writes 16 bits at a
 * time as IPv6 does (`::1`, `b827:ebff:fe3e:f725`).
 */
const PLAIN = /^[0-9a-f]{16}$/i
const BYTES = /^[0-9a-f]{2}([-:][0-9a-f]{2}){7}$/i
const GROUPS = /^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){2,4}$/i

/** Undefined: it is no EUI. */
export function readEui(value: unknown): string | undefined {
  if (typeof value === 'number') return fromNumber(value)
  if (typeof value !== 'string') return undefined
  const text = value.replace(/^eui-/i, '')
  if (PLAIN.test(text)) return text.toUpperCase()
  if (BYTES.test(text)) return text.replace(/[-:]/g, '').toUpperCase()
  return GROUPS.test(text) ? fromId6(text) : undefined
}

function fromNumber(value: number): string | undefined {
  if (!Number.isSafeInteger(value) || value < 0) return undefined
  return value.toString(16).toUpperCase().padStart(16, '0')
}

function fromId6(text: string): string | undefined {
  const [head = '', tail, ...more] = text.split('::')
  if (more.length > 0) return undefined
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const missing = 4 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const groups = [...before, ...Array<string>(missing).fill('0'), ...after]
  if (groups.includes('')) return undefined
  return groups.map((group) => group.padStart(4, '0').toUpperCase()).join('')
}

/** As Basics Station writes it, without shortening. */
export function toId6(eui: string): string {
  const groups = eui.toLowerCase().match(/.{4}/g) ?? []
  return groups.map((group) => group.replace(/^0{1,3}/, '')).join(':')
}

/** Of a list of gateways; throws where one is no EUI. */
export function readEuis(list: readonly string[]): Set<string> {
  return new Set(
    list.map((text) => {
      const eui = readEui(text)
      if (eui === undefined) throw new TypeError(`${text}: write an EUI as 16 digits of hex`)
      return eui
    }),
  )
}
