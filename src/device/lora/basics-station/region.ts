/**
 * What Basics Station has to be told of a region before it forwards anything: data rates, channels and
 * how the concentrator listens on them (`router_config`), and what a data rate means.
 *
 * Channels are the default ones of each region and, where there are fewer than eight, those that
 * public networks add to them. In US915 and AU915, where a gateway of eight channels hears one of eight
 * sub-bands, it is the second unless told otherwise, as on public networks.
 *
 * Follows the LoRaWAN Regional Parameters (RP002-1.0.3) and "The LNS Protocol" of the documentation of
 * LoRa Basics Station (doc.sm.tc).
 */
import type { LoraRadio } from '../../../model/lora.ts'

export const stationRegions = ['EU868', 'US915', 'AU915', 'AS923', 'IN865'] as const

export type StationRegion = (typeof stationRegions)[number]

/** Spreading factor, bandwidth in kHz, 1 for downlinks only. */
type DataRate = readonly [factor: number, kilohertz: number, downOnly: 0 | 1]

const NONE: DataRate = [-1, 0, 0]
const FSK: DataRate = [0, 0, 0]
const DATA_RATES = 16

interface Channels {
  /** Centres of the two radios, Hz; each hears 400 kHz to either side. */
  radios: readonly [number, number]
  /** Of 125 kHz, every spreading factor. */
  multi: readonly number[]
  /** The one channel of another bandwidth. */
  fast?: { hertz: number; bandwidth: number; factor: number }
  fsk?: number
}

interface Region {
  /** As the station knows it. */
  name: string
  range: readonly [number, number]
  dataRates: readonly DataRate[]
  channels(subBand: number): Channels
}

function slowTo(slowest: number): DataRate[] {
  return Array.from({ length: slowest - 6 }, (_, i) => [slowest - i, 125, 0] as const)
}

const down: DataRate[] = [12, 11, 10, 9, 8, 7].map((factor) => [factor, 500, 1] as const)

function steps(first: number, step: number, count = 8): number[] {
  return Array.from({ length: count }, (_, i) => first + i * step)
}

/** Eight channels of 200 kHz and the one of 500 kHz that lies over them. */
function subBand(first: number, wide: number, index: number): Channels {
  const multi = steps(first + (index - 1) * 1_600_000, 200_000)
  const start = multi[0] ?? first
  return {
    radios: [start + 400_000, start + 1_100_000],
    multi,
    fast: { hertz: wide + (index - 1) * 1_600_000, bandwidth: 500_000, factor: 8 },
  }
}

const regions: Record<StationRegion, Region> = {
  EU868: {
    name: 'EU863',
    range: [863_000_000, 870_000_000],
    dataRates: [...slowTo(12), [7, 250, 0], FSK],
    channels: () => ({
      radios: [867_500_000, 868_500_000],
      multi: [...steps(868_100_000, 200_000, 3), ...steps(867_100_000, 200_000, 5)],
      fast: { hertz: 868_300_000, bandwidth: 250_000, factor: 7 },
      fsk: 868_800_000,
    }),
  },
  US915: {
    name: 'US902',
    range: [902_000_000, 928_000_000],
    dataRates: [...slowTo(10), [8, 500, 0], NONE, NONE, NONE, ...down],
    channels: (index) => subBand(902_300_000, 903_000_000, index),
  },
  AU915: {
    name: 'AU915',
    range: [915_000_000, 928_000_000],
    dataRates: [...slowTo(12), [8, 500, 0], NONE, ...down],
    channels: (index) => subBand(915_200_000, 915_900_000, index),
  },
  AS923: {
    name: 'AS923',
    range: [915_000_000, 928_000_000],
    dataRates: [...slowTo(12), [7, 250, 0], FSK],
    channels: () => ({
      radios: [923_600_000, 924_400_000],
      multi: steps(923_200_000, 200_000),
      fast: { hertz: 924_500_000, bandwidth: 250_000, factor: 7 },
      fsk: 924_800_000,
    }),
  },
  IN865: {
    name: 'IN865',
    range: [865_000_000, 867_000_000],
    dataRates: [...slowTo(12), NONE, FSK],
    channels: () => ({
      radios: [865_232_500, 865_985_000],
      multi: [865_062_500, 865_402_500, 865_985_000],
    }),
  },
}

/** How a frame of that data rate was sent, as far as it is LoRa. */
export function radioOf(region: StationRegion, dataRate: unknown): LoraRadio {
  const known = typeof dataRate === 'number' ? regions[region].dataRates[dataRate] : undefined
  if (known === undefined || known[0] <= 0) return {}
  return { spreadingFactor: known[0], bandwidthHz: known[1] * 1000 }
}

/** The message, for one concentrator of eight channels. `subBand` 1 to 8. */
export function routerConfig(region: StationRegion, subBandIndex = 2): object {
  const { name, range, dataRates, channels } = regions[region]
  const missing = Array<DataRate>(DATA_RATES - dataRates.length).fill(NONE)
  return {
    msgtype: 'router_config',
    // No filter: whose a frame is, its MIC says.
    NetID: null,
    JoinEui: null,
    region: name,
    hwspec: 'sx1301/1',
    freq_range: range,
    DRs: [...dataRates, ...missing],
    sx1301_conf: [concentrator(channels(subBandIndex))],
  }
}

function concentrator({ radios, multi, fast, fsk }: Channels): Record<string, object> {
  const conf: Record<string, object> = {}
  for (const [i, freq] of radios.entries()) conf[`radio_${i}`] = { enable: true, freq }
  const place = (hertz: number) => {
    const radio = Math.abs(hertz - radios[0]) <= Math.abs(hertz - radios[1]) ? 0 : 1
    return { enable: true, radio, if: hertz - radios[radio] }
  }
  for (let i = 0; i < 8; i++) {
    const hertz = multi[i]
    conf[`chan_multiSF_${i}`] = hertz === undefined ? { enable: false } : place(hertz)
  }
  conf.chan_Lora_std =
    fast === undefined
      ? { enable: false }
      : { ...place(fast.hertz), bandwidth: fast.bandwidth, spread_factor: fast.factor }
  conf.chan_FSK =
    fsk === undefined ? { enable: false } : { ...place(fsk), bandwidth: 125_000, datarate: 50_000 }
  return conf
}
