/** LoRa devices and their uplinks as JSON; where gateways stand is not in it. */
import type { LoraGateway, LoraNotice, LoraReject } from '../../model/lora.ts'
import type { LoraDeviceReport, LoraReport } from '../../model/lora-desk.ts'
import type { StoredUplink } from '../../model/lora-log.ts'
import { isoTime } from '../../model/time.ts'
import { withoutUndefined } from '../../model/without-undefined.ts'

export function loraView({ devices, strangers, rejects, newestRejects }: LoraReport): object {
  return {
    devices: devices.map(deviceView),
    strangers: strangers.map(({ first, last, ...stranger }) => ({
      ...stranger,
      first: isoTime(first),
      last: isoTime(last),
    })),
    rejects,
    newestRejects: newestRejects.map(rejectView),
  }
}

function deviceView(device: LoraDeviceReport): object {
  const { lastHeard, gateway, lastReject, lastDecodeError, notices, ...rest } = device
  return {
    ...rest,
    ...(lastHeard !== undefined && { lastHeard: isoTime(lastHeard) }),
    ...(gateway && { gateway: gatewayView(gateway) }),
    ...(lastReject && { lastReject: rejectView(lastReject) }),
    ...(lastDecodeError && {
      lastDecodeError: { ...lastDecodeError, time: isoTime(lastDecodeError.time) },
    }),
    notices: notices.map(noticeView),
  }
}

export function uplinkView({ seq, state, uplink, outcome }: StoredUplink): object {
  const { source, network, trust, fCnt, fPort, payload, gateways, radio } = uplink
  const { replay, receivedAt } = uplink
  const { codec, error, warnings, signals, dropped, measured } = outcome ?? {}
  return {
    ...{ seq, time: isoTime(receivedAt), state, source, network, trust },
    ...withoutUndefined({ fCnt, fPort }),
    payload: Buffer.from(payload).toString('hex').toUpperCase(),
    gateways: gateways.map(gatewayView),
    ...withoutUndefined({
      spreadingFactor: radio.spreadingFactor,
      frequencyHz: radio.frequencyHz,
      ...{ replay, codec, error, warnings, signals, dropped },
    }),
    ...(measured !== undefined && { measured: isoTime(measured) }),
  }
}

function gatewayView({ id, name, rssi, snr }: LoraGateway): object {
  return { id, ...withoutUndefined({ name, rssi, snr }) }
}

function rejectView({ time, ...reject }: LoraReject): object {
  return { time: isoTime(time), ...reject }
}

function noticeView({ time, kind, detail, isProblem }: LoraNotice): object {
  return { time: isoTime(time), kind, detail, ...withoutUndefined({ isProblem }) }
}
