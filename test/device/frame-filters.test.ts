/** Filters never lose what is wanted, and leave out what they can. */
import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { wantedFrames } from '../../src/decoder/wanted-frames.ts'
import { coverOf } from '../../src/device/frame-filters.ts'
import { acceptanceOf } from '../../src/device/serial/slcan-acceptance.ts'
import { isAccepted } from '../../src/device/simulator/slcan-adapter-filter.ts'
import { frameOf } from '../../src/model/frame.ts'
import type { FrameFilter } from '../../src/model/transmit.ts'
import { seeded } from '../decoder/dbc-reference.ts'

const test = suite('frame filters')

const standard = (id: number, mask = 0x7ff): FrameFilter => ({ extended: false, id, mask })
const extended = (id: number, mask = 0x1fffffff): FrameFilter => ({ extended: true, id, mask })

type Kind = 'standard' | 'extended' | 'mixed'
const kinds: readonly Kind[] = ['standard', 'extended', 'mixed']

/** Whole identifiers, and with masks of which some bits do not matter. */
function wantedOf(random: () => number, kind: Kind): FrameFilter[] {
  const bits = () => Math.floor(random() * 2 ** 32) | 0
  return Array.from({ length: 1 + Math.floor(random() * 30) }, () => {
    const kindOfMask = Math.floor(random() * 4)
    const mask = kindOfMask < 2 ? -1 : kindOfMask < 3 ? bits() | bits() : bits() & bits() & bits()
    const isExtended = kind === 'mixed' ? random() < 0.5 : kind === 'extended'
    const all = isExtended ? 0x1fffffff : 0x7ff
    return { extended: isExtended, id: bits() & all, mask: mask & all }
  })
}

/** An identifier that a filter lets pass, with any bits where none are asked for. */
function memberOf({ extended: isExtended, id, mask }: FrameFilter, random: () => number): number {
  const all = isExtended ? 0x1fffffff : 0x7ff
  return ((id & mask) | (Math.floor(random() * 2 ** 32) & ~mask)) & all
}

function passes(cover: readonly FrameFilter[], isExtended: boolean, id: number): boolean {
  return cover.some(
    (filter) => filter.extended === isExtended && ((filter.id ^ id) & filter.mask) === 0,
  )
}

function inOrder(filters: readonly FrameFilter[] = []): FrameFilter[] {
  return [...filters].sort((a, b) => Number(a.extended) - Number(b.extended) || a.id - b.id)
}

for (const kind of kinds) {
  test(`a cover keeps to its slots and lets all that is wanted pass (${kind})`, () => {
    const random = seeded(7)
    for (let round = 0; round < 300; round++) {
      const wanted = wantedOf(random, kind)
      const slots = 1 + Math.floor(random() * 8)
      const cover = coverOf(wanted, slots)
      if (cover === undefined) {
        assert.is(slots, 1)
        assert.is(new Set(wanted.map((filter) => filter.extended)).size, 2)
        continue
      }
      assert.ok(cover.length <= slots, `${cover.length} of ${slots}`)
      for (const filter of wanted) {
        const id = memberOf(filter, random)
        assert.ok(passes(cover, filter.extended, id), `${id.toString(16)} is lost`)
      }
    }
  })

  for (const mode of ['dual', 'single'] as const) {
    test(`registers let all that is wanted pass (${kind}, ${mode})`, () => {
      const random = seeded(11)
      let filtering = 0
      for (let round = 0; round < 400; round++) {
        const wanted = wantedOf(random, kind).slice(0, 1 + (round % 5))
        const acceptance = acceptanceOf(wanted, mode)
        if (acceptance === undefined) continue
        filtering += 1
        const filter = { code: acceptance.code | 0, mask: acceptance.mask | 0, mode }
        for (const one of wanted) {
          const data = Uint8Array.from({ length: 8 }, () => Math.floor(random() * 256))
          const length = Math.floor(random() * 9)
          const frame = frameOf(memberOf(one, random), data.subarray(0, length), {
            extended: one.extended,
          })
          assert.ok(isAccepted(frame, filter), `${frame.id.toString(16)} is lost`)
        }
      }
      assert.ok(filtering > 100, `only ${filtering} filter`)
    })
  }
}

