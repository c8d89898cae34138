/** OBD-II and VINs against what independent tools, and recorded vehicles, say of the same bytes. */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { Isotp } from '../../src/decoder/isotp.ts'
import { dtcCode } from '../../src/decoder/obd/dtc.ts'
import { pidRows } from '../../src/decoder/obd/pid-table.ts'
import type { PidValue } from '../../src/decoder/obd/responses.ts'
import { requestIdOf } from '../../src/decoder/obd/responses.ts'
import { supportedAfter } from '../../src/decoder/obd/supported.ts'
import { vinCheck, vinFrom } from '../../src/decoder/vin.ts'
import { recording } from '../support/needs.ts'
import { byteHex, bytesOf, close, type Heard, hear, hexOf, itemOf } from './obd-heard.ts'

const test = suite('obd vectors')

function load<T>(path: string): T | undefined {
  const file = recording(path)
  return file === undefined ? undefined : (JSON.parse(readFileSync(file, 'utf8')) as T)
}

function only(response: string): PidValue | undefined {
  const { pids, issues } = hear(response)
  assert.equal(issues, [], response)
  assert.is(pids.length, 1, response)
  return pids[0]
}

interface Vector {
  request: string
  response: string
  value: unknown
  expect?: unknown
  unit: string | null
  css_dbc_v4_4?: Record<string, { value: number }>
  signals?: Record<string, { value: number }>
}

/** A unit of the peer that has another name here. */
const unitNames: Record<string, string> = { gps: 'g/s' }

/** The peer's steps where they are not exact: 8 V / 65,535 instead of / 65,536, and 0.0000305. */
function toleranceOf(request: string): number {
  const pid = Number.parseInt(request.slice(2), 16)
  if (pid >= 0x24 && pid <= 0x2b) return 2e-4
  return pid === 0x44 ? 1.5e-3 : 1e-8
}

/** The monitors of PID 01 as the peer calls them. */
const monitorNames: Record<string, string[]> = {
  MISFIRE_MONITORING: ['misfire'],
  FUEL_SYSTEM_MONITORING: ['fuelSystem'],
  COMPONENT_MONITORING: ['components'],
  CATALYST_MONITORING: ['catalyst'],
  HEATED_CATALYST_MONITORING: ['heatedCatalyst'],
  EVAPORATIVE_SYSTEM_MONITORING: ['evaporative'],
  SECONDARY_AIR_SYSTEM_MONITORING: ['secondaryAir'],
  OXYGEN_SENSOR_MONITORING: ['oxygenSensor'],
  OXYGEN_SENSOR_HEATER_MONITORING: ['oxygenSensorHeater'],
  EGR_VVT_SYSTEM_MONITORING: ['egr', 'egrDiesel'],
  NMHC_CATALYST_MONITORING: ['nmhcCatalyst'],
  NOX_SCR_AFTERTREATMENT_MONITORING: ['noxAftertreatment'],
  BOOST_PRESSURE_MONITORING: ['boostPressure'],
  EXHAUST_GAS_SENSOR_MONITORING: ['exhaustGasSensor'],
  PM_FILTER_MONITORING: ['particulateFilterDiesel'],
}

interface Status {
  MIL: boolean
  DTC_count: number
  ignition_type: string
  tests: Record<string, [available: boolean, complete: boolean]>
}

function assertStatus(pid: PidValue | undefined, status: Status): void {
  if (pid?.pid === 1) {
    assert.is(itemOf(pid, 'codes'), status.DTC_count)
    assert.is(itemOf(pid, 'lamp'), status.MIL ? 'on' : 'off')
  }
  assert.is(itemOf(pid, 'ignition'), status.ignition_type)
  for (const [name, [available, complete]] of Object.entries(status.tests)) {
    const found = (monitorNames[name] ?? []).map((own) => itemOf(pid, own))
    const state = found.find((one) => one !== null)
    assert.is(state, available ? (complete ? 'complete' : 'incomplete') : undefined, name)
  }
}

/** What the peer says with other types: presence of sensors, codes, enumerations in its own words. */
function assertOther(pid: PidValue | undefined, { request, response, value }: Vector): void {
  if (request === '0102') {
    const code = dtcCode(...(bytesOf(response.slice(4)) as unknown as [number, number]))
    assert.is(code, value === null || /P0000/.test(String(value)) ? undefined : codeOf(value))
  } else if (request === '0113' || request === '011D') {
    const [, ...banks] = value as boolean[][]
    // It names the least significant bit last.
    const bits = banks.flat().reverse()
    assert.equal(
      pid?.items.map((item) => item.value === 1),
      bits,
      response,
    )
  } else if (request === '011E') {
    // It takes the wrong end of the byte: A7 instead of A0.
    assert.is(pid?.items[0]?.value, bytesOf(response)[2] === 0xff ? 1 : 0, response)
  } else {
    const known = value !== null && value !== 'Not available' && value !== 'Undefined'
    if (known) assert.type(pid?.value, 'string', response)
  }
}

