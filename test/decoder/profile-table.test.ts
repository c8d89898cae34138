/** Rules for every built-in profile, and what the check finds in broken ones. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { builtInProfiles, findProfile } from '../../src/config/profile.ts'
import { overlapsOf, problemsOf } from '../../src/decoder/profile/check.ts'
import { proofOf, runEvidence } from '../../src/decoder/profile/evidence.ts'
import { issueTexts } from '../../src/model/issue.ts'
import type { Profile } from '../../src/model/profile.ts'
import { listen, polledOf, profileOf, signalOf } from '../support/profiles.ts'
import { randomBytes, seeded } from './dbc-reference.ts'

const test = suite('profile table')

const names = builtInProfiles()

test('there are built-in profiles', () => {
  assert.ok(names.length >= 3, names.join(', '))
})

for (const name of names) {
  const profile = findProfile(name)
  const results = runEvidence(profile)

  test(`${name} has the name of its file, says for what it is, and where it is from`, () => {
    assert.is(profile.id, name)
    assert.ok(profile.applies.models.length > 0)
    assert.ok(profile.sources.length > 0)
    assert.ok(profile.evidence.every(({ from }) => from.length > 10))
  })

  test(`${name}: names, bits, units and multiplexing are right, and nothing overlaps`, () => {
    assert.equal(problemsOf(profile), [])
    assert.equal(overlapsOf(profile), [])
  })

  test(`${name}: every evidence is as it says`, () => {
    assert.equal(
      results.filter(({ right }) => !right),
      [],
    )
  })

  test(`${name}: every signal is proved, and absent where it can be`, () => {
    const proofs = proofOf(profile, results)
    const signals = [...profile.passive, ...profile.polled].flatMap((message) => message.signals)
    signals.forEach(({ absent }, index) => {
      const proof = proofs[index]
      assert.ok((proof?.values ?? 0) > 0, `${proof?.signal} has no evidence`)
      if (absent) assert.ok((proof?.absent ?? 0) > 0, `${proof?.signal} is never absent`)
    })
  })

  test(`${name}: every signal has a label, and none is the vehicle's identity or place`, () => {
    for (const message of [...profile.passive, ...profile.polled]) {
      for (const { label, maps } of message.signals) {
        assert.ok(label, `${message.name} has a signal without label`)
        assert.not.ok(/vin|itude/i.test(maps ?? ''))
      }
    }
  })

  test(`${name}: what is polled says how often, and is answered by someone else`, () => {
    for (const { name: message, every, request, response } of profile.polled) {
      assert.ok((every ?? 0) >= 1, message)
      assert.is.not(request.id, response.id)
    }
  })
}

test('whatever stands in frames and responses, values are finite and in range', () => {
  const random = seeded(11)
  for (const name of names) {
    const profile = findProfile(name)
    const heard = listen(profile)
    const hex = (length: number) => Buffer.from(randomBytes(random, length)).toString('hex')
    for (let round = 0; round < 300; round += 1) {
      for (const { id, extended } of profile.passive) {
        heard.frame(id, hex(6 + Math.floor(random() * 3)), { extended })
      }
      for (const { response, request } of profile.polled) {
        const first = (Number.parseInt(request.data.slice(0, 2), 16) + 0x40).toString(16)
        const data = `${first}${request.data.slice(2)}${hex(Math.floor(random() * 70))}`
        heard.message(response.id, data, response.extended)
      }
    }
    for (const [signal, value, quality] of heard.readings) {
      if (typeof value === 'number') assert.ok(Number.isFinite(value), String(signal))
      assert.is(value === undefined, quality !== 'ok')
    }
    assert.ok(heard.readings.length > 50, `${name}: ${heard.readings.length} readings`)
  }
})

const byte = (name: string, more = {}) => signalOf(name, '7|8@0+ (1,0)', more)
const one = { from: 1, to: 1 }

const broken: [what: string, parts: Partial<Profile>, problem: string][] = [
  ['nothing in it', {}, ': has no messages'],
  [
    'a signal twice',
    { polled: [polledOf('220001', [byte('a'), signalOf('a', '15|8@0+')])] },
    'polled.0.signals.1: a is taken',
  ],
  [
    'a message twice',
    { polled: [polledOf('220001', [byte('a')]), polledOf('220001', [byte('b')])] },
    'polled.1: Did220001 is taken',
  ],
  [
    'bits beyond the response',
    { polled: [polledOf('220001', [signalOf('a', '7|16@0+')], 1)] },
    'polled.0.signals.0: needs 2 bytes of 1',
  ],
  [
    'bits beyond any frame',
    { passive: [{ id: 1, extended: false, name: 'M', signals: [signalOf('a', '519|8@0+')] }] },
    'passive.0.signals.0: needs 65 bytes of 64',
  ],
  [
    'an identifier twice',
    {
      passive: [
        { id: 1, extended: false, name: 'M', signals: [byte('a')] },
        { id: 1, extended: false, name: 'N', signals: [byte('a')] },
      ],
    },
    'passive.1: 001 is taken',
  ],
  [
    'a unit that does not convert',
    { polled: [polledOf('220001', [signalOf('a', '7|8@0+ (1,0) "V"', { maps: 'speed' })])] },
    'polled.0.signals.0: "V" does not convert to "km/h", the unit of speed',
  ],
  [
    'a number for a text',
    { polled: [polledOf('220001', [byte('a', { maps: 'vin' })])] },
    'polled.0.signals.0: vin is a text',
  ],
  [
    'too many bits',
    { polled: [polledOf('220001', [signalOf('a', '0|54@1+')])] },
    'polled.0.signals.0: a signal has 1 to 53 bits',
  ],
  [
    'no bits',
    { polled: [polledOf('220001', [signalOf('a', '0|0@1+')])] },
    'polled.0.signals.0: a signal has 1 to 53 bits',
  ],
  [
    'a float of 16 bits',
    { polled: [polledOf('220001', [signalOf('a', '0|16@1+', { float: true })])] },
    'polled.0.signals.0: a float has 32 or 64 bits',
  ],
  [
    'a division by 0',
    { polled: [polledOf('220001', [signalOf('a', '0|8@1+ (1/0,0)')])] },
    'polled.0.signals.0: its divisor is 0',
  ],
  [
    'a factor of 0',
    { polled: [polledOf('220001', [signalOf('a', '0|8@1+ (0,1)')])] },
    'polled.0.signals.0: its factor is 0: it would always be the same',
  ],
  [
    'a multiplexer that is not there',
    { polled: [polledOf('220001', [byte('a', { mux: { signal: 'b', values: [one] } })])] },
    'polled.0.signals.0: mux names b, which is no signal of this message',
  ],
  [
    'a circle of multiplexers',
    { polled: [polledOf('220001', [byte('a', { mux: { signal: 'a', values: [one] } })])] },
    'polled.0.signals.0: its mux is circular',
  ],
  [
    'evidence for what is not there',
    {
      polled: [polledOf('220001', [byte('a')])],
      evidence: [{ message: '7E8#62000101', expect: { b: 1 }, from: 'here' }],
    },
    'evidence.0.expect.b: is no signal of this profile',
  ],
  [
    'evidence for one of two',
    {
      polled: [polledOf('220001', [byte('a')]), polledOf('220002', [byte('a')])],
      evidence: [{ message: '7E8#62000101', expect: { a: 1 }, from: 'here' }],
    },
    'evidence.0.expect.a: is in several messages: use MESSAGE.SIGNAL',
  ],
]

for (const [what, parts, problem] of broken) {
  test(`${what} is found`, () => {
    const found = problemsOf(profileOf(parts)).map(({ path, text }) => `${path.join('.')}: ${text}`)
    assert.ok(found.includes(problem), found.join('\n'))
  })
}

test('signals on top of one another are found, unless one is multiplexed', () => {
  const list = [
    signalOf('a', '7|16@0+'),
    signalOf('b', '8|4@1+'),
    signalOf('c', '16|4@1+'),
    signalOf('d', '19|4@0+', { mux: { signal: 'c', values: [one] } }),
  ]
  assert.equal(overlapsOf(profileOf({ polled: [polledOf('220001', list)] })), [
    { path: ['polled', 0, 'signals', 1], text: 'b lies on top of a' },
  ])
})

test('evidence that is wrong is told with what came instead', () => {
  const profile = profileOf({
    polled: [
      polledOf('220001', [
        byte('a', { absent: [{ from: 255, to: 255 }] }),
        signalOf('b', '15|8@0+', { states: { 1: 'on' } }),
      ]),
    ],
    evidence: [
      { frames: ['7E8#056200010501'], expect: { a: 6, b: 'on' }, from: 'here' },
      { message: '7E8#620001FF02', expect: { a: null, 'Did220001.b': 'on' }, from: 'here' },
      { message: '7E8#620002FF02', expect: { a: 1 }, from: 'here' },
    ],
  })
  const results = runEvidence(profile)
  assert.equal(
    results.map(({ signal, got, right }) => [signal, got, right]),
    [
      ['Did220001.a', 5, false],
      ['Did220001.b', 'on', true],
      ['Did220001.a', null, true],
      ['Did220001.b', 2, false],
      ['Did220001.a', undefined, false],
    ],
  )
  assert.equal(proofOf(profile, results), [
    { signal: 'Did220001.a', values: 0, absent: 1 },
    { signal: 'Did220001.b', values: 1, absent: 0 },
  ])
})

test('a segmented answer is put together before it is judged', () => {
  const profile = profileOf({
    polled: [polledOf('220001', [signalOf('a', '31|16@0+')])],
    evidence: [
      {
        frames: ['7E8#1009620001112233', '7E8#2144AABBCC000000'],
        expect: { a: 0x44aa },
        from: 'here',
      },
    ],
  })
  assert.equal(
    runEvidence(profile).map(({ got }) => got),
    [0x44aa],
  )
})

test('a wrong checksum is one of the issues that are known', () => {
  assert.type(issueTexts['checksum-wrong'], 'string')
})

test.run()
