/**
 * The bytes of a receiver, cut into lines of NMEA and frames of UBX, which u-blox receivers mix. A
 * frame: B5 62, class, id, length (2, little end first), payload, two check bytes. Neither B5 nor
 * any other byte above 7F belongs to a sentence, so a frame may come even within a line.
 */
import { ubxCheck } from './ubx-frame.ts'

export interface NmeaStreamOptions {
  line: (line: string) => void
  frame: (type: number, payload: Uint8Array) => void
  /** Bytes that are neither, in words. */
  junk: (code: 'line-malformed' | 'line-too-long', detail: string) => void
}

/** The standard allows 82 characters; receivers with long names of their own exceed it. */
const MAX_LINE = 256
/** The largest frame of any use; with a longer one a broken length would swallow minutes of talk. */
const MAX_PAYLOAD = 2048
const HEAD = 6

export class NmeaStream {
  readonly #options: NmeaStreamOptions
  #line = ''
  #isNoise = false
  /** The beginning of a line may have been before the port was opened. */
  #isWhole = false
  #frame: number[] = []

  constructor(options: NmeaStreamOptions) {
    this.#options = options
  }

  push(chunk: Uint8Array): void {
    for (const byte of chunk) this.#byte(byte)
  }

  #byte(byte: number): void {
    if (this.#frame.length > 0) this.#inFrame(byte)
    else if (byte === 0xb5) this.#frame.push(byte)
    else this.#text(byte)
  }

  #inFrame(byte: number): void {
    const frame = this.#frame
    frame.push(byte)
    const size = (frame[4] ?? 0) + 256 * (frame[5] ?? 0)
    const isBroken =
      (frame.length === 2 && byte !== 0x62) || (frame.length === HEAD && size > MAX_PAYLOAD)
    if (!isBroken && (frame.length < HEAD || frame.length < HEAD + size + 2)) return
    this.#frame = []
    const bytes = Uint8Array.from(frame)
    if (!isBroken && ubxCheck(bytes)) {
      const [, , type = 0, id = 0] = frame
      this.#options.frame(type * 256 + id, bytes.subarray(HEAD, -2))
      return
    }
    // No frame after all: there may be sentences in it. Frames are not looked for in it once more: a line
    // full of false beginnings would cost the square of its length.
    this.#text(0xb5)
    if (frame.length === 2) this.#byte(byte)
    else for (const one of bytes.subarray(1)) this.#text(one)
  }

  #text(byte: number): void {
    if (byte === 0x0d || byte === 0x0a) this.#endOfLine()
    else if (byte === 0x24) {
      this.#line = '$'
      this.#isNoise = false
      this.#isWhole = true
    } else if (byte < 0x20 || byte > 0x7e) {
      this.#isNoise = true
      if (this.#line === '') this.#line = '?'
    } else if (this.#line.length <= MAX_LINE) this.#line += String.fromCharCode(byte)
  }

  #endOfLine(): void {
    const line = this.#line
    const { junk } = this.#options
    const isWhole = this.#isWhole
    const isNoise = this.#isNoise
    this.#line = ''
    this.#isNoise = false
    this.#isWhole = true
    if (line === '' || !isWhole) return
    if (isNoise) junk('line-malformed', 'bytes that are no text')
    else if (line.length > MAX_LINE) junk('line-too-long', `"${line.slice(0, 48)}"`)
    else this.#options.line(line)
  }
}
