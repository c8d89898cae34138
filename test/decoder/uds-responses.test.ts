/** UDS answers (ISO 14229-1), WWH-OBD and J1979-2 among them, as a listener hears them. */
import { readFileSync } from 'node:fs'
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { failureTypes } from '../../src/decoder/uds/failure-types.ts'
import { identifierNames } from '../../src/decoder/uds/identifiers.ts'
import { udsKind } from '../../src/decoder/uds/uds.ts'
import { recording } from '../support/needs.ts'
import { randomBytes, seeded } from './dbc-reference.ts'
import { close, type Heard, hear, hexOf } from './obd-heard.ts'

const test = suite('uds')

const VIN = '1M8GDM9AXKP042788'
const ascii = (text: string) => Buffer.from(text).toString('hex').toUpperCase()

function nothing({ pids, dtcs, dids, infos, tests, readings }: Heard): boolean {
  const counts = [pids, dtcs, dids, infos, tests, readings].map(({ length }) => length)
  return counts.every((count) => count === 0)
}

// ── data identifiers ────────────────────────────────────────────────────────────────────────

test('an identifier of unknown length has the rest of the answer as its data', () => {
  const { dids, readings, issues } = hear('62 404C 346530')
  assert.equal(dids, [{ did: 0x404c, label: undefined, data: '346530', text: undefined }])
  assert.equal([readings, issues], [[], []])
})

test('identifiers whose lengths are known are taken apart', () => {
  const lengths: Record<number, number> = { 4097: 2, 4098: 1, 4099: 3 }
  const { dids, issues } = hear('62 1001 1122 1002 33 1003 445566', (did) => lengths[did])
  assert.equal(
    dids.map(({ did, data }) => [did, data]),
    [
      [0x1001, '1122'],
      [0x1002, '33'],
      [0x1003, '445566'],
    ],
  )
  assert.equal(issues, [])
})

test('an identifier with less data than it must have gives none', () => {
  const heard = hear('62 1001 11', () => 2)
  assert.ok(nothing(heard))
  assert.equal(heard.issues, [{ code: 'message-short', detail: '1001 with 1 of 2 bytes' }])
})

test('an answer without data gives none', () => {
  for (const message of ['62', '62 F1', '62 F190']) {
    const heard = hear(message)
    assert.ok(nothing(heard), message)
    assert.equal(
      heard.issues.map(({ code }) => code),
      ['message-short'],
      message,
    )
  }
})

test('F4xx is PID xx, with its signal, alone and in a row', () => {
  const { pids, readings, issues } = hear('62 F40C 1AF8 F40D 39 F405 85')
  assert.equal(
    pids.map(({ service, pid, value, unit }) => [service, pid, value, unit]),
    [
      [0x22, 0xf40c, 1726, 'rpm'],
      [0x22, 0xf40d, 57, 'km/h'],
      [0x22, 0xf405, 93, '°C'],
    ],
  )
  assert.equal(readings, [
    ['engineSpeed', 1726, 0],
    ['speed', 57, 0],
    ['coolantTemp', 93, 0],
  ])
  assert.equal(issues, [])
})

test('F4xx cut short gives no value, and fillers behind it are no identifier', () => {
  const short = hear('62 F40C 1A')
  assert.ok(nothing(short))
  assert.equal(short.issues, [{ code: 'message-short', detail: 'F40C with 1 of 2 bytes' }])
  const padded = hear('62 F40D 39 00000000')
  assert.equal([padded.pids.length, padded.readings, padded.issues], [1, [['speed', 57, 0]], []])
  assert.is(hear('62 F455 90').pids[0]?.value, 12.5)
})

test('F8xx is vehicle information, with and without the number of items', () => {
  const calibration = ascii('CALIBRATION-0001')
  for (const message of [`62 F804 ${calibration}`, `62 F804 01 ${calibration}`]) {
    const { infos, issues } = hear(message)
    assert.equal(infos[0]?.values, [{ label: 'Calibration', value: 'CALIBRATION-0001' }], message)
    assert.equal(issues, [])
  }
  for (const message of [`62 F802 ${ascii(VIN)}`, `62 F802 01 ${ascii(VIN)}`]) {
    assert.equal(hear(message).readings, [['vin', VIN, 0]], message)
  }
})

