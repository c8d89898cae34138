/** The newest issue of a kind, in one line of `/health`. */
import type { Issue } from '../model/issue.ts'
import { isoTime, microsToMillis } from '../model/time.ts'

export function newestOf(issue: Issue): string {
  const detail = issue.detail === undefined ? '' : `: ${issue.detail}`
  return `${isoTime(microsToMillis(issue.time))} ${issue.at}${detail}`
}
