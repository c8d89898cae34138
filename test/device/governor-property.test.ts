/**
 * Whatever is done to a governor, in whatever order, nothing leaves it that its rules do not allow. The
 * rules are written here a second time, from the outside: by the bytes on the wire alone.
 */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Governor, type GovernorSettings } from '../../src/device/governor/governor.ts'
import { redeem } from '../../src/device/governor/permit.ts'
import type { BusRequest, Requester, SentFrame } from '../../src/model/bus-request.ts'
import { frameOf } from '../../src/model/frame.ts'
import type { OutgoingFrame, Permit, SendResult, Transmitter } from '../../src/model/transmit.ts'
import { seeded } from '../decoder/dbc-reference.ts'
import { openSettings } from '../support/governed-bus.ts'

const test = suite('governor: nothing gets round it')

/** Fewer while mutants of the governor are tried, which are many. */
const SEQUENCES = Number(process.env.GOVERNOR_SEQUENCES ?? 100_000)
const STEPS = 30

interface Sent extends OutgoingFrame {
  at: number
}

/** Timers that fire when the time is set, without an event loop. */
class Timers {
  now = 0
  readonly #timers = new Set<{ due: number; run: () => void }>()

  readonly after = (delayMs: number, run: () => void) => {
    const timer = { due: this.now + delayMs, run }
    this.#timers.add(timer)
    return () => void this.#timers.delete(timer)
  }

  pass(ms: number): void {
    const end = this.now + ms
    for (;;) {
      const next = [...this.#timers]
        .filter(({ due }) => due <= end)
        .sort((a, b) => a.due - b.due)[0]
      if (next === undefined) break
      this.#timers.delete(next)
      this.now = Math.max(this.now, next.due)
      next.run()
    }
    this.now = end
  }
}

class World {
  readonly timers = new Timers()
  readonly wire: Sent[] = []
  readonly log: SentFrame[] = []
  /** Permits that an adapter holds back. */
  readonly held: { permit: Permit; settle: (result: SendResult) => void }[] = []
  readonly governor: Governor
  readonly settings: GovernorSettings
  readonly facts = { mayAsk: true, stands: true, attached: false, stopped: false }
  /** First frames since the last request, by who is to get flow control for them. */
  readonly firstFrames = new Map<number, number>()
  readonly transmitter: Transmitter
  privilegedAsked = false
  /** Requests that named who answers: by the answer's identifier, who was asked. */
  readonly named = new Map<number, number[]>()
  readonly problems: string[] = []
  private isHolding = false

  constructor(settings: GovernorSettings) {
    this.settings = settings
    this.governor = new Governor({
      source: 's',
      vehicle: 'v',
      settings,
      facts: {
        mayAsk: () =>
          this.facts.mayAsk ? { ok: true } : { ok: false, reason: 'parked', detail: 'parked' },
        stands: () => this.facts.stands,
      },
      clock: { now: () => this.timers.now, monotonic: () => this.timers.now },
      after: this.timers.after,
      sent: (frame) => this.log.push(frame),
    })
    this.transmitter = {
      flowControl: 'gateway',
      send: (permit) =>
        new Promise((settle) => {
          if (this.isHolding) this.held.push({ permit, settle })
          else settle(this.redeem(permit))
        }),
    }
  }

  hold(isHolding: boolean): void {
    this.isHolding = isHolding
  }

  redeem(permit: Permit): SendResult {
    const frame = redeem(permit)
    if (frame === undefined) return { kind: 'failed', reason: 'permit', detail: '' }
    this.wire.push({ ...frame, at: this.timers.now })
    const problem = this.problemOf(frame)
    if (problem !== undefined) this.problems.push(`${problem}: ${text(frame)}`)
    return { kind: 'sent' }
  }

