/**
 * The ST commands of a fake STN11xx or STN21xx as rows, after the public OBDLink Family Reference and
 * Programming Manual. Those for buses and power states that are not simulated are taken.
 */
import type { CanFrame } from '../../model/frame.ts'
import type { Answer, ElmCommand, ElmHost } from './elm-adapter-host.ts'
import { MonitorTask } from './elm-adapter-monitor.ts'
import type { ElmProtocol } from './elm-adapter-settings.ts'
import { BaudTask } from './elm-adapter-slow-commands.ts'
import type { StnFilters } from './stn-adapter-filters.ts'

export interface StnIdentity {
  /** `STI`. */
  firmware: string
  /** `STDI`. */
  device: string
  /** `STSN`. */
  serial: string
}

const OK = 'OK'
const REFUSED = '?'
/** Of the serial line, in bit/s. */
const MAX_BAUD = 2_000_000

export function stnCommands(identity: StnIdentity, filters: StnFilters): readonly ElmCommand[] {
  return [...general(identity), ...protocols(), ...filtering(filters), ...monitoring(filters)]
}

function row(pattern: RegExp, run: ElmCommand['run']): ElmCommand {
  return { pattern, since: '1.0', run }
}

function general({ firmware, device, serial }: StnIdentity): ElmCommand[] {
  return [
    row(/^IX?$/, () => firmware),
    row(/^DIX?$/, () => device),
    row(/^SN$/, () => serial),
    row(/^MFR$/, () => 'OBD Solutions LLC'),
    row(/^VRX?(\d)?$/, ({ bus, now }, [digits]) => {
      return bus.model.voltage(now).toFixed(digits === undefined ? 2 : Number(digits))
    }),
    row(/^BR(\d+)$/, (host, [text]) => {
      const baud = Number(text)
      if (baud < 38 || baud > MAX_BAUD) return REFUSED
      new BaudTask(host, baud, firmware).start()
      return undefined
    }),
    row(/^SBR(\d+)$/, ({ out }, [text]) => {
      const baud = Number(text)
      if (baud < 38 || baud > MAX_BAUD) return REFUSED
      out.line(OK)
      out.baud = baud
      return []
    }),
    row(/^(BRT\d+|WBR|UIL[01]|CSEG[RT][01]|CTOR.*|CFCP[AC].*|C?AFCP.*|CCFCP|PTOT?\d+)$/, () => OK),
    row(/^SLEEP\d*$/, (host) => {
      host.sleep()
      return undefined
    }),
  ]
}

function protocols(): ElmCommand[] {
  return [
    row(/^P(\d{2})$/, ({ bus }, [text = '']) => {
      const protocol = stnProtocol(text)
      if (protocol === undefined) return REFUSED
      bus.use(protocol)
      return OK
    }),
    row(/^PRS?$/, ({ bus }) => bus.protocol.name),
    row(/^PBR(\d+)$/, ({ bus }, [text]) => {
      if (bus.protocol.bitrate === 0) return REFUSED
      bus.use({ ...bus.protocol, bitrate: Number(text) })
      return OK
    }),
    row(/^PBRR$/, ({ bus }) => String(bus.protocol.bitrate)),
    row(/^PC$/, ({ bus }) => {
      bus.close()
      return OK
    }),
    row(/^PO$/, ({ bus }) => {
      bus.mode = 'normal'
      return OK
    }),
    row(/^PX(.*)$/, transmit),
  ]
}

function filtering(filters: StnFilters): ElmCommand[] {
  const add =
    (kind: 'pass' | 'block') =>
    (_host: ElmHost, [pattern = '', mask = '']: Args) =>
      filters.add(kind, pattern, mask) ? OK : REFUSED
  const clear = (kind: 'pass' | 'block' | 'all') => () => {
    filters.clear(kind)
    return OK
  }
  return [
    row(/^F(?:AP|PA)([0-9A-F]*),([0-9A-F]*)$/, add('pass')),
    row(/^F(?:AB|BA)([0-9A-F]*),([0-9A-F]*)$/, add('block')),
    row(/^FPGA([0-9A-F]{4,6})(?:,[0-9A-F]{2})?$/, (_host, [group = '']) => {
      filters.addGroup(Number.parseInt(group, 16))
      return OK
    }),
    row(/^F(?:CP|PC)$/, clear('pass')),
    row(/^F(?:CB|BC)$/, clear('block')),
    row(/^F(?:AC|CA|PGC)$/, clear('all')),
    row(/^F(?:AFC|FCA)[0-9A-F]*,[0-9A-F]*$/, () => OK),
    row(/^F(?:CFC|FCC)$/, () => OK),
  ]
}

function monitoring(filters: StnFilters): ElmCommand[] {
  const monitor = (host: ElmHost, wants: (frame: CanFrame) => boolean): Answer => {
    new MonitorTask(host, { wants, isSilent: host.settings.silentMonitor }).start()
    return undefined
  }
  return [
    row(/^CMM([012])$/, ({ settings }, [mode]) => {
      settings.silentMonitor = mode !== '1'
      return OK
    }),
    row(/^MA$/, (host) => monitor(host, () => true)),
    row(/^M$/, (host) => monitor(host, (frame) => filters.passes(frame))),
  ]
}

type Args = readonly string[]

/** `H:` identifier, `D:` data, `R:` number of answers, `T:` ms, in any order. */
function transmit(host: ElmHost, [text = '']: Args): Answer {
  const parts = new Map(text.split(',').map((part) => [part.slice(0, 2), part.slice(2)]))
  const data = parts.get('D:') ?? ''
  if (!/^(?:[0-9A-F]{2}){1,8}$/.test(data)) return REFUSED
  const id = parts.get('H:')
  const count = parts.get('R:')
  const waitMs = parts.get('T:')
  host.request({
    bytes: Uint8Array.from(Buffer.from(data, 'hex')),
    ...(id === undefined ? {} : { id: Number.parseInt(id, 16) }),
    ...(count === undefined ? {} : { count: Number(count) }),
    ...(waitMs === undefined ? {} : { waitMs: Number(waitMs) }),
  })
  return undefined
}

/** 31 to 36 high-speed CAN, raw or ISO 15765; 42 J1939; 51 to 54 medium-speed CAN. */
function stnProtocol(digits: string): ElmProtocol | undefined {
  const can = (
    name: string,
    kind: ElmProtocol['kind'],
    bits: 11 | 29,
    bitrate: number,
  ): ElmProtocol => {
    const full = `${name} (CAN ${bits}/${bitrate / 1000})`
    return { digit: digits, name: full, kind, extended: bits === 29, bitrate, tryMs: 250 }
  }
  switch (digits) {
    case '31':
      return can('HS CAN', 'raw', 11, 500_000)
    case '32':
      return can('HS CAN', 'raw', 29, 500_000)
    case '33':
      return can('ISO 15765', 'iso15765', 11, 500_000)
    case '34':
      return can('ISO 15765', 'iso15765', 29, 500_000)
    case '35':
      return can('ISO 15765', 'iso15765', 11, 250_000)
    case '36':
      return can('ISO 15765', 'iso15765', 29, 250_000)
    case '42':
      return can('SAE J1939', 'j1939', 29, 250_000)
    case '51':
      return can('MS CAN', 'raw', 11, 125_000)
    case '52':
      return can('MS CAN', 'raw', 29, 125_000)
    case '53':
      return can('MS CAN ISO 15765', 'iso15765', 11, 125_000)
    case '54':
      return can('MS CAN ISO 15765', 'iso15765', 29, 125_000)
  }
  return undefined
}
