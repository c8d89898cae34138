/**
 * The AT commands of a fake ELM327 as rows: how they are written, the first version that knows them
 * (ELM Electronics, "ELM327 AT Commands", 2014) and what they do. Commands for buses that are not
 * simulated are taken and change nothing.
 */
import type { Answer, ElmCommand, ElmHost } from './elm-adapter-host.ts'
import { hex } from './elm-adapter-lines.ts'
import { DEFAULT_TIMEOUT, defaultSettings } from './elm-adapter-settings.ts'
import { BaudTask, monitor, monitorGroup, ResetTask } from './elm-adapter-slow-commands.ts'

const OK = 'OK'
const REFUSED = '?'

type Flag =
  | 'linefeeds'
  | 'spaces'
  | 'responses'
  | 'memory'
  | 'autoFormat'
  | 'flowControl'
  | 'dlc'
  | 'variableDlc'
  | 'j1939Header'
  | 'echo'

function row(pattern: RegExp, since: string, run: ElmCommand['run']): ElmCommand {
  return { pattern, since, run }
}

function flag(pattern: RegExp, since: string, name: Flag): ElmCommand {
  return row(pattern, since, ({ settings }, [value]) => {
    settings[name] = value === '1'
    return OK
  })
}

/** Taken, without effect on a simulated bus. */
function taken(pattern: RegExp, since: string): ElmCommand {
  return row(pattern, since, () => OK)
}

function set(
  pattern: RegExp,
  since: string,
  change: (host: ElmHost, args: readonly string[]) => void,
): ElmCommand {
  return row(pattern, since, (host, args) => {
    change(host, args)
    return OK
  })
}

const general: readonly ElmCommand[] = [
  row(/^Z$/, '1.0', (host) => reset(host, 500)),
  row(/^WS$/, '1.0', (host) => reset(host, 30)),
  set(/^D$/, '1.0', (host) => Object.assign(host.settings, defaultSettings())),
  row(/^I$/, '1.0', ({ banner }) => banner),
  row(/^@1$/, '1.0', () => 'OBDII to RS232 Interpreter'),
  row(/^@2$/, '1.3', ({ memory }) => memory.get('@2') ?? REFUSED),
  set(/^@3(.{12})$/, '1.3', ({ memory }, [text = '']) => memory.set('@2', text)),
  flag(/^E([01])$/, '1.0', 'echo'),
  flag(/^L([01])$/, '1.0', 'linefeeds'),
  flag(/^S([01])$/, '1.3', 'spaces'),
  flag(/^M([01])$/, '1.0', 'memory'),
  row(/^BRD([0-9A-F]{2})$/, '1.2', baudDivisor),
  taken(/^BRT[0-9A-F]{2}$/, '1.2'),
  taken(/^FE$/, '1.3a'),
  row(/^LP$/, '1.4', (host) => {
    host.sleep()
    return undefined
  }),
  set(/^SD([0-9A-F]{2})$/, '1.4', ({ memory }, [byte = '']) => memory.set('SD', byte)),
  row(/^RD$/, '1.4', ({ memory }) => memory.get('SD') ?? 'FF'),
  row(/^IGN$/, '1.4', ({ bus, now }) => (bus.model.voltage(now) > 6 ? 'ON' : 'OFF')),
  row(/^RV$/, '1.0', (host) => (host.dice.has('no-rv') ? REFUSED : volts(host))),
  set(/^CV(\d{4})$/, '1.0', calibrate),
  row(/^PPS$/, '1.1', parameters),
  set(/^PP([0-9A-F]{2})SV([0-9A-F]{2})$/, '1.1', ({ memory }, [number, value]) => {
    memory.set(`PP${number}`, value ?? '')
  }),
  taken(/^PP[0-9A-F]{2}(ON|OFF)$/, '1.1'),
]