  /** What is wrong with a frame that left now, judged from outside. */
  private problemOf(frame: OutgoingFrame): string | undefined {
    const { facts, settings } = this
    if (settings.listenOnly) return 'listen-only'
    if (!facts.attached) return 'no adapter'
    if (facts.stopped) return 'stopped'
    if (isFlowControl(frame)) {
      const owed = this.firstFrames.get(frame.id) ?? 0
      if (owed === 0) return 'flow control that nobody waits for'
      this.firstFrames.set(frame.id, owed - 1)
      return undefined
    }
    if (!facts.mayAsk) return 'parked'
    const kind = kindOf(frame, settings)
    if (kind === 'clear') {
      if (!settings.clearing) return 'clearing is not configured'
      if (!this.privilegedAsked) return 'clearing that nobody with the right to it asked for'
      return facts.stands ? undefined : 'clearing while moving'
    }
    return kind === 'read' ? undefined : 'not allowed'
  }
}

function text({ id, data }: OutgoingFrame): string {
  return `${id.toString(16)}#${Buffer.from(data).toString('hex')}`
}

function isFlowControl({ data }: OutgoingFrame): boolean {
  return data.length === 8 && data[0] === 0x30 && data[1] === 0 && data[2] === 0
}

const readPgns = [
  60928, 64896, 64912, 64920, 64949, 64950, 64951, 64952, 64965, 65200, 65203, 65209, 65210, 65211,
  65214, 65215, 65217, 65227, 65229, 65230, 65231, 65236, 65242, 65244, 65248, 65253, 65255, 65257,
  65259, 65260, 65276,
]

/** By the bytes of the frame alone: a reading request, one that clears, or neither. */
function kindOf(
  { id, extended, data }: OutgoingFrame,
  settings: GovernorSettings,
): 'read' | 'clear' | 'neither' {
  const hex = id.toString(16).padStart(extended ? 8 : 3, '0')
  if (extended && /^18ea..f9$/.test(hex) && data.length === 3) {
    const pgn = Buffer.from(data).readUIntLE(0, 3)
    if (pgn === 65228 || pgn === 65235) return 'clear'
    return readPgns.includes(pgn) ? 'read' : 'neither'
  }
  const isDiagnostic = extended
    ? /^18(db33|da..)f1$/.test(hex) && hex !== '18daf1f1'
    : /^7(df|e[0-7])$/.test(hex) ||
      (/^7[0-9a-d]/.test(hex) && settings.profileIds.some((known) => known.id === id))
  if (!isDiagnostic || data.length !== 8) return 'neither'
  const length = data[0] as number
  if (length < 1 || length > 7) return 'neither'
  if (!data.subarray(1 + length).every((byte) => byte === 0xaa)) return 'neither'
  const question = Buffer.from(data.subarray(1, 1 + length)).toString('hex')
  if (question === '04' || question === '14ffffff') return 'clear'
  const isReading =
    /^(01|06)(..){1,6}$|^02(....){1,3}$|^03$|^07$|^0a$|^09..$|^22(....){1,3}$|^19(..)+$/.test(
      question,
    )
  return isReading ? 'read' : 'neither'
}

const services = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x10, 0x11, 0x14, 0x19, 0x22, 0x27, 0x2e, 0x2f, 0x31,
]
const identifiers = [
  0x7df, 0x7e0, 0x7e1, 0x7e7, 0x7b3, 0x7e8, 0x123, 0x18db33f1, 0x18da10f1, 0xcf00400,
]
const kinds = ['gateway', 'api', 'mqtt', 'flow', 'command'] as const

type Random = ReturnType<typeof seeded>

function pick<T>(random: Random, items: readonly T[]): T {
  return items[Math.floor(random() * items.length)] as T
}

function requesterOf(random: Random): Requester {
  const privileges = pick(random, [undefined, [], [1], [2], [1, 2, 3]])
  const base = { kind: random() < 0.4 ? 'gateway' : pick(random, kinds), name: 'x' } as const
  return privileges === undefined ? base : { ...base, privileges }
}

function requestOf(random: Random): BusRequest {
  const requester = requesterOf(random)
  const cause = 'any'
  if (random() < 0.2) {
    const pgn = pick(random, [...readPgns, 65228, 65235, 61444, 0xef00, 0xff01, random() * 2 ** 18])
    const data = Uint8Array.of(pgn & 0xff, (pgn >> 8) & 0xff, pgn >> 16)
    const id = pick(random, [255, 0, 0x21, 256, -1])
    return { kind: 'pgn', to: { id, extended: true }, data, requester, cause }
  }
  const usual = random() < 0.5 ? [0x7e0, 0x7df] : identifiers
  const id = random() < 0.95 ? pick(random, usual) : Math.floor(random() * 2 ** 33)
  const extended = random() < 0.95 ? id > 0x7ff : random() < 0.5
  const rest = Array.from({ length: Math.floor(random() * 9) }, () => Math.floor(random() * 256))
  const plain = [[4], [0x14, 0xff, 0xff, 0xff], [1, 12], [3], [0x22, 0xf1, 0x90]]
  const data = random() < 0.7 ? pick(random, plain) : [pick(random, services), ...rest]
  const request: BusRequest = {
    kind: 'diagnostic',
    to: { id, extended },
    data: Uint8Array.from(data),
    requester,
    cause,
  }
  if (random() < 0.1)
    request.from = { id: pick(random, [0x7e8, 0x7bb, 0x123]), extended: random() < 0.2 }
  if (random() < 0.1) request.waitMs = (random() - 0.2) * 10_000
  if (random() < 0.1) request.responders = Math.floor(random() * 20) - 2
  return request
}

/** A request may be changed by whoever made it while it is under way. */
function spoil(request: BusRequest, random: Random): void {
  if (random() < 0.5) return
  request.data.fill(0x2e)
  request.to.id = 0x123
}

