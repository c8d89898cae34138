/** Small recordings for tests, made here: what goes in is known, so what comes out can be checked. */
export interface RecordedFrame {
  /** Seconds after the start. */
  at: number
  id: number
  data: string
}

const START_SECONDS = 1_750_000_000

/** A candump log as `candump -l` writes it. */
export function candumpLog(
  frames: readonly RecordedFrame[],
  options: { bus?: string; start?: number } = {},
): string {
  const { bus = 'can0', start = START_SECONDS } = options
  return frames
    .map(({ at, id, data }) => {
      const name = id
        .toString(16)
        .toUpperCase()
        .padStart(id > 0x7ff ? 8 : 3, '0')
      return `(${(start + at).toFixed(6)}) ${bus} ${name}#${data}\n`
    })
    .join('')
}

function little(value: number, bytes: number): string {
  let text = ''
  let rest = value
  for (let i = 0; i < bytes; i += 1) {
    text += (rest % 256).toString(16).toUpperCase().padStart(2, '0')
    rest = Math.floor(rest / 256)
  }
  return text
}

/** A truck's drive: once a second speed, odometer, fuel, voltage and position. */
export function truckDrive(seconds: number, startKm = 100_000): RecordedFrame[] {
  const frames: RecordedFrame[] = []
  for (let s = 0; s < seconds; s += 1) {
    const km = startKm + (s * 72) / 3600
    frames.push(
      { at: s + 0.1, id: 0x18fef100, data: `FF${little(72 * 256, 2)}FFFFFFFFFF` },
      { at: s + 0.2, id: 0x18fec1ee, data: `${little(Math.round(km * 200), 4)}FFFFFFFF` },
      { at: s + 0.3, id: 0x18fefc17, data: 'FF7DFFFFFFFFFFFF' },
      { at: s + 0.4, id: 0x18fef700, data: `FFFFFFFF${little(Math.round(13.8 * 20), 2)}FFFF` },
      {
        at: s + 0.5,
        id: 0x18fef300,
        data: little(Math.round((48.2 + 210) * 1e7) + s * 1800, 4) + little((11.5 + 210) * 1e7, 4),
      },
    )
  }
  return frames
}
