/** How an uplink came, as a record carries it: `data.lora` (DIMO Device Data API). */
import type { LoraUplink } from '../../model/lora.ts'
import type { LoraBlock } from '../../model/lora-block.ts'
import { withoutUndefined } from '../../model/without-undefined.ts'

/** More are no news: the best come first. */
const MAX_GATEWAYS = 32

export function loraBlock(uplink: LoraUplink): LoraBlock {
  const { gateways, radio } = uplink
  const [best] = gateways
  return {
    ...withoutUndefined({
      devAddr: uplink.devAddr,
      dc_balance: uplink.dcBalance,
      fPort: textOf(uplink.fPort),
      app_eui: uplink.joinEui,
    }),
    payload_size: String(uplink.payload.length),
    ...withoutUndefined({
      fcnt: textOf(uplink.fCnt),
      deveui: uplink.devEui,
      rssi: best?.rssi,
      snr: best?.snr,
      gateways: best && gateways.slice(0, MAX_GATEWAYS).map(gatewayOf),
      spreadingFactor: radio.spreadingFactor,
      frequencyHz: radio.frequencyHz,
    }),
  }
}

function textOf(number: number | undefined): string | undefined {
  return number === undefined ? undefined : String(number)
}

function gatewayOf({ id, rssi, snr }: LoraUplink['gateways'][number]) {
  return { id, ...withoutUndefined({ rssi, snr }) }
}