function ask(world: World, random: Random): void {
  const request = requestOf(random)
  const { kind, privileges = [] } = request.requester
  const wires = world.wire.length
  const mayClear = kind !== 'gateway' && privileges.includes(2)
  const wasPrivileged = world.privilegedAsked
  // A clearing that is held back may leave later: the right to it stays with the sequence.
  world.privilegedAsked ||= mayClear
  const before = world.firstFrames.size
  if (request.from !== undefined) {
    const { id } = request.from
    world.named.set(id, [...(world.named.get(id) ?? []), request.to.id])
  }
  void world.governor.request(request)
  if (world.wire.length > wires && before > 0) world.firstFrames.clear()
  if (!mayClear && world.wire.length > wires) {
    const last = world.wire[world.wire.length - 1] as Sent
    if (kindOf(last, world.settings) === 'clear') world.problems.push(`cleared by ${kind}`)
    if (kind !== 'gateway' && kind !== 'command') world.problems.push(`asked by ${kind}`)
  }
  world.privilegedAsked = wasPrivileged || mayClear
  spoil(request, random)
}

function hear(world: World, random: Random): void {
  const id = pick(random, [0x7e8, 0x7e9, 0x7bb, 0x18daf110, 0x123, 0x18fee500])
  const first = pick(random, [0x03, 0x10, 0x10, 0x21, 0x30, 0x7f])
  const frame = frameOf(id, [first, 0x14, 0x49, 2, 1, 0x31, 0x44, 0x34], { extended: id > 0x7ff })
  if (first === 0x10) {
    const owed = id === 0x7bb ? 0x7b3 : id > 0x7ff ? 0x18da00f1 | ((id & 0xff) << 8) : id - 8
    for (const to of [owed, ...(world.named.get(id) ?? [])]) world.firstFrames.set(to, 1)
  }
  world.governor.frame(frame)
}

const steps: ((world: World, random: Random) => void)[] = [
  ask,
  ask,
  ask,
  ask,
  hear,
  hear,
  (world, random) => {
    const nrc = pick(random, [0x21, 0x78, 0x31])
    const data = random() < 0.5 ? [0x41, 12, 0, 0] : [0x7f, 1, nrc]
    world.governor.message(0x7e8, false, Uint8Array.from(data), 0)
  },
  (world, random) => world.timers.pass(pick(random, [1, 5, 20, 60, 250, 1000, 6000, 70_000])),
  (world, random) => {
    world.facts.mayAsk = random() < 0.8
  },
  (world, random) => {
    world.facts.stands = random() < 0.5
  },
  (world, random) => {
    world.facts.attached = random() < 0.8
    world.governor.transmitter(world.facts.attached ? world.transmitter : undefined)
  },
  (world, random) =>
    world.governor.busState(pick(random, ['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'errors', 'off'])),
  (world, random) => world.hold(random() < 0.3),
  (world, random) => {
    for (const { permit, settle } of world.held.splice(0)) {
      settle(world.redeem(permit))
      if (random() < 0.3) settle(world.redeem(permit))
    }
  },
]

function settingsOf(random: Random): GovernorSettings {
  return {
    ...openSettings,
    listenOnly: random() < 0.1,
    clearing: random() < 0.5,
    profileIds: [...openSettings.profileIds, { id: 0x123, extended: false }],
    pgns: [...openSettings.pgns, 65228, 0xef00],
    perSecond: pick(random, [1, 5, 20]),
    perSecondAndUnit: pick(random, [1, 3, 10]),
    minGapMs: pick(random, [0, 15, 200]),
  }
}

function checkRates(world: World): void {
  const { perSecond, perSecondAndUnit, minGapMs } = world.settings
  const requests = world.wire.filter((frame) => !isFlowControl(frame))
  for (const [index, frame] of requests.entries()) {
    const inSecond = requests.slice(index).filter(({ at }) => at < frame.at + 1000)
    const toUnit = inSecond.filter(({ id }) => id === frame.id)
    const previous = requests[index - 1]
    if (inSecond.length > perSecond) world.problems.push('too many on the bus')
    if (toUnit.length > perSecondAndUnit) world.problems.push('too many to a control unit')
    if (previous && frame.at - previous.at < minGapMs) world.problems.push('too close')
  }
}

test(`no sequence of ${SEQUENCES.toLocaleString('en')} lets out what is not allowed`, async () => {
  let sent = 0
  for (let seed = 1; seed <= SEQUENCES; seed++) {
    const random = seeded(seed)
    const world = new World(settingsOf(random))
    world.facts.attached = true
    world.governor.transmitter(world.transmitter)
    for (let step = 0; step < STEPS; step++) {
      pick(random, steps)(world, random)
      // What was settled is heard of in microtasks.
      for (let turn = 0; turn < 4; turn++) await undefined
    }
    if (random() < 0.3) {
      void world.governor.stop()
      world.facts.stopped = true
      for (const { permit } of world.held.splice(0)) world.redeem(permit)
      ask(world, random)
    }
    checkRates(world)
    if (world.log.length !== world.wire.length) world.problems.push('the log is not the wire')
    sent += world.wire.length
    if (world.problems.length > 0) assert.unreachable(`seed ${seed}: ${world.problems.join('; ')}`)
  }
  assert.ok(sent > SEQUENCES * 0.7, `${sent} frames were sent at all`)
})

test.run()
