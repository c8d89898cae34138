/**
 * What an ELM327 is like, found out by trying: its version text is a claim and decides nothing. The
 * quirks of clones are told in words, so that an integrator knows what he bought.
 */
export interface ElmTraits {
  /** What it says it is. */
  claims: string
  /** Says so to a command that only STN chips know. */
  stn: string | undefined
  /** Takes part in no acknowledgement while it monitors. */
  canBeSilent: boolean
  canMeasure: boolean
  /** Takes identifiers of its own for answers and flow control. */
  canFilter: boolean
  /** Requests may say how many lines of answer are expected. */
  countsLines: boolean
}

export type ElmQuirk =
  | 'echo'
  | 'no-prompt'
  | 'stray'
  | 'hangs'
  | 'no-headers'
  | 'no-silence'
  | 'no-voltage'
  | 'no-filter'

/** How it shows, and what is done about it. */
export const elmQuirks: Readonly<Record<ElmQuirk, { shows: string; done: string }>> = {
  echo: { shows: 'the echo stays on', done: 'it is cut off every answer' },
  'no-prompt': {
    shows: 'the prompt is missing now and then',
    done: 'an answer that nothing follows for a while is taken for whole',
  },
  stray: { shows: 'bytes come that no text has', done: 'they are left out' },
  hangs: { shows: 'some commands hang it', done: 'they are not sent again' },
  'no-headers': {
    shows: 'headers stay off',
    done: 'answers are taken to be of the engine’s control unit',
  },
  'no-silence': { shows: 'no silent mode', done: 'it is not used to listen only' },
  'no-voltage': { shows: 'no voltmeter', done: 'the voltage is not known from it' },
  'no-filter': {
    shows: 'no receive filter of one’s own',
    done: 'control units with identifiers of their own cannot be asked',
  },
}

export function quirksText(quirks: Iterable<ElmQuirk>): string {
  return [...quirks].map((quirk) => elmQuirks[quirk].shows).join(', ')
}
