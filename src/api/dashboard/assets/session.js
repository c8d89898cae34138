/**
 * The token: out of the link's fragment (which no server ever sees), kept for this tab only.
 */
const key = 'odograph.token'

/** Storage may be forbidden; then the token lives as long as the page. */
let held = ''

/** @returns {string} empty if there is none */
export function token() {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given !== null) {
    history.replaceState(history.state, '', location.pathname + location.search)
    keep(cleaned(given))
  }
  try {
    return sessionStorage.getItem(key) ?? held
  } catch {
    return held
  }
}

/** @param {string} value */
export function keep(value) {
  held = value
  try {
    if (value === '') sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, value)
  } catch {
    // Kept in `held`.
  }
}

export const forget = () => keep('')

/**
 * What people paste: with a line break from the terminal, the header's name, or the whole link.
 * @param {string} pasted
 */
export function cleaned(pasted) {
  return pasted
    .replace(/^.*#token=/s, '')
    .replace(/^\s*(authorization:)?\s*bearer\s/i, '')
    .replace(/\s/g, '')
}

/**
 * Whether it has the form of a token at all (RFC 7515: three parts in base64url).
 * @param {string} value
 */
export function looksLikeToken(value) {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(value)
}
