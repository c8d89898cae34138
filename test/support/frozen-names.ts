/**
 * Names that others build on are frozen in a list beside the tests: a change shows in review. After
 * a wanted change, `FREEZE_NAMES=1 npm test` writes the list anew.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import * as assert from 'uvu/assert'

export function assertFrozen(list: string, lines: readonly string[]): void {
  const file = new URL(`../decoder/names/${list}.txt`, import.meta.url)
  if (process.env.FREEZE_NAMES === '1') writeFileSync(file, `${lines.join('\n')}\n`)
  assert.equal(readFileSync(file, 'utf8').trimEnd().split('\n'), lines)
}