test('a cover with slots enough is what was wanted, without what another contains', () => {
  const wanted = [standard(0x7e8, 0x7f8), standard(0x7ea), extended(0x18feee00), standard(0x100)]
  assert.equal(inOrder(coverOf(wanted, 8)), [
    standard(0x100),
    standard(0x7e8, 0x7f8),
    extended(0x18feee00),
  ])
  assert.equal(coverOf([standard(1), standard(1)], 8), [standard(1)])
})

test('what is near is merged first, so that few other frames pass', () => {
  const cover = coverOf([standard(0x100), standard(0x101), standard(0x7e8), standard(0x7e9)], 2)
  assert.equal(inOrder(cover), [standard(0x100, 0x7fe), standard(0x7e8, 0x7fe)])
})

test('nothing wanted, or too few slots for both kinds, is no filter', () => {
  assert.equal(coverOf([], 4), [])
  assert.is(coverOf([standard(1), extended(2)], 1), undefined)
  assert.is(acceptanceOf([], 'dual'), undefined)
})

test('all that the decoders want fits into a few slots and still leaves most out', () => {
  const wanted = wantedFrames(['j1939'])
  const random = seeded(3)
  const cover = coverOf(wanted, 16) ?? []
  assert.ok(cover.length <= 16 && cover.length > 8)
  for (const filter of wanted) assert.ok(passes(cover, true, memberOf(filter, random)))
  let passed = 0
  for (let i = 0; i < 1000; i++) passed += passes(cover, true, random() * 2 ** 29) ? 1 : 0
  assert.ok(passed < 250, `${passed} of 1000`)
})

test('a list of thousands is covered too', () => {
  const random = seeded(5)
  const wanted = Array.from({ length: 1000 }, () => extended(Math.floor(random() * 2 ** 29)))
  const cover = coverOf([...wanted, standard(0x123)], 14) ?? []
  assert.ok(cover.length <= 14 && cover.length > 1, `${cover.length}`)
  for (const { id } of wanted) assert.ok(passes(cover, true, id))
  assert.ok(passes(cover, false, 0x123))
})

test('neighbours of different kinds are no reason to give up', () => {
  const wanted = Array.from({ length: 200 }, (_, id) =>
    id % 2 === 0 ? standard(id) : extended(id),
  )
  const cover = coverOf(wanted, 2) ?? []
  assert.is(cover.length, 2)
  for (const { extended: isExtended, id } of wanted) assert.ok(passes(cover, isExtended, id))
})

test('a wide filter of 29 bits that covers 11 bits does not make their data matter', () => {
  const wanted = [extended(0, 0x10000000), standard(0x100), extended(0x18daf110)]
  const { code = 0, mask = 0 } = acceptanceOf(wanted, 'dual') ?? {}
  for (let data = 0; data < 256; data++) {
    const filter = { code: code | 0, mask: mask | 0, mode: 'dual' } as const
    assert.ok(isAccepted(frameOf(0x100, [data]), filter), `data ${data}`)
  }
})

const answers = [standard(0x7e8, 0x7f8)]

test('the answers of OBD-II as registers', () => {
  assert.equal(acceptanceOf(answers, 'dual'), { mode: 'dual', code: 0xfd00fd00, mask: 0x00ff00ff })
  assert.equal(acceptanceOf(answers, 'single'), {
    mode: 'single',
    code: 0xfd000000,
    mask: 0x00ffffff,
  })
  const one = [extended(0x18daf110)]
  assert.equal(acceptanceOf(one, 'dual'), { mode: 'dual', code: 0xc6d7c6d7, mask: 0 })
  assert.equal(acceptanceOf(one, 'single'), { mode: 'single', code: 0xc6d78880, mask: 0x7 })
})

test('registers that would let all pass are none', () => {
  assert.is(acceptanceOf([standard(0, 0)], 'dual'), undefined)
  assert.is(acceptanceOf([standard(0x7e8), standard(0, 0)], 'dual'), undefined)
  assert.is(acceptanceOf([standard(0), standard(0x7ff)], 'single'), undefined)
  // The dual filter sees the upper 16 of 29 bits alone.
  assert.is(acceptanceOf([extended(0x10, 0x1fff)], 'dual'), undefined)
})

test.run()