const vins: [what: string, data: string, vin: string | undefined, codes: string[]][] = [
  ['alone', ascii(VIN), VIN, []],
  ['before NULs, as in an answer of 27 bytes', ascii(VIN) + '00'.repeat(7), VIN, []],
  ['behind NULs', `000000${ascii(VIN)}`, VIN, []],
  ['behind its length', `11${ascii(VIN)}000000`, VIN, []],
  ['with a wrong check digit', ascii('1M8GDM9A1KP042788'), '1M8GDM9A1KP042788', ['vin-check']],
  ['of another continent', ascii('WP0ZZZ99ZTS392124'), 'WP0ZZZ99ZTS392124', []],
  ['never written', 'FF'.repeat(17), undefined, []],
  ['of blanks', '20'.repeat(17), undefined, []],
  ['with the letter O', ascii('1M8GDM9AXKPO42788'), undefined, ['text-invalid']],
  ['of sixteen characters', ascii(VIN.slice(1)), undefined, ['message-short']],
]

for (const [what, data, vin, codes] of vins) {
  test(`a VIN of F190 ${what} is ${vin === undefined ? 'none' : 'read'}`, () => {
    const { readings, issues, dids } = hear(`62 F190 ${data}`)
    assert.is(readings.find(([signal]) => signal === 'vin')?.[1], vin)
    assert.equal(
      issues.map(({ code }) => code),
      codes,
    )
    assert.is(dids[0]?.text, vin)
  })
}

test('behind a VIN another identifier may stand', () => {
  const { dids } = hear(`62 F190 ${ascii(VIN)} F18C ${ascii('SN-42')}`)
  assert.equal(
    dids.map(({ did, text }) => [did, text]),
    [
      [0xf190, VIN],
      [0xf18c, 'SN-42'],
    ],
  )
})

test('standard identifiers are named, and shown as text only where they are one', () => {
  assert.is(hear(`62 F181 ${ascii('37805-5YF-C220')}0000`).dids[0]?.text, '37805-5YF-C220')
  const [bytes] = hear('62 F181 0102030405').dids
  assert.equal([bytes?.label, bytes?.text], ['Application software', undefined])
  for (const did of Object.keys(identifierNames)) assert.ok(Number(did) >> 8 === 0xf1, did)
})

// ── trouble codes ───────────────────────────────────────────────────────────────────────────

test('codes by status have their failure type and the names of their status bits', () => {
  const { dtcs, issues, readings } = hear('59 02 FF 012316 09 C10087 28 000000 00')
  assert.equal([issues, readings], [[], []])
  assert.equal(dtcs, [
    {
      service: 0x19,
      kind: 'uds',
      report: 2,
      codes: [
        {
          code: 'P0123-16',
          text: 'Throttle or pedal position sensor A: high',
          failureType: 'voltage too low',
          status: ['test failed', 'confirmed'],
        },
        {
          code: 'U0100-87',
          text: 'No messages: engine control unit',
          failureType: 'message missing',
          status: ['confirmed', 'failed since cleared'],
        },
      ],
    },
  ])
})

const P0301 = '030100'
const layouts: [what: string, message: string][] = [
  ['by status', `59 02 FF ${P0301} 2F`],
  ['supported', `59 0A FF ${P0301} 2F`],
  ['first failed', `59 0B FF ${P0301} 2F`],
  ['last confirmed', `59 0E FF ${P0301} 2F`],
  ['permanent', `59 15 FF ${P0301} 2F`],
  ['extended data', `59 06 ${P0301} 2F 01 020304`],
  ['snapshot', `59 04 ${P0301} 2F 01 01 F40D 39`],
  ['by severity', `59 08 FF 2010 ${P0301} 2F`],
  ['of user memory', `59 17 01 FF ${P0301} 2F`],
  ['of WWH-OBD', `59 42 33 FF FF 04 22 ${P0301} 2F`],
  ['permanent, of WWH-OBD', `59 55 33 FF 04 ${P0301} 2F`],
  ['by readiness group', `59 56 33 FF 04 01 ${P0301} 2F`],
]

for (const [what, message] of layouts) {
  test(`a report of codes ${what} is read where its codes stand`, () => {
    const { dtcs, issues } = hear(message)
    assert.equal(issues, [])
    assert.equal(
      dtcs.flatMap(({ codes }) => codes.map(({ code, status }) => [code, status?.length])),
      [['P0301-00', 5]],
    )
  })
}

