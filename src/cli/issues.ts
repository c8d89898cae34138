/** What could not be decoded, told on standard error: by kind, with the newest of each. */
import { type IssueCounter, issueTexts } from '../model/issue.ts'
import type { CommandIo } from './command.ts'

export function tellIssues({ counts, newest }: IssueCounter, io: CommandIo): void {
  for (const [code, count] of counts) {
    const { at, detail } = newest.get(code) ?? {}
    io.stderr.write(`${count} × ${issueTexts[code]} — last: ${at} ${detail ?? ''}\n`)
  }
}
