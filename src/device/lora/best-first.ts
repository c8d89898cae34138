/** The order of those that heard the same transmission: by SNR, then by RSSI, the unknown last. */
export interface Signal {
  /** dBm. */
  rssi?: number
  /** dB. */
  snr?: number
}

const WORST = -1000

export function bestFirst(a: Signal, b: Signal): number {
  return (b.snr ?? WORST) - (a.snr ?? WORST) || (b.rssi ?? WORST) - (a.rssi ?? WORST)
}