const obd: readonly ElmCommand[] = [
  row(/^AL$/, '1.0', ({ settings }) => {
    settings.long = true
    return OK
  }),
  set(/^NL$/, '1.0', ({ settings }) => {
    settings.long = false
  }),
  row(/^AMC$/, '2.0', () => '00'),
  taken(/^AMT[0-9A-F]{2}$/, '2.0'),
  taken(/^(AR|SR[0-9A-F]{2})$/, '1.2'),
  taken(/^RA[0-9A-F]{2}$/, '1.3'),
  taken(/^(TA[0-9A-F]{2}|SS)$/, '1.4'),
  set(/^AT([012])$/, '1.2', ({ settings }, [mode]) => {
    settings.adaptive = mode === '0' ? 0 : mode === '1' ? 1 : 2
  }),
  row(/^BD$/, '1.0', () => '00'),
  set(/^BI$/, '1.0', ({ bus }) => {
    bus.mode = 'normal'
  }),
  row(/^DP$/, '1.0', ({ bus }) => {
    if (!bus.isAuto) return bus.protocol.name
    return bus.mode === 'off' && !bus.hasPreference ? 'AUTO' : `AUTO, ${bus.protocol.name}`
  }),
  row(/^DPN$/, '1.0', ({ bus }) => {
    if (!bus.isAuto) return bus.protocol.digit
    return bus.mode === 'off' && !bus.hasPreference ? 'A0' : `A${bus.protocol.digit}`
  }),
  set(/^H([01])$/, '1.0', ({ settings, dice }, [value]) => {
    settings.headers = value === '1' && !dice.has('headers-off')
  }),
  row(/^MA$/, '1.0', (host) => monitor(host, () => true)),
  row(/^MR([0-9A-F]{2})$/, '1.0', (host, [byte = '']) => {
    return monitor(host, ({ id }) => ((id >>> 8) & 0xff) === Number.parseInt(byte, 16))
  }),
  row(/^MT([0-9A-F]{2})$/, '1.0', (host, [byte = '']) => {
    return monitor(host, ({ id }) => (id & 0xff) === Number.parseInt(byte, 16))
  }),
  set(/^PC$/, '1.0', ({ bus }) => bus.close()),
  flag(/^R([01])$/, '1.0', 'responses'),
  set(/^SH([0-9A-F]{3}|[0-9A-F]{6})$/, '1.0', setHeader),
  set(/^SH([0-9A-F]{8})$/, '2.2', setHeader),
  row(/^([ST])P00$/, '1.3', (host, [letter]) => choose(host, letter, '0')),
  row(/^([ST])P(A?[0-9A-C])$/, '1.0', (host, [letter, choice = '']) => {
    return choose(host, letter, choice)
  }),
  set(/^ST([0-9A-F]{2})$/, '1.0', ({ settings }, [value = '']) => {
    settings.timeout = Number.parseInt(value, 16) || DEFAULT_TIMEOUT
  }),
]

const can: readonly ElmCommand[] = [
  set(/^CEA([0-9A-F]{2})?$/, '1.4', ({ settings }, [value]) => {
    settings.extendedAddress = value === undefined ? undefined : Number.parseInt(value, 16)
  }),
  flag(/^CAF([01])$/, '1.0', 'autoFormat'),
  set(/^CF([0-9A-F]{8}|[0-9A-F]{3})$/, '1.0', ({ settings }, [id = '']) => {
    settings.receiveId = Number.parseInt(id, 16)
  }),
  flag(/^CFC([01])$/, '1.0', 'flowControl'),
  set(/^CM([0-9A-F]{8}|[0-9A-F]{3})$/, '1.0', ({ settings }, [mask = '']) => {
    settings.receiveMask = Number.parseInt(mask, 16)
  }),
  set(/^CP([0-9A-F]{2})$/, '1.0', ({ settings }, [value = '']) => {
    settings.priority = Number.parseInt(value, 16) & 0x1f
  }),
  set(/^CRA([0-9A-F]{8}|[0-9A-F]{3})$/, '1.3', receiveAddress),
  set(/^CRA$/, '1.4b', receiveAddress),
  set(/^CRA([0-9A-FX]{8}|[0-9A-FX]{3})$/, '2.0', receiveAddress),
  row(/^CS$/, '1.0', ({ dice }) => (dice.has('bus-off') ? 'T:OFF R:00' : 'T:00 R:00')),
  row(/^CSM([01])$/, '1.4b', ({ settings, dice }, [value]) => {
    if (dice.has('no-csm')) return REFUSED
    settings.silentMonitor = value === '1'
    return OK
  }),
  set(/^[CJ]TM([15])$/, '1.4b', ({ settings }, [value]) => {
    settings.timeoutFactor = value === '5' ? 5 : 1
  }),
  flag(/^D([01])$/, '1.3', 'dlc'),
  row(/^FCSM([012])$/, '1.1', flowMode),
  set(/^FCSH([0-9A-F]{8}|[0-9A-F]{3})$/, '1.1', ({ settings }, [id = '']) => {
    settings.flowHeader = Number.parseInt(id, 16)
  }),
  set(/^FCSD((?:[0-9A-F]{2}){1,5})$/, '1.1', ({ settings }, [data = '']) => {
    settings.flowData = Uint8Array.from(Buffer.from(data, 'hex'))
  }),
  taken(/^PB[0-9A-F]{4}$/, '1.4'),
  flag(/^V([01])$/, '1.3', 'variableDlc'),
  row(/^DM1$/, '1.2', (host) => monitorGroup(host, 0xfeca)),
  set(/^J([ES])$/, '1.3', ({ settings }, [order]) => {
    settings.j1939Order = order === 'E'
  }),
  flag(/^JHF([01])$/, '1.4b', 'j1939Header'),
  row(/^MP([0-9A-F]{6}|[0-9A-F]{4})([0-9A-F])?$/, '1.2', (host, [group = '', count]) => {
    const lines = count === undefined ? undefined : Number.parseInt(count, 16)
    return monitorGroup(host, Number.parseInt(group, 16), lines)
  }),
]