function codeOf(value: unknown): string {
  return String((value as string[])[0]).toUpperCase()
}

const sweep = load<{ vectors: Vector[] }>('vectors/obd_mode01_sweep.json')
if (sweep !== undefined) {
  test('vectors: service 01, all that python-OBD knows, and a DBC file', () => {
    for (const vector of sweep.vectors) {
      const { request, response, value, unit, css_dbc_v4_4: second } = vector
      const pid = only(response)
      if (unit === 'status') assertStatus(pid, value as Status)
      else if (typeof value === 'number') {
        assert.ok(close(pid?.value, value, toleranceOf(request)), `${response}: ${pid?.value}`)
        assert.is(pid?.unit, unitNames[String(unit)] ?? unit, response)
      } else if (unit === 'bits') assert.equal([pid?.value, pid?.unit], [value, unit])
      else assertOther(pid, vector)
      // PIDs 32 and 54 are signed; the file has an old formula.
      if (!['0132', '0154'].includes(request)) assertItems(response, pid, second ?? {})
    }
  })
}

/** Every number of the peer is one of ours; whole bit fields it shows as one number. */
function assertItems(
  response: string,
  pid: PidValue | undefined,
  signals: Record<string, { value: number }>,
): void {
  const raw = Number.parseInt(response.slice(4), 16)
  for (const [name, { value }] of Object.entries(signals)) {
    if (value === raw) continue
    const tolerance = Math.max(0.02, Math.abs(value) * 0.002)
    const found = pid?.items.some((item) => close(item.value, value, tolerance))
    // Trim FF of PIDs 14–1B: the sensor takes no part.
    const unused = /STFT$/.test(name) && response.endsWith('FF')
    assert.ok(found || unused, `${response} ${name}: ${value}`)
  }
}

const extended = load<{ vectors: Vector[] }>('vectors/obd_mode01_ext_css_dbc.json')
if (extended !== undefined) {
  test('vectors: service 01, what only a DBC file knows', () => {
    let compared = 0
    for (const { request, response, signals } of extended.vectors) {
      const row = pidRows.find(({ pid }) => pid === Number.parseInt(request.slice(2), 16))
      // Of PIDs 65–70 the file has the first byte alone, which are the support bits.
      if (row === undefined || response.length / 2 - 2 < row.bytes) {
        assert.equal(hear(response).pids, [], response)
        continue
      }
      compared += 1
      const [expected] = Object.values(signals ?? {})
      assert.ok(close(only(response)?.value, expected?.value, 1e-6), response)
    }
    assert.is(compared, 20)
  })
}

/** Answers of buses other than CAN (no count), and texts of an adapter. */
function isOtherBus(request: string): boolean {
  return ['03', '07', '0A'].includes(request)
}

const kotlin = load<{ vectors: Vector[] }>('vectors/obd_kotlin_obd_api.json')
if (kotlin !== undefined) {
  test('vectors: service 01, with the rounding and the formats of kotlin-obd-api', () => {
    for (const { request, response, expect } of kotlin.vectors) {
      if (isOtherBus(request)) continue
      // Two bytes of four: it reads the ratio alone.
      const ratio = request === '0134'
      const text = ratio && response.length === 8 ? `${response}0000` : response
      const pid = hear(text).pids[0]
      const value = ratio ? itemOf(pid, 'lambda') : pid?.value
      if (request === '0151') assert.is(value === undefined, /^(Not|Unk)/.test(String(expect)))
      else if (request === '011F') assert.is(clock(Number(value)), expect)
      else if (typeof expect === 'boolean') {
        assert.is(itemOf(pid, 'lamp') === 'on', expect, response)
      } else {
        // It cuts engine speeds to whole numbers.
        const shown = request === '010C' ? Math.floor(Number(value)) : value
        assert.ok(close(shown, Number(expect), 0.06), `${response}: ${shown}`)
      }
    }
  })
}

function clock(seconds: number): string {
  const parts = [seconds / 3600, (seconds / 60) % 60, seconds % 60]
  return parts.map((part) => String(Math.floor(part)).padStart(2, '0')).join(':')
}

const bitmaps = load<{ vectors: { bitmap: string; supported: number[] }[] }>(
  'vectors/obd_supported_pids.json',
)
if (bitmaps !== undefined) {
  test('vectors: supported PIDs of real cars', () => {
    for (const { bitmap, supported } of bitmaps.vectors) {
      const base = (((supported[0] ?? 1) - 1) >> 5) << 5
      assert.equal(supportedAfter(base, bytesOf(bitmap), 0), supported)
      const shown = itemOf(only(`41${byteHex(base)}${bitmap}`), 'supported')
      assert.is(shown || null, supported.map(byteHex).join(' ') || null)
    }
  })
}

