/**
 * What could not be decoded or done, and why. An issue is a counted fact, never an exception: what
 * comes off a bus does not throw. The table is the one list of codes; scripts may match on a code,
 * nobody matches on the text.
 */
import type { Micros } from './time.ts'

export const issueTexts = {
  // bytes → frames
  'line-malformed': 'a line that is not a frame of this format was skipped',
  'line-too-long': 'a line longer than any frame was skipped',
  'adapter-refused': 'the adapter refused a command (BEL)',
  'adapter-overflow': 'the adapter or its driver lost frames (overflow)',
  'file-truncated': 'the file ends in the middle of a line or a compressed block',
  'block-malformed': 'a block of a binary recording is damaged; it was skipped',
  'bus-unsupported': 'traffic of a bus that is no CAN bus was left out',
  // frames → messages
  'tp-size': 'a transport session announced an impossible size and was refused',
  'tp-sequence': 'a transport session was dropped: wrong sequence number',
  'tp-orphan': 'a data packet belongs to no announced transport session',
  'tp-timeout': 'a transport session was dropped: its sender fell silent',
  'tp-replaced': 'a transport session was dropped: its sender started another',
  'tp-aborted': 'a transport session was aborted by one of its nodes',
  'tp-malformed': 'a transport frame is too short or has an unknown control byte',
  'tp-too-large': 'a transport session announced more than the memory set aside and was refused',
  'tp-evicted': 'a transport session was dropped to make room for newer ones',
  'tp-unfinished': 'the recording ended in the middle of a transport session',
  'isotp-sequence': 'a segmented message was dropped: wrong sequence number',
  'isotp-orphan': 'a consecutive frame belongs to no first frame',
  'isotp-timeout': 'a segmented message was dropped: its sender fell silent',
  'isotp-replaced': 'a segmented message was dropped: its sender started another',
  'isotp-overflow': 'a segmented message was dropped: its receiver has no room for it',
  'isotp-malformed': 'a frame on a diagnostic identifier is no ISO-TP frame',
  // messages → readings
  'message-short': 'a message is shorter than its definition',
  'negative-response': 'a control unit answered with a negative response',
  'text-invalid': 'a text (VIN) has characters or a length that it cannot have',
  'vin-check': 'the check digit of a VIN is wrong; the VIN is shown all the same',
  'count-mismatch': 'a list does not have the length that it announces',
  'checksum-wrong': 'a message with a wrong checksum was refused',
  // readings → status
  implausible: 'a value outside the range that its signal can have was rejected',
  'implausible-change': 'a value changed faster than its signal can and waits for confirmation',
  'readings-disagree': 'two senders of one signal disagree',
  'odometer-rejected': 'an odometer reading that cannot be true was rejected',
  'clock-untrusted': 'records are stored with a time that nothing confirms',
} as const

export type IssueCode = keyof typeof issueTexts

export interface Issue {
  code: IssueCode
  /** Where: a bus name, a file with its line, a port. */
  at: string
  /** What exactly, in words. */
  detail?: string
  time: Micros
}

export type IssueSink = (issue: Issue) => void

/** Counts issues by code and keeps the newest of each kind; constant memory. */
export class IssueCounter {
  readonly counts = new Map<IssueCode, number>()
  readonly newest = new Map<IssueCode, Issue>()

  readonly add: IssueSink = (issue) => {
    this.counts.set(issue.code, (this.counts.get(issue.code) ?? 0) + 1)
    this.newest.set(issue.code, issue)
  }

  total(): number {
    let sum = 0
    for (const count of this.counts.values()) sum += count
    return sum
  }
}
