/** Findings as text for people: a line each, what helps below it, and the sum at the end. */
import type { Paint } from '../paint.ts'
import type { Finding, Severity } from './finding.ts'

export interface TextOptions {
  paint: Paint
  /** Whether the terminal shows more than ASCII. */
  isUnicode: boolean
}

const marks: Record<Severity, readonly [unicode: string, ascii: string]> = {
  ok: ['✓', 'ok  '],
  note: ['·', 'note'],
  warning: ['!', 'WARN'],
  failure: ['✗', 'FAIL'],
}

export function reportText(
  findings: readonly Finding[],
  { paint, isUnicode }: TextOptions,
): string {
  const colours: Record<Severity, (text: string) => string> = {
    ok: paint.good,
    note: paint.faint,
    warning: paint.warning,
    failure: paint.bad,
  }
  const lines = findings.flatMap((finding) => {
    const { severity, what, id, cause, remedy, evidence } = finding
    const mark = colours[severity](marks[severity][isUnicode ? 0 : 1])
    if (severity === 'ok') return [`${mark} ${what}`]
    const indent = ' '.repeat((isUnicode ? 1 : 4) + 1)
    return [
      `${mark} ${what} ${paint.faint(`[${id}]`)}`,
      ...(cause ? [`${indent}why:  ${cause}`] : []),
      ...(remedy ? [`${indent}do:   ${paint.strong(remedy)}`] : []),
      ...(evidence ? [`${indent}seen: ${evidence}`] : []),
    ]
  })
  return `${plain([...lines, '', summary(findings)].join('\n'), isUnicode)}\n`
}

export function summary(findings: readonly Finding[]): string {
  const count = (severity: Severity) =>
    findings.filter((found) => found.severity === severity).length
  const parts: [number, string][] = [
    [count('failure'), 'failures'],
    [count('warning'), 'warnings'],
    [count('note'), 'notes'],
    [count('ok'), 'fine'],
  ]
  return parts.map(([n, name]) => `${n} ${n === 1 ? name.replace(/s$/, '') : name}`).join(', ')
}

/** 0: all is well, 1: there are warnings, 2: something does not work. */
export function exitCode(findings: readonly Finding[]): number {
  if (findings.some(({ severity }) => severity === 'failure')) return 2
  return findings.some(({ severity }) => severity === 'warning') ? 1 : 0
}

/** RFC 8259; `version` grows when a field changes its meaning. */
export function reportJson(findings: readonly Finding[], version: string): string {
  const report = { version: 1, odograph: version, exitCode: exitCode(findings), findings }
  return `${JSON.stringify(report, undefined, 2)}\n`
}

function plain(text: string, isUnicode: boolean): string {
  return isUnicode ? text : text.replaceAll('’', "'").replaceAll('…', '...').replaceAll('–', '-')
}