interface FrozenVector {
  response: string
  pid?: string
  frame_no?: number
  value?: number | null
  unit?: string
}

const frozen = load<{ vectors: FrozenVector[] }>('vectors/obd_mode02_freeze_frame.json')
if (frozen !== undefined) {
  test('vectors: freeze frames carry their number after the PID, and are no readings', () => {
    for (const { response, pid, frame_no: frame, value, unit } of frozen.vectors) {
      const { pids, readings, issues } = hear(response)
      assert.equal(readings, [], response)
      if (!response.startsWith('42')) {
        assert.equal([pids.length, issues.map(({ code }) => code)], [0, ['negative-response']])
        continue
      }
      assert.is(byteHex(pids[0]?.pid ?? -1), pid, response)
      assert.is(pids[0]?.frame, frame, response)
      if (typeof value === 'number') assert.ok(close(pids[0]?.value, value), response)
      if (unit !== undefined) assert.is(pids[0]?.unit, unitNames[unit] ?? unit, response)
    }
  })
}

interface DtcVectors {
  vectors: { id: string; payloads: string[]; expect: string[] }[]
  two_byte_table: { bytes: string; code: string | null }[]
}

const dtcs = load<DtcVectors>('vectors/obd_dtc.json')
if (dtcs !== undefined) {
  test('vectors: trouble codes', () => {
    for (const { bytes, code } of dtcs.two_byte_table) {
      const [high = 0, low = 0] = bytesOf(bytes)
      assert.is(dtcCode(high, low) ?? null, code, bytes)
    }
    for (const { id, payloads, expect } of dtcs.vectors) {
      const codes = payloads.flatMap((payload) => hear(payload).dtcs.flatMap((one) => one.codes))
      assert.equal(
        codes.map(({ code }) => code),
        expect,
        id,
      )
    }
  })
}

const vins = load<{ vectors: { id: string; payload: string; expect: { vin: string | null } }[] }>(
  'vectors/vin_frames.json',
)
if (vins !== undefined) {
  test('vectors: VINs of services 09 and 22', () => {
    for (const { id, payload, expect } of vins.vectors) {
      if (id === 'j1939') continue
      const found = hear(payload).readings.filter(([signal]) => signal === 'vin')
      assert.is(found[0]?.[1] ?? null, expect.vin, id)
    }
  })
}

interface Dimo {
  hexFrameWithHeader: { hex: string; pid: string; expected: number | null; error: string | null }[]
  pidFrame: { bytes: string; expected: number }[]
  vin: { name: string; frames: string[]; vin: string | null }[]
  responseHeader: { header: string; pair: string; response: string }[]
}

const dimo = load<Dimo>('dimo/obd_decode_vectors.json')
if (dimo !== undefined) {
  test('vectors: frames of cars on the road', () => {
    for (const { hex, pid, expected, error } of dimo.hexFrameWithHeader) {
      // Of an error the reason is a range or an identifier of the caller's own; DD01 is no standard.
      if (error !== null || pid.length > 2) continue
      const value = valueOnBus(hex.slice(0, 3), hex.slice(3))
      assert.ok(close(value, expected, 0.01), hex)
    }
    for (const { bytes, expected } of dimo.pidFrame) {
      // One is no answer of the PID at all, but a segment cut from a VIN.
      if (!bytes.startsWith('0')) continue
      assert.ok(close(valueOnBus('7E8', bytes), expected, 0.01), bytes)
    }
  })

  test('vectors: VINs of cars on the road', () => {
    for (const { name, frames, vin } of dimo.vin) {
      const width = frames[0]?.startsWith('18') ? 8 : 3
      const heard = hearFrames(frames.map((frame) => [frame.slice(0, width), frame.slice(width)]))
      const found = heard.flatMap(({ readings }) => readings.map(([, value]) => value ?? null))
      assert.equal(found, [vin], name)
    }
  })

  test('vectors: the request that belongs to an answer', () => {
    const physical = dimo.responseHeader.filter(({ header, pair }) => header === '7e0' && !pair)
    assert.is(physical.length, 1)
    for (const { header, response } of physical) {
      assert.is(requestIdOf(Number.parseInt(response, 16), false), Number.parseInt(header, 16))
    }
  })
}

/** What the frames of one control unit say, put together and decoded. */
function hearFrames(lines: readonly string[][]): Heard[] {
  const heard: Heard[] = []
  const isotp = new Isotp({
    message: (_id, _kind, data, length) => heard.push(hear(data.slice(0, length))),
    issue: (code, detail) => assert.unreachable(`${code} ${detail}`),
  })
  for (const [i, [id = '', hex = '']] of lines.entries()) {
    const data = bytesOf(hex)
    isotp.frame(Number.parseInt(id, 16), data, data.length, i * 1000, id.length === 8)
  }
  return heard
}

