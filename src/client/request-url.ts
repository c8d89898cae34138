/** The URL of a call: a path with its parameters put in, and the query. */

export interface UrlParts {
  path?: Readonly<Record<string, unknown>> | undefined
  query?: Readonly<Record<string, unknown>> | undefined
}

/** Throws a `TypeError` for a parameter of the path that is missing. */
export function requestUrl(base: string, template: string, { path, query }: UrlParts): string {
  const filled = template.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = path !== undefined && Object.hasOwn(path, name) ? path[name] : undefined
    const text = value === undefined ? '' : String(value)
    // A dot would be taken for a step in the path, encoded or not.
    if (text === '' || text === '.' || text === '..') {
      throw new TypeError(`${template} needs ${name}; got ${JSON.stringify(value)}`)
    }
    return encodeURIComponent(text)
  })
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined) asked.append(name, Array.isArray(value) ? value.join(',') : `${value}`)
  }
  const search = asked.toString()
  return `${base.replace(/\/+$/, '')}${filled}${search === '' ? '' : `?${search}`}`
}
