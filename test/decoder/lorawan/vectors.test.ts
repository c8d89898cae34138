/** Published and shared frames, sessions, counters, joins; only where the folder is found. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Cmac } from '../../../src/decoder/lorawan/cmac.ts'
import { parsePhyPayload } from '../../../src/decoder/lorawan/frame.ts'
import { counterCandidates } from '../../../src/decoder/lorawan/frame-counter.ts'
import { toHex } from '../../../src/decoder/lorawan/hex.ts'
import {
  isAuthenticJoin,
  openJoinAccept,
  sessionKeys10,
} from '../../../src/decoder/lorawan/join.ts'
import { isForwardingHalf, isMic10, isServingHalf } from '../../../src/decoder/lorawan/mic.ts'
import { type LoraSession, Session } from '../../../src/decoder/lorawan/session.ts'
import type { LoraUplink } from '../../../src/model/lora.ts'
import { heard, hexBytes } from '../../support/lorawan-frames.ts'
import { recording } from '../../support/needs.ts'
import { type ReceiverBench, receiverBench } from './receiver-bench.ts'

const test = suite('lorawan vectors')

type Keys = Record<string, string>

interface FrameVector {
  id: string
  mac: '1.0' | '1.1'
  phyPayload: string
  keys: Keys
  fCntMsb: number
  txDr?: number
  txCh?: number
  confFCnt?: number
  expect: Record<string, unknown> & { parseError?: string; drop?: boolean; micOk?: boolean }
}

interface SessionVector {
  id: string
  session?: (Keys & { lastFCntUp?: number | null }) | null
  sessions?: Keys[]
  policy: { maxFCntGap: number | null; fcntReset: 'reject' | 'allow-zero'; dedupWindowMs: number }
  steps: {
    atMs: number
    gateway: string
    phyPayload: string
    restartBefore?: boolean
    expect: Record<string, unknown> & { result: string; reason?: string; alsoOk?: string[] }
  }[]
}

function vectorsOf<T>(name: string): T[] {
  const file = recording(`lora/${name}`)
  return file === undefined
    ? []
    : (JSON.parse(readFileSync(file, 'utf8')) as { vectors: T[] }).vectors
}

function keyOf(keys: Keys, name: string): Uint8Array {
  return hexBytes(keys[name] ?? '00'.repeat(16))
}

function deviceOf(keys: Keys, mac: '1.0' | '1.1', rest: Partial<LoraSession>): LoraSession {
  const { devEui = '', devAddr = '' } = keys
  const common = {
    devEui,
    devAddr,
    policy: { reset: 'reject' as const },
    appSKey: keyOf(keys, 'appSKey'),
  }
  const own =
    mac === '1.0'
      ? { version: mac, nwkSKey: keyOf(keys, 'nwkSKey') }
      : {
          version: mac,
          fNwkSIntKey: keyOf(keys, 'fNwkSIntKey'),
          sNwkSIntKey: keyOf(keys, 'sNwkSIntKey'),
          nwkSEncKey: keyOf(keys, 'nwkSEncKey'),
        }
  return { ...common, ...own, ...rest } as LoraSession
}

const directions = { up: 'Up', down: 'Down' }

for (const vector of vectorsOf<FrameVector>('lorawan-frames.json')) {
  test(`frame ${vector.id}`, () => {
    const { expect, keys, mac } = vector
    const frame = parsePhyPayload(hexBytes(vector.phyPayload))
    if (expect.parseError !== undefined) {
      assert.is(frame.kind === 'refused' && frame.reason, 'malformed')
      return
    }
    if (frame.kind !== 'data') {
      assert.ok(expect.drop)
      return
    }
    const fCnt = vector.fCntMsb * 0x10000 + frame.fCnt16
    const sent = { txDr: vector.txDr ?? 0, txCh: vector.txCh ?? 0, confFCnt: vector.confFCnt ?? 0 }
    const isTrue =
      mac === '1.0'
        ? isMic10(frame, fCnt, new Cmac(keyOf(keys, 'nwkSKey')))
        : isForwardingHalf(frame, fCnt, new Cmac(keyOf(keys, 'fNwkSIntKey'))) &&
          isServingHalf(frame, fCnt, new Cmac(keyOf(keys, 'sNwkSIntKey')), sent)
    const session = new Session(deviceOf(keys, mac, {}))
    const found: Record<string, unknown> = {
      ...frame,
      mtype: `${frame.confirmed ? 'Confirmed' : 'Unconfirmed'}Data${directions[frame.direction]}`,
      fCnt32: fCnt,
      classBOrFPending: frame.classBOrPending,
      fOpts: toHex(frame.fOpts),
      fPort: frame.fPort ?? null,
      mic: toHex(frame.mic),
      micOk: isTrue,
      frmPayload: toHex(session.payloadOf(frame, fCnt)),
    }
    for (const [name, value] of Object.entries(expect)) {
      if (name in found) assert.equal(found[name], value, name)
    }
  })
}

function benchOf(vector: SessionVector, counters: Map<string, number>): ReceiverBench {
  const { maxFCntGap, fcntReset, dedupWindowMs } = vector.policy
  const policy = { reset: fcntReset, ...(maxFCntGap !== null && { maxGap: maxFCntGap }) }
  const devices = vector.sessions ?? (vector.session ? [vector.session] : [])
  return receiverBench({
    windowMs: dedupWindowMs,
    sessions: devices.map((keys) => {
      const lastFCnt = counters.get(String(keys.devEui))
      return deviceOf(keys as Keys, '1.0', { policy, ...(lastFCnt !== undefined && { lastFCnt }) })
    }),
  })
}

for (const vector of vectorsOf<SessionVector>('sessions.json')) {
  test(`session ${vector.id}`, () => {
    const counters = new Map<string, number>()
    const { session } = vector
    if (typeof session?.lastFCntUp === 'number') {
      counters.set(String(session.devEui), session.lastFCntUp)
    }
    let bench = benchOf(vector, counters)
    for (const { atMs, gateway, phyPayload, restartBefore, expect } of vector.steps) {
      if (restartBefore) bench = benchOf(vector, counters)
      const told = bench.feed(heard(hexBytes(phyPayload), 1e12 + atMs, { id: gateway }))
      const right = [expect.reason ?? expect.result, ...(expect.alsoOk ?? [])]
      assert.ok(right.includes(told), `${told} at ${atMs} ms instead of ${right}`)
      const uplink = bench.accepted.at(-1)
      if (told !== 'accept' || uplink === undefined) continue
      counters.set(uplink.devEui ?? '', uplink.fCnt ?? 0)
      checkUplink(uplink, expect)
    }
  })
}

function checkUplink(uplink: LoraUplink, expect: Record<string, unknown>): void {
  const found: Record<string, unknown> = {
    fCnt32: uplink.fCnt,
    frmPayload: toHex(uplink.payload),
    devEui: uplink.devEui,
    reset: uplink.reset ?? false,
    noData: uplink.payload.length === 0,
  }
  for (const [name, value] of Object.entries(expect)) {
    if (name in found) assert.equal(found[name], value, name)
  }
}

interface CounterVector {
  id: string
  convention: 'nextExpected' | 'lastSeen'
  state: number
  fCnt16: number
  full: number
}

for (const { id, convention, state, fCnt16, full } of vectorsOf<CounterVector>(
  'fcnt-reconstruct.json',
)) {
  test(`counter ${id}`, () => {
    const last = convention === 'lastSeen' ? state : state === 0 ? undefined : state - 1
    const tried = counterCandidates(last, fCnt16)
    assert.ok(tried.includes(full), `${tried} without ${full}`)
    if (last === undefined || full > last) assert.is(tried[0], full)
  })
}

interface JoinVector {
  id: string
  kind: string
  phyPayload: string
  appKey: string
  netId: string
  joinNonce: string
  devNonce: string
  fields: Record<string, unknown>
  expect: Record<string, unknown>
}

for (const vector of vectorsOf<JoinVector>('joins.json')) {
  test(`join ${vector.id}`, () => {
    const { kind, expect } = vector
    const appKey = hexBytes(vector.appKey)
    if (kind === 'join-request') {
      const request = parsePhyPayload(hexBytes(vector.phyPayload))
      if (request.kind !== 'join-request') return assert.unreachable(request.kind)
      const { joinEui, devEui, devNonce } = request
      const micOk = isAuthenticJoin(request, new Cmac(appKey))
      assert.equal({ joinEui, devEui, devNonce, micOk }, expect)
    } else if (kind === 'join-accept-encrypt') {
      const accept = openJoinAccept(hexBytes(String(expect.phyPayload)), appKey)
      assert.is(accept?.isAuthentic, true)
      assert.is(accept?.joinNonce, Number.parseInt(String(vector.fields.joinNonce), 16))
      assert.equal([accept?.netId, accept?.devAddr], [vector.fields.netId, vector.fields.devAddr])
    } else if (kind === 'derive-1.0') {
      const number = (hex: string) => Number.parseInt(hex, 16)
      const keys = sessionKeys10(appKey, {
        joinNonce: number(vector.joinNonce),
        devNonce: number(vector.devNonce),
        netId: number(vector.netId),
      })
      assert.equal({ nwkSKey: toHex(keys.nwkSKey), appSKey: toHex(keys.appSKey) }, expect)
    }
  })
}

interface EndToEnd {
  id: string
  dedupWindowMs: number
  lastFCntUp: Record<string, number>
  devices: Keys[]
  steps: {
    at: string
    datagram: string
    expect: {
      devEui: string
      fCnt: number
      fPort: number
      time: string
      gateways: { id: string }[]
    }[]
  }[]
}

/** Frames of a PUSH_DATA datagram whose radio checksum is right. */
function framesOf(datagram: Buffer, receivedAt: number) {
  if (datagram[3] !== 0 || datagram.length <= 12) return []
  const { rxpk = [] } = JSON.parse(datagram.subarray(12).toString()) as {
    rxpk?: { stat: number; data: string; lsnr: number; rssi: number }[]
  }
  const id = toHex(datagram.subarray(4, 12))
  return rxpk
    .filter(({ stat }) => stat === 1)
    .map(({ data, lsnr, rssi }) =>
      heard(Uint8Array.from(Buffer.from(data, 'base64')), receivedAt, { id, snr: lsnr, rssi }),
    )
}

