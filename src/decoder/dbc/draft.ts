/** What is known while a DBC file is being read: the messages so far and what refers to them. */
import type { Cursor } from './cursor.ts'
import type { Dbc, DbcMessage, DbcRange, DbcSignal } from './dbc.ts'

export type AttributeValue = number | string
export type Attributes = Map<string, AttributeValue>
export type Choices = Map<number | bigint, string>

export interface DraftSignal {
  signal: DbcSignal
  /** Offset of the statement, for what is found out later. */
  at: number
  /** The id after `m` in the signal's own line. */
  selector: number | undefined
  /** From SG_MUL_VAL_; takes the place of `selector`. */
  branch: { multiplexer: string; ranges: DbcRange[]; at: number } | undefined
  /** From SIG_VALTYPE_. */
  float: { bits: 32 | 64; at: number } | undefined
  attributes: Attributes
}

export interface DraftMessage {
  message: DbcMessage
  signals: Map<string, DraftSignal>
  attributes: Attributes
}

export class Draft {
  readonly dbc: Dbc = { version: '', nodes: [], messages: [] }
  /** By the id as the file writes it, flag bit included. */
  readonly messages = new Map<number, DraftMessage>()
  /** Ids whose message was left out, which was said once. */
  readonly leftOut = new Set<number>()
  readonly tables = new Map<string, Choices>()
  /** The texts of attributes that are enumerations, and the defaults of all. */
  readonly enumerations = new Map<string, string[]>()
  readonly defaults: Attributes = new Map()
  /** Where `SG_` lines go: a message, nowhere (it was left out), or nowhere yet. */
  current: DraftMessage | 'left out' | undefined = undefined
  readonly problems: { at: number; text: string }[] = []

  problem(at: number, text: string): void {
    this.problems.push({ at, text })
  }

  /** Reads an id and finds its message; undefined without a failure where it was left out. */
  message(cursor: Cursor): DraftMessage | undefined {
    cursor.peek()
    const at = cursor.at
    const id = cursor.uint('message id')
    const found = this.messages.get(id)
    if (!found && !this.leftOut.has(id)) cursor.fail(`there is no message ${id}`, at)
    return found
  }

  /** Reads an id and a signal's name, likewise. */
  signal(cursor: Cursor): DraftSignal | undefined {
    const message = this.message(cursor)
    cursor.peek()
    const at = cursor.at
    const symbol = cursor.word('signal name')
    const found = message?.signals.get(symbol)
    if (message && !found) cursor.fail(`${message.message.symbol} has no signal ${symbol}`, at)
    return found
  }

  /** The value of an attribute, or its default; an enumeration's index as its text. */
  attribute(name: string, attributes: Attributes): AttributeValue | undefined {
    const value = attributes.get(name) ?? this.defaults.get(name)
    return typeof value === 'number' ? (this.enumerations.get(name)?.[value] ?? value) : value
  }
}
