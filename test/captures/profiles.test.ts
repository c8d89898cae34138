/**
 * The built-in profiles on whole recordings, against what independent tools decode from them. Every
 * value of a profile's signals has its golden line, and every golden line its value.
 */
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { findProfile } from '../../src/config/profile.ts'
import { Isotp } from '../../src/decoder/isotp.ts'
import { ProfileDecoder, type ProfileValue } from '../../src/decoder/profile/profile-decoder.ts'
import { type CanFrame, frameOf } from '../../src/model/frame.ts'
import type { Reading } from '../../src/model/reading.ts'
import { recording } from '../support/needs.ts'

const test = suite('profiles on recordings')

interface GoldenRow {
  n: number
  ts: number
  signal: string
  value: number
}

function linesOf<T>(path: string): T[] {
  const lines = gunzipSync(readFileSync(path)).toString().split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line) as T)
}

function framesOf(path: string): { n: number; bus: string; frame: CanFrame }[] {
  const lines = gunzipSync(readFileSync(path)).toString().split('\n').filter(Boolean)
  return lines.map((line, n) => {
    const [, time, bus = '', id = '', data = ''] =
      /^\((\d+\.\d+)\) (\w+) ([0-9A-F]+)#([0-9A-F]*)/.exec(line) ?? []
    const options = { extended: id.length > 3, time: Math.round(Number(time) * 1e6) }
    return {
      n,
      bus,
      frame: frameOf(Number.parseInt(id, 16), Buffer.from(data, 'hex'), options),
    }
  })
}

interface Heard {
  values: (ProfileValue & { n: number; time: number })[]
  readings: Pick<Reading, 'signal' | 'value' | 'quality' | 'rank' | 'time'>[]
  issues: string[]
}

function hear(name: string, path: string, onBus: string): Heard {
  const heard: Heard = { values: [], readings: [], issues: [] }
  let at = 0
  const decoder = new ProfileDecoder(findProfile(name), {
    value: (value, time) => heard.values.push({ ...value, n: at, time }),
    reading: (signal, value, quality, rank, _sender, time) =>
      heard.readings.push({ signal, value, quality, rank, time }),
    issue: (code, detail) => heard.issues.push(`${at} ${code} ${detail}`),
  })
  const isotp = new Isotp({
    message: (id, _kind, data, length, time, extended) =>
      decoder.message(id, extended, data, length, time),
    issue: () => undefined,
  })
  for (const { n, bus, frame } of framesOf(path)) {
    if (bus !== onBus) continue
    at = n
    decoder.frame(frame)
    if (decoder.isResponder(frame.id, frame.extended)) {
      isotp.frame(frame.id, frame.data, frame.length, frame.time, frame.extended)
    }
  }
  return heard
}

/** Values against golden lines; `names` has ours by theirs. */
function differences(heard: Heard, golden: GoldenRow[], names: Map<string, string>): string[] {
  const last = Math.max(...golden.map(({ n }) => n))
  const own = new Map<string, number | undefined>()
  const wanted = new Set(names.values())
  for (const { n, name, value } of heard.values) {
    if (n <= last && wanted.has(name)) own.set(`${n} ${name}`, value)
  }
  const found: string[] = []
  for (const { n, signal, value } of golden) {
    const name = names.get(signal)
    if (name === undefined) continue
    const key = `${n} ${name}`
    const ours = own.get(key)
    own.delete(key)
    const near = ours !== undefined && Math.abs(ours - value) <= 1e-6 + 1e-7 * Math.abs(value)
    if (!near) found.push(`${key}: ${ours} instead of ${value}`)
  }
  return [...found, ...[...own.keys()].map((key) => `${key} has no golden line`)]
}