for (const vector of vectorsOf<EndToEnd>('end-to-end.json')) {
  test(`frames of ${vector.id}`, () => {
    const sessions = vector.devices.map((keys) => {
      const lastFCnt = vector.lastFCntUp[keys.devEui ?? '']
      return deviceOf(keys, '1.0', lastFCnt === undefined ? {} : { lastFCnt })
    })
    const bench = receiverBench({ sessions, windowMs: vector.dedupWindowMs })
    for (const { at, datagram } of vector.steps) {
      for (const frame of framesOf(Buffer.from(datagram, 'hex'), Date.parse(at))) bench.feed(frame)
    }
    bench.receiver.flush()
    const expected = vector.steps.flatMap(({ expect }) => expect)
    assert.ok(expected.length > 0)
    assert.equal(
      bench.complete.map(({ devEui, fCnt, fPort, gateways }) => [
        devEui,
        fCnt,
        fPort,
        gateways.map(({ id }) => id),
      ]),
      expected.map(({ devEui, fCnt, fPort, gateways }) => [
        devEui,
        fCnt,
        fPort,
        gateways.map(({ id }) => id),
      ]),
    )
  })
}

test('the vectors are all read, or there are none', () => {
  const files = ['lorawan-frames.json', 'sessions.json', 'fcnt-reconstruct.json', 'joins.json']
  const present = files.filter((name) => vectorsOf(name).length > 0)
  assert.ok(present.length === 0 || present.length === files.length, `only ${present}`)
})

test.run()