const otherBuses: readonly ElmCommand[] = [
  taken(/^(IFR[012HS]|IIA[0-9A-F]{2}|KW[01])$/, '1.2'),
  taken(/^(IB10|IB96|SW[0-9A-F]{2}|WM(?:[0-9A-F]{2}){1,6})$/, '1.0'),
  taken(/^IB48$/, '1.4'),
  row(/^KW$/, '1.3', () => '1:-- 2:--'),
]

export const elmCommands: readonly ElmCommand[] = [...general, ...obd, ...can, ...otherBuses]

function reset(host: ElmHost, delayMs: number): Answer {
  new ResetTask(host, delayMs).start()
  return undefined
}

/** A digit, or `A` and a digit to be tried first; SP is remembered where AT M1 says so. */
function choose({ bus, settings, memory }: ElmHost, letter = '', choice = ''): Answer {
  if (!bus.choose(choice.slice(-1), choice.length > 1)) return REFUSED
  if (letter === 'S' && settings.memory) memory.set('SP', choice)
  return OK
}

function volts({ bus, memory, now }: ElmHost): string {
  const factor = Number(memory.get('CV') ?? '1')
  return `${(bus.model.voltage(now) * factor).toFixed(1)}V`
}

function calibrate({ bus, memory, now }: ElmHost, [given = '']: readonly string[]): void {
  const wanted = Number(given) / 100
  memory.set('CV', wanted === 0 ? '1' : String(wanted / bus.model.voltage(now)))
}

function setHeader({ settings }: ElmHost, [text = '']: readonly string[]): void {
  const digits = text.length === 3 ? 3 : text.length === 6 ? 6 : 8
  settings.header = { value: Number.parseInt(text, 16), digits }
}

function receiveAddress({ settings }: ElmHost, [text]: readonly string[]): void {
  if (text === undefined) {
    settings.receiveId = undefined
    settings.receiveMask = undefined
    return
  }
  settings.receiveId = Number.parseInt(text.replaceAll('X', '0'), 16)
  const mask = text.replace(/[0-9A-F]/g, 'F').replaceAll('X', '0')
  settings.receiveMask = Number.parseInt(mask, 16) & (text.length === 3 ? 0x7ff : 0x1fffffff)
}

/** Modes 1 and 2 want their data (and header) first. */
function flowMode({ settings }: ElmHost, [mode]: readonly string[]): Answer {
  const isReady =
    mode === '0' ||
    (settings.flowData !== undefined && (mode === '2' || settings.flowHeader !== undefined))
  if (isReady) settings.flowMode = mode === '0' ? 0 : mode === '1' ? 1 : 2
  return isReady ? OK : REFUSED
}

/** 4 Mbit/s divided; the host has to say that it can follow. */
function baudDivisor(host: ElmHost, [divisor = '']: readonly string[]): Answer {
  const value = Number.parseInt(divisor, 16)
  if (value === 0) return REFUSED
  new BaudTask(host, Math.round(4_000_000 / value), host.banner).start()
  return undefined
}

/** Number, value and whether it is on, four a line. */
function parameters({ memory }: ElmHost): Answer {
  return Array.from({ length: 12 }, (_, line) =>
    Array.from({ length: 4 }, (_, column) => {
      const number = hex(4 * line + column, 2)
      return `${number}:${memory.get(`PP${number}`) ?? 'FF'} F`
    }).join('  '),
  )
}
