/** Templates rendered by the language they are written in: Python's Jinja2, as Home Assistant has it. */
import { execFileSync } from 'node:child_process'

export interface Rendering {
  template: string
  /** What `value_json` is. */
  value: unknown
}

const SCRIPT = `
import json, sys
from jinja2.sandbox import ImmutableSandboxedEnvironment
environment = ImmutableSandboxedEnvironment()
asked = json.load(sys.stdin)
print(json.dumps([
    environment.from_string(one["template"]).render(value_json=one["value"]).strip()
    for one in asked
]))
`

export function hasJinja(): boolean {
  try {
    execFileSync('python3', ['-c', 'import jinja2'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

export function rendered(renderings: readonly Rendering[]): string[] {
  const input = JSON.stringify(renderings)
  return JSON.parse(execFileSync('python3', ['-c', SCRIPT], { input, encoding: 'utf8' }))
}
