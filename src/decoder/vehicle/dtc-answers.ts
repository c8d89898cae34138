/**
 * What a control unit said about its trouble codes, in one shape for OBD-II, UDS and J1939: to which
 * question, whether that was all of them, and each code as it is kept. Stands between the taps of the
 * decoders and the keeper.
 *
 * Complete is an answer from which a code that is not in it can be told to be gone:
 *   OBD-II 03, 07, 0A   as many codes as announced, and nothing but zeros behind them
 *   UDS 19              reports of all codes of a mask, whole entries to the end
 *   J1939               a list of codes, unless its first code is all ones: not available
 */
import type {
  TroubleCodeKind,
  TroubleCodeLamp,
  TroubleCodeState,
  TroubleCodeSystem,
} from '../../model/trouble-code.ts'
import type { DmCodes, DmMessage } from '../j1939/dm.ts'
import { fmiTexts } from '../j1939/fmi-texts.ts'
import type { Lamp, Lamps } from '../j1939/lamps.ts'
import { pgnTable } from '../j1939/pgn-table.ts'
import type { VersionedCode } from '../j1939/trouble-codes.ts'
import { hex } from '../obd/hex.ts'
import { isPadding } from '../obd/padding.ts'
import type { TroubleCode, TroubleCodes } from '../obd/sinks.ts'
import type { IsotpMessage } from '../taps.ts'

/** A code as it was just told. */
export interface HeardCode
  extends Pick<TroubleCodeState, 'code' | 'system' | 'kind' | 'description' | 'lamp'> {
  /** As the control unit counts. */
  count?: number
}

export interface CodeAnswer {
  controlUnit: string
  /** Answers to the same question can be compared. */
  question: string
  codes: readonly HeardCode[]
  isComplete: boolean
  /** Sent again and again without being asked for. */
  isBroadcast: boolean
}

const systems: Readonly<Record<string, TroubleCodeSystem>> = {
  P: 'powertrain',
  C: 'chassis',
  B: 'body',
  U: 'network',
}

export function unitOf({ id, extended }: { id: number; extended: boolean }): string {
  return hex(id, extended ? 8 : 3)
}

export function unitAt(sourceAddress: number): string {
  return `SA ${sourceAddress}`
}

// ── OBD-II and UDS ──────────────────────────────────────────────────────────────────────────

/** Reports of UDS 19 that hold all codes of a mask: where their entries begin, and how long they are. */
const wholeReports: ReadonlyMap<number, { head: number; size: number }> = new Map([
  [0x02, { head: 3, size: 4 }],
  [0x08, { head: 3, size: 6 }],
  [0x0a, { head: 3, size: 4 }],
  [0x13, { head: 3, size: 4 }],
  [0x15, { head: 3, size: 4 }],
  [0x17, { head: 4, size: 4 }],
  [0x42, { head: 6, size: 5 }],
  [0x55, { head: 5, size: 4 }],
])

const permanentReports: ReadonlySet<number> = new Set([0x15, 0x55])

/** `mask`: what was asked for, where the request was seen. */
export function diagnosticAnswer(
  message: IsotpMessage,
  told: TroubleCodes,
  mask: string | undefined,
): CodeAnswer {
  const { service, kind, codes, report } = told
  const isUds = kind === 'uds'
  return {
    controlUnit: unitOf(message),
    question: isUds ? `19 ${hex(report ?? 0)} ${mask ?? '?'}` : hex(service),
    codes: codes.flatMap((code) => heardCode(code, isUds ? udsKind(code, report) : kind) ?? []),
    isComplete: isUds ? isWholeReport(message.data, report) : isAllAnnounced(message.data, codes),
    isBroadcast: false,
  }
}

function heardCode(
  { code, text, failureType, status }: TroubleCode,
  kind: TroubleCodeKind | undefined,
): HeardCode | undefined {
  if (kind === undefined) return undefined
  const description = [text, failureType].filter((words) => words !== undefined).join(': ')
  return {
    code,
    system: code.startsWith('SPN') ? 'j1939' : (systems[code.charAt(0)] ?? 'powertrain'),
    kind,
    ...(description === '' ? {} : { description }),
    ...(status?.includes('warning lamp requested') ? { lamp: 'warning' } : {}),
  }
}

/** Undefined for a code that is listed because it can be tested, not because it has failed. */
function udsKind(
  { status = [] }: TroubleCode,
  report: number | undefined,
): TroubleCodeKind | undefined {
  if (report !== undefined && permanentReports.has(report)) return 'permanent'
  if (status.includes('confirmed')) return 'stored'
  if (status.includes('pending')) return 'pending'
  return status.includes('test failed') ? 'active' : undefined
}

function isAllAnnounced(data: Uint8Array, codes: readonly TroubleCode[]): boolean {
  const announced = data[1]
  if (announced === undefined || announced !== codes.length) return false
  return data.subarray(2 + 2 * announced).every((byte) => byte === 0)
}

function isWholeReport(data: Uint8Array, report: number | undefined): boolean {
  const layout = report === undefined ? undefined : wholeReports.get(report)
  if (layout === undefined || data.length < layout.head) return false
  const over = (data.length - layout.head) % layout.size
  return over === 0 || isPadding(data, data.length - over, data.length)
}

// ── J1939 ───────────────────────────────────────────────────────────────────────────────────

const dmKinds: Readonly<Record<DmCodes['kind'], TroubleCodeKind>> = {
  DM1: 'active',
  DM2: 'previous',
  DM6: 'pending',
  DM12: 'active',
  DM23: 'previous',
  DM27: 'pending',
  DM28: 'permanent',
}

/** The gravest first. */
const lamps: readonly [name: keyof Lamps, lamp: TroubleCodeLamp][] = [
  ['rsl', 'stop'],
  ['mil', 'malfunction'],
  ['awl', 'warning'],
  ['pl', 'protect'],
]

const lit: ReadonlySet<Lamp> = new Set<Lamp>(['on', 'on_slow_flash', 'on_fast_flash'])

const FIRST_CODE = 2
const NO_COUNT = 127

const spnLabels: ReadonlyMap<number, string> = new Map(
  pgnTable
    .flatMap(({ spns }) => spns.map(({ spn, label }): [number, string] => [spn, label]))
    .reverse(),
)

/** Undefined for a diagnostic message that lists no codes. */
export function dmAnswer(
  content: DmMessage,
  source: number,
  data: Uint8Array,
): CodeAnswer | undefined {
  if (!isCodeList(content)) return undefined
  const kind = dmKinds[content.kind]
  const lamp = lamps.find(([name]) => lit.has(content.lamps[name]))?.[1]
  return {
    controlUnit: unitAt(source),
    question: content.kind,
    codes: content.dtcs.map((code) => ({
      code: dmCode(code),
      system: 'j1939',
      kind,
      description: dmText(code),
      ...(lamp === undefined ? {} : { lamp }),
      ...(code.oc === NO_COUNT ? {} : { count: code.oc }),
    })),
    isComplete: !data.subarray(FIRST_CODE, FIRST_CODE + 4).every((byte) => byte === 0xff),
    isBroadcast: content.kind === 'DM1',
  }
}

function isCodeList(content: DmMessage): content is DmCodes {
  return 'dtcs' in content && 'lamps' in content && content.kind in dmKinds
}

export function dmCode({ spn, fmi }: VersionedCode): string {
  return `SPN ${spn} FMI ${fmi}`
}

function dmText({ spn, fmi }: VersionedCode): string {
  return `${spnLabels.get(spn) ?? `SPN ${spn}`}: ${fmiTexts[fmi]}`
}
