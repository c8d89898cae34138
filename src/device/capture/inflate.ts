/**
 * A gzip file's bytes, piece by piece: every piece is handed out before more input is read, so that
 * of a file that was cut or damaged all that came before is delivered, and memory stays flat.
 */
import { createGunzip, type Gunzip } from 'node:zlib'

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
}

/** Yields the content of a gzip stream (RFC 1952); throws zlib's error where it is cut or damaged. */
export async function* inflate(input: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip()
  const state: State = { failure: undefined, taken: false, ended: false, wake: () => undefined }
  const wakeWith = (change: Partial<State>) => {
    Object.assign(state, change)
    state.wake()
  }
  gunzip.on('readable', () => state.wake())
  gunzip.on('error', (failure) => wakeWith({ failure }))
  gunzip.on('end', () => wakeWith({ ended: true }))
  try {
    for await (const chunk of input) {
      state.taken = false
      gunzip.write(chunk, () => wakeWith({ taken: true }))
      yield* pieces(gunzip, state, 'taken')
    }
    gunzip.end()
    yield* pieces(gunzip, state, 'ended')
  } finally {
    gunzip.destroy()
  }
}

interface State {
  failure: Error | undefined
  /** The last input is used up, and all that came of it can be read. */
  taken: boolean
  ended: boolean
  wake: () => void
}

async function* pieces(gunzip: Gunzip, state: State, until: 'taken' | 'ended') {
  for (;;) {
    const piece: Buffer | null = gunzip.read()
    if (piece !== null) yield piece
    else if (state.failure !== undefined) throw state.failure
    else if (state[until]) return
    else
      await new Promise<void>((resolve) => {
        state.wake = resolve
      })
  }
}
