/**
 * Which view the address names: `#/trips/3MXA…`, `#/history?from=…`. The token of a link
 * (`#token=…`) is taken out before.
 *
 * @typedef {{ name: string, rest: string[], query: URLSearchParams }} Address
 */

/** @param {string} hash @returns {Address} */
export function addressOf(hash) {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?')
  const [name = '', ...rest] = path.split('/').map(decodeURIComponent)
  return { name: name === '' ? 'now' : name, rest, query: new URLSearchParams(query) }
}