const rav4 = recording('captures/dbc_toyota_rav4_2017_comma2k19.log.gz')
const rav4Golden = recording('captures/dbc_toyota_rav4_2017_comma2k19.golden.dbc.jsonl.gz')
const rav4Processed = recording('captures/dbc_toyota_rav4_2017_comma2k19.processed.jsonl.gz')
if (rav4 && rav4Golden && rav4Processed) {
  const heard = hear('toyota-rav4-2017', rav4, 'can0')

  test('every value of the RAV4 is that of the golden lines', () => {
    const names = new Map(
      Object.entries({
        SPEED: 'speed',
        RPM: 'engineSpeed',
        ENGINE_RUNNING: 'engineRunning',
        CRUISE_ACTIVE: 'cruiseActive',
        GAS_PEDAL: 'accelerator',
        STEER_FRACTION: 'steeringFraction',
        STEER_RATE: 'steeringRate',
        WHEEL_SPEED_FR: 'frontRight',
        WHEEL_SPEED_FL: 'frontLeft',
        WHEEL_SPEED_RR: 'rearRight',
        WHEEL_SPEED_RL: 'rearLeft',
        ODOMETER: 'odometerCount',
        TURN_SIGNALS: 'blinker',
        PARKING_BRAKE: 'parkingBrake',
        DOOR_OPEN_FL: 'doorFrontLeft',
        SEATBELT_DRIVER_UNLATCHED: 'belt',
      }),
    )
    const golden = linesOf<GoldenRow>(rav4Golden)
    assert.equal(differences(heard, golden, names).slice(0, 20), [])
    assert.equal(heard.issues, [], 'no checksum is wrong and nothing implausible')
  })

  test('its wheel speeds and steering angles are those that comma2k19 computed', () => {
    interface Processed {
      ts: number
      signal: string
      value: number | number[]
    }
    const wheels = new Set<string>()
    const angles = new Set<string>()
    const round = (value: number, digits: number) => (value + 0).toFixed(digits)
    const byFrame = new Map<number, Record<string, number>>()
    for (const { n, name, value } of heard.values) {
      byFrame.set(n, { ...byFrame.get(n), [name]: value ?? Number.NaN })
    }
    for (const frame of byFrame.values()) {
      const { frontLeft = 0, frontRight = 0, rearLeft = 0, rearRight = 0 } = frame
      wheels.add([frontLeft, frontRight, rearLeft, rearRight].map((v) => round(v / 3.6, 6)).join())
      const { steeringAngle, steeringFraction } = frame
      if (steeringAngle !== undefined && steeringFraction !== undefined) {
        angles.add(round(Math.round((steeringAngle + steeringFraction) * 10) / 10 + 0, 1))
      }
    }
    let compared = 0
    for (const { signal, value } of linesOf<Processed>(rav4Processed)) {
      if (signal === 'wheel_speed' && Array.isArray(value)) {
        const key = value.map((v) => round(v, 6)).join()
        assert.ok(wheels.has(key), `wheels ${key}`)
        compared += 1
      } else if (signal === 'steering_angle' && typeof value === 'number') {
        assert.ok(angles.has(round(value, 1)), `angle ${value}`)
        compared += 1
      }
    }
    assert.ok(compared > 9000, `${compared} values`)
  })

  test('its readings are in our units', () => {
    const speeds = heard.readings.filter(({ signal }) => signal === 'speed')
    assert.ok(speeds.length > 2000)
    assert.equal(new Set(heard.readings.map(({ quality }) => quality)), new Set(['ok']))
    const processed = linesOf<{ ts: number; signal: string; value: number }>(rav4Processed)
    const means = processed.filter(({ signal }) => signal === 'speed')
    let next = 0
    for (const { time, value } of speeds) {
      while (next < means.length - 1 && (means[next]?.ts ?? 0) * 1e6 < time) next += 1
      const mean = (means[next]?.value ?? 0) * 3.6
      // The speed that the bus names is a little above that of the wheels.
      const ratio = Number(value) / mean
      assert.ok(ratio > 0.95 && ratio < 1.08, `${value} km/h at ${time}, wheels ${mean}`)
    }
    const pedals = heard.readings.filter(({ signal }) => signal === 'acceleratorPosition')
    assert.ok(pedals.every(({ value }) => Number(value) >= 0 && Number(value) <= 1))
    const cruise = heard.readings.filter(({ signal }) => signal === 'cruiseControl')
    assert.equal(new Set(cruise.map(({ value }) => value)), new Set([false, true]))
  })
}