test('the severity of WWH-OBD is named', () => {
  assert.equal(hear(`59 42 33 FF FF 04 22 ${P0301} 2F`).dtcs[0]?.codes[0]?.severity, [
    'class A',
    'maintenance only',
  ])
})

test('codes in the format of J1939 are an SPN and an FMI', () => {
  const { dtcs } = hear('59 42 33 FF FF 02 22 6E0003 2F')
  assert.is(dtcs[0]?.codes[0]?.code, 'SPN 110 FMI 3')
})

test('a report that only counts has a number and no codes', () => {
  assert.equal(hear('59 01 FF 01 0003').dtcs, [
    { service: 0x19, kind: 'uds', codes: [], report: 1, count: 3 },
  ])
})

test('codes of 000000 pad, and what is left over of a code is reported', () => {
  assert.equal(hear('59 02 FF').dtcs[0]?.codes, [])
  assert.equal(hear(`59 02 FF ${P0301} 2F 0000`).issues, [])
  const heard = hear(`59 02 FF ${P0301} 2F 0420`)
  assert.is(heard.dtcs[0]?.codes.length, 1)
  assert.equal(
    heard.issues.map(({ code }) => code),
    ['count-mismatch'],
  )
  assert.equal(
    hear('59').issues.map(({ code }) => code),
    ['message-short'],
  )
})

test('failure types have words of their own', () => {
  const words = Object.values(failureTypes)
  assert.ok(words.length > 70)
  assert.is(new Set(words).size, words.length)
})

// ── everything else ─────────────────────────────────────────────────────────────────────────

test('a request is recognised and never a value', () => {
  const random = seeded(14_229)
  for (const service of ['01', '09', '10', '14', '19', '22', '27', '2E', '31', '3E', '85']) {
    for (let i = 0; i < 200; i += 1) {
      const rest = hexOf(randomBytes(random, Math.floor(random() * 12)))
      const heard = hear(service + rest)
      assert.ok(nothing(heard) && heard.issues.length === 0, service + rest)
    }
    assert.is(udsKind(Number.parseInt(service, 16))?.kind, 'request')
  }
})

test('answers of services that change something are no values', () => {
  for (const message of [
    '50 03 0032 01F4',
    '51 01',
    '54',
    '67 01 12345678',
    '6E F190',
    '71 01 FF00',
    '7E 00',
    'C5 01',
  ]) {
    const heard = hear(message)
    assert.ok(nothing(heard) && heard.issues.length === 0, message)
    assert.is(udsKind(Number.parseInt(message.slice(0, 2), 16))?.kind, 'response')
  }
  assert.is(udsKind(0x7f)?.kind, 'refusal')
  assert.is(udsKind(0xff), undefined)
})

interface FordVectors {
  commands: {
    command_id: string
    cases: { payloads: string[]; expect: Record<string, { value: number | string }> }[]
  }[]
}

/** F4xx whose unit there is the same as here. */
const sameUnit = [
  '04',
  '06',
  '07',
  '0C',
  '0D',
  '0F',
  '21',
  '2F',
  '31',
  '3C',
  '43',
  '62',
  '63',
  'A6',
]

const ford = recording('vectors/obdb_ford_f150.json')
if (ford !== undefined) {
  test('vectors: F4xx of recorded Ford F-150s has the value of its PID', () => {
    const { commands } = JSON.parse(readFileSync(ford, 'utf8')) as FordVectors
    let compared = 0
    for (const { command_id: command, cases } of commands) {
      const pid = /22F4(..)/.exec(command)?.[1]
      if (pid === undefined || !sameUnit.includes(pid)) continue
      for (const { payloads, expect } of cases) {
        const [wanted] = Object.values(expect)
        if (typeof wanted?.value !== 'number') continue
        const found = payloads.flatMap((payload) => hear(payload).pids)
        assert.ok(
          found.some(({ value }) => close(value, wanted.value, 1e-4)),
          `${payloads}: ${wanted.value}`,
        )
        compared += 1
      }
    }
    assert.ok(compared > 30, `${compared} values`)
  })
}

test.run()
