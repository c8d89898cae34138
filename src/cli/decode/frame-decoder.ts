/** What prints a recording as one kind of lines, and what it is made with. */
import type { CanFrame } from '../../model/frame.ts'
import type { IssueCounter } from '../../model/issue.ts'
import type { CommandIo } from '../command.ts'
import type { DecodePlace, Emit } from './line.ts'

export interface FrameDecoder {
  frame(frame: CanFrame): void
  /** After the last frame. */
  end(): void
}

export interface DecoderOptions {
  what: string
  dbc: string | undefined
  profile: string | undefined
  place: DecodePlace
  emit: Emit
  issues: IssueCounter
  io: CommandIo
}
