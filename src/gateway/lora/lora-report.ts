/** What is known of LoRa devices, for pages and `odograph lora`. */
import { type LoraRejectReason, loraRejectTexts } from '../../model/lora.ts'
import type { LoraDeviceReport, LoraReport } from '../../model/lora-desk.ts'
import { withoutUndefined } from '../../model/without-undefined.ts'
import type { DeviceLog } from './device-log.ts'
import type { LoraDevice } from './devices.ts'

export function loraReport(devices: readonly LoraDevice[], heard: DeviceLog): LoraReport {
  return {
    devices: devices.map((device) => deviceReport(device, heard)),
    strangers: heard.strangers,
    rejects: countsOf(heard.rejects),
    newestRejects: heard.newestRejects.toReversed(),
  }
}

function deviceReport(device: LoraDevice, log: DeviceLog): LoraDeviceReport {
  const { id, vehicle, devEui, name, devAddr, codecName: codec } = device
  const { rejects, ...heard } = log.of(id)
  const named = withoutUndefined({ devEui, name, devAddr })
  return { id, vehicle, ...named, codec, ...heard, rejects: countsOf(rejects) }
}

function countsOf(counts: Partial<Record<LoraRejectReason, number>>): LoraReport['rejects'] {
  return Object.entries(counts).map(([name, count]) => {
    const reason = name as LoraRejectReason
    return { reason, text: loraRejectTexts[reason], count }
  })
}
