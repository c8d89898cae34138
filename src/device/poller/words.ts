/** Why something is asked, in words; the journal keeps them with every frame. */
import type { Activity } from '../../model/activity.ts'
import { ONCE, type PollItem } from './catalogue.ts'
import type { Entry } from './entry.ts'

const MAX_NAMES = 6

export function causeOf(entries: readonly Entry[], activity: Activity | undefined): string {
  const [first] = entries
  if (first === undefined) return 'nothing'
  const names = entries.map(({ planned }) => nameOf(planned.item)).join(', ')
  if (first.health.isDead) return `${names}: was not answered, tried again`
  if (first.wanted === ONCE) return `${names} once after the start`
  const watch = first.watched === undefined ? '' : ', watched'
  const state = activity === undefined ? '' : ` while ${activity}`
  return `${names} every ${secondsOf(first.period)} s${state}${watch}`
}

export function nameOf({ signals, key }: PollItem): string {
  return signals.length === 0 ? key : signals.slice(0, MAX_NAMES).join(', ')
}

export function secondsOf(ms: number): string {
  const seconds = ms / 1000
  return seconds < 10 ? String(Math.round(seconds * 10) / 10) : String(Math.round(seconds))
}