const ev6 = recording('captures/uds_kia_ev6_63BEF5CD.frames.candump.log.gz')
const ev6Golden = recording('captures/uds_kia_ev6_63BEF5CD.golden.uds_dbc.jsonl.gz')
if (ev6 && ev6Golden) {
  const heard = hear('kia-ev6', ev6, 'can1')

  test('every value of the EV6 is that of the golden lines', () => {
    const names = new Map(
      Object.entries({
        StateOfChargeBMS: 'socBms',
        StateOfChargeDisplay: 'socDisplay',
        StateOfHealth: 'soh',
        BMSMainRelay: 'mainRelay',
        NormalChargePort: 'plugAc',
        RapidChargePort: 'plugDc',
        Charging: 'charging',
        BatteryCurrent: 'current',
        BatteryDCVoltage: 'voltage',
        BatteryMaxTemperature: 'moduleTempMax',
        BatteryMinTemperature: 'moduleTempMin',
        MaxCellVoltage: 'cellVoltageMax',
        MaxCellVoltageCellNo: 'cellVoltageMaxNumber',
        MinCellVoltage: 'cellVoltageMin',
        MinCellVoltageCellNo: 'cellVoltageMinNumber',
        BatteryVoltageAuxillary: 'auxiliaryVoltage',
        CCC_CumulativeChargeCurrent: 'chargedCurrent',
        CDC_CumulativeDischargeCurrent: 'dischargedCurrent',
        CEC_CumulativeEnergyCharged: 'chargedEnergy',
        CED_CumulativeEnergyDischarged: 'dischargedEnergy',
        OperatingTime: 'operatingTime',
        BatteryAvailableChargePower: 'chargePower',
        BatteryAvailableDischargePower: 'dischargePower',
        BatteryHeaterTemperature1: 'heaterTemp',
        IndoorTemperature: 'indoorTemp',
        OutdoorTemperature: 'outdoorTemp',
        VehicleSpeed: 'vehicleSpeed',
        TirePressureFrontLeft: 'pressureFrontLeft',
        TirePressureFrontRight: 'pressureFrontRight',
        TirePressureBackLeft: 'pressureBackLeft',
        TirePressureBackRight: 'pressureBackRight',
        TireTemperatureFrontLeft: 'tempFrontLeft',
        TireTemperatureFrontRight: 'tempFrontRight',
        TireTemperatureBackLeft: 'tempBackLeft',
        TireTemperatureBackRight: 'tempBackRight',
      }),
    )
    const shown = new Set(heard.values.map(({ name }) => name))
    assert.equal([...shown].sort(), [...names.values()].sort())
    assert.equal(differences(heard, linesOf<GoldenRow>(ev6Golden), names), [])
    assert.equal(heard.issues, [])
  })

  test('its readings are in our units, and charging is positive', () => {
    const last = (signal: string, rank = 10) =>
      heard.readings.findLast((reading) => reading.signal === signal && reading.rank === rank)
        ?.value
    assert.is(last('soc'), 0.88)
    assert.is(last('soc', 20), 0.865)
    assert.is(last('charging'), false)
    assert.is(last('speed', 20), 26)
    assert.is(last('ambientTemp'), 6.5)
    assert.ok(Math.abs(Number(last('tirePressureFrontLeft')) - 246.832311) < 1e-5)
    const currents = heard.readings.filter(({ signal }) => signal === 'tractionCurrent')
    assert.is(Math.min(...currents.map(({ value }) => Number(value))), -18.5)
    assert.is(Math.max(...currents.map(({ value }) => Number(value))), 11)
  })
}

test('the built-in profiles that recordings prove are there', () => {
  for (const name of ['toyota-rav4-2017', 'kia-ev6']) assert.is(findProfile(name).id, name)
})

test.run()
