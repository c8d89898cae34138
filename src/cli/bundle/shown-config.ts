/**
 * The configuration as a bundle shows it: switches and numbers that place nobody, and of texts only those
 * under keys that are listed here. A key that comes to the schema later is hidden until it is listed.
 */

const HIDDEN = '(hidden)'

/** Texts that are words of the schema, or names of ports and codecs. */
const allowed: ReadonlySet<string> = new Set(
  'type port interface baud encoding batches format level trust provisional listen protocols filters lanes modem region content codingRate chip model make codec signal reset allow device speed'.split(
    ' ',
  ),
)
/** Numbers that tell where somebody is, or which vehicle it is. */
const placing: ReadonlySet<string> = new Set([
  'geofences',
  'odometer',
  'fCnt',
  'latitude',
  'longitude',
])

export function isAllowedKey(key: string): boolean {
  return allowed.has(key)
}

/** `redact` has the last word on every text. */
export function shownConfig(value: unknown, redact: (text: string) => string, key = ''): unknown {
  if (placing.has(key)) return Array.isArray(value) ? `${value.length} ${HIDDEN}` : HIDDEN
  if (Array.isArray(value)) return value.map((inner) => shownConfig(inner, redact, key))
  if (typeof value === 'object' && value !== null) {
    const shown = Object.entries(value).map(([name, inner], i) => [
      // The keys of headers and field maps are anybody's.
      isOwnKey(key) ? name : `key${i + 1}`,
      shownConfig(inner, redact, isOwnKey(key) ? name : ''),
    ])
    return Object.fromEntries(shown)
  }
  if (typeof value !== 'string') return value
  if (/^[a-z]+:\/\//.test(value)) return shownUrl(value)
  return isAllowedKey(key) ? redact(value) : HIDDEN
}

function isOwnKey(key: string): boolean {
  return key !== 'headers' && key !== 'headerFiles' && key !== 'map'
}

/** Scheme and port; a serial line over TCP is a host of somebody, too. */
function shownUrl(text: string): string {
  if (!URL.canParse(text)) return HIDDEN
  const { protocol, port } = new URL(text)
  return `${protocol}//(host)${port === '' ? '' : `:${port}`}`
}