function valueOnBus(id: string, data: string): unknown {
  return hearFrames([[id, data]])[0]?.pids[0]?.value
}

interface FordVectors {
  signal_defs_table: Record<string, { bix?: number; unit?: string; map?: unknown }>
  commands: {
    command_id: string
    cases: {
      payloads: string[]
      expect: Record<string, { value: number | string; clamped_from?: number }>
    }[]
  }[]
}

/** What the peer gives although the answer says that the item is not there, or of no known place. */
function isUnsupported(name: string, pid: string): boolean {
  const elsewhere = ['019A', '0165'].includes(pid) && /MODE/.test(name)
  return /_(SUP|RDY|CMPL|ENA)$/.test(name) || elsewhere
}

const ford = load<FordVectors>('vectors/obdb_ford_f150.json')
if (ford !== undefined) {
  test('vectors: every number in recorded service 01 answers of Ford F-150s', () => {
    let compared = 0
    for (const { command_id: command, cases } of ford.commands) {
      const pid = /^7E0\.01(..)/.exec(command)?.[1]
      if (pid === undefined) continue
      for (const { payloads, expect } of cases) {
        const heard = payloads.map((payload) => hear(payload))
        const numbers = heard.flatMap(({ pids }) => pids.flatMap(({ items }) => items))
        const row = pidRows.find((one) => one.pid === Number.parseInt(pid, 16))
        for (const [name, { value, clamped_from: wide }] of Object.entries(expect)) {
          if (typeof value !== 'number' || isUnsupported(name, `01${pid}`)) continue
          const shown = wide ?? value
          const same = numbers.some(({ value: own, unit }) => {
            // It shows the wide pressure of PID 54 in kPa.
            const factor = pid === '54' && unit === 'Pa' ? 1000 : 1
            return close(own, shown * factor, 1e-4)
          })
          // An item that is not there, or a trim of FF, the peer shows all the same.
          const absent = numbers.some((item) => item.value === undefined)
          const conditional = row?.items.some((item) => item.when ?? item.absent)
          assert.ok(same || (absent && conditional), `${payloads} ${name}: ${shown}`)
          if (same) compared += 1
        }
      }
    }
    assert.ok(compared > 300, `${compared} numbers`)
  })
}

const trace = recording(
  'captures/copyleft/rusefi/honda_rdx_2021_request_vehicle_info.golden.isotp.jsonl.gz',
)
if (trace !== undefined) {
  test('the recorded UDS answers are what the golden lines call them', () => {
    interface Row {
      id: string
      payload: string
      kind_uds: string
      did?: string
      data?: string
      vin?: string
    }
    const lines = gunzipSync(readFileSync(trace)).toString().split('\n').filter(Boolean)
    const rows = lines.map((line) => JSON.parse(line) as Row)
    for (const { payload, kind_uds: kind, did, data, vin } of rows) {
      const { dids, issues, readings, pids } = hear(payload)
      const values = dids.length + readings.length + pids.length
      if (kind === 'RDBI response') {
        assert.equal(
          dids.map((one) => [one.did, one.data]),
          [[Number.parseInt(did ?? '', 16), data]],
          payload,
        )
        if (vin !== undefined) assert.is(dids[0]?.text, vin)
      } else if (kind === 'negative') {
        const pending = payload.endsWith('78')
        assert.equal(
          issues.map(({ code }) => code),
          pending ? [] : ['negative-response'],
        )
      }
      if (/request|negative|TesterPresent/.test(kind)) assert.is(values, 0, payload)
    }
  })
}

test('the check digit of a VIN counts in North America and nowhere else', () => {
  const cases: [vin: string, check: string][] = [
    ['1M8GDM9AXKP042788', 'valid'],
    ['1M8GDM9A1KP042788', 'invalid'],
    ['11111111111111111', 'valid'],
    ['5GZCZ43D13S812715', 'valid'],
    ['WP0ZZZ99ZTS392124', 'not-used'],
    ['UU15SDGG550427133', 'not-used'],
  ]
  for (const [vin, check] of cases) assert.is(vinCheck(vin), check, vin)
})

test('a length byte before a VIN, and padding around it, are no part of it', () => {
  const vin = Buffer.from('1M8GDM9AXKP042788')
  const forms = [
    [vin],
    [Buffer.of(17), vin, Buffer.of(0, 0)],
    [Buffer.of(0, 0, 0), vin],
    [vin, Buffer.from('  ')],
  ]
  for (const form of forms) {
    const data = Buffer.concat(form)
    assert.equal(vinFrom(data, 0, data.length), { kind: 'vin', vin: vin.toString() }, hexOf(data))
  }
})

test.run()
