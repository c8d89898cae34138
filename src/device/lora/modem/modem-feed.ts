/**
 * A LoRa modem on a serial port as a feed. What it hears has no sender: LoRaWAN frames go the way of all
 * frames, and their MIC tells whose they are; anything else has nobody to vouch for it, and is taken
 * only of a source that says so, as uplinks of the device that has the name of the source.
 */
import type { LoraFeed, LoraGateway, LoraRadio } from '../../../model/lora.ts'
import type { Clock } from '../../../model/ports.ts'
import { openLine } from '../../open-line.ts'
import { type Adapter, type BackOff, Supervisor, systemAfter } from '../../supervisor.ts'
import type { ModemRadio, Packet } from './dialect.ts'
import { dialects } from './dialects.ts'
import type { ModemWorld } from './modem-link.ts'
import { ModemSession } from './modem-session.ts'
import { openTransparent } from './transparent-session.ts'

export type ModemKind = 'auto' | 'rui3' | 'rak811' | 'lora-e5' | 'rn2483' | 'ebyte' | 'ebyte-rssi'

export interface ModemOptions {
  id: string
  /** Path of the serial device, or `tcp://HOST:PORT`. */
  port: string
  baud?: number
  modem: ModemKind
  /** LoRaWAN frames, or whatever anybody sends. */
  content: 'lorawan' | 'raw'
  radio: ModemRadio
}

export interface ModemContext {
  clock: Clock
  world?: ModemWorld
  backOff?: Partial<BackOff>
}

export function createModemFeed(options: ModemOptions, context: ModemContext): LoraFeed {
  const { clock, world = { after: systemAfter, open: openLine }, backOff } = context
  let packets = 0
  let supervisor: Supervisor | undefined
  return {
    id: options.id,
    start(events) {
      if (supervisor !== undefined) return
      const take = (packet: Packet) => {
        packets += 1
        const receivedAt = clock.now()
        if (options.content === 'raw') events.uplink(rawUplink(options, packet, receivedAt))
        else {
          const [gateway, radio] = [gatewayOf(options, packet), radioOf(options)]
          const { bytes: data } = packet
          events.frame({ source: options.id, data, gateway, radio, receivedAt })
        }
      }
      const malformed = (detail: string) =>
        events.reject({ reason: 'malformed', source: options.id, time: clock.now(), detail })
      supervisor = new Supervisor({
        adapter: adapterOf(options, world, { packet: take, malformed }),
        health: (health) => events.health(health),
        frames: () => packets,
        clock,
        after: world.after,
        ...(backOff && { backOff }),
      })
      supervisor.start()
    },
    async stop() {
      await supervisor?.stop()
    },
  }
}

type Sinks = Pick<Parameters<typeof openTransparent>[0], 'packet' | 'malformed'>

function adapterOf(options: ModemOptions, world: ModemWorld, sinks: Sinks): Adapter {
  const { port, baud, modem, radio } = options
  const line = { port, ...(baud !== undefined && { baud }), ...sinks }
  return {
    open({ signal }) {
      if (modem === 'ebyte' || modem === 'ebyte-rssi') {
        return openTransparent({ ...line, hasRssi: modem === 'ebyte-rssi' }, world, signal)
      }
      const dialect = dialects.find(({ name }) => name === modem)
      return ModemSession.open({ ...line, radio, ...(dialect && { dialect }) }, world, signal)
    },
  }
}

function gatewayOf({ id }: ModemOptions, { rssi, snr }: Packet): LoraGateway {
  return { id, ...(rssi !== undefined && { rssi }), ...(snr !== undefined && { snr }) }
}

function radioOf({ radio, modem }: ModemOptions): LoraRadio {
  // An EByte module has its own settings, which it does not tell.
  if (modem.startsWith('ebyte')) return {}
  const { frequencyHz, spreadingFactor, bandwidthHz, codingRate } = radio
  return { frequencyHz, spreadingFactor, bandwidthHz, codingRate }
}

function rawUplink(options: ModemOptions, packet: Packet, receivedAt: number) {
  return {
    ...{ source: options.id, network: 'p2p' as const, deviceId: options.id },
    payload: packet.bytes,
    confirmed: false,
    ...{ receivedAt, timeSource: 'clock' as const },
    gateways: [gatewayOf(options, packet)],
    radio: radioOf(options),
    trust: 'none' as const,
  }
}
