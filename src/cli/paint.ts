/** Colours for people: only where a terminal shows them, and nobody has asked for none (no-color.org). */

export interface Paint {
  strong(text: string): string
  faint(text: string): string
  good(text: string): string
  bad(text: string): string
  warning(text: string): string
}

export function paintFor(
  stream: { isTTY?: boolean },
  environment: Record<string, string | undefined>,
): Paint {
  const isAsked = !environment.NO_COLOR && environment.TERM !== 'dumb'
  const isColoured = stream.isTTY === true && isAsked
  const by = (code: number) => (text: string) => (isColoured ? `\x1b[${code}m${text}\x1b[0m` : text)
  return { strong: by(1), faint: by(2), good: by(32), bad: by(31), warning: by(33) }
}
