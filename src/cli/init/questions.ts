/** Questions to whoever sits at the terminal: a default in brackets, asked again until it will do. */
import { createInterface, type Interface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import type { CommandIo } from '../command.ts'

export class Questions {
  readonly #readline: Interface
  readonly #say: (text: string) => void
  readonly #signal: AbortSignal
  #isHidden = false

  constructor({ stdout, signal }: CommandIo, input: NodeJS.ReadableStream & { isTTY?: boolean }) {
    // What is typed is shown by readline, through here: so it can be kept from the screen.
    const shown = new Writable({
      write: (chunk, _encoding, done) => {
        if (!this.#isHidden) stdout.write(chunk)
        done()
      },
    })
    this.#say = (text) => void stdout.write(`${text}\n`)
    // Ctrl-D and Ctrl-C end the questions; by itself, readline would wait for ever.
    const end = new AbortController()
    this.#signal = AbortSignal.any([signal, end.signal])
    this.#readline = createInterface({ input, output: shown, terminal: input.isTTY === true })
    this.#readline.once('close', () => end.abort())
    this.#readline.once('SIGINT', () => this.close())
  }

  say(text: string): void {
    this.#say(text)
  }

  /** `problem`: why an answer will not do. An empty answer is the default. */
  async text(
    question: string,
    fallback = '',
    problem: (answer: string) => string | undefined = () => undefined,
  ): Promise<string> {
    for (;;) {
      const shown = fallback === '' ? '' : ` [${fallback}]`
      const given = await this.#readline.question(`${question}${shown}: `, { signal: this.#signal })
      const answer = given.trim() || fallback
      const wrong = problem(answer)
      if (wrong === undefined) return answer
      this.say(`  ${wrong}`)
    }
  }

  async secret(question: string): Promise<string> {
    const asked = this.#readline.question(`${question}: `, { signal: this.#signal })
    this.#isHidden = true
    try {
      return await asked
    } finally {
      this.#isHidden = false
      this.say('')
    }
  }

  async yes(question: string, fallback: boolean): Promise<boolean> {
    const answer = await this.text(question, fallback ? 'yes' : 'no', (text) =>
      /^(y|yes|n|no)$/i.test(text) ? undefined : 'yes or no',
    )
    return /^y/i.test(answer)
  }

  /** The place of the chosen one. */
  async choice(question: string, options: readonly string[]): Promise<number> {
    for (const [i, option] of options.entries()) this.say(`  ${i + 1}  ${option}`)
    const answer = await this.text(question, '1', (text) =>
      Number(text) >= 1 && Number(text) <= options.length && Number.isInteger(Number(text))
        ? undefined
        : `a number from 1 to ${options.length}`,
    )
    return Number(answer) - 1
  }

  close(): void {
    this.#readline.close()
  }
}
